//! The two clocks: one that only runs forward, for leases, and one that people and the wire see.

use std::fmt;
use std::time::Duration;

/// Milliseconds since 1970 on some machine's wall clock; data, never a base for waiting.
///
/// Clients choose `lastDirtyTimestamp` freely, so every `i64` is a legal value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// This time and `by` more, at most the last time there is.
    #[must_use]
    pub fn after(self, by: Duration) -> Self {
        Self(self.0.saturating_add(millis(by)))
    }

    /// This time and `by` less, at least the first time there is.
    #[must_use]
    pub fn before(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(millis(by)))
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

impl fmt::Display for UnixMillis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The time as it is handed to everything that needs one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Time since the process started; it never runs backwards. Leases, timers and back-off run on it.
    pub mono: Duration,
    /// What the wall clock says; it may jump.
    pub wall: UnixMillis,
}
