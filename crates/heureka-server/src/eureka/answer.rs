//! Answers, as Eureka's clients need them.

use std::fmt;
use std::pin::Pin;

use bytes::Bytes;
use heureka_listing as listing;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use http_body::Body as _;

use crate::answer_body::AnswerBody;
use crate::listings::Making;
use crate::router::Answering;

/// How long a client that is refused for now should wait.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

const GZIP: HeaderValue = HeaderValue::from_static("gzip");

/// An answer in the making.
pub(crate) struct Answer {
    response: Response<AnswerBody>,
    /// What the body will be, where it takes a while.
    body: Option<Pin<Box<dyn Future<Output = listing::Body> + Send>>>,
}

impl Answer {
    /// No body: what heartbeats, cancels and errors have. Clients read any body of theirs as an instance (wire.md,
    /// trap 1).
    pub(crate) fn empty(status: StatusCode) -> Self {
        let mut response = Response::new(AnswerBody::default());
        *response.status_mut() = status;
        Self {
            response,
            body: None,
        }
    }

    /// A body of the named type.
    pub(crate) fn with_body(
        status: StatusCode,
        content_type: &str,
        body: impl Into<Bytes>,
    ) -> Self {
        Self::empty(status).filled(content_type, AnswerBody::whole(body.into()))
    }

    /// A listing, whose body may still have to be made.
    pub(crate) fn with_listing(content_type: &str, making: Making) -> Self {
        let answer = Self::empty(StatusCode::OK);
        match making {
            Making::Made(body) => answer.filled(content_type, pieces(body)),
            Making::Begun(body) => Self {
                body: Some(body),
                ..answer.filled(content_type, AnswerBody::default())
            },
        }
    }

    fn filled(mut self, content_type: &str, body: AnswerBody) -> Self {
        *self.response.body_mut() = body;
        match HeaderValue::from_str(content_type) {
            Ok(value) => self.with_header(header::CONTENT_TYPE, value),
            Err(_) => self,
        }
    }

    /// Says something more of the answer; what was said under this name before is forgotten.
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.response.headers_mut().insert(name, value);
        self
    }

    /// Says that the body is packed.
    pub(crate) fn gzipped(self) -> Self {
        self.with_header(header::CONTENT_ENCODING, GZIP)
    }

    /// Says that the same request may be taken a little later.
    pub(crate) fn retry_later(self) -> Self {
        self.with_header(header::RETRY_AFTER, RETRY_AFTER_SECONDS)
    }

    /// Says which methods there are.
    pub(crate) fn allow(self, methods: &str) -> Self {
        match HeaderValue::from_str(methods) {
            Ok(value) => self.with_header(header::ALLOW, value),
            Err(_) => self,
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Gives the answer to a request with this method, as soon as it is there.
    pub(crate) fn give(mut self, method: &Method) -> Answering {
        let Some(making) = self.body.take() else {
            return Answering::now(self.into_response(method));
        };
        let method = method.clone();
        Answering::later(async move {
            *self.response.body_mut() = pieces(making.await);
            self.into_response(&method)
        })
    }

    /// The answer to a request with this method: HEAD gets everything but the body. That a body is empty, the connection
    /// says by itself.
    fn into_response(mut self, method: &Method) -> Response<AnswerBody> {
        let length_bytes = self.response.body().size_hint().exact();
        if self.response.status() == StatusCode::NOT_MODIFIED {
            *self.response.body_mut() = AnswerBody::default();
            self.response.headers_mut().remove(header::CONTENT_TYPE);
            return self.response;
        }
        let is_head = *method == Method::HEAD;
        if let Some(length_bytes) = length_bytes.filter(|bytes| is_head || *bytes > 0) {
            self = self.with_header(header::CONTENT_LENGTH, HeaderValue::from(length_bytes));
        }
        if is_head {
            *self.response.body_mut() = AnswerBody::default();
        }
        self.response
    }
}

fn pieces(body: listing::Body) -> AnswerBody {
    AnswerBody::pieces(body.length_bytes, body.pieces)
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("response", &self.response)
            .field("is_made", &self.body.is_none())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    fn listing() -> Answer {
        let pieces = [&b"head"[..], b"", b"tail"].map(|text| Bytes::from_static(text).into());
        let body = AnswerBody::pieces(8, pieces.into_iter());
        Answer::empty(StatusCode::OK).filled("text/plain", body)
    }

    fn header_of(response: &Response<AnswerBody>, name: HeaderName) -> Option<&str> {
        response
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap())
    }

    async fn body_of(response: Response<AnswerBody>) -> Bytes {
        response.into_body().collect().await.unwrap().to_bytes()
    }

    #[tokio::test]
    async fn pieces_have_the_length_of_the_whole() {
        let response = listing().into_response(&Method::GET);
        assert_eq!(header_of(&response, header::CONTENT_LENGTH), Some("8"));
        assert_eq!(
            header_of(&response, header::CONTENT_TYPE),
            Some("text/plain")
        );
        assert_eq!(body_of(response).await, "headtail");
    }

    #[tokio::test]
    async fn head_gets_the_length_and_no_body() {
        for answer in [
            listing(),
            Answer::with_body(StatusCode::OK, "text/plain", "headtail"),
        ] {
            let response = answer.into_response(&Method::HEAD);
            assert_eq!(header_of(&response, header::CONTENT_LENGTH), Some("8"));
            assert_eq!(body_of(response).await, "");
        }
    }

    #[tokio::test]
    async fn what_was_not_modified_has_neither_body_nor_length_nor_type() {
        let tag = HeaderValue::from_static("W/\"1\"");
        let mut not_modified = listing().with_header(header::ETAG, tag);
        *not_modified.response.status_mut() = StatusCode::NOT_MODIFIED;
        let response = not_modified.into_response(&Method::GET);
        assert_eq!(header_of(&response, header::ETAG), Some("W/\"1\""));
        assert_eq!(header_of(&response, header::CONTENT_LENGTH), None);
        assert_eq!(header_of(&response, header::CONTENT_TYPE), None);
        assert_eq!(body_of(response).await, "");
    }

    #[test]
    fn an_empty_answer_leaves_its_length_to_the_connection_but_for_head() {
        for (method, length) in [(Method::PUT, None), (Method::HEAD, Some("0"))] {
            let response = Answer::empty(StatusCode::OK).into_response(&method);
            assert_eq!(header_of(&response, header::CONTENT_LENGTH), length);
            assert!(response.body().is_end_stream());
        }
    }
}
