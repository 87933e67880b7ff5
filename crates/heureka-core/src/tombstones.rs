//! Keys that were cancelled, and must not come back by themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use heureka_model::{InstanceKey, UnixMillis};
use indexmap::IndexMap;

use crate::config::RegistryLimits;
use crate::hashing::SeededHash;
use crate::stamp::Stamp;

/// How long a cancelled key is remembered at least (MERGE 5).
pub(crate) const TOMBSTONE_LIFE: Duration = Duration::from_secs(60 * 60);

/// What is remembered of a cancelled key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tombstone {
    /// When it was cancelled, which also orders "override: none".
    pub(crate) stamp: Stamp,
    /// The generation and version it had, so that an older one that returns can be told from a late copy.
    pub(crate) version: Option<(u32, UnixMillis)>,
    /// When it may be forgotten.
    pub(crate) expires_at: Duration,
}

impl Tombstone {
    /// A key that is cancelled again keeps the version it had, and the time that its lease asked for.
    fn in_place_of(self, replaced: &Self) -> Self {
        Self {
            version: self.version.or(replaced.version),
            expires_at: self.expires_at.max(replaced.expires_at),
            ..self
        }
    }
}

/// Cancelled keys, each once. Each is forgotten in its time, and the oldest earlier when there are too many.
#[derive(Debug)]
pub(crate) struct Tombstones {
    by_key: IndexMap<InstanceKey, Tombstone, SeededHash>,
    /// Keys in the order of their cancels.
    by_age: BTreeMap<Stamp, InstanceKey>,
    /// Cancels in the order in which they are forgotten, which is another where leases are longer than an hour.
    by_expiry: BTreeSet<(Duration, Stamp)>,
    unknown: usize,
    max: usize,
    max_unknown: usize,
}

impl Tombstones {
    pub(crate) fn new(limits: &RegistryLimits, hash: SeededHash) -> Self {
        Self {
            by_key: IndexMap::with_hasher(hash),
            by_age: BTreeMap::new(),
            by_expiry: BTreeSet::new(),
            unknown: 0,
            max: limits.max_tombstones,
            max_unknown: limits.max_unknown_tombstones,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.by_key.len()
    }

    #[cfg(test)]
    pub(crate) fn get(&self, key: &InstanceKey) -> Option<&Tombstone> {
        self.by_key.get(key)
    }

    /// Remembers a key. One that was never here is remembered only while there is room for such.
    pub(crate) fn insert(&mut self, key: InstanceKey, tombstone: Tombstone) {
        let tombstone = match self.remove(&key) {
            Some(replaced) => tombstone.in_place_of(&replaced),
            None => tombstone,
        };
        let is_unknown = tombstone.version.is_none();
        if is_unknown && self.unknown >= self.max_unknown {
            return;
        }
        while self.by_key.len() >= self.max && self.forget_oldest() {}
        self.unknown += usize::from(is_unknown);
        self.by_age.insert(tombstone.stamp, key.clone());
        self.by_expiry
            .insert((tombstone.expires_at, tombstone.stamp));
        self.by_key.insert(key, tombstone);
    }

    pub(crate) fn remove(&mut self, key: &InstanceKey) -> Option<Tombstone> {
        let tombstone = self.by_key.swap_remove(key)?;
        self.by_age.remove(&tombstone.stamp);
        self.by_expiry
            .remove(&(tombstone.expires_at, tombstone.stamp));
        self.unknown -= usize::from(tombstone.version.is_none());
        Some(tombstone)
    }

    /// Forgets what has served its time.
    pub(crate) fn forget_old(&mut self, mono: Duration) {
        while let Some((expires_at, stamp)) = self.by_expiry.first().copied()
            && expires_at < mono
        {
            self.forget(stamp);
        }
    }

    fn forget_oldest(&mut self) -> bool {
        let oldest = self.by_age.first_key_value().map(|(stamp, _)| *stamp);
        oldest.is_some_and(|stamp| self.forget(stamp))
    }

    fn forget(&mut self, stamp: Stamp) -> bool {
        let key = self.by_age.get(&stamp).cloned();
        key.is_some_and(|key| self.remove(&key).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stamp::{HybridClock, NodeId};

    fn tombstones(max: usize, max_unknown: usize) -> Tombstones {
        let limits = RegistryLimits {
            max_tombstones: max,
            max_unknown_tombstones: max_unknown,
            ..RegistryLimits::default()
        };
        Tombstones::new(&limits, SeededHash::new(1, 2))
    }

    fn cancelled(clock: &mut HybridClock, known: bool, expires_at_secs: u64) -> Tombstone {
        Tombstone {
            stamp: clock.draw(UnixMillis(1)),
            version: known.then_some((0, UnixMillis(5))),
            expires_at: Duration::from_secs(expires_at_secs),
        }
    }

    #[test]
    fn unknown_keys_never_take_more_than_their_share() {
        let (mut graves, mut clock) = (tombstones(10, 3), HybridClock::new(NodeId(1)));
        for n in 0..100 {
            graves.insert(
                InstanceKey::new("A", &n.to_string()),
                cancelled(&mut clock, false, 1),
            );
        }
        assert_eq!(graves.len(), 3);
    }

    #[test]
    fn the_oldest_make_room_and_the_orders_do_not_outgrow_them() {
        let (mut graves, mut clock) = (tombstones(10, 3), HybridClock::new(NodeId(1)));
        for n in 0..1000 {
            let key = InstanceKey::new("A", &n.to_string());
            graves.insert(key.clone(), cancelled(&mut clock, true, 1));
            if n % 2 == 0 {
                graves.remove(&key);
            }
        }
        assert_eq!(graves.len(), 10);
        assert_eq!((graves.by_age.len(), graves.by_expiry.len()), (10, 10));
        assert!(graves.get(&InstanceKey::new("A", "999")).is_some());
    }

    #[test]
    fn time_forgets_in_order() {
        let (mut graves, mut clock) = (tombstones(10, 3), HybridClock::new(NodeId(1)));
        for n in 1..=3 {
            graves.insert(
                InstanceKey::new("A", &n.to_string()),
                cancelled(&mut clock, true, n),
            );
        }
        graves.forget_old(Duration::from_millis(2500));
        assert_eq!(graves.len(), 1);
    }

    #[test]
    fn cancelling_again_keeps_the_version_it_had() {
        let (mut graves, mut clock) = (tombstones(10, 3), HybridClock::new(NodeId(1)));
        let key = InstanceKey::new("A", "1");
        graves.insert(key.clone(), cancelled(&mut clock, true, 1));
        graves.insert(key.clone(), cancelled(&mut clock, false, 2));
        assert_eq!(graves.get(&key).unwrap().version, Some((0, UnixMillis(5))));
    }
}
