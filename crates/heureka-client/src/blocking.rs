//! The client for programs without an async runtime (RS2).

use std::ops::Deref;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use heureka_client_core::Instance;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;

use crate::builder::ClientBuilder;
use crate::client::EurekaClient;
use crate::error::{ConfigError, Error};

/// A client that runs on a thread of its own; it ends with this.
///
/// It is a handle like [`EurekaClient`], whose look-ups never wait. Call [`Client::shutdown`] to leave the registry in
/// order. Dropping it instead asks the client to leave and does not wait; it gets that far if the process lives on.
#[derive(Debug)]
#[must_use = "the client leaves when this is dropped"]
pub struct Client {
    client: EurekaClient,
    runtime: Handle,
    /// Dropped or used, it makes the client leave.
    leave: oneshot::Sender<()>,
    thread: JoinHandle<Result<(), Error>>,
}

impl Client {
    /// Starts what `builder` was told, and waits until it has registered and fetched for the first time.
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::start`], or there is no thread to be had.
    pub fn start(builder: ClientBuilder) -> Result<Self, Error> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(other)?;
        let handle = runtime.handle().clone();
        let (leave, left) = oneshot::channel();
        let (started, has_started) = mpsc::sync_channel(1);
        let thread = std::thread::Builder::new().name("eureka-client".to_owned());
        let thread = thread
            .spawn(move || run(&runtime, builder, &started, left))
            .map_err(other)?;
        let (client, runtime) = match has_started.recv() {
            Ok(started) => started.map(|client| (client, handle))?,
            Err(_) => return Err(Error::ShutDown),
        };
        Ok(Self {
            client,
            runtime,
            leave,
            thread,
        })
    }

    /// Waits as [`EurekaClient::wait_for`] does.
    ///
    /// # Errors
    ///
    /// As there; or it was called on a thread of an async runtime, which must not wait.
    pub fn wait_for(
        &self,
        app: &str,
        count: usize,
        timeout: Duration,
    ) -> Result<Arc<[Instance]>, Error> {
        if Handle::try_current().is_ok() {
            return Err(ConfigError::Other(
                "the blocking client was asked to wait within an async runtime: use EurekaClient there".into(),
            )
            .into());
        }
        self.runtime
            .block_on(self.client.wait_for(app, count, timeout))
    }

    /// Leaves the registry and ends.
    ///
    /// # Errors
    ///
    /// As [`Running::shutdown`](crate::Running::shutdown).
    pub fn shutdown(self) -> Result<(), Error> {
        // The thread may have ended by itself.
        let _ = self.leave.send(());
        self.thread.join().unwrap_or(Err(Error::ShutDown))
    }
}

/// Lives on the thread.
fn run(
    runtime: &Runtime,
    builder: ClientBuilder,
    started: &mpsc::SyncSender<Result<EurekaClient, Error>>,
    left: oneshot::Receiver<()>,
) -> Result<(), Error> {
    runtime.block_on(async {
        let running = match builder.start().await {
            Ok(running) => running,
            Err(error) => {
                // Whoever waits is told; nobody else is there.
                let _ = started.send(Err(error));
                return Ok(());
            }
        };
        let _ = started.send(Ok(running.client().clone()));
        running.run_until(left).await.map(drop)
    })
}

fn other(error: std::io::Error) -> Error {
    ConfigError::Other(format!("no thread for the client: {error}").into()).into()
}

impl Deref for Client {
    type Target = EurekaClient;

    fn deref(&self) -> &EurekaClient {
        &self.client
    }
}
