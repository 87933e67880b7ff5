//! What a receiver has after each item, by the rules of Java's peers alone.

use std::collections::BTreeMap;

use crate::recording::{Info, Item};

const UNKNOWN: &str = "UNKNOWN";

/// A receiver's copy of what its peer told it: `None` where it was told of a cancel.
#[derive(Debug, Default)]
pub(crate) struct Copy(pub(crate) BTreeMap<(String, String), Option<Held>>);

/// What is shown of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) status: String,
    pub(crate) overridden: String,
    pub(crate) last_dirty: i64,
    pub(crate) metadata: serde_json::Value,
}

impl Held {
    pub(crate) fn of(info: &Info) -> Self {
        Self {
            status: info.status.clone(),
            overridden: info.overridden_status.clone(),
            last_dirty: info.last_dirty_timestamp.parse().unwrap(),
            metadata: info.metadata.clone(),
        }
    }
}

impl Copy {
    /// Takes an item, and says the code that answers it.
    pub(crate) fn take(&mut self, item: &Item) -> u16 {
        let slot = self
            .0
            .entry((item.app_name.clone(), item.id.clone()))
            .or_default();
        match (item.action.as_str(), slot) {
            ("Register", slot) => register(slot, Held::of(item.instance_info.as_ref().unwrap())),
            (_, None) => 404,
            ("Heartbeat", Some(held)) => renew(held, item),
            ("Cancel", slot) => {
                *slot = None;
                200
            }
            ("StatusUpdate", Some(held)) => set_status(held, item, item.status.as_ref().unwrap()),
            ("DeleteStatusOverride", Some(held)) => set_status(held, item, UNKNOWN),
            (action, _) => panic!("{action}"),
        }
    }
}

/// server.md R3: what is older than the copy leaves it as it is, and is answered all the same.
fn register(slot: &mut Option<Held>, sent: Held) -> u16 {
    if slot
        .as_ref()
        .is_none_or(|held| held.last_dirty <= sent.last_dirty)
    {
        *slot = Some(sent);
    }
    200
}

/// server.md N70. 404 makes the sender register, 409 makes it take our copy.
fn renew(held: &mut Held, item: &Item) -> u16 {
    match item
        .last_dirty_timestamp
        .map(|sent| sent.cmp(&held.last_dirty))
    {
        Some(std::cmp::Ordering::Greater) => {
            if let Some(status) = &item.overridden_status {
                held.overridden.clone_from(status);
                held.status.clone_from(status);
            }
            404
        }
        Some(std::cmp::Ordering::Less) => 409,
        Some(std::cmp::Ordering::Equal) | None => 200,
    }
}

/// A dirty timestamp that comes along only ever raises the copy's (server.md R36).
fn set_status(held: &mut Held, item: &Item, overridden: &str) -> u16 {
    item.status.as_ref().unwrap().clone_into(&mut held.status);
    overridden.clone_into(&mut held.overridden);
    held.last_dirty = held
        .last_dirty
        .max(item.last_dirty_timestamp.unwrap_or_default());
    200
}
