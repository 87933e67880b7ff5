//! What peers pass on in one request.

use heureka_core::{
    CancelOutcome, Node, Origin, RenewOutcome, Renewal, StatusChange, StatusOutcome,
};
use heureka_model::{
    AppName, DocumentLimits, InstanceId, InstanceStatus, Now, ReplicationAction, ReplicationAnswer,
    ReplicationItem,
};
use heureka_wire::{Format, decode_batch, encode_batch_answer};
use http::StatusCode;

use super::Call;
use super::answer::Answer;
use super::body::unpack;
use super::refusal::Refusal;
use super::register::{type_of_body, unreadable};
use crate::app::App;

/// `POST peerreplication/batch`: each item by itself, in their order, under one lock (server.md N60).
pub(super) fn receive(app: &App, call: &Call) -> Result<Answer, Refusal> {
    let body_type = type_of_body(call)?;
    let limit_bytes = app.config().max_batch_body_bytes;
    let body = unpack(&call.head.headers, call.body.clone(), limit_bytes).map_err(Refusal::Body)?;
    let items = decode_batch(&body).map_err(|error| unreadable(&body_type, error))?;
    let limits = app.document_limits();
    let answers: Vec<ReplicationAnswer> = {
        let mut node = app.node();
        let now = app.now();
        items
            .into_iter()
            .map(|item| apply(&mut node, now, limits, item))
            .collect()
    };
    let body = encode_batch_answer(&answers);
    Ok(Answer::with_body(
        StatusCode::OK,
        Format::Json.media_type(),
        body,
    ))
}

/// An item that says too little is refused by itself; the rest of the batch is not its fault.
fn apply(
    node: &mut Node,
    now: Now,
    limits: &DocumentLimits,
    mut item: ReplicationItem,
) -> ReplicationAnswer {
    let instance = item.instance.take();
    let (Some(app), Some(id), Some(action)) = (&item.app, &item.id, item.action) else {
        return code(StatusCode::BAD_REQUEST);
    };
    match action {
        ReplicationAction::Heartbeat => heartbeat(node, now, app, id, &item),
        ReplicationAction::Register => {
            let registration = instance.map(|draft| draft.into_registration(app, now.wall, limits));
            let Some(Ok(registration)) = registration else {
                return code(StatusCode::BAD_REQUEST);
            };
            match node.register(now, registration, Origin::Peer) {
                Ok(_) => code(StatusCode::OK),
                Err(_) => code(StatusCode::SERVICE_UNAVAILABLE),
            }
        }
        ReplicationAction::Cancel => match node.cancel(now, app.as_str(), id.as_str()) {
            CancelOutcome::Cancelled => code(StatusCode::OK),
            CancelOutcome::Unknown => code(StatusCode::NOT_FOUND),
        },
        ReplicationAction::StatusUpdate => change_status(
            node,
            now,
            app,
            id,
            &item,
            item.status.map(StatusChange::Override),
        ),
        ReplicationAction::DeleteStatusOverride => {
            let shown = item.status.unwrap_or(InstanceStatus::Unknown);
            change_status(
                node,
                now,
                app,
                id,
                &item,
                Some(StatusChange::RemoveOverride { shown }),
            )
        }
    }
}

fn heartbeat(
    node: &mut Node,
    now: Now,
    app: &AppName,
    id: &InstanceId,
    item: &ReplicationItem,
) -> ReplicationAnswer {
    let renewal = Renewal {
        last_dirty: item.last_dirty,
        overridden_status: item.overridden_status,
    };
    match node.renew(now, app.as_str(), id.as_str(), renewal, Origin::Peer) {
        RenewOutcome::Renewed => code(StatusCode::OK),
        RenewOutcome::Unknown | RenewOutcome::SenderIsNewer => code(StatusCode::NOT_FOUND),
        RenewOutcome::SenderIsOlder(own) => ReplicationAnswer {
            status_code: StatusCode::CONFLICT.as_u16(),
            instance: Some(*own),
        },
    }
}

fn change_status(
    node: &mut Node,
    now: Now,
    app: &AppName,
    id: &InstanceId,
    item: &ReplicationItem,
    change: Option<StatusChange>,
) -> ReplicationAnswer {
    let Some(change) = change else {
        return code(StatusCode::BAD_REQUEST);
    };
    match node.change_status(now, app.as_str(), id.as_str(), change, item.last_dirty) {
        StatusOutcome::Changed | StatusOutcome::Unchanged => code(StatusCode::OK),
        StatusOutcome::Unknown => code(StatusCode::NOT_FOUND),
    }
}

fn code(status: StatusCode) -> ReplicationAnswer {
    ReplicationAnswer {
        status_code: status.as_u16(),
        instance: None,
    }
}
