//! What happened that somebody may want to know.

use std::time::Duration;

use heureka_model::{InstanceStatus, ServiceUrl};
use thiserror::Error;

use crate::CallFailure;

/// What happened in the life of a client (RS4), in the order in which it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The first registration and the first fetch are over, as far as they are wanted; each may have failed where it was not
    /// insisted on.
    Started,
    /// What was insisted on at the start could not be had (L9, L13). The agent does nothing more.
    StartFailed(StartFailure),
    /// A server took the registration.
    Registered {
        /// With which status.
        status: InstanceStatus,
        /// Whether a server had lost the instance, and answered its heartbeat with 404.
        again: bool,
    },
    /// No server took the registration; it will be tried again.
    RegistrationFailed(Unserved),
    /// A server took a heartbeat.
    Renewed,
    /// No server took a heartbeat.
    HeartbeatFailed {
        /// Why.
        reason: Unserved,
        /// When the next one is due.
        retry_after: Duration,
    },
    /// The instance was taken out of the registry, at its own wish.
    Deregistered,
    /// It should have been taken out, and no server did it: its lease will end.
    DeregistrationFailed(Unserved),
    /// A fetch brought the registry up to date (D1), changed or not.
    Fetched {
        /// How.
        how: FetchedHow,
        /// How many instances came, went or changed.
        changes: usize,
    },
    /// A fetch failed: what is known stays.
    FetchFailed {
        /// Why.
        reason: Unserved,
        /// When the next one is due.
        retry_after: Duration,
    },
    /// After a delta the hashes differ: everything is fetched at once (K5).
    HashMismatch {
        /// The hash of what is known.
        known: Box<str>,
        /// The server's.
        listed: Box<str>,
    },
    /// The status that servers show for this instance changed (D2).
    RemoteStatusChanged {
        /// Before.
        previous: InstanceStatus,
        /// Now.
        current: InstanceStatus,
    },
    /// What this instance says of its status changed (H1).
    StatusChanged {
        /// Before.
        previous: InstanceStatus,
        /// Now.
        current: InstanceStatus,
    },
    /// A health check failed or succeeded as often as it takes to change the status, or could not be carried out.
    Unhealthy(Box<str>),
    /// Another server answers from now on.
    ServerSwitched {
        /// What it is asked for.
        line: LineName,
        /// The one before, if there was one.
        from: Option<ServiceUrl>,
        /// The one now.
        to: ServiceUrl,
    },
    /// A server's answer could not be used, and another server was asked.
    ServerFailed {
        /// The server.
        server: ServiceUrl,
        /// Why.
        failure: CallFailure,
    },
    /// Which servers there are could not be found out; the known ones stay (T20).
    ResolveFailed(Box<str>),
    /// The agent is done.
    Stopped,
}

/// How a fetch brought the registry up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchedHow {
    /// Everything was fetched.
    Full,
    /// The changes were fetched.
    Delta,
    /// The changes were fetched, they did not add up, and everything was fetched after them.
    Reconciled,
    /// The server says that nothing changed (304).
    Unchanged,
}

/// Which of the lines to servers (T10): they choose servers independently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LineName {
    /// For registrations, heartbeats and cancels.
    Registration,
    /// For fetches.
    Query,
    /// For questions to configured servers after others, where those are found in a registry (T18, T19).
    Bootstrap,
}

/// Why no server did what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unserved {
    /// There is no server to ask.
    #[error("no server is known: give at least one URL, or look at what the resolver says")]
    NoServers,
    /// Every attempt failed; they are told in their order.
    #[error("all {} attempts failed; the last at {}: {}", .0.len(), last_server(.0), last_failure(.0))]
    AllFailed(Vec<Attempt>),
    /// There was no answer before the time was up.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// A server lists nobody all at once.
    #[error(
        "the server lists nobody where {known} instances were known; it may have been started anew, so what is known \
         stays for a while"
    )]
    Doubtful {
        /// How many instances are known.
        known: usize,
    },
    /// A server answered in a way that ends the request.
    #[error("the server answered {0}")]
    Status(u16),
}

/// One attempt at one server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The server.
    pub server: ServiceUrl,
    /// Why it failed.
    pub failure: CallFailure,
}

fn last_server(attempts: &[Attempt]) -> String {
    let last = attempts.last();
    last.map(|attempt| attempt.server.to_string())
        .unwrap_or_default()
}

fn last_failure(attempts: &[Attempt]) -> String {
    let last = attempts.last();
    last.map(|attempt| attempt.failure.to_string())
        .unwrap_or_default()
}

/// What was insisted on at the start and could not be had.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StartFailure {
    /// No server took the registration (L13).
    #[error("the instance could not be registered: {0}")]
    Registration(Unserved),
    /// The registry could not be fetched (L9).
    #[error("the registry could not be fetched: {0}")]
    Fetch(Unserved),
}
