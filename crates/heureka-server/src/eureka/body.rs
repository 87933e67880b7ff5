//! The bytes of a request.

use bytes::Bytes;
use heureka_net::is_body_timeout;
use heureka_wire::{ContentCoding, GunzipError, content_coding, gunzip};
use http::{HeaderMap, StatusCode, header};
use http_body::Body;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use thiserror::Error;
use tower::BoxError;

/// Why the bytes of a request cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum BodyError {
    /// It has more bytes than is allowed, packed or unpacked.
    #[error("the body has more than {limit_bytes} bytes, packed or unpacked")]
    TooLarge { limit_bytes: usize },
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

impl BodyError {
    /// The limit that was reached, by the name of its setting.
    pub(crate) fn limit(self) -> Option<&'static str> {
        match self {
            Self::TooLarge { .. } => Some("max-body"),
            Self::TimedOut => Some("body-deadline"),
            Self::Broken | Self::BrokenGzip | Self::UnknownEncoding => None,
        }
    }

    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::Broken | Self::BrokenGzip => StatusCode::BAD_REQUEST,
            Self::UnknownEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }
}

/// Reads a body to its end.
pub(crate) async fn read<B>(body: B, limit_bytes: usize) -> Result<Bytes, BodyError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    match Limited::new(body, limit_bytes).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge { limit_bytes }),
        Err(error) if is_body_timeout(&*error) => Err(BodyError::TimedOut),
        Err(_) => Err(BodyError::Broken),
    }
}

/// Unpacks a body that was packed.
pub(crate) fn unpack(
    headers: &HeaderMap,
    body: Bytes,
    limit_bytes: usize,
) -> Result<Bytes, BodyError> {
    // Two headers are two encodings, and one is all that is undone.
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    let (first, second) = (encodings.next(), encodings.next());
    if second.is_some() {
        return Err(BodyError::UnknownEncoding);
    }
    match content_coding(first.map(|value| value.to_str().unwrap_or("?"))) {
        Ok(ContentCoding::Identity) => Ok(body),
        Ok(ContentCoding::Gzip) => match gunzip(&body, limit_bytes) {
            Ok(unpacked) => Ok(unpacked.into()),
            Err(GunzipError::TooLarge) => Err(BodyError::TooLarge { limit_bytes }),
            Err(GunzipError::Broken) => Err(BodyError::BrokenGzip),
        },
        Err(_) => Err(BodyError::UnknownEncoding),
    }
}
