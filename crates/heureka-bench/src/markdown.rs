//! Tables that can be pasted into a page, and numbers in them.

use std::fmt::Write as _;
use std::time::Duration;

/// A cell for what was not measured.
pub(crate) const NOTHING: &str = "–";

/// A table; its first column has names, the others have numbers.
#[derive(Debug)]
pub(crate) struct Table {
    columns: usize,
    text: String,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new<S: AsRef<str>>(heads: &[S]) -> Self {
        let mut table = Self {
            columns: heads.len(),
            text: String::new(),
        };
        table.row(heads);
        let rule: Vec<&str> = (0..heads.len())
            .map(|column| if column == 0 { "---" } else { "---:" })
            .collect();
        let _ = writeln!(table.text, "|{}|", rule.join("|"));
        table
    }

    /// Adds a row; cells that are missing are empty.
    pub(crate) fn row<S: AsRef<str>>(&mut self, cells: &[S]) {
        self.text.push('|');
        for column in 0..self.columns {
            let cell = cells.get(column).map_or(NOTHING, AsRef::as_ref);
            // A bar would begin a cell of its own.
            let _ = write!(self.text, " {} |", cell.replace('|', "\\|"));
        }
        self.text.push('\n');
    }

    /// The whole table.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// A number with three digits that count, or all digits before the point.
pub(crate) fn number(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 100.0 || size == 0.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    grouped(&format!("{value:.decimals$}"))
}

/// A count with commas between its thousands.
pub(crate) fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// How many times `whole` a value is; nothing where there is nothing to compare with.
pub(crate) fn ratio(value: Option<f64>, whole: Option<f64>) -> String {
    match (value, whole) {
        (Some(value), Some(whole)) if whole > 0.0 => number(value / whole),
        _ => NOTHING.to_owned(),
    }
}

/// A number, or the sign for nothing.
pub(crate) fn optional(value: Option<f64>) -> String {
    value.map_or_else(|| NOTHING.to_owned(), number)
}

/// Memory.
pub(crate) fn mib(kib: u64) -> String {
    format!("{:.1}", kib as f64 / 1024.0)
}

/// A time in milliseconds.
pub(crate) fn ms(time: Duration) -> String {
    number(time.as_secs_f64() * 1000.0)
}

fn grouped(digits: &str) -> String {
    if let Some(size) = digits.strip_prefix('-') {
        return format!("-{}", grouped(size));
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut text = String::with_capacity(digits.len() + 4);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::new(&["case", "µs", "ratio"]);
        table.row(&["a|b", "1.20"]);
        let expected = "| case | µs | ratio |\n|---|---:|---:|\n| a\\|b | 1.20 | – |\n";
        assert_eq!(table.text(), expected);
    }

    #[test]
    fn numbers_have_the_digits_that_count() {
        for (value, text) in [
            (0.0, "0"),
            (0.1234, "0.123"),
            (5.678, "5.68"),
            (56.78, "56.8"),
            (567.8, "568"),
            (5_678.4, "5,678"),
            (1_234_567.0, "1,234,567"),
            (-119.4, "-119"),
            (-5_678.4, "-5,678"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn counts_are_grouped() {
        for (value, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (12_345_678, "12,345,678"),
        ] {
            assert_eq!(count(value), text);
        }
    }

    #[test]
    fn a_ratio_needs_two_numbers() {
        assert_eq!(ratio(Some(9.0), Some(6.0)), "1.50");
        assert_eq!(ratio(Some(9.0), Some(0.0)), NOTHING);
        assert_eq!(ratio(None, Some(1.0)), NOTHING);
        assert_eq!(optional(Some(2.5)), "2.50");
    }

    #[test]
    fn memory_and_times_have_their_units() {
        assert_eq!(mib(41_472), "40.5");
        assert_eq!(ms(Duration::from_micros(1500)), "1.50");
    }
}
