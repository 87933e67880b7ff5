//! A time of day that a test decides.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use heureka_model::{Now, UnixMillis};
use tokio::time::Instant;

use crate::WallClock;

/// A wall clock that runs with tokio's time, paused or not, and that a test can set besides, forward and back.
///
/// Clones are the same clock.
#[derive(Clone, Debug)]
pub struct ManualClock {
    began: Instant,
    /// Milliseconds since 1970 when the clock began, and whatever it was set by since.
    base_ms: Arc<AtomicI64>,
}

impl ManualClock {
    /// The first moment of 2026, at which a clock begins unless it is said otherwise.
    pub const START: UnixMillis = UnixMillis(1_767_225_600_000);

    /// A clock that begins at [`ManualClock::START`].
    #[must_use]
    pub fn new() -> Self {
        Self::at(Self::START)
    }

    /// A clock that begins at `start`.
    #[must_use]
    pub fn at(start: UnixMillis) -> Self {
        Self {
            began: Instant::now(),
            base_ms: Arc::new(AtomicI64::new(start.0)),
        }
    }

    /// Sets the clock forward without any time passing, as an administrator would.
    pub fn set_forward(&self, by: Duration) {
        self.shift(millis(by));
    }

    /// Sets it back likewise.
    pub fn set_back(&self, by: Duration) {
        self.shift(millis(by).saturating_neg());
    }

    /// Both clocks: the time since this one began, and the time of day.
    pub(super) fn now(&self) -> Now {
        let mono = self.began.elapsed();
        let base = UnixMillis(self.base_ms.load(Ordering::Relaxed));
        Now {
            mono,
            wall: base.after(mono),
        }
    }

    fn shift(&self, by_ms: i64) {
        let shifted = |base: i64| Some(base.saturating_add(by_ms));
        // The closure always has a value, so this cannot fail.
        let _ = self
            .base_ms
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, shifted);
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl WallClock for ManualClock {
    fn time(&self) -> UnixMillis {
        self.now().wall
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
