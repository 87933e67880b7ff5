//! A cluster of nodes and their clients in one thread, under simulated time, from one seed.
//!
//! [`run`] builds a world from a seed: some nodes, the lines between them, clients of several habits, services with the
//! client library, and a schedule of faults. It jumps from event to event, checks after each of them what must hold, heals
//! everything at the end, and asks whether all nodes hold the same, and whether every client library sees that. The same
//! seed gives the same run, byte for byte of its trace.
//!
//! The client library takes part as it is: `agents` drives [`heureka_client_core::Agent`] as its shell does, with lines
//! that lose, delay and break, and servers that are away, stopped or not open yet.
//!
//! What must hold is decided by `MERGE.md`; the names of invariants (`I1`) are those of `faults-and-attacks.md`.

mod agents;
mod alarm;
mod checks;
mod clients;
mod expectations;
mod faults;
mod host;
mod java;
mod messages;
mod network;
mod operator;
mod outcome;
mod peers;
mod readers;
mod scenario;
mod serving;
mod set_full;
mod trace;
mod world;

pub use agents::AgentCounts;
pub use outcome::{Outcome, Violation};
pub use set_full::SetFull;

/// Runs the world of a seed to its end or to the first violation.
#[must_use]
pub fn run(seed: u64, with_trace: bool) -> Outcome {
    world::World::new(seed, with_trace).run()
}
