//! Without a token the service tells nothing.

use std::fmt;

use bytes::Bytes;
use heureka_model::ServiceUrl;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};

use super::ImdsFailure;

/// Where a token is had, below the base.
const TOKEN_PATH: &str = "latest/api/token";
/// For how many seconds a token is wanted: longer than a survey takes.
const LIFETIME_HEADER: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds");
const LIFETIME_SECS: HeaderValue = HeaderValue::from_static("300");
const TOKEN_HEADER: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token");
/// How long a token may be; Amazon's have 56 bytes.
const MAX_TOKEN_BYTES: usize = 1024;

/// Shows the service that a question is from a process that may send any request, not only the one that somebody talked it
/// into.
pub(super) struct Token(HeaderValue);

impl Token {
    pub(super) fn request(base: &ServiceUrl) -> Request<Bytes> {
        let mut request = at(base, TOKEN_PATH);
        *request.method_mut() = Method::PUT;
        request.headers_mut().insert(LIFETIME_HEADER, LIFETIME_SECS);
        request
    }

    pub(super) fn of(answer: &Response<Bytes>) -> Result<Self, ImdsFailure> {
        if answer.status() != StatusCode::OK {
            return Err(ImdsFailure::NoToken(answer.status()));
        }
        let text = answer.body().trim_ascii();
        let is_token = !text.is_empty()
            && text.len() <= MAX_TOKEN_BYTES
            && text.iter().all(u8::is_ascii_graphic);
        let value = HeaderValue::from_bytes(text).ok().filter(|_| is_token);
        let mut value = value.ok_or(ImdsFailure::UnreadableToken)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// A question for what is at `path` below `/latest/`.
    pub(super) fn get(&self, base: &ServiceUrl, path: &str) -> Request<Bytes> {
        let mut request = at(base, &format!("latest/{path}"));
        request.headers_mut().insert(TOKEN_HEADER, self.0.clone());
        request
    }
}

/// A path that is no URI would be asked for as `/`, where the service tells nothing of use; the survey makes none.
fn at(base: &ServiceUrl, path: &str) -> Request<Bytes> {
    let mut request = Request::default();
    *request.uri_mut() = base.join(path).parse().unwrap_or_default();
    request
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}
