//! The bytes of a request.

use bytes::Bytes;
use heureka_net::is_body_timeout;
use heureka_wire::{ContentCoding, GunzipError, UnsupportedCoding, content_coding, gunzip};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body::Body;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use thiserror::Error;
use tower::BoxError;

use crate::app::ServerConfig;

/// Why the bytes of a request cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum BodyError {
    /// It has more bytes than is allowed, packed or unpacked.
    #[error("the body has more than {} bytes, packed or unpacked", .0.bytes)]
    TooLarge(BodyLimit),
    /// It did not arrive in time.
    #[error("the body did not arrive in time")]
    TimedOut,
    /// The connection broke, or its framing did.
    #[error("the body did not arrive whole")]
    Broken,
    /// It says it is gzip and is not.
    #[error("the body is not the gzip it says it is")]
    BrokenGzip,
    /// It is encoded in a way that is not gzip.
    #[error("the body's Content-Encoding is neither gzip nor identity")]
    UnknownEncoding,
}

impl From<UnsupportedCoding> for BodyError {
    fn from(_: UnsupportedCoding) -> Self {
        Self::UnknownEncoding
    }
}

/// How many bytes a body may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BodyLimit {
    /// The name of the setting.
    pub(crate) setting: &'static str,
    pub(crate) bytes: usize,
}

impl BodyLimit {
    /// What peers send may have more.
    pub(crate) fn of_batches(config: &ServerConfig) -> Self {
        Self {
            setting: "max-batch-body",
            bytes: config.max_batch_body_bytes,
        }
    }

    pub(crate) fn of_others(config: &ServerConfig) -> Self {
        Self {
            setting: "max-body",
            bytes: config.max_body_bytes,
        }
    }
}

impl BodyError {
    /// The limit that was reached, by the name of its setting.
    pub(crate) fn limit(self) -> Option<&'static str> {
        match self {
            Self::TooLarge(limit) => Some(limit.setting),
            Self::TimedOut => Some("body-deadline"),
            Self::Broken | Self::BrokenGzip | Self::UnknownEncoding => None,
        }
    }

    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::Broken | Self::BrokenGzip => StatusCode::BAD_REQUEST,
            Self::UnknownEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }
}

/// Reads a body to its end.
pub(crate) async fn read<B>(body: B, limit: BodyLimit) -> Result<Bytes, BodyError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    match Limited::new(body, limit.bytes).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge(limit)),
        Err(error) if is_body_timeout(&*error) => Err(BodyError::TimedOut),
        Err(_) => Err(BodyError::Broken),
    }
}

/// Unpacks the body of a request that was packed.
pub(crate) fn unpack(
    headers: &HeaderMap,
    body: Bytes,
    limit: BodyLimit,
) -> Result<Bytes, BodyError> {
    match coding_of(headers)? {
        ContentCoding::Identity => Ok(body),
        ContentCoding::Gzip => match gunzip(&body, limit.bytes) {
            Ok(unpacked) => Ok(unpacked.into()),
            Err(GunzipError::TooLarge) => Err(BodyError::TooLarge(limit)),
            Err(GunzipError::Broken) => Err(BodyError::BrokenGzip),
        },
    }
}

/// How the body is packed of which these are the headers.
pub(crate) fn coding_of(headers: &HeaderMap) -> Result<ContentCoding, UnsupportedCoding> {
    let lines = headers.get_all(header::CONTENT_ENCODING);
    content_coding(lines.iter().map(HeaderValue::as_bytes))
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use http_body::Frame;

    use super::*;

    /// A body that never comes.
    struct Failing(Option<BoxError>);

    impl Body for Failing {
        type Data = Bytes;
        type Error = BoxError;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
            Poll::Ready(self.get_mut().0.take().map(Err))
        }
    }

    #[tokio::test]
    async fn why_a_body_did_not_arrive_is_told_from_what_the_connection_says() {
        let limit = BodyLimit {
            setting: "max-body",
            bytes: 10,
        };
        for (failure, expected, named, status) in [
            (
                BoxError::from(heureka_net::BodyError::TimedOut),
                BodyError::TimedOut,
                Some("body-deadline"),
                StatusCode::REQUEST_TIMEOUT,
            ),
            (
                "reset by peer".into(),
                BodyError::Broken,
                None,
                StatusCode::BAD_REQUEST,
            ),
        ] {
            let error = read(Failing(Some(failure)), limit).await.unwrap_err();
            assert_eq!(error, expected);
            assert_eq!((error.limit(), error.status()), (named, status));
        }
    }
}
