//! What clients, operators and peers may change.

use std::sync::Arc;
use std::time::Duration;

use heureka_model::{
    ActionType, Document, InstanceKey, InstanceStatus, LeaseTimes, Metadata, Now, Registration,
    UnixMillis,
};

use super::{
    CancelOutcome, MetadataOutcome, Node, Origin, RegisterOutcome, RegistryFull, RenewOutcome,
    Renewal, StatusChange, StatusOutcome,
};
use crate::entry::{DocumentPart, Entry, Shown, Watch};
use crate::lease::Lease;
use crate::overrides::{OverridePart, OverrideValue, RuleInput, resolve};
use crate::tombstones::{TOMBSTONE_LIFE, Tombstone};

/// A stored document that is dated further ahead than this does not keep a client's out (MERGE 1*).
const FUTURE_TOLERANCE: Duration = Duration::from_secs(10 * 60);

impl Node {
    /// Registers an instance, for the first time or again (server.md 2.1).
    ///
    /// # Errors
    ///
    /// The registry is full and the key is not in it.
    pub fn register(
        &mut self,
        now: Now,
        registration: Registration,
        origin: Origin,
    ) -> Result<RegisterOutcome, RegistryFull> {
        let key = registration.document.key();
        let outcome = match self.registry.get(key.app.as_str(), key.id.as_str()) {
            None => {
                self.make_sure_there_is_room()?;
                self.add(registration, now);
                RegisterOutcome::Added
            }
            Some(stored) if keeps_out(stored, &registration.document, now, origin) => {
                self.register_again(&key, now);
                RegisterOutcome::KeptNewer
            }
            Some(_) => {
                self.replace(&key, registration, now, origin);
                RegisterOutcome::Replaced
            }
        };
        self.last_registered.push(key, now.wall);
        self.check();
        Ok(outcome)
    }

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
            let expires_at = now.mono.saturating_add(TOMBSTONE_LIFE);
            let tombstone = Tombstone {
                stamp,
                version: None,
                expires_at,
            };
            self.tombstones.insert(InstanceKey::new(app, id), tombstone);
            return CancelOutcome::Unknown;
        };
        let document = &entry.document.document;
        let lease = document
            .lease
            .duration()
            .saturating_add(document.lease.renewal_interval() * 2);
        let tombstone = Tombstone {
            stamp,
            version: Some((entry.document.generation, document.last_dirty)),
            expires_at: now.mono.saturating_add(TOMBSTONE_LIFE.max(lease)),
        };
        self.tombstones.insert(document.key(), tombstone);
        self.check();
        CancelOutcome::Cancelled
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
            StatusChange::RemoveOverride { shown } => OverrideValue::Removed { shown },
        };
        self.change_visibly(key, now, |entry, clock| {
            // The document first: what the operator says must stay newer than the version raised with it.
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
            let (shown, override_status) = (entry.shown.status, entry.override_part.status());
            let document = Arc::make_mut(&mut entry.document.document);
            document.metadata = metadata.compact();
            if override_status.is_none() {
                // What a removed override left to be shown would be hidden by the newer document.
                document.status = shown;
            }
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

    fn make_sure_there_is_room(&self) -> Result<(), RegistryFull> {
        match self.config.limits.max_instances {
            Some(max_instances) if self.registry.len() >= max_instances => {
                Err(RegistryFull { max_instances })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn add(&mut self, registration: Registration, now: Now) {
        let Registration {
            document,
            overridden_status,
        } = registration;
        let key = document.key();
        let generation = self.tombstones.remove(&key).map_or(0, |tombstone| {
            generation_after(tombstone.version, &document)
        });
        let override_part = self.override_in_body(overridden_status, now);
        let stamp = self.clock.draw(now.wall);
        let mut entry = Entry {
            document: DocumentPart {
                generation,
                stamp,
                document: Arc::new(document),
            },
            override_part: override_part.unwrap_or(OverridePart::NONE),
            presence: stamp,
            lease: Lease::registered(now.mono),
            shown: Shown {
                status: InstanceStatus::Unknown,
                times: LeaseTimes {
                    registration: now.wall,
                    last_renewal: now.wall,
                    ..LeaseTimes::default()
                },
                last_updated: now.wall,
                action: ActionType::Added,
            },
            watch: Watch::default(),
        };
        entry.settle_status(now.wall);
        self.watch.watch(&mut entry);
        self.changes.record_change(key, &entry, now.mono);
        self.registry.insert(entry);
    }

    /// Puts a document in the place of the stored one.
    fn replace(&mut self, key: &InstanceKey, registration: Registration, now: Now, origin: Origin) {
        let Registration {
            mut document,
            overridden_status,
        } = registration;
        let Some(mut entry) = self.registry.remove(key.app.as_str(), key.id.as_str()) else {
            return;
        };
        if entry.override_part.status().is_none()
            && let Some(override_part) = self.override_in_body(overridden_status, now)
        {
            entry.override_part = override_part;
        }
        if entry.override_part.status().is_none() {
            document.status = resolve(&RuleInput {
                reported: document.status,
                override_status: None,
                existing: Some(entry.shown.status),
                is_replication: origin == Origin::Peer,
            });
        }
        let part = &mut entry.document;
        part.generation += u32::from(part.document.last_dirty > document.last_dirty);
        part.document = Arc::new(document);
        part.stamp = self.clock.draw(now.wall);
        self.registry.insert(entry);
        self.register_again(key, now);
    }

    /// Begins a lease anew over a living one, and shows the instance as added (server.md R7, R15).
    fn register_again(&mut self, key: &InstanceKey, now: Now) {
        let Self {
            registry, watch, ..
        } = self;
        registry.change(key.app.as_str(), key.id.as_str(), |entry| {
            entry.lease = entry.lease.registered_again(now.mono);
            entry.shown.times.registration = now.wall;
            entry.shown.times.last_renewal = now.wall;
            watch.watch(entry);
        });
        self.change_visibly(key.clone(), now, |entry, clock| {
            entry.presence = clock.draw(now.wall);
            entry.mark_changed(ActionType::Added, now.wall);
        });
    }

    /// server.md R11: a registration may bring its override along. It is older than the document that brings it.
    fn override_in_body(&mut self, status: InstanceStatus, now: Now) -> Option<OverridePart> {
        (status != InstanceStatus::Unknown).then(|| OverridePart {
            value: OverrideValue::Status(status),
            stamp: self.clock.draw(now.wall),
        })
    }

    /// server.md R46: a peer that has the newer document tells its override along.
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
        let has_one = self
            .registry
            .get(app, id)
            .is_some_and(|entry| entry.override_part.status().is_some());
        if !has_one {
            self.change_visibly(key, now, |entry, clock| {
                entry.set_override(OverrideValue::Status(status), clock.draw(now.wall));
                entry.mark_changed(ActionType::Modified, now.wall);
            });
        }
    }
}

/// server.md R3, but a document dated far in the future does not keep its own client out.
fn keeps_out(stored: &Entry, sent: &Document, now: Now, origin: Origin) -> bool {
    let stored = stored.document.document.last_dirty;
    let is_from_the_future = stored > now.wall.after(FUTURE_TOLERANCE);
    stored > sent.last_dirty && !(is_from_the_future && origin == Origin::Client)
}

/// After a cancel an older dirty timestamp wins by its generation (MERGE 1*).
fn generation_after(cancelled: Option<(u32, UnixMillis)>, document: &Document) -> u32 {
    match cancelled {
        Some((generation, last_dirty)) if document.last_dirty < last_dirty => generation + 1,
        Some((generation, _)) => generation,
        None => 0,
    }
}
