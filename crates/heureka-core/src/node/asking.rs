//! Asking the others before an eviction (MERGE 3), and keeping what may be alive elsewhere (MERGE 7).

use std::time::Duration;

use heureka_model::{AgeOf, InstanceKey, NodeId, Now};

use super::rounds::PAUSE_IN_ROUND;
use super::{Event, Node};
use crate::entry::LeaseOrigin;
use crate::eviction::EvictionReport;
use crate::peers::{PeerId, Reach};

/// How many leave in one call: each takes two microseconds in a large registry, and whoever wants something of the node waits
/// meanwhile.
const EVICTED_AT_ONCE: usize = 500;

/// One question to all reached peers.
#[derive(Debug)]
pub(crate) struct Inquiry {
    /// Who would be evicted, and has not been looked at again.
    pub(crate) report: EvictionReport,
    /// Who has not been asked yet.
    pub(crate) to_ask: Vec<PeerId>,
    /// Who has been asked and has not answered.
    pub(crate) waits_for: Vec<PeerId>,
    /// Who answered.
    pub(crate) answered: Vec<PeerId>,
    /// Until when answers are waited for, or when the eviction goes on that has begun.
    pub(crate) deadline: Duration,
    /// Who has been evicted, once there is nobody to wait for.
    evicted: Vec<InstanceKey>,
}

impl Inquiry {
    fn is_over(&self, mono: Duration) -> bool {
        (self.to_ask.is_empty() && self.waits_for.is_empty()) || mono >= self.deadline
    }

    /// Nobody else is asked or waited for.
    fn go_on_at(&mut self, time: Duration) {
        self.to_ask.clear();
        self.waits_for.clear();
        self.deadline = time;
    }
}

impl Node {
    /// Asks about those who would be evicted, or evicts them at once where there is nobody to ask.
    pub(super) fn ask_before_evicting(&mut self, now: Now, report: EvictionReport) {
        let to_ask = self.reached_nodes();
        let deadline = now.mono.saturating_add(self.cluster.config.ages_deadline);
        self.cluster.inquiry = Some(Inquiry {
            report,
            to_ask,
            waits_for: Vec::new(),
            answered: Vec::new(),
            deadline,
            evicted: Vec::new(),
        });
        self.finish_inquiry(now);
    }

    /// The nodes of ours that are reached.
    pub(super) fn reached_nodes(&self) -> Vec<PeerId> {
        let others = self.cluster.peers.others();
        others
            .filter(|peer| peer.is_reached() && peer.ours().is_some())
            .map(|peer| peer.id)
            .collect()
    }

    /// Takes the ages that a peer knows: the youngest counts.
    pub(super) fn take_ages(&mut self, now: Now, from: PeerId, ages: Vec<AgeOf>) {
        for AgeOf { key, lease } in ages {
            let names = self.registry.names(key.app.as_str(), key.id.as_str());
            self.take_lease(now, names, lease);
        }
        if let Some(inquiry) = &mut self.cluster.inquiry {
            inquiry.waits_for.retain(|peer| *peer != from);
            inquiry.answered.push(from);
        }
        self.finish_inquiry(now);
    }

    /// A peer did not answer.
    pub(super) fn has_no_ages(&mut self, now: Now, from: PeerId) {
        if let Some(inquiry) = &mut self.cluster.inquiry {
            inquiry.waits_for.retain(|peer| *peer != from);
            inquiry.to_ask.retain(|peer| *peer != from);
        }
        self.finish_inquiry(now);
    }

    /// Evicts, once everybody has answered or the time is over, those whom nobody has younger: some now, and the others when
    /// it is called again.
    pub(super) fn finish_inquiry(&mut self, now: Now) {
        let inquiry = &mut self.cluster.inquiry;
        let Some(mut inquiry) = inquiry.take_if(|inquiry| inquiry.is_over(now.mono)) else {
            return;
        };
        if now.mono >= self.postponed_until && !self.is_late(now.mono) {
            self.evict_some(now, &mut inquiry);
            if !inquiry.report.evicted.is_empty() {
                inquiry.go_on_at(now.mono.saturating_add(PAUSE_IN_ROUND));
                self.cluster.inquiry = Some(inquiry);
                return;
            }
        }
        if !inquiry.evicted.is_empty() {
            self.tell(Event::Evicted(EvictionReport {
                evicted: inquiry.evicted,
                left_for_later: inquiry.report.left_for_later,
            }));
            self.update_protection(now.mono);
        }
    }

