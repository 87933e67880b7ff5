//! Registrations: the first, and those that take the place of another.

use std::sync::Arc;
use std::time::Duration;

use heureka_model::{
    ActionType, Document, InstanceStatus, Now, OverrideValue, Registration, UnixMillis,
};

use super::{Node, Origin, RegisterOutcome, RegistryFull};
use crate::digested::Digested;
use crate::entry::{DocumentPart, Entry, Shown};
use crate::lease::Lease;
use crate::overrides::{OverridePart, RuleInput, resolve};
use crate::place::{Named, Names};
use crate::replication::Intent;
use crate::stamp::HybridClock;

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
        mut registration: Registration,
        origin: Origin,
    ) -> Result<RegisterOutcome, RegistryFull> {
        let names = self.registry.names_of(&registration.document);
        self.registry.share_names(names, &mut registration.document);
        let key = registration.document.key();
        let has_override = registration.overridden_status != InstanceStatus::Unknown;
        let outcome = match self.registry.get_by(names) {
            None if self.is_late_copy(now.mono, &key, registration.document.last_dirty, origin) => {
                return Ok(RegisterOutcome::LateCopy);
            }
            None => {
                self.make_sure_there_is_room()?;
                self.add(names, registration, now, origin);
                RegisterOutcome::Added
            }
            Some(stored) => {
                let settings = stored.document.document.lease;
                let stored_lease = stored.pulse.lease;
                let lease = stored_lease.registered_again(settings, self.config.lease, now.mono);
                let keeps_out = keeps_out(stored, &registration.document, now, origin);
                let taken = (!keeps_out).then_some(registration);
                let named = Named {
                    key: key.clone(),
                    names,
                };
                self.register_again(named, taken, lease, now, origin);
                if keeps_out {
                    RegisterOutcome::KeptNewer
                } else {
                    RegisterOutcome::Replaced
                }
            }
        };
        self.replicate(&key, Intent::DOCUMENT, origin);
        if let Origin::Peer(sender) = origin
            && !has_override
        {
            self.tell_override_again(&key, sender);
        }
        self.last_registered.push(key, now.wall);
        self.check();
        Ok(outcome)
    }

    pub(super) fn make_sure_there_is_room(&self) -> Result<(), RegistryFull> {
        match self.config.limits.max_instances {
            Some(max_instances) if self.registry.len() >= max_instances => {
                Err(RegistryFull { max_instances })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn add(&mut self, names: Names, registration: Registration, now: Now, origin: Origin) {
        let Registration {
            document,
            overridden_status,
        } = registration;
        let key = document.key();
        let cancelled = self.tombstones.remove(&key);
        let generation = cancelled.map_or(0, |cancelled| {
            generation_after(cancelled.version, &document)
        });
        // A cancel also said "override: none" (MERGE 1*).
        let no_override = cancelled.map_or(OverridePart::NONE, |cancelled| {
            OverridePart::none_since(cancelled.stamp)
        });
        let override_part = override_in_body(overridden_status, now, &mut self.clock);
        let stamp = self.clock.draw(now.wall);
        let document = DocumentPart {
            generation,
            stamp,
            reported: stamp,
            document: Digested::new(Arc::new(document)),
        };
        let shown = Shown {
            status: InstanceStatus::Unknown,
            registered_at: now.wall,
            service_up_at: UnixMillis::default(),
            last_updated: now.wall,
            action: ActionType::Added,
        };
        let override_part = override_part.unwrap_or(no_override);
        let pulse = (Lease::registered(now.mono), self.seen_by(origin), now.wall);
        let mut entry = Entry::new(document, override_part, stamp, shown, pulse);
        entry.settle_status(now.wall);
        self.put_in(Named { key, names }, entry, now);
    }

    /// Puts an entry where none is, and shows that in the delta.
    pub(super) fn put_in(&mut self, named: Named, mut entry: Entry, now: Now) {
        let names = named.names;
        self.watch.watch(&mut entry);
        self.changes.record_change(named, &entry, now.mono);
        self.registry.insert(names, entry);
    }

    /// Begins a lease anew, with another document where there is one, and shows the instance as added (server.md R7, R15).
    fn register_again(
        &mut self,
        named: Named,
        registration: Option<Registration>,
        lease: Lease,
        now: Now,
        origin: Origin,
    ) {
        let seen_by = self.seen_by(origin);
        self.replace_visibly(named, now, |entry, clock, watch| {
            let replaced =
                registration.map(|sent| replace_document(entry, sent, now, origin, clock));
            entry.pulse.lease = lease;
            entry.pulse.origin = seen_by;
            entry.pulse.renewed_at = now.wall;
            entry.shown.registered_at = now.wall;
            watch.watch(entry);
            entry.presence = clock.draw(now.wall);
            entry.mark_changed(ActionType::Added, now.wall);
            replaced
        });
    }
}

/// Puts a document in the place of the stored one, with which it answers.
fn replace_document(
    entry: &mut Entry,
    registration: Registration,
    now: Now,
    origin: Origin,
    clock: &mut HybridClock,
) -> Digested {
    let Registration {
        mut document,
        overridden_status,
    } = registration;
    if entry.override_part.gives_way(origin, now.mono)
        && let Some(override_part) = override_in_body(overridden_status, now, clock)
    {
        entry.override_part = override_part;
    }
    if entry.override_part.status().is_none() {
        document.status = resolve(&RuleInput {
            reported: document.status,
            override_status: None,
            existing: Some(entry.shown.status),
            is_replication: origin != Origin::Client,
        });
    }
    let part = &mut entry.document;
    let is_older = part.document.last_dirty > document.last_dirty;
    part.generation = part.generation.saturating_add(u32::from(is_older));
    part.stamp = clock.draw(now.wall);
    part.reported = part.stamp;
    std::mem::replace(&mut part.document, Digested::new(Arc::new(document)))
}

/// server.md R11: a registration may bring its override along. It is older than the document that brings it.
fn override_in_body(
    status: InstanceStatus,
    now: Now,
    clock: &mut HybridClock,
) -> Option<OverridePart> {
    (status != InstanceStatus::Unknown).then(|| OverridePart {
        value: OverrideValue::Status(status),
        stamp: clock.draw(now.wall),
        learned_at: now.mono,
    })
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
        Some((generation, last_dirty)) if document.last_dirty < last_dirty => {
            generation.saturating_add(1)
        }
        Some((generation, _)) => generation,
        None => 0,
    }
}
