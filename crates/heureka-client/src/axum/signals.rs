//! How a process is asked to end.

use std::io;

/// Waits until the process is asked to end: by Ctrl-C, or where there is such a thing by SIGTERM.
///
/// # Errors
///
/// The machine does not let the process listen for that.
#[cfg(unix)]
pub(super) async fn terminated() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

/// The same, where Ctrl-C is all there is.
#[cfg(not(unix))]
pub(super) async fn terminated() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
