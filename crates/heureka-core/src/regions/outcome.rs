//! What is asked of a region, and what came of it.

use std::time::Duration;

use heureka_model::{RegionName, UnixMillis};
use thiserror::Error;

/// A fetch that is due. Whoever takes it brings its result to [`crate::Node::handle_region_fetched`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionFetch {
    /// From whom.
    pub region: RegionName,
    /// What.
    pub kind: FetchKind,
    /// Tells it from earlier fetches, whose results come too late to count (server.md G5).
    pub(super) serial: u64,
}

/// What is fetched from a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchKind {
    /// Everything: `apps/`.
    Full,
    /// What changed lately: `apps/delta`.
    Delta,
}

impl FetchKind {
    /// A word for it, for logs and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Delta => "delta",
        }
    }
}

/// Why a fetch brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FetchFailure {
    /// No connection, or a broken one.
    #[error("the region cannot be reached: {0}")]
    Unreachable(String),
    /// No whole answer in time.
    #[error("the region did not answer in time")]
    TimedOut,
    /// An answer that is no listing.
    #[error("the region answered with status {0}")]
    Status(u16),
    /// A body that cannot be read.
    #[error("the listing cannot be read: {0}")]
    Unreadable(String),
    /// A body over the limit.
    #[error("the listing is larger than remote-region-max-body = {limit_bytes} bytes")]
    TooLarge {
        /// How much is allowed.
        limit_bytes: usize,
    },
    /// More instances than one region may have.
    #[error("the region has more instances than remote-region-max-instances = {limit}")]
    TooMany {
        /// How many are allowed.
        limit: usize,
    },
}

impl FetchFailure {
    /// The limit that was reached, by the name of its setting.
    #[must_use]
    pub fn limit(&self) -> Option<&'static str> {
        match self {
            Self::TooLarge { .. } => Some("remote-region-max-body"),
            Self::TooMany { .. } => Some("remote-region-max-instances"),
            Self::Unreachable(_) | Self::TimedOut | Self::Status(_) | Self::Unreadable(_) => None,
        }
    }

    /// Whether it is about this answer and not about the region: a server that has no delta, or a broken one, may well
    /// have a full listing (server.md G6).
    pub(super) fn is_of_this_answer(&self) -> bool {
        const TOO_MANY_REQUESTS: u16 = 429;
        match self {
            Self::Status(status) => (400..500).contains(status) && *status != TOO_MANY_REQUESTS,
            Self::Unreadable(_) | Self::TooLarge { .. } => true,
            Self::Unreachable(_) | Self::TimedOut | Self::TooMany { .. } => false,
        }
    }
}

/// What came of the result of a fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegionOutcome {
    /// Everything was taken over.
    Replaced {
        /// How many instances the region has.
        instances: usize,
        /// Whether requests that name regions had to wait for it until now.
        is_first: bool,
    },
    /// Changes were taken over, and the hash says that none is missing.
    Updated,
    /// Changes were taken over, and the hash says that some are missing: everything is fetched next (server.md G6).
    Mismatched,
    /// Nothing was taken over, and what is known stays.
    Failed {
        /// Why.
        failure: FetchFailure,
        /// How often this happened in a row.
        in_a_row: u32,
        /// When the next fetch is due.
        retry_after: Duration,
    },
    /// Nobody waits for this result any more.
    Late,
}

/// A region in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionReport {
    /// Its name.
    pub name: RegionName,
    /// Whether it was fetched at least once: until then, requests that name regions are refused (server.md P9).
    pub is_ready: bool,
    /// How many instances it has, as far as is known.
    pub instances: usize,
    /// How many applications.
    pub applications: usize,
    /// When a fetch last worked, on the monotonic clock.
    pub last_success: Option<Duration>,
    /// The same on the wall clock.
    pub last_success_wall: Option<UnixMillis>,
    /// How many fetches brought everything.
    pub full_fetches: u64,
    /// How many fetches brought changes that the hash confirmed.
    pub deltas: u64,
    /// How many brought changes of which some were missing.
    pub mismatches: u64,
    /// How many failed.
    pub failures: u64,
    /// Why the last fetch failed, if it did.
    pub last_failure: Option<FetchFailure>,
}
