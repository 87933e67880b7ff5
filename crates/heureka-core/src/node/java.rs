//! What counts of what a Java peer says: it sends no stamps and repeats itself (MERGE 5, 2).

use std::time::Duration;

use heureka_model::{InstanceInfo, InstanceKey, LeaseSettings, Now, Stamp, UnixMillis};

use super::absence::Heard;
use super::java_results::registration_of;
use super::{Node, Origin};
use crate::entry::{Entry, LeaseOrigin, Mark};
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

    /// Takes an instance from a Java listing: it may add, or refresh by age.
    pub(super) fn take_listed(
        &mut self,
        now: Now,
        from: PeerId,
        listed: InstanceInfo,
        heard: Option<&Heard>,
    ) {
        let (key, sender) = (listed.document.key(), self.sender_of(from));
        if self.tombstones.get(&key).is_some() {
            return;
        }
        let lease = lease_told(now.mono, age_in_listing(now.wall, &listed));
        let own = self.registry.get(key.app.as_str(), key.id.as_str());
        let has_ended = now.mono > lease.ends_at(listed.document.lease, self.config.lease);
        if own.is_none() && has_ended {
            return;
        }
        // A listing does not tell where an instance renews, so who knew that still does.
        let origin = own.map_or(LeaseOrigin::Java(sender), |own| own.pulse.origin);
        let lease = own.map_or(lease, |own| own.pulse.lease.or_younger(lease));
        let (before, dated) = (own.map(Entry::mark), self.dated(now, lease));
        let is_newer =
            own.is_none_or(|own| own.document.document.last_dirty < listed.document.last_dirty);
        if is_newer {
            // A registry that is full takes nobody; it has said so.
            _ = self.register(now, registration_of(listed), Origin::Peer(sender));
        } else if let Some(heard) = heard {
            self.compare_after_absence(now, from, &key, listed, heard);
        }
        let watch = &mut self.watch;
        let names = self.registry.names(key.app.as_str(), key.id.as_str());
        self.registry.change(names, |entry| {
            // Being listed is no sign of life (MERGE 2).
            (entry.pulse.lease, entry.pulse.origin) = (lease, origin);
            if is_newer {
                entry.date_back(before, dated);
                entry.settle_status(now.wall);
            }
            watch.watch(entry);
        });
    }

    /// The stamp of what a listing adds: as old as its last sign of life. A listing lags, so what was cancelled or removed
    /// elsewhere after that counts.
    fn dated(&self, now: Now, lease: Lease) -> Stamp {
        Stamp {
            wall_ms: now.wall.before(lease.age(now.mono)).0,
            count: 0,
            node: self.id,
        }
    }
}

impl Entry {
    /// Gives what was just registered an earlier stamp, where nothing of it was here later than that.
    fn date_back(&mut self, before: Option<Mark>, dated: Stamp) {
        let earlier = |drawn: Stamp, before: Option<Stamp>| match before {
            Some(before) if before >= dated => drawn,
            Some(_) | None => dated,
        };
        self.document.stamp = earlier(self.document.stamp, before.map(|mark| mark.document));
        self.document.reported = earlier(self.document.reported, before.map(|mark| mark.reported));
        self.presence = before.map_or(dated, |mark| mark.presence.max(dated));
        let override_before = before.map(|mark| mark.override_part);
        let is_new = self.override_part.status().is_some()
            && override_before != Some(self.override_part.stamp);
        if is_new {
            self.override_part.stamp = earlier(self.override_part.stamp, override_before);
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
