//! Runs worlds from seeds, and says what came of them.

#![allow(
    clippy::print_stdout,
    reason = "this is a tool for a terminal: what it finds is what it prints"
)]

use std::process::ExitCode;
use std::time::Duration;

use heureka_sim::{AgentCounts, SetFull, run};

const USAGE: &str = "heureka-sim [--seeds N] [--from N] [--first] | --seed N [--trace]";

/// What is asked for.
#[derive(Clone, Copy, Debug)]
struct Asked {
    from: u64,
    count: u64,
    with_trace: bool,
    /// It ends with the first violation.
    first_only: bool,
}

fn main() -> ExitCode {
    let Some(asked) = asked(std::env::args().skip(1)) else {
        println!("{USAGE}");
        return ExitCode::from(2);
    };
    let (mut node_time, mut registrations, mut violated) =
        (Duration::ZERO, SetFull::default(), 0_u64);
    let mut agents = AgentCounts::default();
    for seed in asked.from..asked.from.saturating_add(asked.count) {
        let outcome = run(seed, asked.with_trace);
        print!("{}", outcome.trace);
        if let Some(violation) = outcome.violation {
            println!("{violation}");
            violated += 1;
        }
        node_time += outcome.node_time;
        registrations += outcome.registrations;
        agents += outcome.agents;
        if violated > 0 && asked.first_only {
            break;
        }
    }
    let hours = node_time.as_secs_f64() / 3600.0;
    println!(
        "{} seeds, {violated} violated, {hours:.1} simulated node-hours",
        asked.count
    );
    println!("{registrations}");
    println!("{agents}");
    if violated == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn asked(mut arguments: impl Iterator<Item = String>) -> Option<Asked> {
    let mut asked = Asked {
        from: 0,
        count: 256,
        with_trace: false,
        first_only: false,
    };
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next()?.parse().ok();
        match argument.as_str() {
            "--seeds" => asked.count = number()?,
            "--from" => asked.from = number()?,
            "--seed" => (asked.from, asked.count) = (number()?, 1),
            "--trace" => asked.with_trace = true,
            "--first" => asked.first_only = true,
            _ => return None,
        }
    }
    Some(asked)
}
