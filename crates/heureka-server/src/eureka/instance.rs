//! Requests about one instance.

use heureka_core::{
    CancelOutcome, MetadataOutcome, Node, RenewOutcome, Renewal, StatusChange, StatusOutcome,
};
use heureka_model::{InstanceInfo, InstanceStatus, Metadata, UnixMillis};
use heureka_wire::{AnswerType, encode_instance};
use http::StatusCode;

use super::Call;
use super::answer::Answer;
use super::refusal::Refusal;
use crate::app::App;

const LAST_DIRTY: &str = "lastDirtyTimestamp";
const OVERRIDDEN_STATUS: &str = "overriddenstatus";
const VALUE: &str = "value";

/// `GET apps/{app}/{id}`
pub(super) fn show(app: &App, call: &Call<'_>, name: &str, id: &str) -> Result<Answer, Refusal> {
    let answer_type = call.answer_type()?;
    let info = app.node().instance_anywhere(name, id);
    let info = info.ok_or(Refusal::Unknown)?;
    Ok(with_instance(StatusCode::OK, call, &answer_type, &info))
}

/// `GET instances/{id}`
pub(super) fn show_by_id(app: &App, call: &Call<'_>, id: &str) -> Result<Answer, Refusal> {
    let answer_type = call.answer_type()?;
    let info = app.node().instance_by_id_anywhere(id);
    let info = info.ok_or(Refusal::Unknown)?;
    Ok(with_instance(StatusCode::OK, call, &answer_type, &info))
}

/// `PUT apps/{app}/{id}`: a heartbeat. Its parameter `status` is not looked at (server.md R31).
pub(super) fn renew(app: &App, call: &Call<'_>, name: &str, id: &str) -> Result<Answer, Refusal> {
    call.answer_format()?;
    let mut node = app.node();
    let renewal =
        renewal(call).map_err(|bad| or_unknown(node.instance(name, id).is_some(), bad))?;
    let outcome = node.renew(app.now(), name, id, renewal, call.origin);
    drop(node);
    match outcome {
        RenewOutcome::Renewed => Ok(Answer::empty(StatusCode::OK)),
        RenewOutcome::Unknown | RenewOutcome::SenderIsNewer => Err(Refusal::Unknown),
        RenewOutcome::SenderIsOlder(own) => Ok(with_instance(
            StatusCode::CONFLICT,
            call,
            &call.answer_type()?,
            &own,
        )),
    }
}

/// `DELETE apps/{app}/{id}`
pub(super) fn cancel(app: &App, call: &Call<'_>, name: &str, id: &str) -> Result<Answer, Refusal> {
    call.answer_format()?;
    match app.node().cancel(app.now(), name, id, call.origin) {
        CancelOutcome::Cancelled => Ok(Answer::empty(StatusCode::OK)),
        CancelOutcome::Unknown => Err(Refusal::Unknown),
    }
}

/// `PUT apps/{app}/{id}/status`
pub(super) fn override_status(
    app: &App,
    call: &Call<'_>,
    name: &str,
    id: &str,
) -> Result<Answer, Refusal> {
    let change = call
        .query
        .get(VALUE)
        .ok_or(Refusal::Parameter { name: VALUE })
        .and_then(|name| status_named(&name));
    change_status(app, call, name, id, change.map(StatusChange::Override))
}

/// `DELETE apps/{app}/{id}/status`: without a value the status becomes UNKNOWN (server.md R45).
pub(super) fn remove_override(
    app: &App,
    call: &Call<'_>,
    name: &str,
    id: &str,
) -> Result<Answer, Refusal> {
    let shown = call
        .query
        .get(VALUE)
        .map_or(Ok(InstanceStatus::Unknown), |name| status_named(&name));
    change_status(
        app,
        call,
        name,
        id,
        shown.map(|shown| StatusChange::RemoveOverride { shown }),
    )
}

/// `PUT apps/{app}/{id}/metadata`: every parameter is an entry.
pub(super) fn update_metadata(
    app: &App,
    call: &Call<'_>,
    name: &str,
    id: &str,
) -> Result<Answer, Refusal> {
    call.answer_format()?;
    let entries: Metadata = call.query.first_values().collect();
    let mut node = app.node();
    match node.update_metadata(app.now(), name, id, &entries) {
        MetadataOutcome::Changed => Ok(Answer::empty(StatusCode::OK)),
        MetadataOutcome::Unknown => Err(not_registered_here(&node, name, id)),
        MetadataOutcome::Invalid(invalid) => Err(Refusal::InvalidMetadata(invalid)),
    }
}

/// A request that is refused changes nothing, so all parameters are read before the registry is called.
fn change_status(
    app: &App,
    call: &Call<'_>,
    name: &str,
    id: &str,
    change: Result<StatusChange, Refusal>,
) -> Result<Answer, Refusal> {
    call.answer_format()?;
    let mut node = app.node();
    let parameters = change.and_then(|change| Ok((change, last_dirty(call)?)));
    let (change, last_dirty) =
        parameters.map_err(|bad| or_unknown(node.instance_anywhere(name, id).is_some(), bad))?;
    match node.change_status(app.now(), name, id, change, last_dirty, call.origin) {
        StatusOutcome::Changed | StatusOutcome::Unchanged => Ok(Answer::empty(StatusCode::OK)),
        StatusOutcome::Unknown => Err(not_registered_here(&node, name, id)),
    }
}

/// What is only shown here cannot be changed here (wire.md 1.8).
fn not_registered_here(node: &Node, name: &str, id: &str) -> Refusal {
    let is_elsewhere = node.instance_anywhere(name, id).is_some();
    or_unknown(is_elsewhere, Refusal::InOtherRegion)
}

/// An instance that is not there is a better reason than any other (wire.md 1.8).
fn or_unknown(is_there: bool, other: Refusal) -> Refusal {
    if is_there { other } else { Refusal::Unknown }
}

fn renewal(call: &Call<'_>) -> Result<Renewal, Refusal> {
    let is_from_peer = call.origin != heureka_core::Origin::Client;
    let overridden = call.query.get(OVERRIDDEN_STATUS).filter(|_| is_from_peer);
    let overridden_status = overridden
        .map(|name| {
            name.parse().map_err(|_| Refusal::Parameter {
                name: OVERRIDDEN_STATUS,
            })
        })
        .transpose()?;
    Ok(Renewal {
        last_dirty: last_dirty(call)?,
        overridden_status,
    })
}

fn last_dirty(call: &Call<'_>) -> Result<Option<UnixMillis>, Refusal> {
    let bad = |_| Refusal::Parameter { name: LAST_DIRTY };
    call.query
        .get(LAST_DIRTY)
        .map(|ms| ms.parse().map(UnixMillis).map_err(bad))
        .transpose()
}

fn status_named(name: &str) -> Result<InstanceStatus, Refusal> {
    name.parse().map_err(|_| Refusal::Parameter { name: VALUE })
}

fn with_instance(
    status: StatusCode,
    call: &Call<'_>,
    answer_type: &AnswerType,
    info: &InstanceInfo,
) -> Answer {
    let body = encode_instance(info, answer_type.format, call.version);
    Answer::with_body(status, &answer_type.content_type, body)
}
