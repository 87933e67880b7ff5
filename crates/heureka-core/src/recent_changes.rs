//! The window of changes that a delta shows.

mod orders;

use std::hash::{Hash as _, Hasher as _};
use std::time::Duration;

use heureka_model::{InstanceInfo, InstanceKey, SeededHash};
use siphasher::sip::SipHasher13;

use self::orders::Orders;
use crate::config::DeltaConfig;
use crate::entry::Entry;
use crate::place::{ByHash, Named, Names};

/// For each change that the window may hold, this many may have been followed by a later one of their key before changes go
/// as if it held too many. Each takes four bytes.
const GAPS_FOR_EACH: usize = 64;
/// How many changes are forgotten at once: each takes a fifth of a microsecond, and whoever wants something of the node waits
/// meanwhile. After the start of a large fleet a delta shows some of it for a little longer than it has to.
const FORGOTTEN_AT_ONCE: usize = 5_000;
/// A window that may hold less than this is as patient with keys that change often as one of this size.
const MIN_PATIENT_WINDOW: usize = 1024;

/// Which keys changed lately, each once, the last change last (server.md R79 to R83).
///
/// A present key is shown as it is when the delta is asked for, so only keys that are gone carry an instance here.
#[derive(Debug)]
pub(crate) struct RecentChanges {
    config: DeltaConfig,
    /// The last change of each key.
    by_key: ByHash<Names, Change>,
    orders: Orders,
    hash: SeededHash,
    /// Of all orders below, the changes may have been dropped.
    dropped_before: u64,
    /// The sum of the digests of all changes in the window.
    digest: u64,
    /// Until when a change is missing that a delta would have to show.
    truncated_until: Option<Duration>,
}

/// One change.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) key: InstanceKey,
    /// The instance as it was when it left, where it is gone.
    pub(crate) gone: Option<Box<InstanceInfo>>,
    /// How many changes there were before it.
    pub(crate) order: u64,
    /// When it happened.
    pub(crate) at: Duration,
    digest: u64,
}

impl RecentChanges {
    pub(crate) fn new(config: DeltaConfig, hash: SeededHash) -> Self {
        Self {
            config,
            by_key: ByHash::default(),
            orders: Orders::default(),
            hash,
            dropped_before: 0,
            digest: 0,
            truncated_until: None,
        }
    }

    /// A present instance changed.
    pub(crate) fn record_change(&mut self, named: Named, entry: &Entry, mono: Duration) {
        let digest = digest(&named.key, entry);
        self.record(named, None, digest, mono);
    }

    /// An instance left.
    pub(crate) fn record_removal(&mut self, named: Named, entry: &Entry, mono: Duration) {
        let digest = digest(&named.key, entry);
        self.record(named, Some(Box::new(entry.info())), digest, mono);
    }

    /// An instance of a remote region changed, or left as it is shown here.
    pub(crate) fn record_listed(&mut self, info: &InstanceInfo, is_gone: bool, mono: Duration) {
        let named = Named::new(self.hash, info.document.key());
        let gone = is_gone.then(|| Box::new(info.clone()));
        self.record(named, gone, digest_of_listed(info), mono);
    }

