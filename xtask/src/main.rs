//! The project's own chores: `cargo run -p xtask -- pack-golden FROM TO`, `cargo run -p xtask -- mutants`,
//! `cargo run -p xtask -- public-api`, `cargo run -p xtask -- minimal-versions` and
//! `cargo run -p xtask -- instructions`.

mod golden;
mod instructions;
mod minimal_versions;
mod mutants;
mod public_api;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;

/// `EX_USAGE` of sysexits.h.
const WRONG_USAGE: u8 = 64;

const USAGE: &str = "usage: xtask pack-golden <folder of golden recordings> <folder to write>\n       xtask mutants [part of a name]\n       xtask public-api\n       xtask minimal-versions\n       xtask instructions [--record | --million]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match *arguments.as_slice() {
        ["pack-golden", from, to] => pack_golden(from, to),
        ["mutants"] => mutants::run(""),
        ["mutants", name] => mutants::run(name),
        ["minimal-versions"] => minimal_versions::run(),
        ["instructions"] => instructions::check(),
        ["instructions", "--record"] => instructions::record(),
        ["instructions", "--million"] => instructions::million(),
        ["public-api"] => public_api::run(),
        _ => return fail(USAGE, WRONG_USAGE.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("xtask: {error:#}"), ExitCode::FAILURE),
    }
}

fn pack_golden(from: &str, to: &str) -> Result<()> {
    let packed = golden::pack(from.as_ref(), to.as_ref())?;
    let golden::Packed {
        files,
        exchanges,
        bytes,
    } = packed;
    writeln!(
        std::io::stdout(),
        "{files} files, {exchanges} exchanges, {bytes} bytes"
    )?;
    Ok(())
}

fn fail(message: &str, code: ExitCode) -> ExitCode {
    // Nobody is left to be told that standard error is closed.
    let _ = writeln!(std::io::stderr(), "{message}");
    code
}
