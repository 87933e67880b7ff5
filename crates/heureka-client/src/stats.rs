//! What a client has done so far.

use std::time::Duration;

use heureka_client_core::{Event, FetchedHow, LineReport};
use heureka_model::{InstanceStatus, UnixMillis};

/// A client's state and counts at one moment (RS12, M1 to M3, K18).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// How long the client runs.
    pub uptime: Duration,
    /// When a fetch last succeeded.
    pub last_fetch: Option<Moment>,
    /// When a heartbeat or a registration last succeeded.
    pub last_heartbeat: Option<Moment>,
    /// How many applications are known.
    pub applications: usize,
    /// How many instances of the own region are known, whatever their status (K17).
    pub instances: usize,
    /// How many there were at the end of the start (L14).
    pub started_with: Option<usize>,
    /// Whether a server has the registration of this instance, as far as is known.
    pub is_registered: bool,
    /// The status that servers show for this instance.
    pub remote_status: InstanceStatus,
    /// Heartbeats in a row that no server took.
    pub failed_heartbeats_in_a_row: u32,
    /// Fetches in a row that failed.
    pub failed_fetches_in_a_row: u32,
    /// The line for registrations and heartbeats: its server, its session, its quarantine (M3).
    pub registration: LineReport,
    /// The line for fetches.
    pub query: LineReport,
    /// What happened how often.
    pub counts: Counts,
}

/// A moment in the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When, on the wall clock.
    pub at: UnixMillis,
    /// How long ago, on the monotonic clock.
    pub ago: Duration,
}

/// What happened how often since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Registrations that a server took.
    pub registrations: u64,
    /// Those of them that were needed because a server had lost the instance (M1 `Reregister`).
    pub registrations_again: u64,
    /// Registrations that no server took.
    pub registrations_failed: u64,
    /// Heartbeats that a server took.
    pub heartbeats: u64,
    /// Heartbeats that no server took.
    pub heartbeats_failed: u64,
    /// Fetches of everything.
    pub fetches_full: u64,
    /// Fetches of what changed.
    pub fetches_delta: u64,
    /// Fetches that were answered with 304.
    pub fetches_unchanged: u64,
    /// Fetches that failed.
    pub fetches_failed: u64,
    /// Deltas that did not add up to the server's hash (M1 `ReconcileHashCodeMismatch`).
    pub hash_mismatches: u64,
    /// Attempts at single servers that failed.
    pub attempts_failed: u64,
    /// Changes from one server to another.
    pub server_switches: u64,
    /// Look-ups of servers that failed.
    pub resolves_failed: u64,
}

impl Counts {
    pub(crate) fn count(&mut self, event: &Event) {
        match event {
            Event::Registered { again, .. } => {
                self.registrations += 1;
                self.registrations_again += u64::from(*again);
            }
            Event::RegistrationFailed(_) => self.registrations_failed += 1,
            Event::Renewed => self.heartbeats += 1,
            Event::HeartbeatFailed { .. } => self.heartbeats_failed += 1,
            Event::Fetched { how, .. } => self.count_fetch(*how),
            Event::FetchFailed { .. } => self.fetches_failed += 1,
            Event::HashMismatch { .. } => self.hash_mismatches += 1,
            Event::ServerFailed { .. } => self.attempts_failed += 1,
            Event::ResolveFailed(_) => self.resolves_failed += 1,
            Event::ServerSwitched { from: Some(_), .. } => self.server_switches += 1,
            Event::ServerSwitched { from: None, .. }
            | Event::Started
            | Event::StartFailed(_)
            | Event::Deregistered
            | Event::DeregistrationFailed(_)
            | Event::RemoteStatusChanged { .. }
            | Event::StatusChanged { .. }
            | Event::Unhealthy(_)
            | Event::Stopped
            | _ => {}
        }
    }

    fn count_fetch(&mut self, how: FetchedHow) {
        match how {
            FetchedHow::Delta => self.fetches_delta += 1,
            FetchedHow::Unchanged => self.fetches_unchanged += 1,
            FetchedHow::Full | FetchedHow::Reconciled => self.fetches_full += 1,
            _ => {}
        }
    }
}
