//! What counts of what a Java peer says: it sends no stamps and repeats itself (MERGE 5, 2).

use std::time::Duration;

use heureka_model::{InstanceInfo, InstanceKey, InstanceStatus, LeaseSettings, Now, UnixMillis};

use super::java_results::registration_of;
use super::{Node, Origin, Sender, StatusChange};
use crate::entry::LeaseOrigin;
use crate::lease::Lease;
use crate::peers::PeerId;

/// How long a task waits in a Java peer's queue at most, and some more (MERGE 5).
pub(crate) const JAVA_TASK_LIFE: Duration = Duration::from_secs(35);

impl Node {
    /// Whether a Java peer may still be repeating what it was told before a cancel.
    pub(super) fn was_cancelled_just_now(&self, mono: Duration, key: &InstanceKey) -> bool {
        self.tombstones
            .get(key)
            .is_some_and(|tombstone| mono <= tombstone.learned_at.saturating_add(JAVA_TASK_LIFE))
    }

    /// Within that time a registration counts only if it is newer than what was cancelled, or equally new and from the
    /// peer that sent the cancel.
    pub(super) fn is_late_copy(
        &self,
        mono: Duration,
        key: &InstanceKey,
        last_dirty: UnixMillis,
        origin: Origin,
    ) -> bool {
        let Origin::Peer(sender) = origin else {
            return false;
        };
        let Some(tombstone) = self.tombstones.get(key) else {
            return false;
        };
        if !self.was_cancelled_just_now(mono, key) {
            return false;
        }
        match tombstone.version {
            Some((_, cancelled)) if last_dirty == cancelled => {
                tombstone.cancelled_by != Some(sender)
            }
            Some((_, cancelled)) => last_dirty < cancelled,
            None => false,
        }
    }

    /// When a Java peer, or this node, was last away; it is asked once.
    pub(super) fn hear_after_absence(&mut self, id: PeerId) -> Option<Duration> {
        self.cluster.peers.get_mut(id)?.away_since.take()
    }

    /// Takes an instance from a Java listing: it may add, or refresh by age.
    pub(super) fn take_listed(
        &mut self,
        now: Now,
        from: PeerId,
        listed: InstanceInfo,
        away_since: Option<Duration>,
    ) {
        let (key, sender) = (listed.document.key(), self.sender_of(from));
        if self.tombstones.get(&key).is_some() {
            return;
        }
        let lease = lease_told(now.mono, age_in_listing(now.wall, &listed));
        if now.mono > lease.ends_at(listed.document.lease, self.config.lease) {
            return;
        }
        let own = self.registry.get(key.app.as_str(), key.id.as_str());
        let younger = match own.map(|own| (own.lease, own.origin)) {
            Some(own) if !lease.is_younger_than(own.0) => own,
            Some(_) | None => (lease, LeaseOrigin::Java(sender)),
        };
        let is_newer =
            own.is_none_or(|own| own.document.document.last_dirty < listed.document.last_dirty);
        if is_newer {
            // A registry that is full takes nobody; it has said so.
            _ = self.register(now, registration_of(listed), Origin::Peer(sender));
        } else if away_since
            .is_some_and(|since| self.may_have_changed_there(now, from, &key, since))
        {
            self.take_what_changed_there(now, &key, listed, sender);
        }
        let watch = &mut self.watch;
        self.registry
            .change(key.app.as_str(), key.id.as_str(), |entry| {
                // Being listed is no sign of life (MERGE 2).
                (entry.lease, entry.origin) = younger;
                watch.watch(entry);
            });
    }

    /// Whether a difference was made there while one of the two was away: the peer has been told everything that was
    /// done here, and that so long before that even a listing that lags shows it.
    fn may_have_changed_there(
        &mut self,
        now: Now,
        from: PeerId,
        key: &InstanceKey,
        away_since: Duration,
    ) -> bool {
        let peer = self.cluster.peers.get_mut(from);
        if peer.is_none_or(|peer| peer.has_to_tell(key)) {
            return false;
        }
        let settled = away_since.saturating_sub(JAVA_TASK_LIFE);
        let settled_ago = now.mono.saturating_sub(settled);
        let settled_ms = i64::try_from(settled_ago.as_millis()).unwrap_or(i64::MAX);
        let entry = self.registry.get(key.app.as_str(), key.id.as_str());
        entry.is_some_and(|entry| {
            entry.mark().newest().wall_ms <= now.wall.0.saturating_sub(settled_ms)
        })
    }

    /// Java changes neither the dirty timestamp for an override nor for metadata, so the listing is compared with what is
    /// here (server.md D-7, D-50).
    fn take_what_changed_there(
        &mut self,
        now: Now,
        key: &InstanceKey,
        listed: InstanceInfo,
        sender: Sender,
    ) {
        let entry = self.registry.get(key.app.as_str(), key.id.as_str());
        let Some(entry) = entry else {
            return;
        };
        let origin = Origin::Peer(sender);
        let (own, theirs) = (entry.override_part.status(), listed.overridden_status);
        let theirs = (theirs != InstanceStatus::Unknown).then_some(theirs);
        let change = match (own, theirs) {
            (own, Some(status)) if own != Some(status) => Some(StatusChange::Override(status)),
            (Some(_), None) => Some(StatusChange::RemoveOverride {
                shown: listed.status,
            }),
            (_, _) => None,
        };
        let has_other_metadata = entry.document.document.metadata != listed.document.metadata;
        if has_other_metadata {
            // The same registration with other metadata; a registry that has it has room for it.
            _ = self.register(now, registration_of(listed), origin);
        }
        if let Some(change) = change {
            self.change_status(now, key.app.as_str(), key.id.as_str(), change, None, origin);
        }
    }
}

/// The age of the last renewal, where the listing tells it.
fn age_in_listing(wall: UnixMillis, listed: &InstanceInfo) -> Option<(Duration, bool)> {
    let (renewal, registration) = (listed.lease.last_renewal.0, listed.lease.registration.0);
    if renewal <= 0 {
        return None;
    }
    let duration_ms = duration_ms(listed.document.lease);
    // server.md L9: after a heartbeat the listing shows its time and one duration more.
    let (at, ever_renewed) = if renewal == registration {
        (renewal, false)
    } else {
        (renewal.saturating_sub(duration_ms), true)
    };
    let age_ms = u64::try_from(wall.0.saturating_sub(at)).ok()?;
    Some((Duration::from_millis(age_ms), ever_renewed))
}

fn duration_ms(settings: LeaseSettings) -> i64 {
    i64::from(settings.duration_secs()).saturating_mul(1000)
}

/// Where the age cannot be told, the lease counts as never renewed and registered now, once (MERGE 2).
fn lease_told(mono: Duration, told: Option<(Duration, bool)>) -> Lease {
    match told {
        Some((age, ever_renewed)) => Lease::told(
            mono,
            heureka_model::LeaseState {
                age,
                ever_renewed,
                origin: None,
            },
        ),
        None => Lease::registered(mono),
    }
}
