//! Listings over real connections.

use bytes::Bytes;
use heureka_core::FetchFailure;
use heureka_model::ServiceUrl;
use heureka_net::{AnswerLimits, Client, DialError};
use http::Request;

use super::fetch::{Fetch, FetchFuture};

/// The client that calls peers too: with TLS and credentials where the URL says so.
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
            answer.map_err(|error| failure(&error, limits))
        })
    }
}

fn failure(error: &DialError, limits: AnswerLimits) -> FetchFailure {
    match error {
        DialError::ReadTimeout => FetchFailure::TimedOut,
        DialError::TooLarge => FetchFailure::TooLarge {
            limit_bytes: limits.max_bytes,
        },
        DialError::Refused
        | DialError::Unreachable { .. }
        | DialError::Broken(_)
        | DialError::Tls(_) => FetchFailure::Unreachable(error.to_string()),
    }
}
