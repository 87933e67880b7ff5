//! What was measured beside what is allowed.

use anyhow::{Result, ensure};

use crate::machine::machine_line;
use crate::markdown::{NOTHING, Table, number};
use crate::print;

/// A table of figures, some of which have a bound.
#[derive(Debug)]
pub(crate) struct Findings {
    table: Table,
    exceeded: Vec<String>,
}

impl Findings {
    /// No figures yet.
    pub(crate) fn new() -> Self {
        Self {
            table: Table::new(&["", "measured", "allowed"]),
            exceeded: Vec::new(),
        }
    }

    /// A figure without a bound.
    pub(crate) fn note(&mut self, what: &str, value: f64) {
        self.table.row(&[what, number(value).as_str(), NOTHING]);
    }

    /// A figure that may not be more than a bound.
    pub(crate) fn at_most(&mut self, what: &str, value: f64, bound: f64) {
        let allowed = format!("≤ {}", number(bound));
        self.bounded(what, value, &allowed, value <= bound);
    }

    /// A number that has to be this one.
    pub(crate) fn exactly(&mut self, what: &str, value: usize, expected: usize) {
        let allowed = number(expected as f64);
        self.bounded(what, value as f64, &allowed, value == expected);
    }

    /// Prints the table; it is an error if something was more than allowed.
    pub(crate) fn judge(self) -> Result<()> {
        print(self.table.text());
        print(&machine_line());
        ensure!(
            self.exceeded.is_empty(),
            "not as allowed: {}",
            self.exceeded.join("; ")
        );
        Ok(())
    }

    fn bounded(&mut self, what: &str, value: f64, allowed: &str, is_met: bool) {
        let measured = number(value);
        if is_met {
            self.table.row(&[what, measured.as_str(), allowed]);
        } else {
            self.table
                .row(&[what, format!("**{measured}**").as_str(), allowed]);
            self.exceeded.push(format!("{what}: {measured}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_that_is_met_is_no_error() {
        let mut findings = Findings::new();
        findings.note("memory, MiB", 7.0);
        findings.at_most("time, s", 5.0, 5.0);
        findings.exactly("answers", 10, 10);
        assert!(findings.table.text().contains("| memory, MiB | 7.00 | – |"));
        assert!(
            findings
                .table
                .text()
                .contains("| time, s | 5.00 | ≤ 5.00 |")
        );
        assert!(findings.judge().is_ok());
    }

    #[test]
    fn every_bound_that_is_not_met_is_named() {
        let mut findings = Findings::new();
        findings.at_most("time, s", 5.1, 5.0);
        findings.exactly("answers", 9, 10);
        assert!(findings.table.text().contains("| **9.00** | 10.0 |"));
        let error = findings.judge().unwrap_err().to_string();
        assert_eq!(error, "not as allowed: time, s: 5.10; answers: 9.00");
    }
}