    /// The changes with the hashes of their names, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Names, &Change)> {
        self.since(0)
    }

    /// The same from `order` on.
    pub(crate) fn since(&self, order: u64) -> impl Iterator<Item = (Names, &Change)> {
        self.orders.since(order).filter_map(|index| self.at(index))
    }

    /// Whether a change from `order` on was dropped, not only followed by a later one of its key.
    pub(crate) fn has_dropped(&self, order: u64) -> bool {
        order < self.dropped_before || order > self.orders.next()
    }

    /// The order of the oldest change, or that of the next one where there is none.
    pub(crate) fn oldest_order(&self) -> u64 {
        self.orders.oldest()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether a change fell out before its time, so that a delta would not tell everything (F64).
    pub(crate) fn is_truncated(&self, mono: Duration) -> bool {
        self.truncated_until.is_some_and(|until| mono <= until)
    }

    /// A positive 31-bit number that differs when the set of changes does.
    pub(crate) fn version(&self) -> i64 {
        version_of(self.digest)
    }

    /// How many changes there ever were: as long as it stays, so does what is shown.
    pub(crate) fn revision(&self) -> u64 {
        self.orders.next()
    }

    /// What the version is made of; the digest of several windows is their sum.
    pub(crate) fn digest(&self) -> u64 {
        self.digest
    }

    /// Panics where its parts disagree with each other; looks at every change.
    pub(crate) fn check(&self) {
        let digests = self.by_key.values().map(|change| change.digest);
        assert_eq!(self.digest, digests.fold(0, u64::wrapping_add));
        assert_eq!(self.orders.since(0).count(), self.by_key.len());
        for (index, change) in self.by_key.values().enumerate() {
            assert_eq!(self.orders.since(change.order).next(), Some(index));
        }
    }

    /// Drops what is older than the retention (server.md R80), where that is much a part of it.
    pub(crate) fn forget_old(&mut self, mono: Duration) {
        for _ in 0..FORGOTTEN_AT_ONCE {
            let oldest = self.orders.first().and_then(|index| {
                let (_, oldest) = self.at(index)?;
                (oldest.at.saturating_add(self.config.retention) < mono).then_some(index)
            });
            let Some(index) = oldest else { break };
            self.forget(index);
        }
        // A start or a storm is followed by calm, and then memory is not kept for the next one.
        if self.by_key.capacity() / 4 > self.by_key.len().max(MIN_PATIENT_WINDOW) {
            self.by_key.shrink_to(self.by_key.len() * 2);
        }
        self.orders.give_back();
    }

    fn at(&self, index: usize) -> Option<(Names, &Change)> {
        let (names, change) = self.by_key.get_index(index)?;
        Some((*names, change))
    }

    fn record(
        &mut self,
        named: Named,
        gone: Option<Box<InstanceInfo>>,
        digest: u64,
        mono: Duration,
    ) {
        let Named { key, names } = named;
        let change = Change {
            key,
            gone,
            order: self.orders.next(),
            at: mono,
            digest,
        };
        self.digest = self.digest.wrapping_add(digest);
        match self.by_key.get_full_mut(&names) {
            Some((index, _, own)) => {
                let earlier = std::mem::replace(own, change);
                self.digest = self.digest.wrapping_sub(earlier.digest);
                self.orders.remove(earlier.order);
                self.orders.push(index);
                self.make_room(mono, Self::has_too_many_gaps);
            }
            None => {
                self.make_room(mono, Self::is_full);
                self.orders.push(self.by_key.len());
                self.by_key.insert(names, change);
            }
        }
    }

    fn is_full(&self) -> bool {
        self.by_key.len() >= self.config.max_changes.max(1) || self.has_too_many_gaps()
    }

    fn has_too_many_gaps(&self) -> bool {
        let patient = self.config.max_changes.max(MIN_PATIENT_WINDOW);
        self.orders.len() > patient.saturating_mul(GAPS_FOR_EACH)
    }

    /// Forgets the oldest change, even before its time, where there is too much of something.
    fn make_room(&mut self, mono: Duration, is_too_much: impl Fn(&Self) -> bool) {
        if !is_too_much(self) {
            return;
        }
        self.forget_old(mono);
        if is_too_much(self)
            && let Some(oldest) = self.orders.first().and_then(|index| self.forget(index))
        {
            self.truncated_until = Some(oldest.at.saturating_add(self.config.retention));
        }
    }

    fn forget(&mut self, index: usize) -> Option<Change> {
        let (_, forgotten) = self.by_key.swap_remove_index(index)?;
        self.orders.remove(forgotten.order);
        if let Some((_, moved)) = self.by_key.get_index(index) {
            self.orders.moved(moved.order, index);
        }
        self.dropped_before = forgotten.order + 1;
        self.digest = self.digest.wrapping_sub(forgotten.digest);
        Some(forgotten)
    }
}

/// The version of a delta whose changes have this digest.
pub(crate) fn version_of(digest: u64) -> i64 {
    const LARGEST: u64 = (1 << 31) - 1;
    let folded = (digest >> 32) ^ digest;
    i64::try_from(folded % LARGEST + 1).unwrap_or(1)
}

