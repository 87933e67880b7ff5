//! Answers, as Eureka's clients need them.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};

/// How long a client that is refused for now should wait.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// An answer in the making.
#[derive(Debug)]
pub(crate) struct Answer {
    response: Response<Bytes>,
}

impl Answer {
    /// No body: what heartbeats, cancels and errors have. Clients read any body of theirs as an instance (wire.md,
    /// trap 1).
    pub(crate) fn empty(status: StatusCode) -> Self {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = status;
        Self { response }
    }

    /// A body of the named type.
    pub(crate) fn with_body(
        status: StatusCode,
        content_type: &str,
        body: impl Into<Bytes>,
    ) -> Self {
        let mut answer = Self::empty(status);
        *answer.response.body_mut() = body.into();
        if let Ok(value) = HeaderValue::from_str(content_type) {
            answer
                .response
                .headers_mut()
                .insert(header::CONTENT_TYPE, value);
        }
        answer
    }

    /// Says that the body is packed.
    pub(crate) fn gzipped(mut self) -> Self {
        let gzip = HeaderValue::from_static("gzip");
        self.response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, gzip);
        self
    }

    /// Says that the same request may be taken a little later.
    pub(crate) fn retry_later(mut self) -> Self {
        self.response
            .headers_mut()
            .insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS);
        self
    }

    /// Says which methods there are.
    pub(crate) fn allow(mut self, methods: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(methods) {
            self.response.headers_mut().insert(header::ALLOW, value);
        }
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// The answer to a request with this method: HEAD gets everything but the body.
    pub(crate) fn into_response(self, method: &Method) -> Response {
        let length = self.response.body().len();
        let mut response = self.response.map(|body| {
            if *method == Method::HEAD {
                Body::empty()
            } else {
                Body::from(body)
            }
        });
        if response.status() != StatusCode::NO_CONTENT {
            response
                .headers_mut()
                .insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        response
    }
}
