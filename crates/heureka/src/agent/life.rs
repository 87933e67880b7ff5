//! From the start of the program to its end, and what the agent ends with.

use std::{
    io,
    process::{ExitCode, ExitStatus},
    time::Duration,
};

use anyhow::Context as _;
use nix::sys::signal::Signal;
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{info, warn};

use super::{
    program::{RunningProgram, exit_code},
    registration::{Left, Registration},
    signals::{Incoming, asks_to_end},
};
use crate::{config::StopSettings, exit::Failure};

/// A program that runs, and what goes on around it.
#[derive(Debug)]
pub(crate) struct Life<'a> {
    stop: &'a StopSettings,
    program: RunningProgram,
    signals: Incoming,
    registration: Registration,
}

/// What ends the time in which everything goes its way.
enum Turn {
    /// The program has ended.
    Ended(ExitStatus),
    /// It is to end.
    Asked(Signal),
    /// It was not well in time. This was wrong last.
    Overdue(String),
}

/// What the farewell ends with.
enum Farewell {
    /// The program has ended meanwhile.
    Ended(ExitStatus),
    /// Now the program gets this signal.
    Said(Signal),
}

impl<'a> Life<'a> {
    pub(crate) fn new(
        stop: &'a StopSettings,
        program: RunningProgram,
        signals: Incoming,
        registration: Registration,
    ) -> Self {
        Self {
            stop,
            program,
            signals,
            registration,
        }
    }

    /// Goes on until the program has ended, and the instance has left the registry.
    pub(crate) async fn live(mut self) -> Result<ExitCode, Failure> {
        let turn = self.run().await.context(UNNOTICED)?;
        let status = match turn {
            Turn::Ended(status) => status,
            Turn::Asked(signal) => self.end(signal).await.context(UNNOTICED)?,
            Turn::Overdue(reason) => {
                self.program.pass_on(Signal::SIGTERM);
                self.await_end().await.context(UNNOTICED)?;
                return Err(overdue(&reason));
            }
        };
        info!(%status, "the command has ended");
        self.leave().await;
        Ok(exit_code(status))
    }

    async fn run(&mut self) -> io::Result<Turn> {
        loop {
            tokio::select! {
                status = self.program.ended() => return Ok(Turn::Ended(status?)),
                signal = self.signals.next() => {
                    if asks_to_end(signal) {
                        return Ok(Turn::Asked(signal));
                    }
                    self.program.pass_on(signal);
                }
                left = self.registration.over() => {
                    if let Left::Overdue(reason) = left {
                        return Ok(Turn::Overdue(reason));
                    }
                }
            }
        }
    }

    /// Callers are told first, and the program after them.
    async fn end(&mut self, asked: Signal) -> io::Result<ExitStatus> {
        info!(signal = %asked, "stopping: the instance leaves the registry first");
        match self.say_farewell(asked).await? {
            Farewell::Ended(status) => Ok(status),
            Farewell::Said(signal) => {
                self.program.pass_on(signal);
                self.await_end().await
            }
        }
    }

    /// Who asks again does not want to wait.
    async fn say_farewell(&mut self, asked: Signal) -> io::Result<Farewell> {
        // What the program has heard of from the terminal cannot be kept from it.
        let drain = Some(self.stop.drain).filter(|_| !self.program.has_heard(asked));
        let said = leave_and_drain(&mut self.registration, drain.unwrap_or_default());
        tokio::pin!(said);
        loop {
            tokio::select! {
                status = self.program.ended() => return Ok(Farewell::Ended(status?)),
                () = &mut said => return Ok(Farewell::Said(asked)),
                signal = self.signals.next() => {
                    if asks_to_end(signal) {
                        return Ok(Farewell::Said(signal));
                    }
                    self.program.pass_on(signal);
                }
            }
        }
    }

    /// The program has been told; now it has its time to end.
    async fn await_end(&mut self) -> io::Result<ExitStatus> {
        let mut kill_at = self.stop.timeout.map(|longest| Instant::now() + longest);
        loop {
            tokio::select! {
                status = self.program.ended() => return status,
                signal = self.signals.next() => self.program.pass_on(signal),
                () = at(kill_at) => {
                    kill_at = None;
                    warn!("the command has not ended in time, and is killed");
                    self.program.kill();
                }
            }
        }
    }

    /// The program is gone, and so are those who would wait for it: another signal ends the agent.
    async fn leave(&mut self) {
        let left = self.registration.left();
        tokio::pin!(left);
        loop {
            tokio::select! {
                _ = &mut left => return,
                signal = self.signals.next() => {
                    if asks_to_end(signal) {
                        warn!(%signal, "the registry is not waited for");
                        return;
                    }
                }
            }
        }
    }
}

const UNNOTICED: &str = "the end of the command cannot be noticed";

/// Where nobody was ever told of the instance, nobody has to hear that it leaves.
async fn leave_and_drain(registration: &mut Registration, drain: Duration) {
    match registration.left().await {
        Left::Registered if !drain.is_zero() => {
            info!(?drain, "the command goes on until callers have heard of it");
            sleep(drain).await;
        }
        Left::Registered | Left::Unregistered | Left::Overdue(_) => {}
    }
}

fn overdue(reason: &str) -> Failure {
    Failure::Unavailable(format!(
        "the command was not well within --start-timeout, and was ended; at last {reason}"
    ))
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
