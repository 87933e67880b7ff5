//! A node among others: its peers, how it starts, and what it says of itself.

use std::time::Duration;

use heureka_model::{InstanceKey, NodeId, Now, PeerHeader, Registration, SeededHash};

use super::asking::Inquiry;
use super::calls::DEADLINE;
use super::rounds::Woke;
use super::starting::Start;
use super::{ClusterEvent, Node, Origin};
use crate::peers::{ClusterConfig, Kind, PeerReport, PeerTable, PeerTarget, Transits};
use crate::replication::Intent;

/// What a node knows of the others.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) config: ClusterConfig,
    pub(crate) peers: PeerTable,
    pub(crate) transits: Transits,
    pub(crate) start: Start,
    pub(crate) inquiry: Option<Inquiry>,
    pub(crate) woke: Option<Woke>,
    /// This node as an instance, and when it renews next.
    pub(crate) own: Option<(Registration, Duration)>,
}

impl Cluster {
    pub(crate) fn new(hash: SeededHash) -> Self {
        Self {
            config: ClusterConfig::default(),
            peers: PeerTable::new(hash),
            transits: Transits::new(hash),
            start: Start::Alone,
            inquiry: None,
            woke: None,
            own: None,
        }
    }
}

impl Node {
    /// The id of this run of the node.
    #[must_use]
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// Makes the node one of a cluster. Listings stay closed until it has taken the registry over (MERGE 8).
    pub fn join_cluster(&mut self, now: Now, config: ClusterConfig) {
        self.cluster.start = Start::Waiting {
            until: now.mono.saturating_add(config.start_hold),
            since: now.mono,
        };
        self.cluster.config = config;
    }

    /// Takes the list of peers as it is now. A new one is told everything there is by the first comparison.
    pub fn set_peers(&mut self, now: Now, targets: Vec<PeerTarget>) {
        let added = self.cluster.peers.set(targets);
        if let Start::TakingOver { from, .. } = self.cluster.start
            && self.cluster.peers.get_mut(from).is_none()
        {
            self.give_up_taking_over(from);
            self.find_one_to_take_over_from();
        }
        for id in added {
            if let Some(peer) = self.cluster.peers.get_mut(id) {
                peer.next_contact = now.mono;
                peer.wants_listing = true;
                self.tell(ClusterEvent::PeerAdded(id));
            }
        }
        self.open_without_others(now);
    }

    /// Registers this node itself as an instance, and keeps its lease alive from then on, so that Java peers show it as
    /// available (server.md N13).
    pub fn register_self(&mut self, registration: Registration) {
        self.cluster.own = Some((registration, Duration::ZERO));
    }

    /// Takes this node's own instance out, because the node ends by its operator's will; it is not registered again.
    pub fn unregister_self(&mut self, now: Now) {
        if let Some((registration, _)) = self.cluster.own.take() {
            let InstanceKey { app, id } = registration.document.key();
            self.cancel(now, app.as_str(), id.as_str(), Origin::Client);
        }
    }

    /// The state of the peers.
    #[must_use]
    pub fn peers(&self) -> Vec<PeerReport> {
        self.cluster
            .peers
            .iter()
            .map(|peer| peer.report())
            .collect()
    }

    /// Whether so many peers are silent that it is this node that is cut off, so that it keeps everybody (MERGE 7).
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        self.cluster.peers.is_cut_off(&self.reached_nodes())
    }

    /// Nodes that a peer reaches and this one does not call: what is written here comes to them only by repair, and is
    /// not there at once.
    #[must_use]
    pub fn not_meshed(&self) -> Vec<NodeId> {
        let known = |node: &NodeId| {
            *node == self.id
                || self.cluster.peers.iter().any(|peer| {
                    peer.former.contains(node) || peer.ours().is_some_and(|ours| ours.node == *node)
                })
        };
        let mut strangers: Vec<NodeId> = self
            .cluster
            .peers
            .iter()
            .filter_map(|peer| peer.ours())
            .flat_map(|ours| ours.reaches.iter().copied())
            .filter(|node| !known(node))
            .collect();
        strangers.sort_unstable();
        strangers.dedup();
        strangers
    }

    /// What this node says of itself with every message. Whom it reaches is said only of those that answered lately,
    /// since a node that was itself stopped does not know what has become of the others; and only of those with which it
    /// has compared since they answer, so that it has what they have.
    pub(crate) fn header(&mut self, now: Now) -> PeerHeader {
        let answers_come_every = self
            .cluster
            .config
            .compare_interval
            .saturating_add(DEADLINE);
        let lately = now
            .mono
            .saturating_sub(answers_come_every.saturating_mul(2));
        PeerHeader {
            node: self.id,
            name: self.cluster.config.node_name.clone(),
            version: self.cluster.config.version.clone(),
            uptime: now.mono,
            reading: self.clock.draw(now.wall),
            wall: now.wall,
            is_open: self.is_open(),
            reaches: self
                .cluster
                .peers
                .iter()
                .filter(|peer| peer.has_compared() && peer.last_answer >= Some(lately))
                .filter_map(|peer| peer.ours().map(|ours| ours.node))
                .collect(),
        }
    }

    /// Notes for the peers what a client or an operator did here. What a peer passed on is not sent on (server.md P12).
    pub(super) fn replicate(&mut self, key: &InstanceKey, intent: Intent, origin: Origin) {
        if origin == Origin::Client {
            self.cluster.peers.note(key, intent);
        }
    }

    /// Registers or renews this node's own instance when it is time.
    pub(super) fn renew_self(&mut self, now: Now) {
        let Some((registration, next)) = self.cluster.own.clone() else {
            return;
        };
        if now.mono < next || !self.is_open() {
            return;
        }
        let document = &registration.document;
        let interval = document.lease.renewal_interval();
        let (app, id) = (document.app.clone(), document.id.clone());
        let renewal = super::Renewal {
            last_dirty: Some(document.last_dirty),
            overridden_status: None,
        };
        let outcome = self.renew(now, app.as_str(), id.as_str(), renewal, Origin::Client);
        if !matches!(outcome, super::RenewOutcome::Renewed) {
            // A registry that is full has no room for its server either; it is tried again with the next renewal.
            _ = self.register(now, registration.clone(), Origin::Client);
        }
        self.cluster.own = Some((registration, now.mono.saturating_add(interval)));
    }

    /// Whether all peers turned out to be this node itself.
    pub(super) fn has_no_others(&self) -> bool {
        self.cluster
            .peers
            .iter()
            .all(|peer| matches!(peer.kind, Kind::Own | Kind::SameAs(_)))
    }
}
