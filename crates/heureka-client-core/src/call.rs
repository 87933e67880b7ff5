//! What the agent wants done, and what came of it.

use std::sync::Arc;
use std::time::Duration;

use heureka_model::{Applications, Document, InstanceKey, InstanceStatus, ServiceUrl, UnixMillis};
use thiserror::Error;

/// Names a task for its result; results of tasks that nobody waits for any more do nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub(crate) u64);

/// Something to be done outside.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Task {
    /// Send a request; [`Agent::handle_answer`](crate::Agent::handle_answer) wants to know what came of it.
    Send(Call),
    /// Find out which servers there are; for [`Agent::handle_resolved`](crate::Agent::handle_resolved).
    Resolve(TaskId),
    /// Look at this process: where it runs, and whether it is well; for
    /// [`Agent::handle_inspected`](crate::Agent::handle_inspected).
    Inspect(TaskId),
}

/// A request to a server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Call {
    /// Names it for its answer.
    pub id: TaskId,
    /// The server.
    pub server: ServiceUrl,
    /// What to ask of it.
    pub operation: Operation,
    /// Until when, on the monotonic clock, an answer counts.
    pub deadline: Duration,
    /// The `ETag` of what is known already, for `If-None-Match`.
    pub known: Option<Arc<str>>,
    /// Whether the server may answer with a redirect (`X-Discovery-AllowRedirect`, T4).
    pub allows_redirect: bool,
}

/// What to ask of a server (T1, T2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// POST the whole instance.
    Register(Arc<Document>),
    /// PUT a heartbeat.
    Renew {
        /// Which instance.
        key: InstanceKey,
        /// The status that it reports.
        status: InstanceStatus,
        /// The version of what it says of itself.
        last_dirty: UnixMillis,
    },
    /// DELETE the instance.
    Cancel(InstanceKey),
    /// GET a listing.
    Fetch(Listing),
}

/// Which listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// What it lists.
    pub of: ListingOf,
    /// Regions besides the server's own, in the order given; for the parameter `regions`.
    pub regions: Arc<[Box<str>]>,
}

/// What a listing lists.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListingOf {
    /// Everything: `apps/`.
    All,
    /// What changed lately: `apps/delta`.
    Delta,
    /// Who is found under a vip: `vips/{vip}`.
    Vip(Arc<str>),
}

/// An answer, whatever its status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The listing in its body, where a listing was asked for and the status is 200.
    pub listing: Option<Applications>,
    /// Its `ETag`.
    pub etag: Option<Arc<str>>,
    /// Its `Location`.
    pub location: Option<Box<str>>,
    /// For how long the server asks not to be asked again (`Retry-After`).
    pub retry_after: Option<Duration>,
}

impl Answer {
    /// An answer of which only the status counts.
    #[must_use]
    pub fn of(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// A listing, answered with 200.
    #[must_use]
    pub fn listing(listing: Applications) -> Self {
        Self {
            listing: Some(listing),
            ..Self::of(200)
        }
    }
}

/// Why one request to one server has no answer that can be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CallFailure {
    /// It was not reached; nothing was sent.
    #[error("not reached: {0}")]
    Unreachable(Box<str>),
    /// There was no whole answer in time.
    #[error("no whole answer in time")]
    TimedOut,
    /// The exchange broke off.
    #[error("the exchange broke off: {0}")]
    Broken(Box<str>),
    /// The answer is no listing: HTML, garbage, half a body, another registry's format.
    #[error("the answer cannot be read: {0}")]
    Unreadable(Box<str>),
    /// The answer is larger than allowed.
    #[error("the answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// How much is allowed.
        limit_bytes: usize,
    },
    /// The credentials could not be had, or TLS could not agree: somebody has to change something.
    #[error("{0}")]
    Refused(Box<str>),
    /// The server answered with a status that is no success here.
    #[error("the server answered {0}")]
    Status(u16),
    /// The server redirects where it cannot be followed to, or without end.
    #[error("the server redirects to {0}, which cannot be followed")]
    Redirect(Box<str>),
}
