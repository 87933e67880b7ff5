//! The program that the agent runs.

use std::{
    io::{self, IsTerminal as _},
    os::unix::process::ExitStatusExt as _,
    process::{ExitCode, ExitStatus},
};

use nix::sys::signal::Signal;
use tokio::process::Command;
use tracing::{debug, info, warn};

use super::processes::{OwnProcesses, Process};
use crate::{
    command_line::Program,
    config::{AGENT, SERVER, shown},
    exit::Failure,
};

/// The program, running. Dropped before it has ended, it is killed.
#[derive(Debug)]
pub(crate) struct RunningProgram {
    process: Process,
    /// Whether it gets what a terminal sends at Ctrl-C from there.
    hears_terminal: bool,
}

impl RunningProgram {
    /// Starts it, its stdin, stdout and stderr being the agent's.
    pub(crate) fn start(program: &Program, own: &OwnProcesses) -> Result<Self, Failure> {
        let mut command = Command::new(&program.name);
        command.args(&program.arguments);
        keep_secrets(&mut command);
        // In a group of its own it could not read from the terminal.
        let hears_terminal = io::stdin().is_terminal();
        let process = own
            .start(command, !hears_terminal)
            .map_err(|error| not_started(program, &error))?;
        Ok(Self {
            process,
            hears_terminal,
        })
    }

    pub(crate) fn id(&self) -> i32 {
        self.process.id()
    }

    /// Waits for its end. That can be broken off and begun again.
    pub(crate) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.process.ended().await
    }

    /// Whether it has got `signal` from the terminal when the agent gets it.
    pub(crate) fn has_heard(&self, signal: Signal) -> bool {
        self.hears_terminal && (signal == Signal::SIGINT || signal == Signal::SIGQUIT)
    }

    /// Sends it a signal that the agent got.
    pub(crate) fn pass_on(&self, signal: Signal) {
        if self.has_heard(signal) {
            debug!(%signal, "the command has the signal from the terminal");
            return;
        }
        match self.process.signal(signal) {
            Ok(()) => info!(%signal, "the command gets the signal"),
            Err(error) => warn!(%signal, %error, "the command cannot be sent the signal"),
        }
    }

    pub(crate) fn kill(&self) {
        if let Err(error) = self.process.kill() {
            warn!(%error, "the command cannot be killed");
        }
    }
}

/// Who knows nothing of Eureka needs no password of it.
pub(crate) fn keep_secrets(command: &mut Command) {
    command.env_remove(AGENT.variable(SERVER.entry.key));
}

/// What a shell would make of the program's end.
pub(crate) fn exit_code(status: ExitStatus) -> ExitCode {
    let of_signal = || status.signal().map(|signal| 128 + signal);
    let code = status.code().or_else(of_signal);
    let code = code.and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

fn not_started(program: &Program, error: &io::Error) -> Failure {
    let name = shown(&program.name.to_string_lossy());
    if error.kind() == io::ErrorKind::NotFound {
        let advice = "write its path, or a name that is found in PATH";
        return Failure::NotFound(format!("the command {name} is not found: {advice}"));
    }
    Failure::NotStarted(format!("the command {name} cannot be started: {error}"))
}
