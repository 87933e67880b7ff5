//! What becomes of the items of a batch: at a node, as `heureka-server` hands them to the core, and at a Java-like server.

use heureka_core::{
    CancelOutcome, Node, Origin, RenewOutcome, Renewal, StatusChange, StatusOutcome,
};
use heureka_model::{
    DocumentLimits, InstanceDraft, InstanceKey, InstanceStatus, Now, Registration,
    ReplicationAction, ReplicationAnswer, ReplicationItem,
};

use super::registry::Registry;

/// Which instance an item is about.
pub(crate) fn key_of(item: &ReplicationItem) -> Option<InstanceKey> {
    Some(InstanceKey {
        app: item.app.clone()?,
        id: item.id.clone()?,
    })
}

fn code(status_code: u16) -> ReplicationAnswer {
    ReplicationAnswer {
        status_code,
        instance: None,
    }
}

fn found(is_there: bool) -> ReplicationAnswer {
    code(if is_there { 200 } else { 404 })
}

/// What an item asks to change of a status; `None` where it cannot be read.
fn change_of(item: &ReplicationItem) -> Option<StatusChange> {
    match item.action? {
        ReplicationAction::StatusUpdate => item.status.map(StatusChange::Override),
        ReplicationAction::DeleteStatusOverride => {
            item.last_dirty?;
            let shown = item.status.unwrap_or(InstanceStatus::Unknown);
            Some(StatusChange::RemoveOverride { shown })
        }
        ReplicationAction::Heartbeat | ReplicationAction::Register | ReplicationAction::Cancel => {
            None
        }
    }
}

fn registration_in(now: Now, instance: Option<Box<InstanceDraft>>) -> Option<Registration> {
    let (draft, limits) = (instance?, DocumentLimits::default());
    let app = draft.app.clone();
    draft.into_registration(&app, now.wall, &limits).ok()
}

/// What a node does with an item.
pub(crate) fn node_takes(
    node: &mut Node,
    now: Now,
    item: ReplicationItem,
    origin: Origin,
) -> ReplicationAnswer {
    let (Some(key), Some(action)) = (key_of(&item), item.action) else {
        return code(400);
    };
    let (app, id) = (key.app.as_str(), key.id.as_str());
    match action {
        ReplicationAction::Heartbeat => node_renews(node, now, &key, &item, origin),
        ReplicationAction::Register => match registration_in(now, item.instance) {
            Some(registration) => {
                let is_taken = node.register(now, registration, origin).is_ok();
                code(if is_taken { 200 } else { 503 })
            }
            None => code(400),
        },
        ReplicationAction::Cancel => {
            found(node.cancel(now, app, id, origin) == CancelOutcome::Cancelled)
        }
        ReplicationAction::StatusUpdate | ReplicationAction::DeleteStatusOverride => {
            let Some(change) = change_of(&item) else {
                return code(500);
            };
            let outcome = node.change_status(now, app, id, change, item.last_dirty, origin);
            found(outcome != StatusOutcome::Unknown)
        }
    }
}

fn node_renews(
    node: &mut Node,
    now: Now,
    key: &InstanceKey,
    item: &ReplicationItem,
    origin: Origin,
) -> ReplicationAnswer {
    let renewal = Renewal {
        last_dirty: item.last_dirty,
        overridden_status: item.overridden_status,
    };
    match node.renew(now, key.app.as_str(), key.id.as_str(), renewal, origin) {
        RenewOutcome::Renewed => code(200),
        RenewOutcome::Unknown | RenewOutcome::SenderIsNewer => code(404),
        RenewOutcome::SenderIsOlder(own) => ReplicationAnswer {
            status_code: 409,
            instance: Some(*own),
        },
    }
}

/// What a Java-like server does with an item (server.md N60 to N66).
pub(crate) fn java_takes(
    registry: &mut Registry,
    now: Now,
    item: ReplicationItem,
) -> ReplicationAnswer {
    let (Some(key), Some(action)) = (key_of(&item), item.action) else {
        return code(500);
    };
    match action {
        ReplicationAction::Heartbeat => java_renews(registry, now, &key, &item),
        ReplicationAction::Register => {
            if let Some(registration) = registration_in(now, item.instance) {
                registry.register(now, registration, true);
            }
            code(200)
        }
        ReplicationAction::Cancel => found(registry.cancel(&key)),
        ReplicationAction::StatusUpdate | ReplicationAction::DeleteStatusOverride => {
            match change_of(&item) {
                Some(change) => found(registry.change_status(now, &key, change, item.last_dirty)),
                None => code(500),
            }
        }
    }
}

/// server.md N70
fn java_renews(
    registry: &mut Registry,
    now: Now,
    key: &InstanceKey,
    item: &ReplicationItem,
) -> ReplicationAnswer {
    if !registry.renew(now, key) {
        return found(false);
    }
    let (Some(sent), Some(own)) = (item.last_dirty, registry.get(key).cloned()) else {
        return found(true);
    };
    if sent < own.document.last_dirty {
        return ReplicationAnswer {
            status_code: 409,
            instance: Some(own),
        };
    }
    let is_newer = sent > own.document.last_dirty;
    let told = item.overridden_status.unwrap_or(InstanceStatus::Unknown);
    if is_newer && told != InstanceStatus::Unknown {
        registry.store_override(key, told);
    }
    found(!is_newer)
}
