//! Readers that do not behave: too slow, gone in the middle, all at once, or asking for what is not there.
//!
//! Each of the four starts a server of its own, does its worst to it, and prints a table with what was measured beside what
//! was allowed; where more was measured, the command fails.

mod at_once;
mod metrics;
mod request;
mod slow;
mod sockets;
mod unknown;
mod vanish;

use anyhow::Result;
use clap::Subcommand;

/// What readers do.
#[derive(Debug, Subcommand)]
pub(crate) enum ReadersCommand {
    /// They ask for everything and read it slowly, or not at all
    Slow(slow::SlowArgs),
    /// They ask for everything and are gone after its begin
    Vanish(vanish::VanishArgs),
    /// All of them ask for everything at the same moment
    AtOnce(at_once::AtOnceArgs),
    /// They ask for names that nobody has, another one each time
    Unknown(unknown::UnknownArgs),
}

/// Does it, and says whether the server bore it.
pub(crate) async fn run(command: &ReadersCommand) -> Result<()> {
    match command {
        ReadersCommand::Slow(args) => slow::run(args).await,
        ReadersCommand::Vanish(args) => vanish::run(args).await,
        ReadersCommand::AtOnce(args) => at_once::run(args).await,
        ReadersCommand::Unknown(args) => unknown::run(args).await,
    }
}
