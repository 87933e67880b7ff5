//! Makes connections for hyper: one of [`Dial`]'s, and TLS over it where the scheme wants it.

use std::{
    fmt, io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{Uri, uri};
use hyper_util::{
    client::legacy::connect::{Connected, Connection},
    rt::TokioIo,
};
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tower::Service;

use super::{config::DialConfig, error::DialError, tls::Tls};

/// A way to other machines: the network, or a simulated one.
pub trait Dial: Send + Sync + 'static {
    /// A connection's two streams of bytes.
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Connects to a host, which is a name, an IPv4 address, or an IPv6 address without brackets.
    ///
    /// # Errors
    ///
    /// Those of `connect(2)`. [`io::ErrorKind::ConnectionRefused`] says that the machine is there and the
    /// process is not; any other kind that the machine is not.
    fn dial(&self, host: &str, port: u16) -> impl Future<Output = io::Result<Self::Io>> + Send;
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A connection of whatever kind.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<Io: AsyncRead + AsyncWrite + Unpin + Send> Stream for Io {}

type BoxStream = Box<dyn Stream>;

impl Connection for BoxStream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

/// [`Dial`] with its stream in a box, so that the client has one type whatever it runs over.
trait BoxDial: Send + Sync {
    fn dial_boxed<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<BoxStream>>;
}

impl<D: Dial> BoxDial for D {
    fn dial_boxed<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<BoxStream>> {
        Box::pin(async move { Ok(Box::new(self.dial(host, port).await?) as BoxStream) })
    }
}

#[derive(Clone)]
pub(crate) struct Connector {
    dial: Arc<dyn BoxDial>,
    tls: Tls,
    connect_timeout: Duration,
    handshake_timeout: Duration,
}

impl Connector {
    pub(crate) fn new(dial: impl Dial, tls: Tls, config: &DialConfig) -> Self {
        Self {
            dial: Arc::new(dial),
            tls,
            connect_timeout: config.connect_timeout,
            handshake_timeout: config.handshake_timeout,
        }
    }

    async fn connect(self, to: Uri) -> Result<TokioIo<BoxStream>, DialError> {
        let secure = to.scheme() == Some(&uri::Scheme::HTTPS);
        let host = to.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = to.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let stream = self.reach(host, port).await?;
        let stream = if secure {
            self.secure(host, stream).await?
        } else {
            stream
        };
        Ok(TokioIo::new(stream))
    }

    async fn reach(&self, host: &str, port: u16) -> Result<BoxStream, DialError> {
        match timeout(self.connect_timeout, self.dial.dial_boxed(host, port)).await {
            Ok(connected) => connected.map_err(|failure| DialError::of_connecting(&failure)),
            Err(_) => Err(DialError::Unreachable {
                reason: format!("no connection within {:?}", self.connect_timeout),
            }),
        }
    }

    async fn secure(&self, host: &str, stream: BoxStream) -> Result<BoxStream, DialError> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| DialError::Tls(error.to_string()))?;
        let handshake = self.tls.connector().connect(name, stream);
        match timeout(self.handshake_timeout, handshake).await {
            Ok(Ok(stream)) => Ok(Box::new(stream)),
            Ok(Err(failure)) => Err(DialError::of_exchange(&failure)),
            Err(_) => Err(DialError::ReadTimeout),
        }
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").finish_non_exhaustive()
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<BoxStream>;
    type Error = DialError;
    type Future = BoxFuture<'static, Result<TokioIo<BoxStream>, DialError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        Box::pin(self.clone().connect(to))
    }
}
