//! What became of the requests.

use std::time::Duration;

use anyhow::Result;
use hdrhistogram::Histogram;

use super::schedule::Kind;
use crate::http::Answer;
use crate::markdown::{Table, count, number};

/// No latency is longer than a run.
const MAX_LATENCY_US: u64 = 3_600_000_000;

/// What became of the requests of one kind.
#[derive(Debug)]
struct Fate {
    name: &'static str,
    due: u64,
    /// When the first was due, after the start.
    first_due: Option<Duration>,
    errors: u64,
    not_modified: u64,
    /// Answered before the last request was due.
    in_time: u64,
    latency_us: Histogram<u64>,
}

impl Fate {
    fn new(name: &'static str) -> Result<Self> {
        Ok(Self {
            name,
            due: 0,
            first_due: None,
            errors: 0,
            not_modified: 0,
            in_time: 0,
            latency_us: Histogram::new_with_bounds(1, MAX_LATENCY_US, 3)?,
        })
    }
}

/// What became of all requests.
#[derive(Debug)]
pub(crate) struct Report {
    heartbeats: Fate,
    deltas: Fate,
    fulls: Fate,
    registrations: Fate,
    status_changes: Fate,
    /// The longest between the time a request was due and the time at which a connection could have taken it.
    pub(crate) own_delay: Duration,
}

impl Report {
    /// Nothing yet.
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            heartbeats: Fate::new("heartbeat")?,
            deltas: Fate::new("delta")?,
            fulls: Fate::new("full fetch")?,
            registrations: Fate::new("registration")?,
            status_changes: Fate::new("status change")?,
            own_delay: Duration::ZERO,
        })
    }

    /// A request is due at a time after the start.
    pub(crate) fn count_due(&mut self, kind: Kind, at: Duration) {
        let fate = self.of(kind);
        fate.due += 1;
        fate.first_due.get_or_insert(at);
    }

    /// A request was answered so long after it was due. `in_time` is whether requests were still due then.
    pub(crate) fn count_answer(
        &mut self,
        kind: Kind,
        answer: Answer,
        latency: Duration,
        in_time: bool,
    ) {
        let fate = self.of(kind);
        fate.in_time += u64::from(in_time);
        let us = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        fate.latency_us.saturating_record(us);
        fate.not_modified += u64::from(answer.status == 304);
        fate.errors += u64::from(!matches!(answer.status, 200..=299 | 304));
    }

    /// How many requests were due so far.
    #[cfg(test)]
    pub(crate) fn due(&self) -> u64 {
        self.all().into_iter().map(|fate| fate.due).sum()
    }

    /// How many requests wait or are under way, or broke with their connection.
    pub(crate) fn unanswered(&self) -> u64 {
        let unanswered = |fate: &Fate| fate.due - fate.latency_us.len();
        self.all().into_iter().map(unanswered).sum()
    }

    /// How many were answered with an error.
    pub(crate) fn errors(&self) -> u64 {
        self.all().into_iter().map(|fate| fate.errors).sum()
    }

    /// The longest that any answer took.
    pub(crate) fn longest(&self) -> Duration {
        let us = self.all().map(|fate| fate.latency_us.max());
        Duration::from_micros(us.into_iter().max().unwrap_or_default())
    }

    /// A row for each kind that was due at all.
    pub(crate) fn table(&self, duration: Duration) -> Table {
        let mut table = Table::new(&[
            "request",
            "due",
            "errors",
            "lost",
            "304",
            "per s",
            "p50, ms",
            "p90, ms",
            "p99, ms",
            "p99.9, ms",
            "max, ms",
        ]);
        for fate in self.all() {
            if fate.due > 0 {
                table.row(&cells(fate, duration));
            }
        }
        table
    }

    fn all(&self) -> [&Fate; 5] {
        [
            &self.heartbeats,
            &self.deltas,
            &self.fulls,
            &self.registrations,
            &self.status_changes,
        ]
    }

    fn of(&mut self, kind: Kind) -> &mut Fate {
        match kind {
            Kind::Heartbeat => &mut self.heartbeats,
            Kind::Delta => &mut self.deltas,
            Kind::Full => &mut self.fulls,
            Kind::Register => &mut self.registrations,
            Kind::StatusChange => &mut self.status_changes,
        }
    }
}

fn cells(fate: &Fate, duration: Duration) -> Vec<String> {
    let answered = fate.latency_us.len();
    let ms = |us: u64| number(us as f64 / 1000.0);
    let at = |quantile| ms(fate.latency_us.value_at_quantile(quantile));
    let due_for = duration.saturating_sub(fate.first_due.unwrap_or_default());
    vec![
        fate.name.to_owned(),
        count(fate.due),
        count(fate.errors),
        count(fate.due - answered),
        count(fate.not_modified),
        number(fate.in_time as f64 / due_for.as_secs_f64()),
        at(0.5),
        at(0.9),
        at(0.99),
        at(0.999),
        ms(fate.latency_us.max()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16) -> Answer {
        Answer {
            status,
            body_bytes: 0,
        }
    }

    #[test]
    fn what_was_never_answered_is_lost_and_what_failed_is_an_error() {
        let mut report = Report::new().unwrap();
        let begin = Duration::from_secs(1);
        for _ in 0..5 {
            report.count_due(Kind::Delta, begin);
        }
        for (status, ms) in [(200, 1), (304, 2), (403, 3)] {
            let latency = Duration::from_millis(ms);
            report.count_answer(Kind::Delta, answer(status), latency, ms < 3);
        }
        assert_eq!((report.unanswered(), report.errors()), (2, 1));
        assert_eq!(report.longest().as_millis(), 3);
        let table = report.table(begin + Duration::from_secs(2));
        let row = table.text().lines().last().unwrap();
        assert!(
            row.starts_with("| delta | 5 | 1 | 2 | 1 | 1.00 | 2.00 | 3.0"),
            "{row}"
        );
    }

    #[test]
    fn kinds_that_were_never_due_have_no_row() {
        let mut report = Report::new().unwrap();
        report.count_due(Kind::Heartbeat, Duration::ZERO);
        assert_eq!(
            report.table(Duration::from_secs(1)).text().lines().count(),
            3
        );
    }

    #[test]
    fn latencies_beyond_the_scale_are_kept_at_its_end() {
        let mut report = Report::new().unwrap();
        report.count_due(Kind::Full, Duration::ZERO);
        report.count_answer(Kind::Full, answer(200), Duration::from_secs(1 << 20), false);
        assert_eq!(report.unanswered(), 0);
    }
}
