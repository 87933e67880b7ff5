//! What the operator tells a running process.

use std::{io, process::ExitCode, sync::Arc};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::Notify,
};
use tokio_util::sync::CancellationToken;

/// The signals that end the process.
#[derive(Debug)]
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

/// The signal that has the names of peers looked up at once.
#[derive(Debug)]
pub(crate) struct Hangup(Signal);

impl Hangup {
    pub(crate) fn listen() -> io::Result<Self> {
        signal(SignalKind::hangup()).map(Self)
    }

    /// Tells `refresh` of each of them, for ever.
    pub(crate) async fn pass_on(mut self, refresh: Arc<Notify>, stop: CancellationToken) {
        while let Some(Some(())) = stop.run_until_cancelled(self.0.recv()).await {
            refresh.notify_one();
        }
    }
}

/// A request to end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stop {
    Terminate,
    Interrupt,
}

impl Signals {
    /// From here on, the signals are heard and no longer kill.
    pub(crate) fn listen() -> io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self {
            terminate,
            interrupt,
        })
    }

    pub(crate) async fn next(&mut self) -> Stop {
        tokio::select! {
            Some(()) = self.terminate.recv() => Stop::Terminate,
            Some(()) = self.interrupt.recv() => Stop::Interrupt,
            else => std::future::pending().await,
        }
    }
}

impl Stop {
    /// What a shell reports for a process that this signal killed.
    pub(crate) fn exit_code(self) -> ExitCode {
        let signal = match self {
            Self::Terminate => SignalKind::terminate(),
            Self::Interrupt => SignalKind::interrupt(),
        };
        u8::try_from(128 + signal.as_raw_value()).map_or(ExitCode::FAILURE, ExitCode::from)
    }
}
