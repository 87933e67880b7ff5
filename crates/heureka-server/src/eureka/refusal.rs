//! Why a request is refused, and how that is said.

use heureka_core::{DeltaRefused, RegistryFull};
use heureka_model::InvalidInstance;
use heureka_wire::{BodyType, NotAcceptable, ReadError, parse_error_body};
use http::StatusCode;
use thiserror::Error;

use super::answer::Answer;
use super::body::BodyError;
use super::path::BadPath;

/// Why a request is refused. Its text goes to the log; [`Refusal::into_answer`] is the one place that makes HTTP of it.
#[derive(Debug, Error)]
pub(crate) enum Refusal {
    #[error(transparent)]
    BadPath(BadPath),
    #[error("nothing has this path")]
    NoResource,
    #[error("the resource has only these methods: {allowed}")]
    Method { allowed: String },
    #[error("the client accepts neither JSON nor XML")]
    NotAcceptable,
    #[error(transparent)]
    Body(BodyError),
    #[error("the Content-Type is not one that is read here")]
    MediaType,
    #[error("the Content-Type is malformed")]
    MalformedMediaType,
    #[error("the body is empty")]
    NoBody,
    #[error("the body cannot be read: {why}")]
    Unreadable { body_type: BodyType, why: String },
    #[error("the body is {0}")]
    OtherDocument(ReadError),
    #[error("the instance is not valid: {why}")]
    Invalid {
        content_type: &'static str,
        why: InvalidInstance,
    },
    #[error("the change of metadata is not valid: {0}")]
    InvalidMetadata(InvalidInstance),
    #[error("the parameter {name} is missing or not valid")]
    Parameter { name: &'static str },
    #[error("it speaks as a peer without the credentials of the peers' URLs")]
    NotAPeer,
    #[error("the registry is still being taken over from a peer")]
    NotOpen,
    #[error("no such application, instance or lease")]
    Unknown,
    #[error(transparent)]
    Delta(DeltaRefused),
    #[error("a remote region was not fetched yet")]
    RegionsNotReady,
    #[error("the instance is registered in another region, which has to be asked to change it")]
    InOtherRegion,
    #[error("more fetches than the rate limiter allows")]
    RateLimited,
    #[error(transparent)]
    Full(RegistryFull),
    #[error("there are no auto scaling groups outside Amazon")]
    NoScalingGroups,
}

impl From<NotAcceptable> for Refusal {
    fn from(_: NotAcceptable) -> Self {
        Self::NotAcceptable
    }
}

impl Refusal {
    /// The limit that was reached, by the name of its setting where it has one.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "most refusals have nothing to do with a limit"
    )]
    pub(crate) fn limit(&self) -> Option<&'static str> {
        match self {
            Self::Body(error) => error.limit(),
            Self::Invalid {
                why: InvalidInstance::TooLarge { .. },
                ..
            }
            | Self::InvalidMetadata(InvalidInstance::TooLarge { .. }) => Some("document"),
            Self::Delta(DeltaRefused::Truncated) => Some("delta-max-changes"),
            Self::RateLimited => Some("rate-limiter"),
            Self::NotAPeer => Some("peer-secret"),
            Self::Full(_) => Some("max-instances"),
            _ => None,
        }
    }

    /// Whether it is part of everyday life: clients look for what is not there, register when told so, and fetch everything
    /// where there is no delta. After a start that may be every client, each time for some minutes; the metric says so.
    pub(crate) fn is_routine(&self) -> bool {
        matches!(
            self,
            Self::Unknown | Self::NoResource | Self::NotOpen | Self::Delta(_)
        )
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a refusal has no body unless a client expects one"
    )]
    pub(crate) fn into_answer(self) -> Answer {
        let status = self.status();
        match self {
            Self::Method { allowed } => Answer::empty(status).allow(&allowed),
            Self::Unreadable { body_type, .. } => {
                Answer::with_body(status, &body_type.media_type, parse_error_body(&body_type))
            }
            Self::Invalid { content_type, why } => {
                Answer::with_body(status, content_type, why.to_string())
            }
            Self::RateLimited | Self::Full(_) => Answer::empty(status).retry_later(),
            _ => Answer::empty(status),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::BadPath(_)
            | Self::MalformedMediaType
            | Self::Unreadable { .. }
            | Self::Invalid { .. }
            | Self::InvalidMetadata(_)
            | Self::NoScalingGroups => StatusCode::BAD_REQUEST,
            Self::NoResource | Self::Unknown => StatusCode::NOT_FOUND,
            Self::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAPeer => StatusCode::UNAUTHORIZED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Body(error) => error.status(),
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            // wire.md 1.0.5
            Self::Delta(_) | Self::RegionsNotReady | Self::NotOpen => StatusCode::FORBIDDEN,
            Self::RateLimited | Self::Full(_) => StatusCode::SERVICE_UNAVAILABLE,
            // The recorded answers of Java's servers, which clients take for any other failure.
            Self::NoBody
            | Self::OtherDocument(_)
            | Self::Parameter { .. }
            | Self::InOtherRegion => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
