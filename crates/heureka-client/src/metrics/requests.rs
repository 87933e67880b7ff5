//! Measures requests to servers.

use std::sync::Arc;

use bytes::Bytes;
use heureka_client_core::CallFailure;
use heureka_model::ServiceUrl;
use http::{Method, Request, Response};
use tokio::time::Instant;

use super::names;
use super::recording::{Recording, kind};
use crate::transport::{BoxFuture, Transport, TransportError, TransportLimits};

/// Measures what passes through it.
pub(super) struct Measured {
    inner: Arc<dyn Transport>,
    recording: Arc<Recording>,
}

impl Measured {
    pub(super) fn new(inner: Arc<dyn Transport>, recording: Arc<Recording>) -> Self {
        Self { inner, recording }
    }

    fn record(&self, operation: &'static str, outcome: &'static str, began: Instant) {
        let labels = self
            .recording
            .labels(&[("operation", operation), ("outcome", outcome)]);
        metrics::histogram!(names::REQUEST_DURATION, labels).record(began.elapsed());
    }
}

impl Transport for Measured {
    fn send<'a>(
        &'a self,
        request: Request<Bytes>,
        server: &'a ServiceUrl,
        limits: TransportLimits,
    ) -> BoxFuture<'a, Result<Response<Bytes>, TransportError>> {
        Box::pin(async move {
            let operation = operation(request.method(), request.uri().path());
            let began = Instant::now();
            let answer = self.inner.send(request, server, limits).await;
            let outcome = match &answer {
                Ok(answer) => status_class(answer.status()),
                Err(error) => kind(&CallFailure::from(error.clone())),
            };
            self.record(operation, outcome, began);
            answer
        })
    }
}

/// What a request is for (T1), from its method and the end of its path.
fn operation(method: &Method, path: &str) -> &'static str {
    let (head, last) = path
        .trim_end_matches('/')
        .rsplit_once('/')
        .unwrap_or_default();
    match *method {
        Method::POST => "register",
        Method::PUT => "renew",
        Method::DELETE => "cancel",
        Method::GET if head.ends_with("/vips") => "fetch_vip",
        Method::GET if last == "delta" => "fetch_delta",
        Method::GET => "fetch",
        _ => "other",
    }
}

fn status_class(status: http::StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        5 => "5xx",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m3_requests_are_told_apart() {
        for (method, path, expected) in [
            (Method::POST, "/eureka/apps/ORDERS", "register"),
            (Method::PUT, "/eureka/apps/ORDERS/1", "renew"),
            (Method::DELETE, "/eureka/apps/ORDERS/1", "cancel"),
            (Method::GET, "/eureka/apps/", "fetch"),
            (Method::GET, "/eureka/apps/delta", "fetch_delta"),
            (Method::GET, "/eureka/vips/delta", "fetch_vip"),
            (Method::HEAD, "", "other"),
        ] {
            assert_eq!(operation(&method, path), expected, "{path}");
        }
    }
}
