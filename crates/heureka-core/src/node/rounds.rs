//! What a node does by itself.

use std::time::Duration;

use heureka_model::{InstanceKey, Now};

use super::{Event, Node};
use crate::eviction::{EvictionReport, pick};
use crate::self_preservation::RequiredSilence;

/// How many leases are looked at in one call: each look takes a microsecond in a large registry, and whoever wants something
/// of the node waits meanwhile. Where more are due the round goes on in the next call.
const LOOKS_AT_ONCE: usize = 250;

/// Between two such calls, so that whoever waits has a turn. With it no more than 125,000 leases are looked at in a second.
pub(super) const PAUSE_IN_ROUND: Duration = Duration::from_millis(2);

/// How long is waited, for each instance that is kept although its lease has ended, until they are looked at again where none
/// of them could leave. So looking at them takes less than a hundredth of the time, however many they are.
const PAUSE_FOR_EACH_KEPT: Duration = Duration::from_micros(50);

/// A round that is late by more than this says that the node itself was stopped or starved (MERGE 2).
const LATENESS_TOLERATED: Duration = Duration::from_secs(1);

/// How soon after such a round everything that had waited is read.
const CATCHES_UP_WITHIN: Duration = Duration::from_secs(2);

/// The end of a time in which this node was not listening.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Woke {
    at: Duration,
    late: Duration,
}

impl Node {
    /// Does what is due: forgets what is old, looks for the silent, and evicts those that may go. Where much is due it does
    /// a part of that, and [`Node::poll_timeout`] asks for the rest soon.
    pub fn handle_timeout(&mut self, now: Now) {
        self.open_in_time(now);
        self.finish_inquiry(now);
        if now.mono < self.round_due() {
            return;
        }
        self.note_lateness(now);
        if self.open_round.is_none() {
            self.begin_round(now);
        }
        let watch = &mut self.watch;
        if watch.advance(&mut self.registry, now.mono, LOOKS_AT_ONCE) {
            self.end_round(now);
        } else {
            self.open_round = Some(self.next_part(now.mono));
        }
        self.check();
    }

    /// When the next round is due, or the next part of one.
    pub(super) fn round_due(&self) -> Duration {
        self.open_round.unwrap_or(self.next_round)
    }

    /// When an open round goes on: without a pause once it takes as long as it is to the next one, since more looks may be
    /// planned then than there is time for with pauses.
    fn next_part(&self, mono: Duration) -> Duration {
        if mono < self.next_round {
            mono.saturating_add(PAUSE_IN_ROUND)
        } else {
            mono
        }
    }

    fn begin_round(&mut self, now: Now) {
        self.next_round = now.mono.saturating_add(self.config.eviction_interval);
        self.changes.forget_old(now.mono);
        self.tombstones.forget_old(now.mono);
        self.prune_queues();
    }

    /// Does what everybody has to have been looked at for.
    fn end_round(&mut self, now: Now) {
        self.open_round = None;
        // A round that took longer than the time to the next one is not lateness.
        self.next_round = self.next_round.max(now.mono);
        self.update_protection(now.mono);
        self.renew_self(now);
        if now.mono >= self.postponed_until && self.is_open() {
            self.evict(now);
        }
    }

    /// A queue is never longer than what there is to tell: keys that nobody knows any more leave it (MERGE 6).
    fn prune_queues(&mut self) {
        let known = self.registry.len() + self.tombstones.len();
        let (registry, tombstones) = (&self.registry, &self.tombstones);
        for peer in self.cluster.peers.iter_mut() {
            if peer.queue.len() > known {
                peer.queue.retain(|key| {
                    let entry = registry.get(key.app.as_str(), key.id.as_str());
                    entry.is_some() || tombstones.get(key).is_some()
                });
            }
        }
    }

    /// Silence that this node caused by not listening is not held against the instances.
    fn note_lateness(&mut self, now: Now) {
        let late = now.mono.saturating_sub(self.round_due());
        if late > LATENESS_TOLERATED {
            let from = self.postponed_until.max(now.mono);
            self.postponed_until = from.saturating_add(late);
            self.cluster.woke = Some(Woke { at: now.mono, late });
            for peer in self.cluster.peers.iter_mut() {
                peer.was_away(now.mono.saturating_sub(late), now.mono);
            }
            self.tell(Event::EvictionPostponed { late });
        }
    }

    /// Whether a round should have been, and has not.
    pub(super) fn is_late(&self, mono: Duration) -> bool {
        mono.saturating_sub(self.round_due()) > LATENESS_TOLERATED
    }

    /// How long what arrives now may have waited here, because this node was not listening.
    pub(super) fn may_have_waited(&self, mono: Duration) -> Duration {
        if self.is_late(mono) {
            return mono.saturating_sub(self.round_due());
        }
        let woke = self.cluster.woke.as_ref();
        woke.filter(|woke| mono <= woke.at.saturating_add(CATCHES_UP_WITHIN))
            .map_or(Duration::ZERO, |woke| woke.late)
    }

    pub(super) fn update_protection(&mut self, mono: Duration) {
        let (expected, missing) = (self.registry.len(), self.watch.missing());
        if self.self_preservation.update(expected, missing, mono) {
            let kept = self.watch.ended().len();
            let report = self.self_preservation.report(expected, missing, kept);
            self.tell(Event::ProtectionChanged(report));
        }
    }

    fn evict(&mut self, now: Now) {
        let expected = self.registry.len();
        if self.cluster.inquiry.is_some() {
            return;
        }
        if now.mono < self.nobody_leaves_before {
            return;
        }
        let candidates = self.candidates(now.mono);
        if candidates.is_empty() {
            let kept = u32::try_from(self.watch.ended().len()).unwrap_or(u32::MAX);
            let pause = PAUSE_FOR_EACH_KEPT.saturating_mul(kept);
            self.nobody_leaves_before = now.mono.saturating_add(pause);
            return;
        }
        let report = pick(
            candidates,
            self.self_preservation.cap(expected),
            &mut self.rng,
        );
        self.ask_before_evicting(now, report);
    }

    fn candidates(&self, mono: Duration) -> Vec<InstanceKey> {
        let reached = self.reached_nodes();
        let ended = self.watch.ended().iter();
        let silent_for = |key: &InstanceKey| {
            self.registry
                .get(key.app.as_str(), key.id.as_str())
                .map_or(Duration::ZERO, |entry| entry.pulse.lease.age(mono))
        };
        match self
            .self_preservation
            .required_silence(self.registry.len(), self.watch.missing())
        {
            RequiredSilence::Lease => ended
                .filter(|key| !self.is_held_now(mono, key, &reached))
                .cloned()
                .collect(),
            RequiredSilence::AtLeast(silence) => ended
                .filter(|key| silent_for(key) >= silence && !self.is_held_now(mono, key, &reached))
                .cloned()
                .collect(),
            RequiredSilence::Forever => Vec::new(),
        }
    }
}

/// So that the report of a round reads well in a log.
impl std::fmt::Display for EvictionReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const NAMED: usize = 10;
        write!(f, "{} evicted", self.evicted.len())?;
        if self.left_for_later > 0 {
            write!(f, ", {} left for later rounds", self.left_for_later)?;
        }
        for (index, key) in self.evicted.iter().take(NAMED).enumerate() {
            write!(f, "{}{key}", if index == 0 { ": " } else { ", " })?;
        }
        if self.evicted.len() > NAMED {
            f.write_str(", …")
        } else {
            Ok(())
        }
    }
}
