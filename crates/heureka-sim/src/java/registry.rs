//! A registry as Java's servers keep it: no stamps, no tombstones, and what came last counts (server.md 1 to 3).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use heureka_core::{RuleInput, StatusChange, resolve};
use heureka_model::{
    ActionType, InstanceInfo, InstanceKey, InstanceStatus, LeaseTimes, Metadata, Now, Registration,
    UnixMillis,
};

/// What is kept for a key.
#[derive(Clone, Debug)]
struct Lease {
    info: InstanceInfo,
    /// The lease ends one duration after this; a renewal moves it one duration ahead (server.md L2).
    counted_from: Duration,
}

impl Lease {
    fn has_ended(&self, mono: Duration) -> bool {
        let duration = self.info.document.lease.duration();
        mono > self.counted_from.saturating_add(duration)
    }

    /// server.md L2, L9: the time that is published lies one duration ahead too.
    fn renew(&mut self, now: Now) {
        let duration = self.info.document.lease.duration();
        self.counted_from = now.mono.saturating_add(duration);
        self.info.lease.last_renewal = now.wall.after(duration);
    }

    /// server.md R35
    fn adopt_dirty(&mut self, last_dirty: Option<UnixMillis>) {
        if let Some(sent) = last_dirty.filter(|sent| *sent > self.info.document.last_dirty) {
            Arc::make_mut(&mut self.info.document).last_dirty = sent;
        }
    }
}

/// Leases and overrides; the latter outlive an eviction of nobody but go with a cancel.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    leases: BTreeMap<InstanceKey, Lease>,
    overrides: BTreeMap<InstanceKey, InstanceStatus>,
}

impl Registry {
    pub(crate) fn get(&self, key: &InstanceKey) -> Option<&InstanceInfo> {
        self.leases.get(key).map(|lease| &lease.info)
    }

    pub(crate) fn override_of(&self, key: &InstanceKey) -> Option<InstanceStatus> {
        self.overrides.get(key).copied()
    }

    pub(crate) fn names(&self) -> Vec<&InstanceKey> {
        self.leases.keys().collect()
    }

    /// All instances, those whose lease has ended included.
    pub(crate) fn listing(&self) -> Vec<InstanceInfo> {
        let leases = self.leases.values();
        leases.map(|lease| lease.info.clone()).collect()
    }

    /// Registers an instance. Answers what peers are told: what was sent, even where the stored copy is newer and stays
    /// (server.md R3, R18).
    pub(crate) fn register(
        &mut self,
        now: Now,
        sent: Registration,
        is_replication: bool,
    ) -> InstanceInfo {
        let key = sent.document.key();
        let stored = self.leases.get(&key).map(|lease| lease.info.clone());
        let existing = stored.as_ref().map(|stored| stored.status);
        let newer = stored.filter(|stored| stored.document.last_dirty > sent.document.last_dirty);
        let taken = match &newer {
            Some(stored) => registration_of(stored.clone()),
            None => sent.clone(),
        };
        let info = self.settle(now, &key, taken, existing, is_replication);
        let lease = Lease {
            info: info.clone(),
            counted_from: now.mono,
        };
        self.leases.insert(key, lease);
        if newer.is_some() {
            let status = sent.document.status;
            return shown(now, sent, status);
        }
        info
    }

    /// server.md R11 to R16
    fn settle(
        &mut self,
        now: Now,
        key: &InstanceKey,
        mut taken: Registration,
        existing: Option<InstanceStatus>,
        is_replication: bool,
    ) -> InstanceInfo {
        if taken.overridden_status != InstanceStatus::Unknown {
            let entry = self.overrides.entry(key.clone());
            entry.or_insert(taken.overridden_status);
        }
        let override_status = self.override_of(key);
        taken.overridden_status = override_status.unwrap_or(taken.overridden_status);
        let status = resolve(&RuleInput {
            reported: taken.document.status,
            override_status,
            existing,
            is_replication,
        });
        shown(now, taken, status)
    }

    /// Answers whether the key is there and need not register (server.md R26 to R30).
    pub(crate) fn renew(&mut self, now: Now, key: &InstanceKey) -> bool {
        let override_status = self.override_of(key);
        let Some(lease) = self.leases.get_mut(key) else {
            return false;
        };
        let status = resolve(&RuleInput {
            reported: lease.info.status,
            override_status,
            existing: Some(lease.info.status),
            is_replication: true,
        });
        if status == InstanceStatus::Unknown {
            return false;
        }
        lease.info.status = status;
        lease.renew(now);
        true
    }

    /// Answers whether the key was there (server.md R20).
    pub(crate) fn cancel(&mut self, key: &InstanceKey) -> bool {
        self.overrides.remove(key);
        self.leases.remove(key).is_some()
    }

