//! When to fetch from a region, and what.

use std::time::Duration;

use super::outcome::{FetchFailure, FetchKind};

/// How far fetches of a region that fails are apart, in intervals (server.md G3).
const MAX_BACK_OFF: u32 = 5;

/// After this long without a success a delta may not tell everything: servers keep changes for 180 s (server.md R80).
/// The hash would not always show it, because it only counts.
const DELTA_TRUSTED_FOR: Duration = Duration::from_secs(150);

/// The fetches of one region: one at a time, everything first and then what changed.
#[derive(Debug)]
pub(crate) struct Follower {
    interval: Duration,
    wants_delta: bool,
    next: Duration,
    next_kind: FetchKind,
    /// The fetch whose result is waited for.
    in_flight: Option<u64>,
    serial: u64,
    failures_in_a_row: u32,
    last_success: Option<Duration>,
}

impl Follower {
    /// The first fetch is due at once.
    pub(crate) fn new(interval: Duration, wants_delta: bool, mono: Duration) -> Self {
        Self {
            interval,
            wants_delta,
            next: mono,
            next_kind: FetchKind::Full,
            in_flight: None,
            serial: 0,
            failures_in_a_row: 0,
            last_success: None,
        }
    }

    pub(crate) fn last_success(&self) -> Option<Duration> {
        self.last_success
    }

    /// When the next fetch is due, or when the one in flight is given up.
    pub(crate) fn poll_timeout(&self) -> Duration {
        self.next
    }

    /// The fetch that is due, and its number. A fetch whose result never came is given up after the longest wait there
    /// is between two fetches; its result does not count any more.
    pub(crate) fn poll_fetch(&mut self, mono: Duration) -> Option<(FetchKind, u64)> {
        if mono < self.next {
            return None;
        }
        self.serial += 1;
        let kind = self.kind(mono);
        self.in_flight = Some(self.serial);
        self.next = mono.saturating_add(self.interval.saturating_mul(MAX_BACK_OFF));
        self.next_kind = FetchKind::Full;
        Some((kind, self.serial))
    }

    /// Whether the result of fetch `serial` is waited for. From now on it is not.
    pub(crate) fn land(&mut self, serial: u64) -> bool {
        let is_awaited = self.in_flight == Some(serial);
        if is_awaited {
            self.in_flight = None;
        }
        is_awaited
    }

    /// The fetch worked. A region without instances is fetched whole the next time (server.md G4).
    pub(crate) fn succeeded(&mut self, mono: Duration, is_empty: bool) {
        self.failures_in_a_row = 0;
        self.last_success = Some(mono);
        self.next = mono.saturating_add(self.interval);
        self.next_kind = if self.wants_delta && !is_empty {
            FetchKind::Delta
        } else {
            FetchKind::Full
        };
    }

    /// The changes do not add up: everything is fetched at once.
    pub(crate) fn mismatched(&mut self, mono: Duration) {
        self.failures_in_a_row = 0;
        self.last_success = Some(mono);
        self.fetch_everything(mono);
    }

    /// The fetch brought nothing. Returns how often that happened in a row, and how long to wait.
    pub(crate) fn failed(
        &mut self,
        mono: Duration,
        kind: FetchKind,
        failure: &FetchFailure,
    ) -> (u32, Duration) {
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        self.fetch_everything(mono);
        let may_go_on = kind == FetchKind::Delta && failure.is_of_this_answer();
        let wait = if may_go_on {
            Duration::ZERO
        } else {
            self.back_off()
        };
        self.next = mono.saturating_add(wait);
        (self.failures_in_a_row, wait)
    }

    fn fetch_everything(&mut self, mono: Duration) {
        self.next = mono;
        self.next_kind = FetchKind::Full;
    }

    /// One interval, then two, four, and five (server.md G3).
    fn back_off(&self) -> Duration {
        let doublings = self.failures_in_a_row.saturating_sub(1);
        let intervals = 2_u32.saturating_pow(doublings).min(MAX_BACK_OFF);
        self.interval.saturating_mul(intervals)
    }

    fn kind(&self, mono: Duration) -> FetchKind {
        let since = |success| mono.saturating_sub(success);
        let is_recent = self
            .last_success
            .is_some_and(|success| since(success) <= DELTA_TRUSTED_FOR);
        if is_recent {
            self.next_kind
        } else {
            FetchKind::Full
        }
    }
}
