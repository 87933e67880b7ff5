//! What the reference expects of a round: who is missing, and who may go.

use std::collections::BTreeSet;
use std::time::Duration;

use heureka_model::{InstanceKey, Now};

use crate::reference::Reference;

/// Who may go in a round, and how many of them.
#[derive(Debug)]
pub(crate) struct Round {
    pub(crate) candidates: BTreeSet<InstanceKey>,
    pub(crate) cap: usize,
}

impl Reference {
    pub(crate) fn missing(&self, mono: Duration) -> usize {
        self.present
            .values()
            .filter(|held| held.is_missing(mono))
            .count()
    }

    pub(crate) fn ended(&self, mono: Duration) -> BTreeSet<InstanceKey> {
        let grace = self.config.lease.grace;
        let ended = self
            .present
            .iter()
            .filter(|(_, held)| held.has_ended(grace, mono));
        ended.map(|(key, _)| key.clone()).collect()
    }

    fn tolerated(&self) -> usize {
        (self.present.len() * self.tolerated_millionths / 1_000_000).max(1)
    }

    pub(crate) fn update_protection(&mut self, mono: Duration) {
        let missing = self.missing(mono);
        let is_on = self.config.self_preservation.enabled
            && self.present.len() >= 3
            && missing > self.tolerated();
        self.protected_since = is_on.then(|| self.protected_since.unwrap_or(mono));
    }

    /// What the node may do when it is called now.
    pub(crate) fn round(&mut self, now: Now) -> Round {
        let none = Round {
            candidates: BTreeSet::new(),
            cap: 0,
        };
        if now.mono < self.next_round {
            return none;
        }
        let late = now.mono - self.next_round;
        if late > Duration::from_secs(1) {
            self.postponed_until = self.postponed_until.max(now.mono) + late;
        }
        self.next_round = now.mono + self.config.eviction_interval;
        self.tombstones.retain(|_, grave| grave.until >= now.mono);
        self.update_protection(now.mono);
        if now.mono < self.postponed_until {
            return none;
        }
        self.may_go(now.mono)
    }

    fn may_go(&self, mono: Duration) -> Round {
        let settings = self.config.self_preservation;
        let (expected, missing) = (self.present.len(), self.missing(mono));
        let mut candidates = self.ended(mono);
        if self.protected_since.is_some() {
            let is_shrink = (expected - missing) * 2 >= expected;
            let silence = |key: &InstanceKey| mono - self.present[key].last_sign;
            candidates.retain(|key| is_shrink && silence(key) >= settings.release_after);
        }
        let cap = if settings.enabled {
            self.tolerated()
        } else {
            usize::MAX
        };
        Round { candidates, cap }
    }
}
