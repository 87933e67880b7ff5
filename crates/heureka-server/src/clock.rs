//! Where the time comes from.

use std::fmt;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use heureka_model::{Now, UnixMillis};
use parking_lot::Mutex;

/// Tells the time. The only place in this crate that asks the machine for it is [`SystemClock`], so that a test can
/// put a lease's life into no time.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time.
    fn now(&self) -> Now;
}

/// The machine's clocks.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// A clock whose monotonic time begins now.
    #[must_use]
    pub fn start() -> Self {
        Self {
            started: Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Now {
        // A wall clock before 1970 is not set: the protocol's zero says "never".
        let since_1970 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Now {
            mono: self.started.elapsed(),
            wall: UnixMillis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX)),
        }
    }
}

/// A clock that stands still until it is moved: for tests and simulations.
#[derive(Debug)]
pub struct ManualClock(Mutex<Now>);

impl ManualClock {
    /// A clock that stands at the start of a process, with `wall` on the wall.
    #[must_use]
    pub fn at(wall: UnixMillis) -> Self {
        Self(Mutex::new(Now {
            mono: Duration::ZERO,
            wall,
        }))
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock();
        now.mono = now.mono.saturating_add(by);
        now.wall = now.wall.after(by);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Now {
        *self.0.lock()
    }
}
