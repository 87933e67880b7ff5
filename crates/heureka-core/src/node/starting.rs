//! How a node starts: from whom it takes the registry over, and when it opens (MERGE 8).

use std::time::Duration;

use heureka_model::Now;

use super::{ClusterEvent, Node};
use crate::peers::PeerId;

/// How far a node has come with its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// It is not part of a cluster, so there is nothing to wait for.
    Alone,
    /// It waits for a peer that is open.
    Waiting { since: Duration, until: Duration },
    /// It takes the registry over.
    TakingOver {
        from: PeerId,
        since: Duration,
        until: Duration,
    },
    /// It answers listings.
    Open { opening: Opening },
}

/// Why a node opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// It has no peers but itself.
    NoPeers,
    /// It took the registry over.
    TakenOver {
        /// From whom.
        from: PeerId,
        /// How many instances there were then.
        instances: usize,
    },
    /// Nobody was there to take it over from in time; by then the clients are back.
    HoldPassed,
}

/// How far a node has come with its start, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartReport {
    /// It answers listings.
    Open,
    /// Listings are closed: no open peer has been found yet.
    Waiting {
        /// How long they stay closed at most.
        left: Duration,
    },
    /// Listings are closed: the registry is being taken over.
    TakingOver {
        /// From whom.
        from: PeerId,
        /// How many instances are here so far.
        instances: usize,
        /// How many questions are still to be asked.
        questions_left: usize,
        /// How long listings stay closed at most.
        left: Duration,
    },
}

impl Node {
    /// Whether listings are answered.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.cluster.start, Start::Alone | Start::Open { .. })
    }

    /// How far the start has come.
    #[must_use]
    pub fn start_report(&self, mono: Duration) -> StartReport {
        match self.cluster.start {
            Start::Alone | Start::Open { .. } => StartReport::Open,
            Start::Waiting { until, .. } => StartReport::Waiting {
                left: until.saturating_sub(mono),
            },
            Start::TakingOver { from, until, .. } => StartReport::TakingOver {
                from,
                instances: self.registry.len(),
                questions_left: self
                    .cluster
                    .peers
                    .iter()
                    .find(|peer| peer.id == from)
                    .map_or(0, |peer| peer.repair.left()),
                left: until.saturating_sub(mono),
            },
        }
    }

    /// Begins to take over from the first open node of ours, if nobody is being taken over from.
    pub(super) fn find_one_to_take_over_from(&mut self) {
        let Start::Waiting { since, until } = self.cluster.start else {
            return;
        };
        let open = self.cluster.peers.iter_mut().filter(|peer| {
            let is_open = peer.ours().is_some_and(|ours| ours.is_open);
            is_open && peer.is_reached()
        });
        // One that has just failed comes last.
        let open = open.min_by_key(|peer| peer.contact_shaper.not_before());
        if let Some(peer) = open {
            peer.repair.begin_to_take_over();
            let from = peer.id;
            self.cluster.start = Start::TakingOver { from, since, until };
            self.tell(ClusterEvent::TakingOver { from });
        }
    }

    /// The one that was being taken over from does not answer, or has been started anew: somebody else may be.
    pub(super) fn give_up_taking_over(&mut self, from: PeerId) {
        if let Start::TakingOver {
            from: present,
            since,
            until,
        } = self.cluster.start
            && present == from
        {
            if let Some(peer) = self.cluster.peers.get_mut(from) {
                peer.repair.stop();
            }
            self.cluster.start = Start::Waiting { since, until };
        }
    }

    /// Everything of that node of ours is here, if it still is the one that is taken over from.
    pub(super) fn has_taken_over(&mut self, now: Now, from: PeerId) {
        if matches!(self.cluster.start, Start::TakingOver { from: present, .. } if present == from)
        {
            self.open_with_all_of(now, from);
        }
    }

    /// Everything of that peer is here.
    pub(super) fn open_with_all_of(&mut self, now: Now, from: PeerId) {
        if !self.is_open() {
            let instances = self.registry.len();
            self.open(now, Opening::TakenOver { from, instances });
        }
    }

    /// Whatever happens, listings open when the hold has passed.
    pub(super) fn open_in_time(&mut self, now: Now) {
        match self.cluster.start {
            Start::Waiting { until, .. } | Start::TakingOver { until, .. } if now.mono >= until => {
                self.open(now, Opening::HoldPassed);
            }
            Start::Alone
            | Start::Waiting { .. }
            | Start::TakingOver { .. }
            | Start::Open { .. } => {}
        }
    }

    /// A node whose list holds only itself has nobody to wait for.
    pub(super) fn open_without_others(&mut self, now: Now) {
        if !self.is_open() && !self.cluster.peers.is_empty() && self.has_no_others() {
            self.open(now, Opening::NoPeers);
        }
    }

    /// When listings open at the latest.
    pub(super) fn opens_at(&self) -> Option<Duration> {
        match self.cluster.start {
            Start::Waiting { until, .. } | Start::TakingOver { until, .. } => Some(until),
            Start::Alone | Start::Open { .. } => None,
        }
    }

    fn open(&mut self, now: Now, opening: Opening) {
        self.cluster.start = Start::Open { opening };
        self.tell(ClusterEvent::Opened(opening));
        self.renew_self(now);
    }
}
