//! Keys that were cancelled, and must not come back by themselves.

use std::collections::BTreeSet;
use std::time::Duration;

use heureka_model::{
    AppName, CancelledState, Digest, InstanceId, InstanceKey, SeededHash, Stamp, UnixMillis,
};
use indexmap::IndexMap;

use crate::config::RegistryLimits;
use crate::node::Sender;
use crate::sums::Sums;

/// How long a cancelled key is remembered at least (MERGE 5).
pub(crate) const TOMBSTONE_LIFE: Duration = Duration::from_secs(60 * 60);

/// In its last minute a tombstone is not compared: nodes do not forget it in the same moment (MERGE 6).
const LAST_MINUTE: Duration = Duration::from_secs(60);

/// What is remembered of a cancelled key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tombstone {
    /// When it was cancelled, which also orders "override: none".
    pub(crate) stamp: Stamp,
    /// The generation and version it had, so that an older one that returns can be told from a late copy.
    pub(crate) version: Option<(u32, UnixMillis)>,
    /// When it may be forgotten.
    pub(crate) expires_at: Duration,
    /// When this node learned of the cancel, on its monotonic clock.
    pub(crate) learned_at: Duration,
    /// The Java peer that cancelled it, where it was one.
    pub(crate) cancelled_by: Option<Sender>,
}

impl Tombstone {
    /// Both at once: the later cancel, the newer version, the longer memory.
    fn joined(self, other: &Self) -> Self {
        // A cancel that is told again was learned the first time.
        let later = if self.stamp > other.stamp {
            &self
        } else {
            other
        };
        Self {
            version: self.version.max(other.version),
            expires_at: self.expires_at.max(other.expires_at),
            ..*later
        }
    }

    /// What it adds to the sums. A cancel of a key that was never here is not compared: how many of those a node
    /// remembers depends on what else it was told.
    pub(crate) fn digest(&self, key: &InstanceKey) -> Option<Digest> {
        let version = self.version?;
        Some(Digest::of(&(key, self.stamp, version)))
    }

    /// As it travels.
    pub(crate) fn state(&self, key: InstanceKey, mono: Duration) -> CancelledState {
        CancelledState {
            key,
            stamp: self.stamp,
            version: self.version,
            left: self.expires_at.saturating_sub(mono),
        }
    }
}

/// The cancelled keys of one application.
pub(crate) type AppTombstones = IndexMap<InstanceId, Tombstone, SeededHash>;

/// Cancelled keys, each once. Each is forgotten in its time, and the oldest earlier when there are too many.
#[derive(Debug)]
pub(crate) struct Tombstones {
    apps: IndexMap<AppName, AppTombstones, SeededHash>,
    len: usize,
    /// Keys in the order of their cancels.
    by_age: BTreeSet<(Stamp, InstanceKey)>,
    /// Keys in the order in which they are forgotten, which is another where leases are longer than an hour.
    by_expiry: BTreeSet<(Duration, InstanceKey)>,
    /// Those of them that are in the sums.
    compared: BTreeSet<(Duration, InstanceKey)>,
    sums: Sums,
    unknown: usize,
    max: usize,
    max_unknown: usize,
    hash: SeededHash,
}

impl Tombstones {
    pub(crate) fn new(limits: &RegistryLimits, hash: SeededHash) -> Self {
        Self {
            apps: IndexMap::with_hasher(hash),
            len: 0,
            by_age: BTreeSet::new(),
            by_expiry: BTreeSet::new(),
            compared: BTreeSet::new(),
            sums: Sums::new(hash),
            unknown: 0,
            max: limits.max_tombstones,
            max_unknown: limits.max_unknown_tombstones,
            hash,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The sums over those that are compared.
    pub(crate) fn sums(&self) -> &Sums {
        &self.sums
    }

    pub(crate) fn of_app(&self, app: &AppName) -> Option<&AppTombstones> {
        self.apps.get(app)
    }

    pub(crate) fn get(&self, key: &InstanceKey) -> Option<&Tombstone> {
        self.apps.get(&key.app)?.get(&key.id)
    }

    /// Whether a key is among those that are compared.
    pub(crate) fn is_compared(&self, key: &InstanceKey, tombstone: &Tombstone) -> bool {
        self.compared.contains(&(tombstone.expires_at, key.clone()))
    }

    /// Remembers a key. One that was never here is remembered only while there is room for such.
    pub(crate) fn insert(&mut self, key: InstanceKey, tombstone: Tombstone) {
        let tombstone = match self.remove(&key) {
            Some(earlier) => tombstone.joined(&earlier),
            None => tombstone,
        };
        let is_unknown = tombstone.version.is_none();
        if is_unknown && self.unknown >= self.max_unknown {
            return;
        }
        while self.len >= self.max && self.forget_oldest() {}
        self.unknown += usize::from(is_unknown);
        self.len += 1;
        self.by_age.insert((tombstone.stamp, key.clone()));
        self.by_expiry.insert((tombstone.expires_at, key.clone()));
        if let Some(digest) = tombstone.digest(&key) {
            self.sums.add(&key.app, digest);
            self.compared.insert((tombstone.expires_at, key.clone()));
        }
        let hash = self.hash;
        let of_app = self.apps.entry(key.app);
        of_app
            .or_insert_with(|| AppTombstones::with_hasher(hash))
            .insert(key.id, tombstone);
    }

    pub(crate) fn remove(&mut self, key: &InstanceKey) -> Option<Tombstone> {
        let of_app = self.apps.get_mut(&key.app)?;
        let tombstone = of_app.swap_remove(&key.id)?;
        if of_app.is_empty() {
            self.apps.swap_remove(&key.app);
        }
        self.by_age.remove(&(tombstone.stamp, key.clone()));
        let expiry = (tombstone.expires_at, key.clone());
        self.by_expiry.remove(&expiry);
        self.no_longer_compare(&expiry, &tombstone);
        self.unknown -= usize::from(tombstone.version.is_none());
        self.len -= 1;
        Some(tombstone)
    }

    fn no_longer_compare(&mut self, expiry: &(Duration, InstanceKey), tombstone: &Tombstone) {
        let (_, key) = expiry;
        if self.compared.remove(expiry)
            && let Some(digest) = tombstone.digest(key)
        {
            self.sums.remove(&key.app, digest);
        }
    }

    /// Forgets what has served its time, and no longer compares what is about to.
    pub(crate) fn forget_old(&mut self, mono: Duration) {
        while let Some(expiry) = self.compared.first().cloned()
            && expiry.0.saturating_sub(LAST_MINUTE) <= mono
        {
            match self.get(&expiry.1).copied() {
                Some(tombstone) => self.no_longer_compare(&expiry, &tombstone),
                None => _ = self.compared.pop_first(),
            }
        }
        while let Some((expires_at, key)) = self.by_expiry.first().cloned()
            && expires_at < mono
        {
            self.remove(&key);
        }
    }

    fn forget_oldest(&mut self) -> bool {
        let oldest = self.by_age.first().cloned();
        oldest.is_some_and(|(_, key)| self.remove(&key).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use heureka_model::NodeId;

    use crate::stamp::HybridClock;

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
            learned_at: Duration::ZERO,
            cancelled_by: None,
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
        assert_eq!((graves.apps.len(), graves.compared.len()), (1, 10));
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
