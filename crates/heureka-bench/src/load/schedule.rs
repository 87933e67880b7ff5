//! When which request is due.

use std::time::Duration;

/// What clients and operators send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A heartbeat.
    Heartbeat,
    /// A fetch of the delta.
    Delta,
    /// A fetch of everything.
    Full,
    /// A registration of an instance that is there, with a changed document.
    Register,
    /// An override set or taken back.
    StatusChange,
}

/// Requests of one kind at even distances.
///
/// `count` timers of one `period`, spread evenly over it, are due in turn, one every `period / count`. So no list of timers
/// is kept, and the times of a long run are exact.
#[derive(Debug, Clone)]
pub(crate) struct Cadence {
    period_ns: u128,
    count: u128,
    /// When the first is due.
    first_ns: u64,
    /// The number of the next, and when it is due.
    next: u64,
    next_due_ns: u64,
}

impl Cadence {
    /// `count` requests in each `period`.
    pub(crate) fn new(period: Duration, count: u64, first_ns: u64) -> Self {
        Self {
            period_ns: period.as_nanos(),
            count: u128::from(count.max(1)),
            first_ns,
            next: 0,
            next_due_ns: first_ns,
        }
    }

    fn advance(&mut self) {
        self.next += 1;
        let ns = u128::from(self.next) * self.period_ns / self.count;
        self.next_due_ns =
            u64::try_from(ns).map_or(u64::MAX, |ns| ns.saturating_add(self.first_ns));
    }
}

/// A request that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    /// What is sent.
    pub(crate) kind: Kind,
    /// The number of the request among those of its kind.
    pub(crate) number: u64,
    /// When, after the start.
    pub(crate) at_ns: u64,
}

/// All kinds together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schedule {
    cadences: Vec<(Kind, Cadence)>,
}

impl Schedule {
    /// Adds `count` requests of a kind in each `period`; none if there are none.
    pub(crate) fn add(&mut self, kind: Kind, period: Duration, count: u64) {
        self.add_after(Duration::ZERO, kind, period, count);
    }

    /// The same for requests that begin so long after the start.
    pub(crate) fn add_after(&mut self, after: Duration, kind: Kind, period: Duration, count: u64) {
        if count > 0 && !period.is_zero() {
            // Odd parts of a distance never meet, whatever the others are.
            let step_ns = period.as_nanos() / u128::from(count);
            let part = step_ns * (2 * self.cadences.len() as u128 + 1) / 11;
            let first_ns = u64::try_from(after.as_nanos() + part).unwrap_or(u64::MAX);
            self.cadences
                .push((kind, Cadence::new(period, count, first_ns)));
        }
    }

    /// The next request, if it is due by now.
    pub(crate) fn pop_due(&mut self, now_ns: u64) -> Option<Due> {
        let (kind, cadence) = self
            .cadences
            .iter_mut()
            .min_by_key(|(_, cadence)| cadence.next_due_ns)?;
        let due = Due {
            kind: *kind,
            number: cadence.next,
            at_ns: cadence.next_due_ns,
        };
        if due.at_ns > now_ns {
            return None;
        }
        cadence.advance();
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const SECOND_NS: u64 = 1_000_000_000;

    fn all_until(schedule: &mut Schedule, until_ns: u64) -> Vec<Due> {
        std::iter::from_fn(|| schedule.pop_due(until_ns)).collect()
    }

    #[test]
    fn timers_are_spread_evenly_over_their_period() {
        let mut schedule = Schedule::default();
        schedule.add(Kind::Heartbeat, Duration::from_secs(30), 10_000);
        let due = all_until(&mut schedule, 30 * SECOND_NS);
        assert_eq!(due.len(), 10_000);
        let distances: Vec<u64> = due
            .windows(2)
            .map(|two| two[1].at_ns - two[0].at_ns)
            .collect();
        assert!(distances.iter().all(|ns| *ns == 3_000_000));
        assert_eq!(due.last().map(|due| due.number), Some(9_999));
    }

    #[test]
    fn each_timer_is_due_again_after_exactly_one_period() {
        let mut schedule = Schedule::default();
        schedule.add(Kind::Delta, Duration::from_secs(30), 7);
        let due = all_until(&mut schedule, 3_600 * SECOND_NS);
        for (first, again) in due.iter().zip(due.iter().skip(7)) {
            assert_eq!(again.at_ns - first.at_ns, 30 * SECOND_NS);
        }
        assert_eq!(due.len(), 120 * 7);
    }

    #[test]
    fn a_kind_that_begins_later_is_not_due_before() {
        let mut schedule = Schedule::default();
        schedule.add(Kind::Heartbeat, SECOND, 1);
        schedule.add_after(3 * SECOND, Kind::Delta, SECOND, 1);
        let due = all_until(&mut schedule, 5 * SECOND_NS);
        let kinds: Vec<Kind> = due.iter().map(|due| due.kind).collect();
        let (beat, delta) = (Kind::Heartbeat, Kind::Delta);
        assert_eq!(kinds, [beat, beat, beat, beat, delta, beat, delta]);
        assert_eq!(due[4].number, 0);
    }

    #[test]
    fn nothing_is_due_before_its_time() {
        let mut schedule = Schedule::default();
        schedule.add(Kind::Heartbeat, Duration::from_secs(11), 1);
        let first = SECOND_NS;
        assert_eq!(schedule.pop_due(first - 1), None);
        assert_eq!(schedule.pop_due(first).map(|due| due.at_ns), Some(first));
        assert_eq!(schedule.pop_due(first), None);
        assert!(schedule.pop_due(first + 11 * SECOND_NS).is_some());
    }

    #[test]
    fn kinds_come_in_the_order_of_their_times() {
        let mut schedule = Schedule::default();
        schedule.add(Kind::Heartbeat, Duration::from_secs(1), 100);
        schedule.add(Kind::Delta, Duration::from_secs(1), 100);
        schedule.add(Kind::Register, Duration::from_secs(1), 30);
        schedule.add(Kind::StatusChange, Duration::from_secs(1), 0);
        let due = all_until(&mut schedule, 10 * SECOND_NS);
        assert!(due.is_sorted_by_key(|due| due.at_ns));
        let count = |kind| due.iter().filter(|due| due.kind == kind).count();
        assert_eq!(count(Kind::Heartbeat), 1000);
        assert_eq!(count(Kind::Delta), 1000);
        assert_eq!(count(Kind::Register), 300);
        assert_eq!(count(Kind::StatusChange), 0);
    }

    #[test]
    fn an_empty_schedule_has_nothing() {
        assert_eq!(Schedule::default().pop_due(u64::MAX), None);
    }
}
