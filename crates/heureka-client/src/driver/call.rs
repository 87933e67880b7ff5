//! Carries a call of the agent out.

use std::time::Duration;

use bytes::Bytes;
use heureka_client_core::{Answer, Call, CallFailure, Listing, ListingOf, Operation};
use heureka_model::UnixMillis;
use http::Response;
use tracing::Instrument as _;

use crate::clock::Clock;
use crate::codec::{Asked, read, request};
use crate::transport::{Outbound, TransportLimits};

/// What is read at once; a longer body is read on a thread of its own, so that others are served meanwhile.
const READ_AT_ONCE_BYTES: usize = 128 * 1024;

/// How calls are carried out.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) outbound: Outbound,
    pub(crate) max_listing_bytes: usize,
}

/// Sends what the call asks for, and makes of the answer what the agent understands.
pub(super) async fn carry_out(
    caller: &Caller,
    clock: &Clock,
    call: Call,
) -> Result<Answer, CallFailure> {
    let span = tracing::info_span!(
        "eureka_call",
        operation = name_of(&call.operation),
        server = %call.server,
    );
    async {
        let began = clock.now().mono;
        let left = call.deadline.saturating_sub(began);
        let result = exchanged(caller, clock, &call, left).await;
        let took_ms = clock.now().mono.saturating_sub(began).as_millis();
        match &result {
            Ok(answer) => tracing::debug!(status = answer.status, took_ms, "answered"),
            Err(failure) => tracing::debug!(%failure, took_ms, "failed"),
        }
        result
    }
    .instrument(span)
    .await
}

async fn exchanged(
    caller: &Caller,
    clock: &Clock,
    call: &Call,
    deadline: Duration,
) -> Result<Answer, CallFailure> {
    let asked = asked(&call.operation)?;
    let request = request(
        asked,
        &call.server,
        call.known.as_deref(),
        call.allows_redirect,
    )?;
    let limits = TransportLimits {
        deadline,
        max_bytes: caller.max_listing_bytes,
    };
    let answer = caller.outbound.send(request, &call.server, limits).await?;
    let wants_listing = matches!(call.operation, Operation::Fetch(_));
    let received = clock.now().wall;
    read_apart(answer, wants_listing, caller.max_listing_bytes, received).await
}

async fn read_apart(
    answer: Response<Bytes>,
    wants_listing: bool,
    limit_bytes: usize,
    received: UnixMillis,
) -> Result<Answer, CallFailure> {
    if !wants_listing || answer.body().len() <= READ_AT_ONCE_BYTES {
        return read(answer, wants_listing, limit_bytes, received);
    }
    let reading =
        tokio::task::spawn_blocking(move || read(answer, wants_listing, limit_bytes, received));
    reading.await.unwrap_or_else(|broken| {
        let why = format!("reading broke off: {broken}");
        Err(CallFailure::Unreadable(why.into()))
    })
}

fn asked(operation: &Operation) -> Result<Asked<'_>, CallFailure> {
    Ok(match operation {
        Operation::Register(document) => Asked::Register(document),
        Operation::Renew {
            key,
            status,
            last_dirty,
        } => Asked::Renew {
            key,
            status: *status,
            last_dirty: *last_dirty,
        },
        Operation::Cancel(key) => Asked::Cancel(key),
        Operation::Fetch(Listing { of, regions }) => match of {
            ListingOf::All => Asked::All(regions),
            ListingOf::Delta => Asked::Delta(regions),
            ListingOf::Vip(vip) => Asked::Vip(vip, regions),
            _ => return Err(younger()),
        },
        _ => return Err(younger()),
    })
}

/// An operation that is younger than this driver.
fn younger() -> CallFailure {
    CallFailure::Refused("this version of heureka-client does not know the operation".into())
}

fn name_of(operation: &Operation) -> &'static str {
    match operation {
        Operation::Register(_) => "register",
        Operation::Renew { .. } => "renew",
        Operation::Cancel(_) => "cancel",
        Operation::Fetch(listing) => match listing.of {
            ListingOf::All => "fetch",
            ListingOf::Delta => "fetch_delta",
            ListingOf::Vip(_) => "fetch_vip",
            _ => "other",
        },
        _ => "other",
    }
}
