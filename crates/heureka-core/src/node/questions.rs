//! What other nodes of ours ask, and what they are answered.

use std::time::Duration;

use heureka_model::{
    Changes, ChangesTaken, KeyState, Now, PeerHeader, PeerMessage, PeerReply, RenewedKey,
};

use super::join::Ended;
use super::{ClusterEvent, Node};
use crate::peers::Reach;
use crate::replication::Intent;

/// How many states an answer to changes holds; what is left over is found by the next comparison.
const MAX_NEWER: usize = 250;

impl Node {
    /// Answers a message of another node.
    pub fn handle_peer_message(
        &mut self,
        now: Now,
        header: &PeerHeader,
        message: PeerMessage,
    ) -> (PeerHeader, PeerReply) {
        let delay = self.take_header(now, header);
        self.greet_back(now, header);
        let reply = if header.node == self.id {
            PeerReply::Noted
        } else {
            self.answer(now, header, message, delay)
        };
        (self.header(now), reply)
    }

    /// Somebody who is not reached has called: the line may be there again.
    fn greet_back(&mut self, now: Now, header: &PeerHeader) {
        let is_reached = self
            .cluster
            .peers
            .by_node_mut(header.node)
            .is_some_and(|peer| peer.is_reached());
        if is_reached || header.node == self.id {
            return;
        }
        let unreached = self.cluster.peers.iter_mut();
        for peer in unreached.filter(|peer| peer.is_other() && !peer.is_reached()) {
            peer.next_contact = now.mono;
            peer.contact_shaper.succeeded();
        }
    }

    fn answer(
        &mut self,
        now: Now,
        header: &PeerHeader,
        message: PeerMessage,
        delay: Duration,
    ) -> PeerReply {
        match message {
            PeerMessage::Hello => PeerReply::Noted,
            PeerMessage::Leave => {
                self.note_leave(now, header);
                PeerReply::Noted
            }
            PeerMessage::Changes(changes) => {
                PeerReply::Taken(self.take_changes(now, changes, delay))
            }
            PeerMessage::Compare(comparison) => PeerReply::Compared(self.compare(now, comparison)),
            PeerMessage::Ages(keys) => PeerReply::Ages(self.ages_of(now.mono, &keys)),
        }
    }

    /// Takes in the other's clock (MERGE 1*). Answers how much later than usual the message came.
    pub(super) fn take_header(&mut self, now: Now, header: &PeerHeader) -> Duration {
        self.clock.observe(header.reading);
        let may_have_waited = self.may_have_waited(now.mono);
        let transits = &mut self.cluster.transits;
        transits.delay(header.node, header.uptime, now.mono, may_have_waited)
    }

    fn note_leave(&mut self, now: Now, header: &PeerHeader) {
        if let Some(peer) = self.cluster.peers.by_node_mut(header.node) {
            peer.reach.becomes(Reach::gone, now.mono);
            peer.has_left = true;
            let id = peer.id;
            self.give_up_taking_over(id);
            self.find_one_to_take_over_from();
            self.tell(ClusterEvent::PeerLeft(id));
        }
    }

    fn take_changes(&mut self, now: Now, changes: Changes, delay: Duration) -> ChangesTaken {
        let mut taken = ChangesTaken::default();
        for mut state in changes.states {
            let key = state.key();
            grow_older(&mut state, delay);
            let joined = self.join(now, state, Ended::LeftOut);
            if joined.is_ahead && taken.newer.len() < MAX_NEWER {
                taken.newer.extend(self.state_of(now.mono, &key));
            }
        }
        for mut renewed in changes.renewed {
            renewed.lease.age = renewed.lease.age.saturating_add(delay);
            self.take_renewed(now, renewed, &mut taken);
        }
        taken
    }

    /// A heartbeat of a key that is not here, or is here in another version, is answered by asking for it (MERGE 6).
    fn take_renewed(&mut self, now: Now, renewed: RenewedKey, taken: &mut ChangesTaken) {
        let RenewedKey {
            key,
            version,
            lease,
        } = renewed;
        let entry = self.registry.get(key.app.as_str(), key.id.as_str());
        match entry.map(|entry| entry.counted.unwrap_or_else(|| entry.digest())) {
            Some(own) => {
                self.renewals.count(now.mono);
                let names = self.registry.names(key.app.as_str(), key.id.as_str());
                self.take_lease(now, names, lease);
                if own.short() != version {
                    taken.wanted.push(key);
                }
            }
            None => {
                if let Some(tombstone) = self.tombstones.get(&key)
                    && taken.newer.len() < MAX_NEWER
                {
                    let state = tombstone.state(key.clone(), now.mono);
                    taken.newer.push(KeyState::Cancelled(state));
                }
                taken.wanted.push(key);
            }
        }
    }

    /// Takes in what a peer has newer; where this node is ahead all the same, the peer is told.
    pub(super) fn take_newer(
        &mut self,
        now: Now,
        from: crate::peers::PeerId,
        states: Vec<KeyState>,
        delay: Duration,
        ended: Ended,
    ) {
        for mut state in states {
            let key = state.key();
            grow_older(&mut state, delay);
            let joined = self.join(now, state, ended);
            if joined.is_ahead
                && let Some(peer) = self.cluster.peers.get_mut(from)
            {
                peer.queue.note(&key, Intent::DOCUMENT);
            }
        }
    }
}

/// What was on its way for longer than usual is older by that.
fn grow_older(state: &mut KeyState, delay: Duration) {
    match state {
        KeyState::Present(present) => {
            present.lease.age = present.lease.age.saturating_add(delay);
        }
        KeyState::Cancelled(cancelled) => {
            cancelled.left = cancelled.left.saturating_sub(delay);
        }
    }
}
