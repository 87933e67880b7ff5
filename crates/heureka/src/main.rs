//! `heureka`: a service registry that speaks Eureka's protocol, in one file.
//!
//! The order of things: the command line, the configuration as a whole, the log, the runtime, and
//! then the command itself. What can be wrong with the first two is said before a port is bound.

mod agent;
mod assembly;
mod command_line;
mod config;
mod descriptors;
mod exit;
mod logging;
mod serve;
mod signals;

use std::process::ExitCode;

use command_line::Command;
use config::{AgentSettings, Flags, Loaded, ServeSettings, Settings};
use exit::Failure;

/// A registration gives back pieces of memory that nothing has touched for long, on another thread than the one that took
/// them. This allocator does so without a look at what lies beside them, and gives large crowds' memory back to the system.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    run().unwrap_or_else(|failure| failure.report())
}

fn run() -> Result<ExitCode, Failure> {
    match command_line::parse(std::env::args_os())? {
        Command::Help { text } => exit::print(&text).map(|()| ExitCode::SUCCESS),
        Command::Serve(flags) => {
            let loaded: Loaded<ServeSettings> = load(flags)?;
            let tls = assembly::tls(&loaded.settings)?;
            logging::start(&loaded.settings.log)?;
            serve::run(&loaded.settings, tls, &loaded.notes)
        }
        Command::Agent(flags, program) => {
            let loaded: Loaded<AgentSettings> = load(flags)?;
            agent::run(loaded, &program)
        }
    }
}

fn load<S: Settings>(flags: Flags) -> Result<Loaded<S>, Failure> {
    config::load(flags, std::env::vars_os()).map_err(Failure::usage)
}
