//! Connections over the machine's network.

use std::{error::Error, io, time::Duration};

use http::Uri;
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioIo};
use tokio::net::TcpStream;
use tower::Service;

use super::{connector::Dial, error::causes};

/// Connects over TCP.
///
/// A name is looked up as everything on the machine looks it up (`getaddrinfo`), and where it has
/// addresses of both families, the second one is tried while the first one is silent (RFC 6555).
#[derive(Clone, Debug)]
pub struct Tcp(HttpConnector);

impl Tcp {
    /// Shares `connect_timeout` between the addresses of a name, so that a dead one leaves time for
    /// the others.
    #[must_use]
    pub fn new(connect_timeout: Duration) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(connect_timeout));
        // Requests are written in one piece: waiting for more to send only delays them.
        connector.set_nodelay(true);
        Self(connector)
    }
}

impl Dial for Tcp {
    type Io = TcpStream;

    async fn dial(&self, host: &str, port: u16) -> io::Result<TcpStream> {
        let host = if host.contains(':') {
            format!("[{host}]")
        } else {
            host.to_owned()
        };
        let uri = Uri::builder()
            .scheme("http")
            .authority(format!("{host}:{port}"))
            .path_and_query("/")
            .build()
            .map_err(io::Error::other)?;
        let connected = self.0.clone().call(uri).await;
        connected.map(TokioIo::into_inner).map_err(as_io_error)
    }
}

/// Keeps the kind that the system gave, by which a refusal is known.
fn as_io_error(error: impl Error + Send + Sync + 'static) -> io::Error {
    let kind = causes(&error).find_map(|cause| Some(cause.downcast_ref::<io::Error>()?.kind()));
    io::Error::new(kind.unwrap_or(io::ErrorKind::Other), error)
}
