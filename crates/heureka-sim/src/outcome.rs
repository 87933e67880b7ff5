//! What came of a run.

use std::fmt;
use std::time::Duration;

use crate::{AgentCounts, SetFull};

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// The seed that it began with.
    pub seed: u64,
    /// How many events there were.
    pub steps: u64,
    /// How long nodes ran, all together, in simulated time.
    pub node_time: Duration,
    /// What became of the registrations.
    pub registrations: SetFull,
    /// What services with the client library did.
    pub agents: AgentCounts,
    /// The first thing that should not have been.
    pub violation: Option<Violation>,
    /// What happened, line by line, where it was asked for.
    pub trace: String,
}

/// Something that should not have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The seed of the run.
    pub seed: u64,
    /// After which event.
    pub step: u64,
    /// When, in simulated time.
    pub at: Duration,
    /// What was expected, and what was found.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            step,
            at,
            what,
        } = self;
        writeln!(
            f,
            "seed {seed}, step {step}, {:.3} s: {what}",
            at.as_secs_f64()
        )?;
        write!(
            f,
            "again: cargo run -p heureka-sim --release -- --seed {seed} --trace"
        )
    }
}
