//! Measures Eureka servers: what each kind of request costs them, and how they stand a steady load.
//!
//! `docs/benchmarks.md` says how the tables in it are made.

mod batches;
mod cases;
mod closed_loop;
mod compare;
mod duration;
mod fleet;
mod floor;
mod growth;
mod http;
mod load;
mod machine;
mod markdown;
mod median;
mod process;
mod readers;
mod trial;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use tokio::task::LocalSet;

#[derive(Debug, Parser)]
#[command(name = "heureka-bench", about = "Measures Eureka servers")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A bare hyper server: what any server on hyper costs
    Floor {
        /// The address to listen on
        #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8770")]
        listen: SocketAddr,
        /// How many threads serve, each with a runtime of its own
        #[arg(long, value_name = "COUNT", default_value = "1")]
        threads: NonZeroUsize,
    },
    /// An open loop: clients with their heartbeats and fetches, at their times whatever the server does
    Load(load::LoadArgs),
    /// A closed loop for each kind of request: what it costs the server
    Cases(cases::CasesArgs),
    /// Runs the cases against heureka, a bare hyper server and the Java server, one table for all
    Compare(compare::CompareArgs),
    /// Runs some cases against registries of many sizes and shapes
    Growth(growth::GrowthArgs),
    /// The batches of a Java server, and how long they take at a full registry
    Batches(batches::BatchesArgs),
    /// Readers that do not behave, and whether a server bears them
    #[command(subcommand)]
    Readers(readers::ReadersCommand),
}

fn main() -> ExitCode {
    match run(&Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("heureka-bench: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<()> {
    match command {
        Command::Floor { listen, threads } => floor::serve(*listen, *threads),
        Command::Load(args) => on_one_thread(load::run(args)),
        Command::Cases(args) => on_one_thread(cases::run(args)),
        Command::Compare(args) => on_one_thread(compare::run(args)),
        Command::Growth(args) => on_one_thread(growth::run(args)),
        Command::Batches(args) => on_one_thread(batches::run(args)),
        Command::Readers(command) => on_one_thread(readers::run(command)),
    }
}

fn on_one_thread(work: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    LocalSet::new().block_on(&runtime, work)
}

#[expect(clippy::print_stderr, reason = "whoever waits sees how far it is")]
fn say(line: &str) {
    eprintln!("{line}");
}

#[expect(clippy::print_stdout, reason = "tables are what this program is for")]
fn print(text: &str) {
    println!("{text}");
}
