//! How the process ends.
//!
//! The codes are those of `sysexits.h`, so that a supervisor can tell a mistake in the
//! configuration, which no restart mends, from a failure that may pass.

use std::{
    fmt::Display,
    io::{self, Write},
    process::ExitCode,
};

use anyhow::Context;

/// Bad usage, an unknown key, a bad value or an unreadable file.
const USAGE: u8 = 64;
/// A port that cannot be bound.
const UNAVAILABLE: u8 = 69;
/// An internal failure.
const INTERNAL: u8 = 70;
/// A command that is there and cannot be started, as shells say it.
const NOT_STARTED: u8 = 126;
/// A command that is not there, likewise.
const NOT_FOUND: u8 = 127;

/// Why the process ends without having done what it was asked to do.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The operator has to change something; one line each.
    Usage(Vec<String>),
    /// Something that is needed is not to be had now.
    Unavailable(String),
    /// The command that was to be run cannot be started.
    NotStarted(String),
    /// The command that was to be run is not there.
    NotFound(String),
    /// The fault is ours or the machine's.
    Internal(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

impl Failure {
    pub(crate) fn usage<P: Display>(problems: Vec<P>) -> Self {
        Self::Usage(problems.iter().map(P::to_string).collect())
    }

    /// Says on stderr what is wrong and yields the exit code.
    pub(crate) fn report(self) -> ExitCode {
        let (lines, code) = match self {
            Self::Usage(lines) => (lines, USAGE),
            Self::Unavailable(line) => (vec![line], UNAVAILABLE),
            Self::NotStarted(line) => (vec![line], NOT_STARTED),
            Self::NotFound(line) => (vec![line], NOT_FOUND),
            Self::Internal(error) => (vec![format!("{error:#}")], INTERNAL),
        };
        let mut stderr = io::stderr().lock();
        for line in lines {
            // If nobody hears it, the exit code still says it.
            let _ = writeln!(stderr, "heureka: {line}");
        }
        ExitCode::from(code)
    }
}

/// Prints to stdout, at once.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{text}")
        .and_then(|()| stdout.flush())
        .context("cannot write to stdout")
        .map_err(Failure::Internal)
}
