//! How requests reach servers.
//!
//! [`Transport`] is the one thing that has to be replaced to run over something else than the machine's network, such as
//! an HTTP stack that is there already or servers that a test makes up (RS8). Whatever it is, requests and answers are
//! the same: headers, credentials, unpacking and reading are done outside it.

mod auth;
mod http;
mod outbound;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ::http::{Request, Response};
use bytes::Bytes;
use heureka_client_core::CallFailure;
use heureka_model::ServiceUrl;
use thiserror::Error;

pub(crate) use self::auth::RequestHook;
pub use self::auth::{BoxError, TokenProvider};
pub use self::http::{HttpConfig, HttpTransport, Roots};
pub(crate) use self::outbound::Outbound;
pub use heureka_net::{
    ClientIdentity, Dial, DialConfig, InvalidIdentity, InvalidProxy, InvalidRoots, Proxy,
};

/// What an object-safe async function returns.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends a request to a server and gives its whole answer (RS8).
pub trait Transport: Send + Sync + 'static {
    /// Sends `request` to `server` and waits for the whole answer, whatever its status.
    ///
    /// Of the request's URI only path and query are there; scheme, host and port are those of `server`, and so are
    /// credentials for basic authentication, which are to be sent unless the request has an `Authorization` of its own.
    /// A redirect is an answer like any and never followed. The body stays as it came, packed or not.
    ///
    /// What takes longer than `limits` say is given up by the caller too, so a transport that cannot know may ignore the
    /// deadline.
    fn send<'a>(
        &'a self,
        request: Request<Bytes>,
        server: &'a ServiceUrl,
        limits: TransportLimits,
    ) -> BoxFuture<'a, Result<Response<Bytes>, TransportError>>;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send<'a>(
        &'a self,
        request: Request<Bytes>,
        server: &'a ServiceUrl,
        limits: TransportLimits,
    ) -> BoxFuture<'a, Result<Response<Bytes>, TransportError>> {
        (**self).send(request, server, limits)
    }
}

/// What one exchange may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportLimits {
    /// The time from the call to the last byte of the answer, connecting included.
    pub deadline: Duration,
    /// How many bytes the answer's body may have as it is sent, that is, packed.
    pub max_bytes: usize,
}

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The server was not reached; nothing was sent.
    #[error("not reached: {0}")]
    Unreachable(Box<str>),
    /// There was no whole answer in time.
    #[error("no whole answer in time")]
    TimedOut,
    /// The exchange broke off.
    #[error("the exchange broke off: {0}")]
    Broken(Box<str>),
    /// The answer is larger than allowed.
    #[error("the answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// How much is allowed.
        limit_bytes: usize,
    },
    /// Somebody has to change something: TLS could not agree, or credentials could not be had.
    #[error("{0}")]
    Refused(Box<str>),
}

impl From<TransportError> for CallFailure {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::Unreachable(reason) => Self::Unreachable(reason),
            TransportError::TimedOut => Self::TimedOut,
            TransportError::Broken(reason) => Self::Broken(reason),
            TransportError::TooLarge { limit_bytes } => Self::TooLarge { limit_bytes },
            TransportError::Refused(reason) => Self::Refused(reason),
        }
    }
}
