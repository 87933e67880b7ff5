//! What clients, operators and peers may change of what is registered.

use std::sync::Arc;

use heureka_model::{ActionType, InstanceKey, InstanceStatus, Metadata, Now, UnixMillis};

use super::{
    CancelOutcome, MetadataOutcome, Node, Origin, RenewOutcome, Renewal, StatusChange,
    StatusOutcome,
};
use crate::entry::Entry;
use crate::overrides::OverrideValue;
use crate::stamp::Stamp;
use crate::tombstones::{TOMBSTONE_LIFE, Tombstone};

impl Node {
    /// A heartbeat (server.md 2.3 and H4).
    pub fn renew(
        &mut self,
        now: Now,
        app: &str,
        id: &str,
        renewal: Renewal,
        origin: Origin,
    ) -> RenewOutcome {
        let Self {
            registry, watch, ..
        } = self;
        let stored = registry.change(app, id, |entry| {
            if entry.shown.status == InstanceStatus::Unknown {
                return None;
            }
            entry.renew(now);
            watch.renewed(entry);
            Some(entry.document.document.last_dirty)
        });
        let Some(Some(stored)) = stored else {
            return RenewOutcome::Unknown;
        };
        self.renewals.count(now.mono);
        match renewal.last_dirty {
            Some(sent) if sent > stored => {
                self.take_override_of_peer(now, app, id, renewal, origin);
                RenewOutcome::SenderIsNewer
            }
            Some(sent) if sent < stored && origin == Origin::Peer => {
                self.instance(app, id).map_or(RenewOutcome::Unknown, |own| {
                    RenewOutcome::SenderIsOlder(Box::new(own))
                })
            }
            Some(_) | None => RenewOutcome::Renewed,
        }
    }

    /// Takes an instance out for good (server.md 2.2). A cancel of a key that is not here is remembered all the same:
    /// it may have overtaken the registration (MERGE 1).
    pub fn cancel(&mut self, now: Now, app: &str, id: &str) -> CancelOutcome {
        let stamp = self.clock.draw(now.wall);
        let Some(entry) = self.take_out(now, app, id) else {
            self.remember_unknown(now, stamp, InstanceKey::new(app, id));
            return CancelOutcome::Unknown;
        };
        let document = &entry.document.document;
        let lease = self.config.lease.longest(document.lease);
        let tombstone = Tombstone {
            stamp,
            version: Some((entry.document.generation, document.last_dirty)),
            expires_at: now.mono.saturating_add(TOMBSTONE_LIFE.max(lease)),
        };
        self.tombstones.insert(document.key(), tombstone);
        self.check();
        CancelOutcome::Cancelled
    }

    /// A key whose names no document may have will never be registered, so nothing can be overtaken.
    fn remember_unknown(&mut self, now: Now, stamp: Stamp, key: InstanceKey) {
        if self.config.limits.document.allow_names(&key) {
            let tombstone = Tombstone {
                stamp,
                version: None,
                expires_at: now.mono.saturating_add(TOMBSTONE_LIFE),
            };
            self.tombstones.insert(key, tombstone);
        }
    }

    /// Overrides a status or removes an override (server.md 2.4, 2.5). Either is also a sign of life.
    pub fn change_status(
        &mut self,
        now: Now,
        app: &str,
        id: &str,
        change: StatusChange,
        last_dirty: Option<UnixMillis>,
    ) -> StatusOutcome {
        let Some(key) = self.registry.key(app, id) else {
            return StatusOutcome::Unknown;
        };
        self.sign_of_life(&key, now);
        let is_no_change = self.registry.get(app, id).is_none_or(|entry| match change {
            StatusChange::Override(status) => entry.shown.status == status,
            StatusChange::RemoveOverride { .. } => entry.override_part.status().is_none(),
        });
        if is_no_change {
            return StatusOutcome::Unchanged;
        }
        let value = match change {
            StatusChange::Override(status) => OverrideValue::Status(status),
            StatusChange::RemoveOverride { shown } => OverrideValue::Removed {
                shown,
                at: now.mono,
            },
        };
        self.change_visibly(key, now, |entry, clock| {
            entry.raise_dirty(last_dirty, clock.draw(now.wall));
            entry.set_override(value, clock.draw(now.wall));
            entry.mark_changed(ActionType::Modified, now.wall);
        });
        StatusOutcome::Changed
    }

    /// Sets entries of an instance's metadata; others stay (wire.md 1.9). The document keeps its version, as on Java's
    /// servers; its stamp is what tells peers of ours that it is newer.
    pub fn update_metadata(
        &mut self,
        now: Now,
        app: &str,
        id: &str,
        entries: &Metadata,
    ) -> MetadataOutcome {
        let Some(entry) = self.registry.get(app, id) else {
            return MetadataOutcome::Unknown;
        };
        let mut metadata = entry.document.document.metadata.clone();
        entries
            .iter()
            .for_each(|(key, value)| metadata.set(key, value));
        let limits = &self.config.limits.document;
        if let Err(invalid) = limits.check_metadata("metadata", &metadata) {
            return MetadataOutcome::Invalid(invalid);
        }
        let key = entry.document.document.key();
        self.change_visibly(key, now, |entry, clock| {
            let document = Arc::make_mut(&mut entry.document.document);
            document.metadata = metadata.compact();
            entry.document.stamp = clock.draw(now.wall);
            entry.shown.times.registration = now.wall;
            entry.mark_changed(ActionType::Added, now.wall);
        });
        MetadataOutcome::Changed
    }

    /// Removes a key from the registry and shows that in the delta.
    pub(super) fn take_out(&mut self, now: Now, app: &str, id: &str) -> Option<Entry> {
        let mut entry = self.registry.remove(app, id)?;
        self.watch.release(&mut entry);
        entry.shown.times.eviction = now.wall;
        entry.mark_changed(ActionType::Deleted, now.wall);
        let key = entry.document.document.key();
        self.changes.record_removal(key.clone(), &entry, now.mono);
        self.last_cancelled.push(key, now.wall);
        Some(entry)
    }

    /// server.md N70: a peer that has the newer document tells its override along.
    fn take_override_of_peer(
        &mut self,
        now: Now,
        app: &str,
        id: &str,
        renewal: Renewal,
        origin: Origin,
    ) {
        let Some(status) = renewal.overridden_status else {
            return;
        };
        if origin != Origin::Peer || status == InstanceStatus::Unknown {
            return;
        }
        let Some(key) = self.registry.key(app, id) else {
            return;
        };
        let gives_way = self
            .registry
            .get(app, id)
            .is_some_and(|entry| entry.override_part.gives_way(origin, now.mono));
        if gives_way {
            self.change_visibly(key, now, |entry, clock| {
                entry.set_override(OverrideValue::Status(status), clock.draw(now.wall));
                // Nobody overrides anew: who is not ready stays so, as on Java's servers (server.md S3).
                entry.document.reported = clock.draw(now.wall);
                entry.mark_changed(ActionType::Modified, now.wall);
            });
        }
    }
}
