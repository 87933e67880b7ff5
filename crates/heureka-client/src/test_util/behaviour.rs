//! How a server answers.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use crate::transport::{TransportError, TransportLimits};

/// How a server of a [`FakeEureka`](super::FakeEureka) answers whatever it is asked.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Behaviour {
    /// As a Eureka server.
    #[default]
    Answer,
    /// As a Eureka server, after this long.
    Slow(Duration),
    /// Not at all: nobody listens there.
    Refuse,
    /// Not at all: the connection stays open, and nothing comes.
    Hang,
    /// With this status and nothing else. Nothing is done.
    Status(u16),
    /// With 302 to this URL.
    Redirect(Box<str>),
    /// With 200 and a page for people, as a proxy or a login in between does.
    Html,
    /// With 200 and bytes that are no text.
    Garbage,
    /// As a Eureka server, but for the second half of the body.
    HalfBody,
    /// The connection is closed before the answer is whole. What was asked is done.
    BreakOff,
    /// With a body that does not end.
    Endless,
    /// As a Eureka server, but for the hash in listings, which counts an instance that is not there.
    WrongHash,
    /// With this answer.
    Respond(Response<Bytes>),
}

impl Behaviour {
    /// A 200 with this body, as JSON.
    #[must_use]
    pub fn json(body: impl Into<Bytes>) -> Self {
        Self::Respond(ok("application/json", body))
    }

    /// Whether the registry is asked at all.
    pub(super) fn asks_registry(&self) -> bool {
        match self {
            Self::Answer | Self::Slow(_) | Self::HalfBody | Self::BreakOff | Self::WrongHash => {
                true
            }
            Self::Refuse
            | Self::Hang
            | Self::Status(_)
            | Self::Redirect(_)
            | Self::Html
            | Self::Garbage
            | Self::Endless
            | Self::Respond(_) => false,
        }
    }

    /// What becomes of the registry's answer, which is empty where it was not asked.
    pub(super) async fn answer(
        self,
        honest: Response<Bytes>,
        limits: TransportLimits,
    ) -> Result<Response<Bytes>, TransportError> {
        match self {
            Self::Answer | Self::WrongHash => Ok(honest),
            Self::Slow(delay) => {
                tokio::time::sleep(delay).await;
                Ok(honest)
            }
            Self::Refuse => Err(TransportError::Unreachable("connection refused".into())),
            Self::Hang => std::future::pending().await,
            Self::Status(status) => Ok(empty(status)),
            Self::Redirect(location) => redirect(&location),
            Self::Html => Ok(ok(
                "text/html",
                "<!DOCTYPE html><html><body>Sign in</body></html>",
            )),
            Self::Garbage => Ok(ok(
                "application/json",
                &b"\x00\xff\xfe\x07\x80garbage\x00"[..],
            )),
            Self::HalfBody => Ok(honest.map(|body| body.slice(..body.len() / 2))),
            Self::BreakOff => Err(TransportError::Broken("the connection was closed".into())),
            Self::Endless => Err(TransportError::TooLarge {
                limit_bytes: limits.max_bytes,
            }),
            Self::Respond(response) => Ok(response),
        }
    }
}

fn ok(content_type: &'static str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    let content_type = HeaderValue::from_static(content_type);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, content_type);
    response
}

/// An answer of which only the status counts; a number that is no status becomes 500.
pub(super) fn empty(status: u16) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

fn redirect(location: &str) -> Result<Response<Bytes>, TransportError> {
    let location = HeaderValue::from_str(location)
        .map_err(|_| TransportError::Refused("the fake's redirect is no header".into()))?;
    let mut response = empty(302);
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}
