//! Which answers count.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::redirect;
use super::request::{InFlight, RequestKind};
use crate::{Answer, CallFailure, LineConfig};

/// However long a server asks not to be asked again, it is tried in its turn after this long: a wrong `Retry-After` must
/// not cost a server for hours.
pub(super) const MAX_RETRY_AFTER: Duration = Duration::from_secs(300);

/// The statuses with which a server says that it will answer later.
const BUSY: [u16; 2] = [429, 503];

const SUCCESSES: RangeInclusive<u16> = 200..=299;
const FOUND: u16 = 302;
const NOT_MODIFIED: u16 = 304;
const FORBIDDEN: u16 = 403;
const NOT_FOUND: u16 = 404;

/// What is to be done with the result of an attempt.
#[derive(Debug)]
pub(super) enum Judgement<'a> {
    Accepted,
    /// Ask there instead.
    Redirected(&'a str),
    Failed(CallFailure),
}

/// Judges an attempt.
pub(super) fn judge<'a>(
    config: &LineConfig,
    kind: RequestKind,
    in_flight: &InFlight,
    result: Result<&'a Answer, &CallFailure>,
) -> Judgement<'a> {
    let answer = match result {
        Ok(answer) => answer,
        Err(failure) => return Judgement::Failed(failure.clone()),
    };
    if redirect::follows(config, in_flight) && redirect::is_one(config.profile, answer.status) {
        let location = answer.location.as_deref();
        return Judgement::Redirected(location.unwrap_or_default());
    }
    let is_accepted = if config.profile.keeps_quirks() {
        java_accepts(kind, answer.status)
    } else {
        accepts(kind, answer)
    };
    if is_accepted {
        Judgement::Accepted
    } else {
        Judgement::Failed(CallFailure::Status(answer.status))
    }
}

/// For how long a server asks not to be asked again, where that can be believed.
pub(super) fn retry_after(result: Result<&Answer, &CallFailure>) -> Option<Duration> {
    let answer = result.ok().filter(|answer| BUSY.contains(&answer.status))?;
    answer.retry_after.map(|wait| wait.min(MAX_RETRY_AFTER))
}

/// What is a success, or says something that is no fault of the server: the instance is unknown, there are no deltas,
/// nothing has changed. A server that succeeds in listing nothing is not one of Eureka's, and another may be asked.
fn accepts(kind: RequestKind, answer: &Answer) -> bool {
    let (further, needs_listing): (&[u16], bool) = match kind {
        RequestKind::Register => (&[], false),
        RequestKind::Renew | RequestKind::Cancel => (&[NOT_FOUND], false),
        RequestKind::FetchDelta => (&[NOT_MODIFIED, FORBIDDEN, NOT_FOUND], true),
        RequestKind::FetchAll | RequestKind::FetchVip => (&[NOT_MODIFIED], true),
    };
    let is_success = SUCCESSES.contains(&answer.status);
    let is_whole = answer.listing.is_some() || !needs_listing;
    (is_success && is_whole) || further.contains(&answer.status)
}

/// Java's table (T13).
fn java_accepts(kind: RequestKind, status: u16) -> bool {
    let further: &[u16] = match kind {
        RequestKind::Cancel => return true,
        RequestKind::Register | RequestKind::Renew => &[FOUND, NOT_FOUND],
        RequestKind::FetchDelta => &[FOUND, FORBIDDEN, NOT_FOUND],
        RequestKind::FetchAll | RequestKind::FetchVip => &[FOUND],
    };
    SUCCESSES.contains(&status) || further.contains(&status)
}
