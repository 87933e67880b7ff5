//! What agents did, in numbers: a check proves nothing where nothing happened.

use std::fmt;
use std::ops::AddAssign;

use heureka_client_core::{Event, FetchedHow};

/// How often agents did what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgentCounts {
    /// Processes that began.
    pub runs: u64,
    /// Heartbeats that a server took.
    pub renewed: u64,
    /// Registrations that a server took.
    pub registered: u64,
    /// Those of them that followed a heartbeat for which there was no instance any more.
    pub again: u64,
    /// Heartbeats and registrations that no server took.
    pub failed: u64,
    /// Fetches of everything.
    pub full: u64,
    /// Fetches of what had changed.
    pub deltas: u64,
    /// Those of everything after changes that did not add up.
    pub reconciled: u64,
    /// Deltas that came from another server than what was known before.
    pub from_another: u64,
    /// Orderly ends of which a server knows.
    pub farewells: u64,
    /// Orderly ends of which none does.
    pub silent_ends: u64,
}

impl AgentCounts {
    pub(super) fn count(&mut self, event: &Event) {
        match event {
            Event::Renewed => self.renewed += 1,
            Event::Registered { again, .. } => {
                self.registered += 1;
                self.again += u64::from(*again);
            }
            Event::HeartbeatFailed { .. } | Event::RegistrationFailed(_) => self.failed += 1,
            Event::Fetched { how, .. } => match how {
                FetchedHow::Full => self.full += 1,
                FetchedHow::Delta => self.deltas += 1,
                FetchedHow::Reconciled => self.reconciled += 1,
                _ => {}
            },
            Event::Deregistered => self.farewells += 1,
            Event::DeregistrationFailed(_) => self.silent_ends += 1,
            _ => {}
        }
    }
}

impl AddAssign for AgentCounts {
    fn add_assign(&mut self, other: Self) {
        self.runs += other.runs;
        self.renewed += other.renewed;
        self.registered += other.registered;
        self.again += other.again;
        self.failed += other.failed;
        self.full += other.full;
        self.deltas += other.deltas;
        self.reconciled += other.reconciled;
        self.from_another += other.from_another;
        self.farewells += other.farewells;
        self.silent_ends += other.silent_ends;
    }
}

impl fmt::Display for AgentCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} agents: {} heartbeats, {} registrations ({} again), {} of both failed; {} deltas ({} from another server), \
             {} full fetches, {} after a wrong hash; {} farewells, {} unheard",
            self.runs,
            self.renewed,
            self.registered,
            self.again,
            self.failed,
            self.deltas,
            self.from_another,
            self.full,
            self.reconciled,
            self.farewells,
            self.silent_ends
        )
    }
}
