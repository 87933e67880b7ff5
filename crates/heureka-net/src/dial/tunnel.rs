//! A way through a proxy on which it sees nothing (RFC 9110, 9.3.6).

use std::{io, time::Duration};

use bytes::BytesMut;
use http::StatusCode;
use memchr::memmem;
use thiserror::Error;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use super::{config::DialConfig, link::BoxStream, proxy::Proxy};

/// How an answer begins, whatever the minor version.
const HTTP_1: &[u8] = b"HTTP/1.";

/// The empty line behind the headers.
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// Why there is no way through the proxy. Nothing has reached the server.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// There is no connection to the proxy.
    #[error("it cannot be reached, see whether its host and port are right: {reason}")]
    Unreachable {
        /// What the attempt to connect ended with.
        reason: String,
    },
    /// It wants to know who we are, and was not told (407).
    #[error("it wants credentials (407); give it a user and a password")]
    CredentialsMissing,
    /// It does not accept who we are (407).
    #[error(
        "it does not accept the credentials (407); correct the user and the password, and see \
         whether it takes Basic authentication, which is all that is spoken here"
    )]
    CredentialsRefused,
    /// It opens no tunnel.
    #[error(
        "it opens no tunnel to the server, but answers {status}; see whether it allows that host \
         and port and can reach them"
    )]
    Refused {
        /// The status of its answer.
        status: u16,
    },
    /// What it says is no answer of a proxy.
    #[error(
        "what it says is no answer of a proxy; see whether host and port are those of a proxy for HTTP"
    )]
    NoProxy,
    /// The head of its answer is larger than allowed.
    #[error(
        "its answer is larger than allowed; see whether host and port are those of a proxy for HTTP"
    )]
    TooLarge,
    /// It did not answer in time.
    #[error("it opened no tunnel within {waited:?}; see whether it can reach the server")]
    Silent {
        /// How long was waited.
        waited: Duration,
    },
    /// The connection to it broke off.
    #[error("it broke off without an answer: {reason}")]
    Broken {
        /// What the system says about it.
        reason: String,
    },
}

/// How much a proxy may say, and how long it may take.
#[derive(Clone, Copy)]
pub(super) struct TunnelLimits {
    max_head_bytes: usize,
    timeout: Duration,
}

impl TunnelLimits {
    /// To the server behind it a proxy connects and is answered, as in a handshake.
    pub(super) fn of(config: &DialConfig) -> Self {
        Self {
            max_head_bytes: config.max_head_bytes,
            timeout: config.handshake_timeout,
        }
    }
}

/// Has `proxy`, to which `stream` leads, connect to `target`, a host with its port.
pub(super) async fn open(
    mut stream: BoxStream,
    proxy: &Proxy,
    target: &str,
    limits: TunnelLimits,
) -> Result<BoxStream, ProxyError> {
    let waited = limits.timeout;
    let status = timeout(
        waited,
        ask(&mut stream, proxy, target, limits.max_head_bytes),
    );
    let status = status.await.unwrap_or(Err(ProxyError::Silent { waited }))?;
    if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        return Err(proxy.unauthorized());
    }
    if !status.is_success() {
        let status = status.as_u16();
        return Err(ProxyError::Refused { status });
    }
    Ok(stream)
}

impl Proxy {
    /// What it means that the proxy wants to know who we are.
    pub(super) fn unauthorized(&self) -> ProxyError {
        match self.authorization() {
            Some(_) => ProxyError::CredentialsRefused,
            None => ProxyError::CredentialsMissing,
        }
    }

    fn connect_request(&self, target: &str) -> Vec<u8> {
        let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n").into_bytes();
        if let Some(authorization) = self.authorization() {
            request.extend_from_slice(b"Proxy-Authorization: ");
            request.extend_from_slice(authorization.as_bytes());
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"\r\n");
        request
    }
}

async fn ask(
    stream: &mut BoxStream,
    proxy: &Proxy,
    target: &str,
    max_head_bytes: usize,
) -> Result<StatusCode, ProxyError> {
    let request = proxy.connect_request(target);
    stream.write_all(&request).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;
    let answer = answer(stream, max_head_bytes).await?;
    status_of(&answer).ok_or(ProxyError::NoProxy)
}

/// Reads an answer as far as the end of its head. The body of a refusal is for people.
async fn answer(stream: &mut BoxStream, max_head_bytes: usize) -> Result<BytesMut, ProxyError> {
    let mut read = BytesMut::with_capacity(1024);
    loop {
        let searched = read.len().saturating_sub(END_OF_HEAD.len() - 1);
        if stream.read_buf(&mut read).await.map_err(broken)? == 0 {
            return Err(broken(io::ErrorKind::UnexpectedEof.into()));
        }
        if !read.iter().zip(HTTP_1).all(|(read, http)| read == http) {
            return Err(ProxyError::NoProxy);
        }
        let new = read.get(searched..).unwrap_or_default();
        if let Some(end) = memmem::find(new, END_OF_HEAD) {
            return alone(read, searched + end + END_OF_HEAD.len());
        }
        if read.len() > max_head_bytes {
            return Err(ProxyError::TooLarge);
        }
    }
}

/// Sees to it that a tunnel begins where the head ends. In TLS it is the client that speaks first, so
/// what is there already is not from the server.
fn alone(answer: BytesMut, head_bytes: usize) -> Result<BytesMut, ProxyError> {
    let opened = status_of(&answer).is_some_and(|status| status.is_success());
    if opened && answer.len() > head_bytes {
        return Err(ProxyError::NoProxy);
    }
    Ok(answer)
}

/// The status in the first line of an answer, such as `HTTP/1.1 200 Connection established`.
fn status_of(answer: &[u8]) -> Option<StatusCode> {
    let (version, status) = answer.strip_prefix(HTTP_1)?.split_first()?;
    let (status, reason) = status.strip_prefix(b" ")?.split_at_checked(3)?;
    let complete =
        version.is_ascii_digit() && (reason.starts_with(b" ") || reason.starts_with(b"\r"));
    StatusCode::from_bytes(status).ok().filter(|_| complete)
}

fn broken(failure: io::Error) -> ProxyError {
    ProxyError::Broken {
        reason: failure.to_string(),
    }
}
