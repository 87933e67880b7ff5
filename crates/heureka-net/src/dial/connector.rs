//! Makes connections for hyper: one of [`Dial`]'s, through a proxy where there is one, and TLS over it
//! where the scheme wants it.

use std::{
    fmt, io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{Uri, uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tower::Service;

use super::{
    config::DialConfig,
    error::DialError,
    link::{BoxStream, Link},
    proxy::Proxy,
    tls::Tls,
    tunnel::{self, ProxyError, TunnelLimits},
};

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
    proxy: Option<Arc<Proxy>>,
    tls: Tls,
    connect_timeout: Duration,
    handshake_timeout: Duration,
    tunnel: TunnelLimits,
}

impl Connector {
    pub(crate) fn new(
        dial: impl Dial,
        proxy: Option<Arc<Proxy>>,
        tls: Tls,
        config: &DialConfig,
    ) -> Self {
        Self {
            dial: Arc::new(dial),
            proxy,
            tls,
            connect_timeout: config.connect_timeout,
            handshake_timeout: config.handshake_timeout,
            tunnel: TunnelLimits::of(config),
        }
    }

    async fn connect(self, to: Uri) -> Result<TokioIo<Link>, DialError> {
        let secure = to.scheme() == Some(&uri::Scheme::HTTPS);
        let host = to.host().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let port = to.port_u16().unwrap_or(if secure { 443 } else { 80 });
        Ok(TokioIo::new(match (&self.proxy, secure) {
            (None, false) => Link::plain(self.reach(bare, port).await?),
            (None, true) => self.secure(bare, self.reach(bare, port).await?).await?,
            (Some(proxy), false) => Link::forwarded(self.reach_proxy(proxy).await?),
            (Some(proxy), true) => {
                let stream = self.reach_proxy(proxy).await?;
                let target = format!("{host}:{port}");
                let stream = tunnel::open(stream, proxy, &target, self.tunnel).await?;
                self.secure(bare, stream).await?
            }
        }))
    }

    async fn reach(&self, host: &str, port: u16) -> Result<BoxStream, DialError> {
        match timeout(self.connect_timeout, self.dial.dial_boxed(host, port)).await {
            Ok(connected) => connected.map_err(|failure| DialError::of_connecting(&failure)),
            Err(_) => Err(DialError::Unreachable {
                reason: format!("no connection within {:?}", self.connect_timeout),
            }),
        }
    }

    /// That the proxy is not there says nothing about the server.
    async fn reach_proxy(&self, proxy: &Proxy) -> Result<BoxStream, DialError> {
        let stream = self.reach(proxy.host(), proxy.port()).await;
        stream.map_err(|failure| {
            let reason = failure.to_string();
            DialError::Proxy(ProxyError::Unreachable { reason })
        })
    }

    async fn secure(&self, host: &str, stream: BoxStream) -> Result<Link, DialError> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| DialError::Tls(error.to_string()))?;
        let handshake = self.tls.connector().connect(name, stream);
        match timeout(self.handshake_timeout, handshake).await {
            Ok(Ok(stream)) => Ok(Link::secure(Box::new(stream))),
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
    type Response = TokioIo<Link>;
    type Error = DialError;
    type Future = BoxFuture<'static, Result<TokioIo<Link>, DialError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        Box::pin(self.clone().connect(to))
    }
}
