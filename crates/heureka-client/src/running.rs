//! The guard of a client that runs.

use std::ops::Deref;
use std::time::Duration;

use heureka_client_core::Event;
use tokio::sync::broadcast;
use tokio_util::task::TaskTracker;

use crate::EurekaClient;
use crate::error::{Doing, Error};
use crate::shared::Phase;

/// How long listeners and the file with the registry may take once the client has ended.
const CLOSING_TIMEOUT: Duration = Duration::from_secs(1);

/// A client that runs; it ends with this (RS3).
///
/// Call [`Running::shutdown`] to leave the registry in order. Dropping it instead asks the client to leave, and goes on
/// without waiting: whether it gets that far depends on how long the runtime lives.
#[derive(Debug)]
#[must_use = "the client leaves when this is dropped"]
pub struct Running {
    client: EurekaClient,
    tasks: TaskTracker,
    is_left: bool,
}

impl Running {
    pub(crate) fn new(client: EurekaClient, tasks: TaskTracker) -> Self {
        Self {
            client,
            tasks,
            is_left: false,
        }
    }

    /// Waits until the start is over.
    pub(crate) async fn started(mut self) -> Result<Self, Error> {
        let mut phase = self.client.shared().phase.clone();
        let decided = phase.wait_for(|phase| !matches!(phase, Phase::Starting));
        let decided = decided.await.map(|phase| phase.clone());
        match decided {
            Ok(Phase::Starting | Phase::Running) => Ok(self),
            Ok(Phase::StartFailed(failure)) => {
                self.is_left = true;
                Err(failure.into())
            }
            Ok(Phase::Stopped) | Err(_) => {
                self.is_left = true;
                Err(Error::ShutDown)
            }
        }
    }

    /// The handle, which may be cloned and kept anywhere.
    #[must_use]
    pub fn client(&self) -> &EurekaClient {
        &self.client
    }

    /// Leaves the registry and ends, at most within
    /// [`farewell_timeout`](crate::ClientBuilder::farewell_timeout) and two seconds (R5).
    ///
    /// # Errors
    ///
    /// No server took the farewell: they will drop the instance when its lease ends.
    pub async fn shutdown(mut self) -> Result<(), Error> {
        self.is_left = true;
        let mut events = self.client.events();
        self.client.shared().leave.cancel();
        let mut phase = self.client.shared().phase.clone();
        // It cannot be waited for any more where the driver is gone.
        let _ = phase.wait_for(Phase::is_over).await;
        let closed = tokio::time::timeout(CLOSING_TIMEOUT, self.tasks.wait()).await;
        if closed.is_err() {
            tracing::warn!("a listener or the file of the Eureka client does not end, and is left");
        }
        farewell(&mut events)
    }

    /// Runs until `signal` is done or the client ends by itself, then leaves like [`Running::shutdown`], and gives what
    /// the signal gave: `None` where the client was first.
    ///
    /// # Errors
    ///
    /// As [`Running::shutdown`].
    pub async fn run_until<S: Future>(self, signal: S) -> Result<Option<S::Output>, Error> {
        let ended = self.tasks.clone();
        let output = tokio::select! {
            output = signal => Some(output),
            () = ended.wait() => None,
        };
        self.shutdown().await?;
        Ok(output)
    }
}

/// What the last events say of the farewell; one that another handle brought about was told of before.
fn farewell(events: &mut broadcast::Receiver<Event>) -> Result<(), Error> {
    loop {
        match events.try_recv() {
            Ok(Event::DeregistrationFailed(reason)) => {
                return Err(Error::unserved(Doing::Deregistration, reason));
            }
            Ok(_) | Err(broadcast::error::TryRecvError::Lagged(_)) => {}
            Err(_) => return Ok(()),
        }
    }
}

impl Deref for Running {
    type Target = EurekaClient;

    fn deref(&self) -> &EurekaClient {
        &self.client
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.is_left || self.tasks.is_empty() {
            return;
        }
        tracing::warn!(
            "a Eureka client was dropped instead of shut down: it tries to leave the registry in the background; call \
             `shutdown` to be sure"
        );
        self.client.shared().leave.cancel();
    }
}