    fn evict_some(&mut self, now: Now, inquiry: &mut Inquiry) {
        let candidates = &mut inquiry.report.evicted;
        let rest = candidates.len().saturating_sub(EVICTED_AT_ONCE);
        for key in candidates.split_off(rest) {
            if self.may_be_evicted(now.mono, &key, &inquiry.answered) {
                self.take_out(now, key.app.as_str(), key.id.as_str());
                self.cluster.peers.forget(&key);
                inquiry.evicted.push(key);
            }
        }
    }

    fn may_be_evicted(&self, mono: Duration, key: &InstanceKey, answered: &[PeerId]) -> bool {
        let entry = self.registry.get(key.app.as_str(), key.id.as_str());
        entry.is_some_and(|entry| {
            let settings = entry.document.document.lease;
            let ends_at = entry.pulse.lease.ends_at(settings, self.config.lease);
            mono > ends_at && !self.is_held(mono, entry.pulse.origin, ends_at, answered)
        })
    }

    /// Whether an instance is kept past its lease because it may be alive where this node cannot look (MERGE 7).
    pub(super) fn is_held(
        &self,
        mono: Duration,
        origin: LeaseOrigin,
        ends_at: Duration,
        answered: &[PeerId],
    ) -> bool {
        if mono > ends_at.saturating_add(self.cluster.config.hold_limit) {
            return false;
        }
        self.cluster.peers.is_cut_off(answered) || self.origin_is_silent(origin, answered)
    }

    /// Whether it is clear already that an instance is kept, even if all that are reached answer. It takes no place in a
    /// round that another could have.
    pub(super) fn is_held_now(
        &self,
        mono: Duration,
        key: &InstanceKey,
        reached: &[PeerId],
    ) -> bool {
        let entry = self.registry.get(key.app.as_str(), key.id.as_str());
        entry.is_some_and(|entry| {
            let settings = entry.document.document.lease;
            let ends_at = entry.pulse.lease.ends_at(settings, self.config.lease);
            self.is_held(mono, entry.pulse.origin, ends_at, reached)
        })
    }

    /// Whether the node at which an instance renews cannot be reached, and nobody who was asked reaches it.
    fn origin_is_silent(&self, origin: LeaseOrigin, answered: &[PeerId]) -> bool {
        match origin {
            LeaseOrigin::Node(node) => node != self.id && self.run_is_silent(node, answered),
            LeaseOrigin::Java(sender) => self
                .cluster
                .peers
                .by_sender(sender)
                .is_some_and(|peer| matches!(peer.reach, Reach::Unreachable { .. })),
        }
    }

    fn run_is_silent(&self, node: NodeId, answered: &[PeerId]) -> bool {
        let runs_at =
            |peer: &&crate::peers::Peer| peer.ours().is_some_and(|ours| ours.node == node);
        let peers = || self.cluster.peers.iter();
        let is_silent = match peers().find(runs_at) {
            Some(origin) if origin.has_left => false,
            Some(origin) => match origin.reach {
                Reach::Unreachable { .. } => true,
                Reach::Reached { .. } => !answered.contains(&origin.id),
                Reach::Gone { .. } | Reach::Untried => false,
            },
            // It may be one that has never answered. Otherwise nobody in the list has that run now, so it is over: its
            // process has been started anew.
            None => peers().any(|peer| peer.may_be_any_run()),
        };
        let somebody_reaches_it = peers()
            .filter(|peer| answered.contains(&peer.id))
            .filter_map(|peer| peer.ours())
            .any(|ours| ours.is_open && ours.reaches.contains(&node));
        is_silent && !somebody_reaches_it
    }

    /// The ages of those of the keys that are here.
    pub(super) fn ages_of(&self, mono: Duration, keys: &[InstanceKey]) -> Vec<AgeOf> {
        keys.iter()
            .filter_map(|key| {
                let entry = self.registry.get(key.app.as_str(), key.id.as_str())?;
                Some(AgeOf {
                    key: key.clone(),
                    lease: entry.lease_state(mono),
                })
            })
            .collect()
    }
}
