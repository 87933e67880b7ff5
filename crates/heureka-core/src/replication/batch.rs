//! What a Java peer is told of a key: the items it needs, in causal order, read at the moment of sending.

use heureka_model::{
    InstanceDraft, InstanceKey, OverrideValue, ReplicationAction, ReplicationItem,
};

use super::Intent;
use crate::entry::Entry;

/// The items that tell a Java peer what happened to a key (server.md N22, N23). `entry` is what the key is now; there is
/// none where it was cancelled.
pub(crate) fn java_items(
    key: &InstanceKey,
    intent: Intent,
    entry: Option<&Entry>,
) -> Vec<ReplicationItem> {
    let mut items = Vec::new();
    if intent.cancelled {
        items.push(bare(key, ReplicationAction::Cancel));
    }
    let Some(entry) = entry else {
        return items;
    };
    // A key that was cancelled and is there has returned, whoever told of that.
    let is_registered = intent.document || intent.cancelled;
    let override_status = entry.override_part.status();
    let gives_way = override_status.is_some_and(|status| status != entry.shown.status);
    if intent.override_part && gives_way {
        // The client reported later that it is not ready, and to Java the later of the two counts.
        items.push(override_item(key, entry));
        items.push(registration(key, entry));
    } else {
        items.extend(is_registered.then(|| registration(key, entry)));
        items.extend(intent.override_part.then(|| override_item(key, entry)));
    }
    if items.is_empty() {
        items.push(heartbeat(key, entry));
    }
    items
}

fn bare(key: &InstanceKey, action: ReplicationAction) -> ReplicationItem {
    ReplicationItem {
        app: Some(key.app.clone()),
        id: Some(key.id.clone()),
        last_dirty: None,
        overridden_status: None,
        status: None,
        instance: None,
        action: Some(action),
    }
}

fn of_entry(key: &InstanceKey, entry: &Entry, action: ReplicationAction) -> ReplicationItem {
    ReplicationItem {
        last_dirty: Some(entry.document.document.last_dirty),
        status: Some(entry.shown.status),
        ..bare(key, action)
    }
}

fn registration(key: &InstanceKey, entry: &Entry) -> ReplicationItem {
    ReplicationItem {
        instance: Some(Box::new(InstanceDraft::from(&entry.info()))),
        ..of_entry(key, entry, ReplicationAction::Register)
    }
}

fn heartbeat(key: &InstanceKey, entry: &Entry) -> ReplicationItem {
    ReplicationItem {
        overridden_status: entry.override_part.status(),
        ..of_entry(key, entry, ReplicationAction::Heartbeat)
    }
}

/// The status that was asked for, where Java's servers send the one they happen to show (DESIGN 2.7).
fn override_item(key: &InstanceKey, entry: &Entry) -> ReplicationItem {
    match entry.override_part.value {
        OverrideValue::Status(status) => ReplicationItem {
            status: Some(status),
            ..of_entry(key, entry, ReplicationAction::StatusUpdate)
        },
        OverrideValue::Removed(_) | OverrideValue::Absent => {
            of_entry(key, entry, ReplicationAction::DeleteStatusOverride)
        }
    }
}
