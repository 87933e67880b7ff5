//! What an answer says.

use std::time::Duration;

use bytes::Bytes;
use heureka_client_core::{Answer, CallFailure};
use heureka_model::{Applications, UnixMillis};
use heureka_wire::{ContentCoding, GunzipError, content_coding, gunzip_listing};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use super::listing::listing;

/// What an agent wants to know of an answer. Its body counts only where a listing was asked for: what a server says about
/// a heartbeat is in its status (T9).
pub(crate) fn read(
    answer: Response<Bytes>,
    wants_listing: bool,
    limit_bytes: usize,
    received: UnixMillis,
) -> Result<Answer, CallFailure> {
    let (head, body) = answer.into_parts();
    let mut read = Answer::of(head.status.as_u16());
    read.etag = text(&head.headers, header::ETAG).map(Into::into);
    read.location = text(&head.headers, header::LOCATION).map(Into::into);
    read.retry_after = retry_after(&head.headers);
    if wants_listing && head.status == StatusCode::OK {
        read.listing = Some(listed(&head.headers, body, limit_bytes, received)?);
    }
    Ok(read)
}

fn listed(
    headers: &HeaderMap,
    body: Bytes,
    limit_bytes: usize,
    received: UnixMillis,
) -> Result<Applications, CallFailure> {
    let body = unpacked(headers, body, limit_bytes)?;
    listing(&body, received).map_err(CallFailure::Unreadable)
}

/// The body as it was before it was packed.
pub(crate) fn unpacked(
    headers: &HeaderMap,
    body: Bytes,
    limit_bytes: usize,
) -> Result<Bytes, CallFailure> {
    let lines = headers.get_all(header::CONTENT_ENCODING);
    match content_coding(lines.iter().map(HeaderValue::as_bytes)) {
        Ok(ContentCoding::Identity) if body.len() > limit_bytes => {
            Err(CallFailure::TooLarge { limit_bytes })
        }
        Ok(ContentCoding::Identity) => Ok(body),
        Ok(ContentCoding::Gzip) => {
            gunzip_listing(&body, limit_bytes)
                .map(Bytes::from)
                .map_err(|error| match error {
                    GunzipError::TooLarge => CallFailure::TooLarge { limit_bytes },
                    GunzipError::Broken => {
                        CallFailure::Unreadable("it is not the gzip it says it is".into())
                    }
                })
        }
        Err(_) => Err(CallFailure::Unreadable(
            "its Content-Encoding is neither gzip nor identity".into(),
        )),
    }
}

/// A number of seconds; a date would compare the clocks of two machines.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = text(headers, header::RETRY_AFTER)?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
