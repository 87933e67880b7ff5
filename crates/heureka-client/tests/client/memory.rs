//! A transport without a network.

use std::sync::Arc;

use bytes::Bytes;
use heureka_client::ServiceUrl;
use heureka_client::transport::{BoxFuture, Transport, TransportError, TransportLimits};
use http::{HeaderMap, Method, Request, Response};
use parking_lot::Mutex;

pub(crate) type Answer = Result<Response<Bytes>, TransportError>;
type Answering = dyn Fn(&Seen) -> Answer + Send + Sync;

/// Keeps what is sent, and answers as a test says.
#[derive(Clone)]
pub(crate) struct Memory {
    seen: Arc<Mutex<Vec<Seen>>>,
    answering: Arc<Answering>,
}

/// A request as it was sent.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) server: ServiceUrl,
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Memory {
    pub(crate) fn answering(answering: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        Self {
            seen: Arc::default(),
            answering: Arc::new(answering),
        }
    }

    /// The same answer to everything.
    pub(crate) fn always(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Self {
        let answer = answer(status, headers, body);
        Self::answering(move |_| Ok(answer.clone()))
    }

    pub(crate) fn answer(&self, seen: &Seen) -> Answer {
        (self.answering)(seen)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().clone()
    }

    /// What was asked for so far, as `GET /eureka/apps/`.
    pub(crate) fn told(&self) -> Vec<String> {
        self.seen().iter().map(Seen::told).collect()
    }
}

impl Seen {
    pub(crate) fn told(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Transport for Memory {
    fn send<'a>(
        &'a self,
        request: Request<Bytes>,
        server: &'a ServiceUrl,
        _: TransportLimits,
    ) -> BoxFuture<'a, Answer> {
        let (head, body) = request.into_parts();
        let seen = Seen {
            server: server.clone(),
            method: head.method,
            path: head.uri.to_string(),
            headers: head.headers,
            body,
        };
        let answer = self.answer(&seen);
        self.seen.lock().push(seen);
        Box::pin(std::future::ready(answer))
    }
}

pub(crate) fn answer(
    status: u16,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Response<Bytes> {
    let mut builder = Response::builder().status(status);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(body.into()).unwrap()
}

pub(crate) fn json(body: impl Into<Bytes>) -> Response<Bytes> {
    answer(200, &[("content-type", "application/json")], body)
}
