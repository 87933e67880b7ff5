//! The loop that accepts connections, and its end.

use std::{
    any::Any, convert::Infallible, error::Error, future::ready, io, net::SocketAddr, sync::Arc,
    time::Duration,
};

use http::{Request, Response};
use http_body::Body;
use hyper::service::Service;
use tokio::{
    task::{JoinError, JoinSet},
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, warn};

use crate::{
    Counters, Limits, Listener, connection::attend, counters::OpenConnection, leave::Leave,
    refusals::Refusals, request_body::RequestBody, session::Session,
};

/// How long the loop waits after a failed attempt to accept; file descriptors may be free again.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// How often failed attempts to accept are logged at most.
const ACCEPT_LOG_INTERVAL: Duration = Duration::from_secs(10);

/// How long aborted connections may take to let go; only a service that blocks its thread does.
const ABORT_GRACE: Duration = Duration::from_millis(500);

/// What became of the connections that were open when the loop was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Those that ended by themselves: idle, or with their request answered.
    pub finished: usize,
    /// Those whose request was not answered within the drain deadline.
    pub aborted: usize,
}

/// Accepts and serves connections until `stop` is cancelled and the last connection has ended.
///
/// Once stopped, the listener is closed at once and connections end after their current request,
/// at the latest after [`Limits::drain_deadline`]. Nothing else ends the loop: failures to accept
/// are counted and tried again, and a panic of the service costs the one connection it happened on.
///
/// `service` is cloned for every connection; a [`hyper::service::service_fn`] fits.
pub async fn serve<L, S, B>(
    listener: L,
    limits: Limits,
    service: S,
    stop: CancellationToken,
    counters: Arc<Counters>,
) -> Drained
where
    L: Listener,
    S: Service<Request<RequestBody>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data: Send> + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let mut reception = Reception {
        limits,
        service,
        stop,
        counters,
        leave: Leave::default(),
        connections: JoinSet::new(),
        refusals: Refusals::default(),
    };
    reception.accept_until_stopped(listener).await;
    reception.drain().await
}

/// The loop's state.
struct Reception<S> {
    limits: Limits,
    service: S,
    stop: CancellationToken,
    counters: Arc<Counters>,
    leave: Leave,
    connections: JoinSet<()>,
    refusals: Refusals,
}

impl<S, B> Reception<S>
where
    S: Service<Request<RequestBody>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data: Send> + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    async fn accept_until_stopped<L: Listener>(&mut self, mut listener: L) {
        let mut failures = AcceptFailures::default();
        let stop = self.stop.clone();
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(ended) = self.connections.join_next() => self.note_end(ended),
                accepted = listener.accept() => match accepted {
                    Ok((io, peer)) => self.admit(io, peer, L::abandon),
                    Err(failure) => {
                        self.counters.accept_errors.increment();
                        if let Some(unlogged) = failures.admit_line(Instant::now()) {
                            warn!(%failure, unlogged, "connections cannot be accepted");
                        }
                        if !concerns_one_connection(&failure) {
                            sleep(ACCEPT_RETRY).await;
                        }
                    }
                },
            }
        }
        self.leave.give();
        self.accept_what_is_there(listener).await;
    }

    /// Takes the connections that the kernel has made already: closing the listener resets them,
    /// and their clients may have sent a request.
    async fn accept_what_is_there<L: Listener>(&mut self, mut listener: L) {
        for _ in self.connections.len()..self.limits.max_connections {
            tokio::select! {
                biased;
                accepted = listener.accept() => match accepted {
                    Ok((io, peer)) => self.admit(io, peer, L::abandon),
                    Err(_) => break,
                },
                () = ready(()) => break,
            }
        }
    }

    fn admit<Io>(&mut self, io: Io, peer: SocketAddr, abandon: fn(Io))
    where
        Io: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        self.counters.accepted.increment();
        if self.connections.len() >= self.limits.max_connections {
            debug!(%peer, "connection refused: too many are open");
            self.counters.refused_over_cap.increment();
            self.refusals.refuse(io);
            return;
        }
        let session = Session::new(peer, self.limits, Arc::clone(&self.counters));
        let open = OpenConnection::new(Arc::clone(&self.counters));
        let leave = self.leave.awaited();
        let attended = attend(io, session, self.service.clone(), leave, abandon);
        self.connections.spawn(async move {
            let _open = open;
            attended.await;
        });
    }

    async fn drain(mut self) -> Drained {
        let deadline = Instant::now() + self.limits.drain_deadline;
        let mut finished = 0;
        while let Ok(Some(ended)) = timeout_at(deadline, self.connections.join_next()).await {
            self.note_end(ended);
            finished += 1;
        }
        let aborted = self.connections.len();
        // A connection that does not let go is left to the runtime's own end.
        let _: Result<(), _> = timeout(ABORT_GRACE, self.connections.shutdown()).await;
        Drained { finished, aborted }
    }

    fn note_end(&self, ended: Result<(), JoinError>) {
        if let Err(failure) = ended
            && let Ok(panic) = failure.try_into_panic()
        {
            self.counters.panics.increment();
            let message = panic_message(panic.as_ref());
            error!(
                message,
                "the service panicked; the connection of the request is closed"
            );
        }
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    if let Some(message) = panic.downcast_ref::<&str>() {
        message
    } else {
        panic
            .downcast_ref::<String>()
            .map_or("no message", String::as_str)
    }
}

/// Whether the client gave up before its connection was accepted, which says nothing about the
/// next connection.
fn concerns_one_connection(failure: &io::Error) -> bool {
    matches!(
        failure.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

/// Keeps failures to accept from flooding the log.
#[derive(Debug, Default)]
struct AcceptFailures {
    last_line: Option<Instant>,
    unlogged: u64,
}

impl AcceptFailures {
    /// Whether a failure may be logged, and then how many were not since the last one that was.
    fn admit_line(&mut self, now: Instant) -> Option<u64> {
        if self
            .last_line
            .is_some_and(|last| now < last + ACCEPT_LOG_INTERVAL)
        {
            self.unlogged += 1;
            return None;
        }
        self.last_line = Some(now);
        Some(std::mem::take(&mut self.unlogged))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::AcceptFailures;

    #[test]
    fn failures_to_accept_are_logged_once_in_ten_seconds() {
        let start = Instant::now();
        let mut failures = AcceptFailures::default();
        let lines: Vec<(u64, u64)> = (0..=20_000)
            .step_by(50)
            .filter_map(|ms| Some((ms, failures.admit_line(start + Duration::from_millis(ms))?)))
            .collect();
        assert_eq!(lines, [(0, 0), (10_000, 199), (20_000, 199)]);
    }
}
