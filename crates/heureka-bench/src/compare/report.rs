//! What was found, as tables.

use std::time::Duration;

use super::subject::Memory;
use crate::cases::{AfterChange, Case, Cost, Extra};
use crate::markdown::{NOTHING, Table, count, mib, ms, number, optional, ratio};

/// One case and every server.
#[derive(Debug)]
pub(crate) struct Row {
    /// The case.
    pub(crate) case: Case,
    /// None where it sends no `ETag`.
    pub(crate) heureka: Option<Cost>,
    /// The bare server with as many bytes as heureka sent.
    pub(crate) floor: Option<Cost>,
    /// None where it was not measured or sends no `ETag`.
    pub(crate) java: Option<Cost>,
}

/// What is measured of a server beside the cases.
#[derive(Debug, Default)]
pub(crate) struct Of {
    /// From the start of the process to the first answer.
    pub(crate) start: Option<Duration>,
    /// Resident memory.
    pub(crate) memory: Option<Memory>,
    /// What a change costs the next read.
    pub(crate) after_change: Option<AfterChange>,
}

/// Everything.
#[derive(Debug)]
pub(crate) struct Findings {
    instances: usize,
    apps: usize,
    /// The cases.
    pub(crate) rows: Vec<Row>,
    /// heureka.
    pub(crate) heureka: Of,
    /// The bare hyper server.
    pub(crate) floor: Of,
    /// Its memory: it has nothing to register.
    pub(crate) floor_empty_kib: Option<u64>,
    /// The Java server.
    pub(crate) java: Of,
}

impl Findings {
    /// Nothing yet, of so many instances in so many applications.
    pub(crate) fn new(instances: usize, apps: usize) -> Self {
        Self {
            instances,
            apps,
            rows: Vec::new(),
            heureka: Of::default(),
            floor: Of::default(),
            floor_empty_kib: None,
            java: Of::default(),
        }
    }

    /// All tables.
    pub(crate) fn text(&self) -> String {
        format!(
            "{} instances in {} applications. CPU time of the server for each request:\n\n{}\n{}{}",
            count(self.instances as u64),
            count(self.apps as u64),
            self.cases(),
            self.after_change(),
            self.processes()
        )
    }

    fn cases(&self) -> String {
        let mut table = Table::new(&[
            "case",
            "bare hyper, µs",
            "heureka, µs",
            "heureka / hyper",
            "Java, µs",
            "heureka / Java",
            "heureka's body, bytes",
            "Java's body, bytes",
        ]);
        for row in &self.rows {
            let [floor, heureka, java] =
                [row.floor, row.heureka, row.java].map(|cost| cost.map(|cost| cost.cpu_us));
            table.row(&[
                row.case.name().to_owned(),
                optional(floor),
                optional(heureka),
                ratio(heureka, floor),
                optional(java),
                ratio(heureka, java),
                body(row.heureka),
                body(row.java),
            ]);
        }
        table.text().to_owned()
    }

    fn after_change(&self) -> String {
        let Some(read) = self.heureka.after_change else {
            return String::new();
        };
        after_change("A full gzip read on one connection", read.at_once)
            + &after_change("The same with a pause before and after it", read.paused)
            + "\n"
    }

    fn processes(&self) -> String {
        let mut table = Table::new(&["", "bare hyper", "heureka", "Java"]);
        let servers = [&self.floor, &self.heureka, &self.java];
        let cells = |name: &str, cell: &dyn Fn(&Of) -> Option<String>| {
            let mut cells = vec![name.to_owned()];
            let or_nothing = |of| cell(of).unwrap_or_else(|| NOTHING.to_owned());
            cells.extend(servers.into_iter().map(or_nothing));
            cells
        };
        let memory = |kib: fn(Memory) -> u64| move |of: &Of| of.memory.map(|m| mib(kib(m)));
        let mut empty = cells("resident, empty, MiB", &memory(|m| m.empty_kib));
        if let (Some(cell), Some(kib)) = (empty.get_mut(1), self.floor_empty_kib) {
            *cell = mib(kib);
        }
        table.row(&empty);
        let registered = memory(|m| m.registered_kib);
        table.row(&cells("resident, all registered, MiB", &registered));
        let read = memory(|m| m.read_kib);
        table.row(&cells("resident, after one full gzip read, MiB", &read));
        let start = |of: &Of| of.start.map(ms);
        table.row(&cells("start to first answer, ms", &start));
        table.text().to_owned()
    }
}

fn after_change(what: &str, extra: Extra) -> String {
    format!(
        "{what}: {} µs after no change; one change adds {} µs to the next (medians of {} turns with {} reads of each kind).\n",
        number(extra.unchanged_us),
        number(extra.added_us),
        extra.turns,
        extra.reads_in_turn
    )
}

fn body(cost: Option<Cost>) -> String {
    cost.map_or_else(|| NOTHING.to_owned(), |cost| count(cost.body_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(cpu_us: f64, body_bytes: u64) -> Option<Cost> {
        Some(Cost {
            cpu_us,
            per_s: 1.0,
            requests: 1,
            body_bytes,
            failures: 0,
        })
    }

    #[test]
    fn a_row_has_every_server_and_its_ratios() {
        let mut findings = Findings::new(10_000, 500);
        findings.rows.push(Row {
            case: Case::FullGzip,
            heureka: cost(40.0, 420_000),
            floor: cost(32.0, 420_000),
            java: cost(400.0, 380_000),
        });
        let text = findings.text();
        let row = "| full fetch, gzip | 32.0 | 40.0 | 1.25 | 400 | 0.100 | 420,000 | 380,000 |\n";
        assert!(text.contains(row), "{text}");
        assert!(text.starts_with("10,000 instances in 500 applications."));
    }

    #[test]
    fn what_was_not_measured_is_a_dash() {
        let mut findings = Findings::new(1, 1);
        findings.rows.push(Row {
            case: Case::Heartbeat,
            heureka: cost(8.0, 0),
            floor: cost(5.0, 0),
            java: None,
        });
        findings.floor_empty_kib = Some(2048);
        findings.heureka.start = Some(Duration::from_micros(9_500));
        let text = findings.text();
        assert!(
            text.contains("| heartbeat | 5.00 | 8.00 | 1.60 | – | – | 0 | – |\n"),
            "{text}"
        );
        assert!(
            text.contains("| resident, empty, MiB | 2.0 | – | – |\n"),
            "{text}"
        );
        assert!(
            text.contains("| start to first answer, ms | – | 9.50 | – |\n"),
            "{text}"
        );
    }
}