/// A digest of what a change in a remote region shows. There are no stamps, so the times of the region's own server tell
/// two changes apart.
fn digest_of_listed(info: &InstanceInfo) -> u64 {
    let mut hasher = SipHasher13::new_with_keys(0, 0);
    info.document.hash(&mut hasher);
    (info.status, info.overridden_status, info.action).hash(&mut hasher);
    (info.last_updated, info.lease.registration).hash(&mut hasher);
    hasher.finish()
}

/// A digest of what a change shows. Stamps differ with every write on every node, and so does this; the key of the hash
/// is fixed, so that two nodes that show the same changes show the same version.
fn digest(key: &InstanceKey, entry: &Entry) -> u64 {
    let mut hasher = SipHasher13::new_with_keys(0, 0);
    key.hash(&mut hasher);
    entry.shown.action.hash(&mut hasher);
    entry.shown.status.hash(&mut hasher);
    entry.overridden_status().hash(&mut hasher);
    entry.document.generation.hash(&mut hasher);
    entry.document.document.last_dirty.hash(&mut hasher);
    (
        entry.document.stamp,
        entry.override_part.stamp,
        entry.presence,
    )
        .hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGEST: i64 = (1 << 31) - 1;

    fn version(digest: u64) -> i64 {
        let hash = SeededHash::new(1, 2);
        let changes = RecentChanges {
            digest,
            ..RecentChanges::new(DeltaConfig::default(), hash)
        };
        changes.version()
    }

    #[test]
    fn a_version_is_a_positive_number_of_31_bits() {
        for (digest, expected) in [
            (0, 1),
            (1, 2),
            ((1 << 31) - 2, LARGEST),
            ((1 << 31) - 1, 1),
            (1 << 31, 2),
        ] {
            assert_eq!(version(digest), expected, "{digest}");
        }
        assert!((1..=LARGEST).contains(&version(u64::MAX)));
    }

    fn record(id: &str, changes: &mut RecentChanges) {
        let named = Named::new(changes.hash, InstanceKey::new("APP", id));
        let digest = changes.revision() * 3;
        changes.record(named, None, digest, Duration::ZERO);
    }

    #[test]
    fn a_key_that_changes_often_is_patiently_borne_and_not_for_ever() {
        let config = DeltaConfig {
            max_changes: 2,
            ..DeltaConfig::default()
        };
        let mut changes = RecentChanges::new(config, SeededHash::new(1, 2));
        record("calm", &mut changes);
        for _ in 1..MIN_PATIENT_WINDOW * GAPS_FOR_EACH {
            record("restless", &mut changes);
        }
        assert_eq!((changes.len(), changes.oldest_order()), (2, 0));
        assert!(!changes.is_truncated(Duration::ZERO));
        record("restless", &mut changes);
        let newest = changes.revision() - 1;
        assert_eq!((changes.len(), changes.oldest_order()), (1, newest));
        assert!(changes.is_truncated(Duration::ZERO) && changes.has_dropped(0));
        assert_eq!(changes.digest(), newest * 3);
    }

    #[test]
    fn memory_of_a_storm_is_given_back_when_it_is_over() {
        let mut changes = RecentChanges::new(DeltaConfig::default(), SeededHash::new(1, 2));
        let storm = 20 * MIN_PATIENT_WINDOW;
        for id in 0..storm {
            record(&id.to_string(), &mut changes);
        }
        changes.forget_old(DeltaConfig::default().retention);
        assert!(changes.by_key.capacity() >= storm);
        let over = DeltaConfig::default().retention + Duration::from_nanos(1);
        for parts in 1..=storm.div_ceil(FORGOTTEN_AT_ONCE) {
            changes.forget_old(over);
            changes.check();
            assert_eq!(
                changes.len(),
                storm.saturating_sub(parts * FORGOTTEN_AT_ONCE)
            );
        }
        assert_eq!((changes.len(), changes.digest()), (0, 0));
        assert!(changes.by_key.capacity() < MIN_PATIENT_WINDOW);
    }

    #[test]
    fn every_bit_of_the_digest_changes_the_version() {
        for digest in [0, u64::MAX, 0x0123_4567_89ab_cdef] {
            for bit in 0..64 {
                assert_ne!(version(digest), version(digest ^ (1 << bit)), "{bit}");
            }
        }
    }
}
