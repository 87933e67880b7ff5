//! Answers, as Eureka's clients need them.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use http_body::Body as _;

use crate::answer_body::AnswerBody;

/// How long a client that is refused for now should wait.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

const GZIP: HeaderValue = HeaderValue::from_static("gzip");

/// An answer in the making.
#[derive(Debug)]
pub(crate) struct Answer {
    response: Response<AnswerBody>,
}

impl Answer {
    /// No body: what heartbeats, cancels and errors have. Clients read any body of theirs as an instance (wire.md,
    /// trap 1).
    pub(crate) fn empty(status: StatusCode) -> Self {
        let mut response = Response::new(AnswerBody::default());
        *response.status_mut() = status;
        Self { response }
    }

    /// A body of the named type.
    pub(crate) fn with_body(
        status: StatusCode,
        content_type: &str,
        body: impl Into<Bytes>,
    ) -> Self {
        Self::empty(status).filled(content_type, AnswerBody::whole(body.into()))
    }

    /// A body of the named type in pieces, each fetched when the one before it is on its way; together they have
    /// `length_bytes`.
    #[allow(
        dead_code,
        reason = "listings are made whole until they come from fragments"
    )]
    pub(crate) fn with_pieces(
        status: StatusCode,
        content_type: &str,
        length_bytes: u64,
        pieces: impl Iterator<Item = Bytes> + Send + 'static,
    ) -> Self {
        Self::empty(status).filled(content_type, AnswerBody::pieces(length_bytes, pieces))
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

    /// The answer to a request with this method: HEAD gets everything but the body. That a body is empty, the connection
    /// says by itself.
    pub(crate) fn into_response(mut self, method: &Method) -> Response<AnswerBody> {
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

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    fn listing() -> Answer {
        let pieces = [&b"head"[..], b"", b"tail"].map(Bytes::from_static);
        Answer::with_pieces(StatusCode::OK, "text/plain", 8, pieces.into_iter())
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
