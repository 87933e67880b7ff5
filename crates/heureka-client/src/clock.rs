//! Where the time comes from.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use heureka_model::{Now, UnixMillis};
use tokio::time::Instant;

/// Tells the time of day, which is data on the wire alone: nothing waits by it.
///
/// What waits runs on tokio's clock, so that a test can pause it; with a closure in place of the machine's clock such a
/// test is the same each time (RS2).
pub trait WallClock: Send + Sync + 'static {
    /// The time of day, in milliseconds since 1970.
    fn time(&self) -> UnixMillis;
}

impl<F: Fn() -> UnixMillis + Send + Sync + 'static> WallClock for F {
    fn time(&self) -> UnixMillis {
        self()
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemWallClock;

impl WallClock for SystemWallClock {
    fn time(&self) -> UnixMillis {
        // A clock before 1970 is not set: the protocol's zero says "never".
        let since_1970 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        UnixMillis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
    }
}

/// Both clocks, as the agent wants them.
#[derive(Clone)]
pub(crate) struct Clock {
    began: Instant,
    wall: Arc<dyn WallClock>,
}

impl Clock {
    /// A clock whose monotonic time begins now.
    pub(crate) fn start(wall: Arc<dyn WallClock>) -> Self {
        Self {
            began: Instant::now(),
            wall,
        }
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            mono: self.began.elapsed(),
            wall: self.wall.time(),
        }
    }

    /// When on tokio's clock it is `mono` on this one. A time that is beyond all clocks is far away.
    pub(crate) fn instant(&self, mono: Duration) -> Instant {
        const FAR: Duration = Duration::from_secs(365 * 24 * 3600);
        self.began
            .checked_add(mono)
            .unwrap_or_else(|| Instant::now() + FAR)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").finish_non_exhaustive()
    }
}
