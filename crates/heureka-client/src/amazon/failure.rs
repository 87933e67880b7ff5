//! Why the metadata service tells nothing.

use heureka_client_core::NoInstanceId;
use heureka_net::DialError;
use http::StatusCode;
use thiserror::Error;

/// Why the metadata service tells nothing. The text says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ImdsFailure {
    /// It does not answer.
    #[error(
        "the metadata service does not answer: {0}; where this is a machine of Amazon, switch the service on, and in a \
         container raise its hop limit to 2 (HttpPutResponseHopLimit)"
    )]
    Unanswered(DialError),
    /// It gives no token: it is switched off, it is another service, or it knows the first version of the protocol only.
    #[error(
        "the metadata service gives no token (it answers {0}): switch on the second version of its protocol, IMDSv2"
    )]
    NoToken(StatusCode),
    /// What it gives as a token cannot be one.
    #[error(
        "what the metadata service gives as a token cannot be one: there may be a proxy in between"
    )]
    UnreadableToken,
    /// It does not know the machine's id.
    #[error(transparent)]
    NoInstanceId(#[from] NoInstanceId),
}
