//! Over the machine's network, by `heureka-net`.

use std::path::PathBuf;

use bytes::Bytes;
use heureka_model::ServiceUrl;
use heureka_net::{
    AnswerLimits, Client, ClientIdentity, Dial, DialConfig, DialError, InvalidRoots, Proxy,
    ProxyError, Tls,
};
use http::{Request, Response};

use super::{BoxFuture, Transport, TransportError, TransportLimits};

/// HTTP/1.1 over TCP and, where the URL says `https`, TLS. Clones share their connections.
#[derive(Clone, Debug)]
pub struct HttpTransport(Client);

/// How servers are reached over the network, and whom to trust (RS8).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct HttpConfig {
    /// Times and sizes of connections.
    pub dial: DialConfig,
    /// Whose certificates are trusted.
    pub roots: Roots,
    /// Who the client is to servers that ask for a certificate.
    pub identity: Option<ClientIdentity>,
    /// Through which proxy servers are reached.
    pub proxy: Option<Proxy>,
}

/// Whose certificates are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Roots {
    /// Those whom the machine trusts, and the PEM file besides, if there is one.
    Machine(Option<PathBuf>),
    /// Those in this PEM text and nobody else.
    Only(Vec<u8>),
}

impl Default for Roots {
    fn default() -> Self {
        Self::Machine(None)
    }
}

impl HttpTransport {
    /// A transport over the machine's network. Reads files, so it belongs to the start of a process.
    ///
    /// # Errors
    ///
    /// The certificates cannot be read or used.
    pub fn new(config: &HttpConfig) -> Result<Self, InvalidRoots> {
        let (dial, tls) = (config.dial, tls(config)?);
        Ok(Self(match config.proxy.clone() {
            Some(proxy) => Client::through(proxy, dial, tls),
            None => Client::new(dial, tls),
        }))
    }

    /// A transport that connects by `by`, such as over a simulated network.
    ///
    /// # Errors
    ///
    /// The certificates cannot be read or used.
    pub fn over(by: impl Dial, config: &HttpConfig) -> Result<Self, InvalidRoots> {
        let (dial, tls) = (config.dial, tls(config)?);
        Ok(Self(match config.proxy.clone() {
            Some(proxy) => Client::over_and_through(by, proxy, dial, tls),
            None => Client::over(by, dial, tls),
        }))
    }

    /// Ends all connections and waits until they are closed. The transport cannot be used afterwards.
    pub async fn close(&self) {
        self.0.close().await;
    }
}

fn tls(config: &HttpConfig) -> Result<Tls, InvalidRoots> {
    let mut builder = match &config.roots {
        Roots::Machine(None) => Tls::builder().machine_roots(),
        Roots::Machine(Some(extra)) => Tls::builder().machine_roots().root_file(extra)?,
        Roots::Only(pem) => Tls::builder().root_pem(pem)?,
    };
    if let Some(identity) = config.identity.clone() {
        builder = builder.identity(identity);
    }
    builder.build()
}

impl Transport for HttpTransport {
    fn send<'a>(
        &'a self,
        request: Request<Bytes>,
        server: &'a ServiceUrl,
        limits: TransportLimits,
    ) -> BoxFuture<'a, Result<Response<Bytes>, TransportError>> {
        let allowed = AnswerLimits {
            deadline: limits.deadline,
            max_bytes: limits.max_bytes,
        };
        Box::pin(async move {
            let answer = self.0.send(server, request, allowed).await;
            answer.map_err(|error| of_dialling(error, limits))
        })
    }
}

fn of_dialling(error: DialError, limits: TransportLimits) -> TransportError {
    match error {
        DialError::Refused
        | DialError::Unreachable { .. }
        | DialError::Proxy(ProxyError::Unreachable { .. }) => {
            TransportError::Unreachable(error.to_string().into())
        }
        DialError::ReadTimeout => TransportError::TimedOut,
        DialError::Broken(reason) => TransportError::Broken(reason.into()),
        DialError::TooLarge => TransportError::TooLarge {
            limit_bytes: limits.max_bytes,
        },
        DialError::Tls(_) | DialError::Proxy(_) => {
            TransportError::Refused(error.to_string().into())
        }
    }
}
