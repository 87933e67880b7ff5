//! Listings over real connections.

use bytes::Bytes;
use heureka_core::FetchFailure;
use heureka_model::ServiceUrl;
use heureka_net::{AnswerLimits, Client, DialError};
use http::Request;

use super::fetch::{Fetch, FetchFuture};
use super::quotable;

/// The client that calls peers is one for regions too: with TLS and credentials where the URL says so.
impl Fetch for Client {
    fn get<'a>(
        &'a self,
        server: &'a ServiceUrl,
        request: Request<()>,
        limits: AnswerLimits,
    ) -> FetchFuture<'a> {
        Box::pin(async move {
            let request = request.map(|()| Bytes::new());
            let answer = self.send(server, request, limits).await;
            answer.map_err(|error| failure(error, limits))
        })
    }
}

fn failure(error: DialError, limits: AnswerLimits) -> FetchFailure {
    match error {
        DialError::ReadTimeout => FetchFailure::TimedOut,
        DialError::TooLarge => FetchFailure::TooLarge {
            limit_bytes: limits.max_bytes,
        },
        // That there is no way to it is what the failure says by itself.
        DialError::Unreachable { reason } => FetchFailure::Unreachable(quotable(&reason)),
        // A certificate that is refused is quoted, and it is whoever answered that wrote it.
        DialError::Refused | DialError::Broken(_) | DialError::Tls(_) | DialError::Proxy(_) => {
            FetchFailure::Unreachable(quotable(&error.to_string()))
        }
    }
}
