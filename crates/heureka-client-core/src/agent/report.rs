//! The client in numbers (RS12, K17, K18, M1 to M3).

use std::time::Duration;

use heureka_model::ServiceUrl;

use super::Agent;
use super::lane::Lane;
use super::starting::Phase;

/// The client in numbers; ages are counted up to the moment of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Whether the start is over and the end has not begun.
    pub is_running: bool,
    /// Whether a server has taken the registration.
    pub is_registered: bool,
    /// The time since a server last took a heartbeat or a registration; none yet is `None` (K18).
    pub since_heartbeat: Option<Duration>,
    /// The time since the registry was last brought up to date (K18).
    pub since_fetch: Option<Duration>,
    /// How many instances of the own region are known, whatever their status (K17).
    pub instances: usize,
    /// How many there were at the end of the start (L14).
    pub started_with: Option<usize>,
    /// How often a server had lost the instance (M1).
    pub reregistrations: u64,
    /// How often changes did not add up (M1).
    pub hash_mismatches: u64,
    /// How often everything was fetched.
    pub full_fetches: u64,
    /// How often only changes were.
    pub deltas: u64,
    /// Heartbeats in a row that no server took.
    pub failed_heartbeats_in_a_row: u32,
    /// Fetches in a row that failed.
    pub failed_fetches_in_a_row: u32,
    /// The line for registrations and heartbeats.
    pub registration: LineReport,
    /// The line for fetches.
    pub query: LineReport,
}

/// A line to the servers in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineReport {
    /// The server that answered last, if it is still trusted.
    pub server: Option<ServiceUrl>,
    /// How many servers are known.
    pub servers: usize,
    /// How many of them failed lately (M3).
    pub quarantined: usize,
    /// For how long the current session has lasted (M3).
    pub session_age: Option<Duration>,
}

impl Agent {
    pub(super) fn make_report(&self, mono: Duration) -> Report {
        let own = self.own.as_ref();
        let since = |then: Duration| mono.saturating_sub(then);
        let fetching = &self.fetching;
        Report {
            is_running: self.phase == Phase::Running,
            is_registered: own.is_some_and(|own| own.is_registered),
            since_heartbeat: own.and_then(|own| own.last_heartbeat).map(since),
            since_fetch: fetching.last_success.map(since),
            instances: self.registry().len(),
            started_with: fetching.started_with,
            reregistrations: own.map_or(0, |own| own.reregistrations),
            hash_mismatches: fetching.mismatches,
            full_fetches: fetching.full_fetches,
            deltas: fetching.deltas,
            failed_heartbeats_in_a_row: own.map_or(0, |own| own.failed_heartbeats_in_a_row),
            failed_fetches_in_a_row: fetching.failures_in_a_row,
            registration: line_report(&self.registration, mono),
            query: line_report(&self.query, mono),
        }
    }
}

fn line_report<P>(lane: &Lane<P>, mono: Duration) -> LineReport {
    let line = lane.line();
    LineReport {
        server: line.current().cloned(),
        servers: line.len(),
        quarantined: line.quarantined(),
        session_age: line.session_age(mono),
    }
}
