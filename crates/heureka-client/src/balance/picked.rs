//! An instance that was picked, and what its caller says of it.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use heureka_client_core::Instance;

use super::BaseUri;
use super::table::Member;

/// An instance that was picked. Its request counts as under way until this is dropped; say what became of it with
/// [`Picked::succeeded`] or [`Picked::failed`] (RS5).
#[must_use = "the request counts as over when this is dropped"]
pub struct Picked {
    member: Arc<Member>,
}

impl Picked {
    pub(super) fn new(member: &Arc<Member>) -> Self {
        member.record.begin();
        Self {
            member: Arc::clone(member),
        }
    }

    /// The instance.
    #[must_use]
    pub fn instance(&self) -> &Instance {
        &self.member.instance
    }

    /// Where it is reached.
    #[must_use]
    pub fn base_uri(&self) -> &BaseUri {
        &self.member.base
    }

    /// The request is over, and the instance did well.
    pub fn succeeded(self, latency: Duration) {
        self.member.record.succeeded(latency);
    }

    /// The request is over, and the instance is to blame: it was not reached, or said that it cannot.
    pub fn failed(self) {
        self.member.record.failed();
    }
}

impl Deref for Picked {
    type Target = Instance;

    fn deref(&self) -> &Instance {
        self.instance()
    }
}

impl Drop for Picked {
    fn drop(&mut self) {
        self.member.record.end();
    }
}

impl fmt::Debug for Picked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}", self.instance(), self.base_uri())
    }
}

/// What a balancer knows of an instance.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Standing {
    /// The instance.
    pub instance: Instance,
    /// How many requests are under way.
    pub in_flight: u32,
    /// How many requests in a row failed.
    pub failures_in_row: u32,
    /// Whether it is avoided now, for it failed lately.
    pub is_avoided: bool,
    /// How long requests took of late; `None` before the first success.
    pub latency: Option<Duration>,
}

impl Standing {
    pub(super) fn of(member: &Member, now: u64) -> Self {
        let record = &member.record;
        Self {
            instance: member.instance.clone(),
            in_flight: record.in_flight(),
            failures_in_row: record.failures_in_row(),
            is_avoided: record.is_avoided(now),
            latency: record.latency(),
        }
    }
}
