//! What clients, operators and peers may change of what is registered.

use heureka_model::{
    ActionType, InstanceKey, InstanceStatus, Metadata, Now, OverrideValue, Stamp, UnixMillis,
};

use super::{
    CancelOutcome, MetadataOutcome, Node, Origin, RenewOutcome, Renewal, Sender, StatusChange,
    StatusOutcome,
};
use crate::entry::Entry;
use crate::place::Named;
use crate::replication::Intent;
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
        let seen_by = self.seen_by(origin);
        let names = self.registry.names(app, id);
        let Some(pulse) = self
            .registry
            .pulse(names)
            .filter(|pulse| pulse.status != InstanceStatus::Unknown)
        else {
            return self.renew_of_unknown(now, app, id, origin);
        };
        pulse.renew(now);
        pulse.origin = seen_by;
        let (stored, silence) = (pulse.last_dirty, pulse.silence);
        if silence.was_noticed() {
            let watch = &mut self.watch;
            self.registry.change(names, |entry| watch.renewed(entry));
        }
        self.renewals.count(now.mono);
        if origin == Origin::Client
            && !self.cluster.peers.is_empty()
            && let Some(key) = self.registry.key(names)
        {
            self.replicate(&key, Intent::RENEWED, origin);
        }
        match renewal.last_dirty {
            Some(sent) if sent > stored => {
                self.take_override_of_peer(now, app, id, renewal, origin);
                RenewOutcome::SenderIsNewer
            }
            Some(sent) if sent < stored && origin != Origin::Client => {
                self.instance(app, id).map_or(RenewOutcome::Unknown, |own| {
                    RenewOutcome::SenderIsOlder(Box::new(own))
                })
            }
            Some(_) | None => RenewOutcome::Renewed,
        }
    }

    /// A Java peer that has not heard of a cancel yet is told nothing that would make it register the instance again
    /// (MERGE 5).
    fn renew_of_unknown(&self, now: Now, app: &str, id: &str, origin: Origin) -> RenewOutcome {
        let is_repetition = origin != Origin::Client
            && self.was_cancelled_just_now(now.mono, &InstanceKey::new(app, id));
        if is_repetition {
            RenewOutcome::Renewed
        } else {
            RenewOutcome::Unknown
        }
    }

    /// Takes an instance out for good (server.md 2.2). A cancel of a key that is not here is remembered all the same:
    /// it may have overtaken the registration (MERGE 1).
    pub fn cancel(&mut self, now: Now, app: &str, id: &str, origin: Origin) -> CancelOutcome {
        let stamp = self.clock.draw(now.wall);
        let Some(entry) = self.take_out(now, app, id) else {
            self.remember_unknown(now, stamp, InstanceKey::new(app, id), origin);
            return CancelOutcome::Unknown;
        };
        let document = &entry.document.document;
        // As long as a copy of it may be kept elsewhere (MERGE 5).
        let lease = self.config.lease.longest(document.lease);
        let kept = lease.saturating_add(self.cluster.config.hold_limit);
        let tombstone = Tombstone {
            stamp,
            version: Some(entry.version()),
            expires_at: now.mono.saturating_add(TOMBSTONE_LIFE.max(kept)),
            learned_at: now.mono,
            cancelled_by: sender(origin),
        };
        self.tombstones.insert(document.key(), tombstone);
        self.replicate(&entry.document.document.key(), Intent::CANCELLED, origin);
        self.check();
        CancelOutcome::Cancelled
    }

    /// A key whose names no document may have will never be registered, so nothing can be overtaken.
    fn remember_unknown(&mut self, now: Now, stamp: Stamp, key: InstanceKey, origin: Origin) {
        if self.config.limits.document.allow_names(&key) {
            let tombstone = Tombstone {
                stamp,
                version: None,
                expires_at: now.mono.saturating_add(TOMBSTONE_LIFE),
                learned_at: now.mono,
                cancelled_by: sender(origin),
            };
            self.replicate(&key, Intent::CANCELLED, origin);
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
        origin: Origin,
    ) -> StatusOutcome {
        let Some(named) = self.registry.named(app, id) else {
            return StatusOutcome::Unknown;
        };
        self.sign_of_life(named.names, now);
        let stored = self.registry.get_by(named.names);
        let is_no_change = stored.is_none_or(|entry| match change {
            StatusChange::Override(status) => entry.shown.status == status,
            StatusChange::RemoveOverride { .. } => entry.override_part.status().is_none(),
        });
        if is_no_change {
            self.replicate(&named.key, Intent::RENEWED, origin);
            return StatusOutcome::Unchanged;
        }
        let value = match change {
            StatusChange::Override(status) => OverrideValue::Status(status),
            StatusChange::RemoveOverride { shown } => OverrideValue::Removed(shown),
        };
        self.replicate(&named.key, Intent::OVERRIDE, origin);
        self.change_visibly(named, now, |entry, clock| {
            entry.raise_dirty(last_dirty, clock.draw(now.wall));
            entry.set_override(value, clock.draw(now.wall), now.mono);
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
        let own = &entry.document.document.metadata;
        let metadata: Metadata = own.iter().chain(entries.iter()).collect();
        let limits = &self.config.limits.document;
        if let Err(invalid) = limits.check_metadata("metadata", &metadata) {
            return MetadataOutcome::Invalid(invalid);
        }
        let named = Named::new(self.registry.hash(), entry.document.document.key());
        self.replicate(&named.key, Intent::DOCUMENT, Origin::Client);
        self.change_visibly(named, now, |entry, clock| {
            let document = &mut entry.document.document;
            document.edit(|document| document.metadata = metadata);
            entry.document.stamp = clock.draw(now.wall);
            entry.shown.registered_at = now.wall;
            entry.mark_changed(ActionType::Added, now.wall);
        });
        MetadataOutcome::Changed
    }

    /// Removes a key from the registry and shows that in the delta.
    pub(super) fn take_out(&mut self, now: Now, app: &str, id: &str) -> Option<Entry> {
        let names = self.registry.names(app, id);
        let mut entry = self.registry.remove(names)?;
        self.watch.release(&mut entry);
        entry.mark_changed(ActionType::Deleted, now.wall);
        let key = entry.document.document.key();
        self.last_cancelled.push(key.clone(), now.wall);
        let named = Named { key, names };
        self.changes.record_removal(named, &entry, now.mono);
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
        if origin == Origin::Client || status == InstanceStatus::Unknown {
            return;
        }
        let Some(named) = self.registry.named(app, id) else {
            return;
        };
        let gives_way = self
            .registry
            .get_by(named.names)
            .is_some_and(|entry| entry.override_part.gives_way(origin, now.mono));
        if gives_way {
            self.change_visibly(named, now, |entry, clock| {
                let stamp = clock.draw(now.wall);
                entry.set_override(OverrideValue::Status(status), stamp, now.mono);
                // Nobody overrides anew: who is not ready stays so, as on Java's servers (server.md S3).
                entry.document.reported = clock.draw(now.wall);
                entry.mark_changed(ActionType::Modified, now.wall);
            });
        }
    }
}

fn sender(origin: Origin) -> Option<Sender> {
    match origin {
        Origin::Client => None,
        Origin::Peer(sender) => Some(sender),
    }
}
