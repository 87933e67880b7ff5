//! Statuses of instances and kinds of change.

use std::fmt;
use std::str::FromStr;

/// What an instance says of itself, or what is said of it (wire.md 2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceStatus {
    /// Ready for traffic.
    Up,
    /// Not to be sent traffic: a health check failed or it is going away.
    Down,
    /// Not yet ready.
    Starting,
    /// Taken out of traffic on purpose.
    OutOfService,
    /// Not known, or a text that is no status.
    Unknown,
}

impl InstanceStatus {
    /// All statuses, in the order of their names, which is the order of the apps hash (wire.md 4).
    pub const ALL: [Self; 5] = [
        Self::Down,
        Self::OutOfService,
        Self::Starting,
        Self::Unknown,
        Self::Up,
    ];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "UP",
            Self::Down => "DOWN",
            Self::Starting => "STARTING",
            Self::OutOfService => "OUT_OF_SERVICE",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// The status with exactly this name, and [`InstanceStatus::Unknown`] for any other text.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        name.parse().unwrap_or(Self::Unknown)
    }

    /// Whether a client that reports it is asking for traffic or has been taken out of it: the two statuses that an
    /// override or an existing lease can change (server.md S3).
    #[must_use]
    pub fn yields_to_overrides(self) -> bool {
        matches!(self, Self::Up | Self::OutOfService)
    }
}

/// A text that is not the upper-case name of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownStatus;

impl fmt::Display for UnknownStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a status is one of UP, DOWN, STARTING, OUT_OF_SERVICE and UNKNOWN")
    }
}

impl std::error::Error for UnknownStatus {}

impl FromStr for InstanceStatus {
    type Err = UnknownStatus;

    fn from_str(name: &str) -> Result<Self, UnknownStatus> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == name)
            .ok_or(UnknownStatus)
    }
}

impl fmt::Display for InstanceStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What happened to an instance last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionType {
    /// It registered, for the first time or again (server.md R15).
    Added,
    /// Its status was changed from outside.
    Modified,
    /// It was cancelled or evicted.
    Deleted,
}

impl ActionType {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
        }
    }

    /// The kind with exactly this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Added, Self::Modified, Self::Deleted]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}
