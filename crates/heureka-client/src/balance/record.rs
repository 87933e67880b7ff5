//! What became of the requests that an instance was given.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// When an instance that failed is avoided, and for how long; others take its requests meanwhile, if there are any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Avoidance {
    after_failures: u32,
    time: Duration,
}

impl Avoidance {
    /// How long an instance is avoided unless it is said otherwise: about as long as a process takes to restart, and less
    /// than a registry takes to notice.
    pub const TIME: Duration = Duration::from_secs(10);

    /// Instances are not avoided, whatever they do.
    pub const NEVER: Self = Self {
        after_failures: 0,
        time: Duration::ZERO,
    };

    /// Avoids an instance for `time` after so many failures in a row, and again after each further one. No failures at all
    /// is the same as [`Avoidance::NEVER`].
    #[must_use]
    pub fn after(failures: u32, time: Duration) -> Self {
        Self {
            after_failures: failures,
            time,
        }
    }

    fn is_due(self, failures_in_row: u32) -> bool {
        self.after_failures > 0 && failures_in_row >= self.after_failures
    }
}

impl Default for Avoidance {
    /// After one failure, for [`Avoidance::TIME`].
    fn default() -> Self {
        Self::after(1, Self::TIME)
    }
}

/// What a balancer knows of all its instances. Moments are nanoseconds since it was made; 0 is never.
#[derive(Debug)]
pub(super) struct Book {
    epoch: Instant,
    avoidance: Avoidance,
    /// Until when somebody is avoided.
    avoided_until_nanos: AtomicU64,
}

impl Book {
    pub(super) fn new(avoidance: Avoidance) -> Self {
        Self {
            epoch: Instant::now(),
            avoidance,
            avoided_until_nanos: AtomicU64::new(0),
        }
    }

    /// Now, in nanoseconds.
    pub(super) fn now(&self) -> u64 {
        nanos(self.epoch.elapsed())
    }

    /// Whether nobody is avoided.
    pub(super) fn is_calm(&self) -> bool {
        let until = self.avoided_until_nanos.load(Ordering::Relaxed);
        until == 0 || self.now() >= until
    }
}

/// What became of an instance's requests.
#[derive(Debug)]
pub(super) struct Record {
    book: Arc<Book>,
    in_flight: AtomicU32,
    failures_in_row: AtomicU32,
    avoided_until_nanos: AtomicU64,
    latency_micros: AtomicU64,
}

impl Record {
    pub(super) fn new(book: &Arc<Book>) -> Self {
        Self {
            book: Arc::clone(book),
            in_flight: AtomicU32::new(0),
            failures_in_row: AtomicU32::new(0),
            avoided_until_nanos: AtomicU64::new(0),
            latency_micros: AtomicU64::new(0),
        }
    }

    pub(super) fn begin(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn end(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Relaxed)
    }

    pub(super) fn failures_in_row(&self) -> u32 {
        self.failures_in_row.load(Ordering::Relaxed)
    }

    /// The latency of late, in which each success counts for an eighth.
    pub(super) fn latency(&self) -> Option<Duration> {
        let micros = self.latency_micros.load(Ordering::Relaxed);
        (micros > 0).then(|| Duration::from_micros(micros))
    }

    /// Two that succeed at once may count as one: it is an estimate.
    pub(super) fn succeeded(&self, latency: Duration) {
        self.failures_in_row.store(0, Ordering::Relaxed);
        self.avoided_until_nanos.store(0, Ordering::Relaxed);
        let latest = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        let before = self.latency_micros.load(Ordering::Relaxed);
        let now = if before == 0 {
            latest
        } else {
            before - before / 8 + latest / 8
        };
        self.latency_micros.store(now.max(1), Ordering::Relaxed);
    }

    pub(super) fn failed(&self) {
        let before = self.failures_in_row.fetch_add(1, Ordering::Relaxed);
        let avoidance = self.book.avoidance;
        if avoidance.is_due(before.saturating_add(1)) {
            let until = self.book.now().saturating_add(nanos(avoidance.time));
            self.avoided_until_nanos.store(until, Ordering::Relaxed);
            self.book
                .avoided_until_nanos
                .fetch_max(until, Ordering::Relaxed);
        }
    }

    pub(super) fn is_avoided(&self, now: u64) -> bool {
        now < self.avoided_until_nanos.load(Ordering::Relaxed)
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
