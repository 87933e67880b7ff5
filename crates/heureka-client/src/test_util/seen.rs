//! What servers were asked.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request};

/// A request that reached a server of a [`FakeEureka`](super::FakeEureka), whatever the server made of it. One that a
/// server refused, because it was down, reached it too: this is how often clients tried.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SeenRequest {
    /// Which server, counted from 0.
    pub server: usize,
    /// When, since the fake was made.
    pub at: Duration,
    /// Its method.
    pub method: Method,
    /// Its path below the server's URL with its query, such as `apps/delta`, encoded as it came.
    pub target: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl SeenRequest {
    pub(super) fn new(server: usize, at: Duration, target: &str, request: &Request<Bytes>) -> Self {
        Self {
            server,
            at,
            method: request.method().clone(),
            target: target.to_owned(),
            headers: request.headers().clone(),
            body: request.body().clone(),
        }
    }

    /// Method and path without the query, such as `GET apps/delta`.
    #[must_use]
    pub fn what(&self) -> String {
        let path = self.target.split('?').next().unwrap_or_default();
        format!("{} {path}", self.method)
    }
}
