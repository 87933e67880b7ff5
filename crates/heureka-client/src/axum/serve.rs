//! The life of a server that is registered.

use std::fmt;
use std::future::IntoFuture;
use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::pages::Pages;
use super::signals::terminated;
use crate::registration::Registration;
use crate::running::Running;
use crate::shared::Phase;
use crate::transport::BoxFuture;
use crate::{ClientBuilder, Error, EurekaClient, start};

/// How long the server goes on after it left the registry, unless it is said otherwise: callers do not hear of that at
/// once, and go on sending requests.
pub const DRAIN_DELAY: Duration = Duration::from_secs(10);

/// How long requests may take that are under way when the server stops, unless it is said otherwise.
pub const STOP_GRACE: Duration = Duration::from_secs(30);

/// Serves `routes` and registers: nothing is registered that does not listen, and nothing stops that is registered (RS3).
///
/// The port of `listener` is registered where the [`InstanceSpec`](crate::InstanceSpec) has none, so it may be bound to port
/// 0. `routes` is a [`Router`], or makes one, given the client. Awaiting what this returns serves until the process is asked
/// to end; [`Serve::until`] takes any other signal.
pub fn serve(listener: TcpListener, routes: impl Routes, client: ClientBuilder) -> Serve {
    Serve {
        listener,
        routes: Box::new(|client| routes.routes(client)),
        client,
        pages: Pages::default(),
        drain_delay: DRAIN_DELAY,
        stop_grace: STOP_GRACE,
    }
}

/// What is served: a [`Router`], or what makes one of the client.
pub trait Routes: Send + 'static {
    /// The routes, given the client, which may not have fetched anything yet.
    fn routes(self, client: &EurekaClient) -> Router;
}

impl Routes for Router {
    fn routes(self, _: &EurekaClient) -> Router {
        self
    }
}

impl<F: FnOnce(&EurekaClient) -> Router + Send + 'static> Routes for F {
    fn routes(self, client: &EurekaClient) -> Router {
        self(client)
    }
}

type MakeRoutes = Box<dyn FnOnce(&EurekaClient) -> Router + Send>;

/// A server that is to be registered and to serve.
#[must_use = "nothing is served until this is awaited"]
pub struct Serve {
    listener: TcpListener,
    routes: MakeRoutes,
    client: ClientBuilder,
    pages: Pages,
    drain_delay: Duration,
    stop_grace: Duration,
}

/// Why a server did not serve, or did not leave in order.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The listener has no address, or the process cannot hear of its end.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The client could not start, or no server took its farewell.
    #[error(transparent)]
    Client(#[from] Error),
}

impl Serve {
    /// Tells the instance's status at this path, by the status of the answer too: 200 for UP, 204 for STARTING, 503 for
    /// OUT_OF_SERVICE and 500 for others (I19). It is registered as the path of the health check, and comes before the routes.
    pub fn health_route(mut self, path: &str) -> Self {
        self.pages.health = Some(rooted(path));
        self
    }

    /// Tells at this path whether the client [is ready](EurekaClient::is_ready): 200 or 503 (RS11).
    pub fn ready_route(mut self, path: &str) -> Self {
        self.pages.ready = Some(rooted(path));
        self
    }

    /// Tells at this path what the instance registers: its application, id, status and metadata. It is registered as the
    /// path of the status page.
    pub fn info_route(mut self, path: &str) -> Self {
        self.pages.info = Some(rooted(path));
        self
    }

    /// How long the server goes on after it left the registry; [`DRAIN_DELAY`] unless it is said here.
    pub fn drain_delay(mut self, delay: Duration) -> Self {
        self.drain_delay = delay;
        self
    }

    /// How long requests may take that are under way when the server stops; [`STOP_GRACE`] unless it is said here.
    pub fn stop_grace(mut self, grace: Duration) -> Self {
        self.stop_grace = grace;
        self
    }

    /// Serves until `signal` is done or the client ends by itself. Then it leaves the registry, goes on serving for a
    /// moment, and stops when the requests are done that are under way.
    ///
    /// # Errors
    ///
    /// The client could not start, or no server took its farewell; what is serving stops in order nevertheless.
    pub async fn until(mut self, signal: impl Future) -> Result<(), ServeError> {
        let port = self.listener.local_addr()?.port();
        self.tell_in_registration(port);
        let running = start::begin(self.client).await?;
        let routes = (self.routes)(running.client());
        let routes = self.pages.before(routes, running.client());
        let stop = CancellationToken::new();
        let server = axum::serve(self.listener, routes)
            .with_graceful_shutdown(stop.clone().cancelled_owned())
            .into_future();
        let registered = registered(running, signal, self.drain_delay, stop.clone().drop_guard());
        let (served, left) = tokio::join!(stopped(server, stop, self.stop_grace), registered);
        served?;
        Ok(left?)
    }

    async fn until_terminated(self) -> Result<(), ServeError> {
        let mut heard = Ok(());
        self.until(async { heard = terminated().await }).await?;
        Ok(heard?)
    }

    fn tell_in_registration(&mut self, port: u16) {
        let Some(Registration::Spec(spec)) = &self.client.registration else {
            return;
        };
        let spec = self.pages.told_in((**spec).clone());
        let spec = if spec.has_port() {
            spec
        } else {
            spec.port(port)
        };
        self.client.registration = Some(spec.into());
    }
}

impl IntoFuture for Serve {
    type Output = Result<(), ServeError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.until_terminated())
    }
}

/// The client's part: when it ends, whatever ends it, the server may stop.
async fn registered(
    running: Running,
    signal: impl Future,
    drain_delay: Duration,
    _stop: DropGuard,
) -> Result<(), Error> {
    let mut signal = pin!(signal);
    let is_registered = running.client().shared().registers;
    let left = tokio::select! {
        () = begun(running.client()) => running.started().await?.run_until(signal).await.map(drop),
        _ = &mut signal => running.shutdown().await,
    };
    if is_registered {
        tokio::time::sleep(drain_delay).await;
    }
    left
}

/// Waits until the client has registered and fetched, or has failed to.
async fn begun(client: &EurekaClient) {
    let mut phase = client.shared().phase.clone();
    // Without a driver there is no phase to come, and that is an end too.
    let _ = phase
        .wait_for(|phase| !matches!(phase, Phase::Starting))
        .await;
}

/// The server's part.
async fn stopped(
    server: impl Future<Output = io::Result<()>>,
    stop: CancellationToken,
    grace: Duration,
) -> io::Result<()> {
    let mut server = pin!(server);
    tokio::select! {
        served = &mut server => return served,
        () = stop.cancelled() => {}
    }
    tokio::time::timeout(grace, server)
        .await
        .unwrap_or_else(|_| {
            tracing::warn!(?grace, "requests are still under way, and are left alone");
            Ok(())
        })
}

fn rooted(path: &str) -> Box<str> {
    format!("/{}", path.trim_start_matches('/')).into()
}

impl fmt::Debug for Serve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serve")
            .field("listener", &self.listener)
            .field("client", &self.client)
            .field("pages", &self.pages)
            .finish_non_exhaustive()
    }
}
