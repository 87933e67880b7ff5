//! How a listing is asked for.

use std::fmt::Debug;
use std::pin::Pin;

use bytes::Bytes;
use heureka_core::{FetchFailure, FetchKind};
use heureka_model::ServiceUrl;
use heureka_net::AnswerLimits;
use http::{HeaderName, HeaderValue, Request, Response, header};

use super::path_of;

/// Brings an answer, or the reason why there is none.
pub type FetchFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Response<Bytes>, FetchFailure>> + Send + 'a>>;

/// Gets answers from servers elsewhere.
pub trait Fetch: Debug + Send + Sync + 'static {
    /// Gets the answer of `server` to `request`, which has a path for an address, with its whole body within `limits`, as it
    /// came. Redirects are not followed. Whoever no longer wants the answer drops the future.
    fn get<'a>(
        &'a self,
        server: &'a ServiceUrl,
        request: Request<()>,
        limits: AnswerLimits,
    ) -> FetchFuture<'a>;
}

/// Says who asks, as Java's servers do (server.md G2, N32): a server with a rate limiter lets us past it, and ours list no
/// instance of other regions, so that two regions that follow each other do not hear of their own dead from the other.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::ACCEPT, HeaderValue::from_static("application/json")),
    (header::ACCEPT_ENCODING, HeaderValue::from_static("gzip")),
    (
        header::USER_AGENT,
        HeaderValue::from_static(concat!("heureka-region/", env!("CARGO_PKG_VERSION"))),
    ),
    (
        HeaderName::from_static("discoveryidentity-name"),
        HeaderValue::from_static("DefaultServer"),
    ),
    (
        HeaderName::from_static("discoveryidentity-version"),
        HeaderValue::from_static("1.0"),
    ),
];

/// The request for a listing from `server`.
pub(super) fn request(server: &ServiceUrl, kind: FetchKind) -> Result<Request<()>, FetchFailure> {
    let mut request = Request::get(server.join(path_of(kind)))
        .body(())
        .map_err(|error| FetchFailure::Unreachable(error.to_string()))?;
    request.headers_mut().extend(HEADERS);
    Ok(request)
}