    /// Answers whether the key is there (server.md R32 to R45).
    pub(crate) fn change_status(
        &mut self,
        now: Now,
        key: &InstanceKey,
        change: StatusChange,
        last_dirty: Option<UnixMillis>,
    ) -> bool {
        let Some(lease) = self.leases.get_mut(key) else {
            return false;
        };
        lease.renew(now);
        let (status, overridden) = match change {
            StatusChange::Override(status) if lease.info.status == status => return true,
            StatusChange::Override(status) => {
                self.overrides.insert(key.clone(), status);
                (status, status)
            }
            StatusChange::RemoveOverride { shown } => {
                if self.overrides.remove(key).is_none() {
                    return true;
                }
                (shown, InstanceStatus::Unknown)
            }
        };
        lease.info.status = status;
        lease.info.overridden_status = overridden;
        lease.info.last_updated = now.wall;
        lease.adopt_dirty(last_dirty);
        true
    }

    /// Keeps the override that a peer tells; the status follows with the next renewal (server.md R46).
    pub(crate) fn store_override(&mut self, key: &InstanceKey, status: InstanceStatus) -> bool {
        let Some(lease) = self.leases.get_mut(key) else {
            return false;
        };
        lease.info.overridden_status = status;
        self.overrides.insert(key.clone(), status);
        true
    }

    /// An edit of metadata is a registration of what is there (server.md D-50).
    pub(crate) fn update_metadata(
        &mut self,
        now: Now,
        key: &InstanceKey,
        entries: &Metadata,
    ) -> Option<InstanceInfo> {
        let mut edited = registration_of(self.get(key)?.clone());
        let metadata = &mut edited.document.metadata;
        entries
            .iter()
            .for_each(|(name, value)| metadata.set(name, value));
        Some(self.register(now, edited, false))
    }

    /// Takes out whose lease has ended, at most what 15 of 100 make, and one at least (server.md D-4).
    pub(crate) fn evict(&mut self, mono: Duration) -> Vec<InstanceKey> {
        let most = self.leases.len() - self.leases.len() * 85 / 100;
        let ended = self
            .leases
            .iter()
            .filter(|(_, lease)| lease.has_ended(mono));
        let evicted: Vec<_> = ended.map(|(key, _)| key.clone()).take(most).collect();
        for key in &evicted {
            self.cancel(key);
        }
        evicted
    }
}

/// What a server shows, as it would be registered.
pub(crate) fn registration_of(info: InstanceInfo) -> Registration {
    let mut document = Arc::unwrap_or_clone(info.document);
    document.status = info.status;
    Registration {
        document,
        overridden_status: info.overridden_status,
    }
}

fn shown(now: Now, registration: Registration, status: InstanceStatus) -> InstanceInfo {
    let Registration {
        mut document,
        overridden_status,
    } = registration;
    document.status = status;
    InstanceInfo {
        document: Arc::new(document),
        status,
        overridden_status,
        lease: LeaseTimes {
            registration: now.wall,
            last_renewal: now.wall,
            ..LeaseTimes::default()
        },
        is_coordinating: false,
        last_updated: now.wall,
        action: Some(ActionType::Added),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::registration;
    use InstanceStatus::{OutOfService, Unknown, Up};

    fn at(secs: u64) -> Now {
        let mono = Duration::from_secs(secs);
        let wall = UnixMillis(0).after(mono);
        Now { mono, wall }
    }

    fn key() -> InstanceKey {
        InstanceKey::new("A", "1")
    }

    fn with(dirty_ms: i64) -> Registry {
        let mut registry = Registry::default();
        registry.register(at(0), registration(&key(), dirty_ms, Up).unwrap(), false);
        registry
    }

    // server.md L4, L5, L9
    #[test]
    fn a_lease_ends_after_one_duration_and_after_two_once_it_was_renewed() {
        assert!(with(1).evict(Duration::from_secs(90)).is_empty());
        assert_eq!(with(1).evict(Duration::from_secs(91)), [key()]);
        let mut renewed = with(1);
        assert!(renewed.renew(at(10), &key()));
        let published = renewed.get(&key()).unwrap().lease.last_renewal;
        assert_eq!(published, UnixMillis(100_000));
        assert!(renewed.evict(Duration::from_secs(190)).is_empty());
        assert_eq!(renewed.evict(Duration::from_secs(191)), [key()]);
    }

    // server.md R3, R18
    #[test]
    fn an_older_registration_keeps_the_stored_copy_and_is_what_peers_are_told() {
        let mut registry = with(5);
        let sent = registration(&key(), 4, OutOfService).unwrap();
        let told = registry.register(at(1), sent, false);
        assert_eq!(told.document.last_dirty, UnixMillis(4));
        let stored = registry.get(&key()).unwrap();
        assert_eq!(
            (stored.document.last_dirty, stored.status),
            (UnixMillis(5), Up)
        );
    }

    // server.md R12, R27, R45
    #[test]
    fn an_override_outlives_a_registration_and_without_a_status_makes_a_client_register() {
        let mut registry = with(5);
        let change = StatusChange::Override(OutOfService);
        assert!(registry.change_status(at(1), &key(), change, None));
        registry.register(at(2), registration(&key(), 6, Up).unwrap(), false);
        assert_eq!(registry.get(&key()).unwrap().status, OutOfService);
        let change = StatusChange::RemoveOverride { shown: Unknown };
        assert!(registry.change_status(at(3), &key(), change, None));
        assert!(!registry.renew(at(4), &key()));
        assert!(registry.cancel(&key()) && !registry.cancel(&key()));
    }
}
