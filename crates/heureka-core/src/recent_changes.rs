//! The window of changes that a delta shows.

use std::collections::BTreeMap;
use std::hash::{Hash as _, Hasher as _};
use std::time::Duration;

use heureka_model::{InstanceInfo, InstanceKey, SeededHash};
use siphasher::sip::SipHasher13;

use crate::config::DeltaConfig;
use crate::entry::Entry;
use crate::place::{ByHash, Named, Names};

/// Which keys changed lately, each once, the last change last (server.md R79 to R83).
///
/// A present key is shown as it is when the delta is asked for, so only keys that are gone carry an instance here.
#[derive(Debug)]
pub(crate) struct RecentChanges {
    config: DeltaConfig,
    by_order: BTreeMap<u64, Change>,
    order_of: ByHash<Names, u64>,
    hash: SeededHash,
    next_order: u64,
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
    pub(crate) named: Named,
    /// The instance as it was when it left, where it is gone.
    pub(crate) gone: Option<Box<InstanceInfo>>,
    at: Duration,
    digest: u64,
}

impl RecentChanges {
    pub(crate) fn new(config: DeltaConfig, hash: SeededHash) -> Self {
        Self {
            config,
            by_order: BTreeMap::new(),
            order_of: ByHash::default(),
            hash,
            next_order: 0,
            dropped_before: 0,
            digest: 0,
            truncated_until: None,
        }
    }

    /// A present instance changed.
    pub(crate) fn record_change(&mut self, named: Named, entry: &Entry, mono: Duration) {
        self.record(Change {
            digest: digest(&named.key, entry),
            named,
            gone: None,
            at: mono,
        });
    }

    /// An instance left.
    pub(crate) fn record_removal(&mut self, named: Named, entry: &Entry, mono: Duration) {
        let gone = Some(Box::new(entry.info()));
        self.record(Change {
            digest: digest(&named.key, entry),
            named,
            gone,
            at: mono,
        });
    }

    /// An instance of a remote region changed, or left as it is shown here.
    pub(crate) fn record_listed(&mut self, info: &InstanceInfo, is_gone: bool, mono: Duration) {
        self.record(Change {
            digest: digest_of_listed(info),
            named: Named::new(self.hash, info.document.key()),
            gone: is_gone.then(|| Box::new(info.clone())),
            at: mono,
        });
    }

    /// The changes, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Change> {
        self.by_order.values()
    }

    /// The changes from `order` on, with their orders, oldest first.
    pub(crate) fn since(&self, order: u64) -> impl Iterator<Item = (u64, &Change)> {
        let changes = self.by_order.range(order..);
        changes.map(|(order, change)| (*order, change))
    }

    /// Whether a change from `order` on was dropped, not only followed by a later one of its key.
    pub(crate) fn has_dropped(&self, order: u64) -> bool {
        order < self.dropped_before || order > self.next_order
    }

    /// The order of the oldest change, or that of the next one where there is none.
    pub(crate) fn oldest_order(&self) -> u64 {
        let first = self.by_order.first_key_value();
        first.map_or(self.next_order, |(order, _)| *order)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_order.len()
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
        self.next_order
    }

    /// What the version is made of; the digest of several windows is their sum.
    pub(crate) fn digest(&self) -> u64 {
        self.digest
    }

    /// Drops what is older than the retention (server.md R80).
    pub(crate) fn forget_old(&mut self, mono: Duration) {
        while let Some(oldest) = self.by_order.first_entry()
            && oldest.get().at.saturating_add(self.config.retention) < mono
        {
            let (order, change) = oldest.remove_entry();
            self.forget(order, &change);
        }
    }

    fn record(&mut self, change: Change) {
        let earlier = self.order_of.insert(change.named.names, self.next_order);
        if let Some(earlier) = earlier.and_then(|order| self.by_order.remove(&order)) {
            self.digest = self.digest.wrapping_sub(earlier.digest);
        }
        self.make_room(change.at);
        self.digest = self.digest.wrapping_add(change.digest);
        self.by_order.insert(self.next_order, change);
        self.next_order += 1;
    }

    fn make_room(&mut self, mono: Duration) {
        if self.by_order.len() < self.config.max_changes.max(1) {
            return;
        }
        self.forget_old(mono);
        if self.by_order.len() >= self.config.max_changes.max(1)
            && let Some((order, change)) = self.by_order.pop_first()
        {
            self.truncated_until = Some(change.at.saturating_add(self.config.retention));
            self.forget(order, &change);
        }
    }

    fn forget(&mut self, order: u64, change: &Change) {
        self.dropped_before = order + 1;
        self.order_of.swap_remove(&change.named.names);
        self.digest = self.digest.wrapping_sub(change.digest);
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

    #[test]
    fn every_bit_of_the_digest_changes_the_version() {
        for digest in [0, u64::MAX, 0x0123_4567_89ab_cdef] {
            for bit in 0..64 {
                assert_ne!(version(digest), version(digest ^ (1 << bit)), "{bit}");
            }
        }
    }
}
