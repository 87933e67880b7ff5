//! All peers.

use std::time::Duration;

use heureka_model::{InstanceKey, NodeId, SeededHash};

use super::{Kind, Peer, PeerId, PeerTarget, Reach};
use crate::node::Sender;
use crate::replication::Intent;

/// All peers, in the order in which they were added.
#[derive(Debug)]
pub(crate) struct PeerTable {
    peers: Vec<Peer>,
    next_id: u32,
    next_call: u64,
    hash: SeededHash,
}

impl PeerTable {
    pub(crate) fn new(hash: SeededHash) -> Self {
        Self {
            peers: Vec::new(),
            next_id: 0,
            next_call: 0,
            hash,
        }
    }

    /// Takes the list as it is now: who is new starts with an empty queue, who is gone takes its queue along (the others
    /// hold the same state, so nothing is lost by that). Answers who is new.
    pub(crate) fn set(&mut self, targets: Vec<PeerTarget>) -> Vec<PeerId> {
        self.peers
            .retain(|peer| targets.iter().any(|target| target.url == peer.url));
        let mut added = Vec::new();
        for target in targets {
            match self.peers.iter_mut().find(|peer| peer.url == target.url) {
                Some(peer) => peer.addresses = target.addresses,
                None => added.push(self.add(target)),
            }
        }
        added
    }

    fn add(&mut self, target: PeerTarget) -> PeerId {
        let id = PeerId(self.next_id);
        self.next_id += 1;
        let mut peer = Peer::new(id, target.url, target.addresses, self.hash);
        if target.is_presumed_own {
            peer.kind = Kind::Own;
        }
        self.peers.push(peer);
        id
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.peers.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Peer> {
        self.peers.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Peer> {
        self.peers.iter_mut()
    }

    pub(crate) fn get_mut(&mut self, id: PeerId) -> Option<&mut Peer> {
        self.peers.iter_mut().find(|peer| peer.id == id)
    }

    /// The other nodes, without this one and those that are listed twice.
    pub(crate) fn others(&self) -> impl Iterator<Item = &Peer> {
        self.peers.iter().filter(|peer| peer.is_other())
    }

    /// The peer whose present run is `node`.
    pub(crate) fn by_node_mut(&mut self, node: NodeId) -> Option<&mut Peer> {
        self.peers
            .iter_mut()
            .find(|peer| peer.ours().is_some_and(|ours| ours.node == node))
    }

    /// The Java peer whose URL has the sender's address (MERGE 7).
    pub(crate) fn by_sender(&self, sender: Sender) -> Option<&Peer> {
        let address = sender.0?;
        self.peers
            .iter()
            .find(|peer| peer.kind == Kind::Java && peer.addresses.contains(&address))
    }

    pub(crate) fn by_sender_mut(&mut self, sender: Sender) -> Option<&mut Peer> {
        let id = self.by_sender(sender)?.id;
        self.get_mut(id)
    }

    /// The peer that has answered as this run of a node already. One that has, but does not answer any more, leaves what
    /// it was to be told to the one that answers now, and is asked anew who it is.
    pub(crate) fn take_place_of_twins(&mut self, id: PeerId, node: NodeId) -> Option<PeerId> {
        let is_twin =
            |peer: &Peer| peer.id != id && peer.ours().is_some_and(|ours| ours.node == node);
        let answers = self
            .peers
            .iter()
            .find(|peer| is_twin(peer) && peer.is_reached());
        if let Some(answers) = answers {
            return Some(answers.id);
        }
        let mut left = Vec::new();
        for peer in self.peers.iter_mut().filter(|peer| is_twin(peer)) {
            peer.kind = Kind::Unknown;
            peer.repair.stop();
            left.extend(peer.queue.take(usize::MAX));
        }
        if let Some(peer) = self.get_mut(id) {
            peer.queue.put_back(left);
        }
        None
    }

    /// A peer does not answer: others that were the same node by another name are asked who they are now.
    pub(crate) fn ask_twins_of(&mut self, id: PeerId, mono: Duration) {
        for peer in self
            .peers
            .iter_mut()
            .filter(|peer| peer.kind == Kind::SameAs(id))
        {
            peer.kind = Kind::Unknown;
            peer.next_contact = mono;
        }
    }

    pub(crate) fn next_call(&mut self) -> u64 {
        self.next_call += 1;
        self.next_call
    }

    /// Notes for all other nodes what happened to a key here. What a peer told is never sent on.
    pub(crate) fn note(&mut self, key: &InstanceKey, intent: Intent) {
        for peer in self.peers.iter_mut().filter(|peer| peer.is_other()) {
            peer.queue.note(key, intent);
        }
    }

    /// An evicted key is told to nobody: each node evicts for itself (MERGE 3).
    pub(crate) fn forget(&mut self, key: &InstanceKey) {
        for peer in &mut self.peers {
            peer.queue.forget(key);
        }
    }

    /// Whether so many peers are silent that it is this node that is cut off (MERGE 7*). A refused connection is an
    /// answer; who was asked, and is not among those that answered, is silent.
    pub(crate) fn is_cut_off(&self, answered: &[PeerId]) -> bool {
        let others = self.others().count();
        let silent = self
            .others()
            .filter(|peer| match peer.reach {
                Reach::Unreachable { .. } => true,
                Reach::Reached { .. } => peer.ours().is_some() && !answered.contains(&peer.id),
                Reach::Gone { .. } | Reach::Untried => false,
            })
            .count();
        others > 0 && (others - silent) * 2 < others
    }
}
