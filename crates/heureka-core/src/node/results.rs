//! What came of calls to peers.

use std::time::Duration;

use heureka_model::{ChangesTaken, Compared, Now, PeerHeader, PeerReply};

use super::join::Ended;
use super::{ClusterEvent, Node};
use crate::peers::{CallId, Failure, Kind, Lane, OurNode, Peer, PeerId, PeerResult, Reach, Sent};
use crate::repair::Step;
use crate::replication::{Intent, Setback};

/// A skew beyond this is a warning and a metric (MERGE 1*).
const SKEW_TOLERATED_MS: i64 = 60_000;

impl Node {
    /// Takes what came of a call. One that was given up, or whose peer is no longer in the list, means nothing.
    pub fn handle_result(&mut self, now: Now, id: CallId, result: PeerResult) {
        let Some(peer) = self.cluster.peers.get_mut(id.peer) else {
            return;
        };
        let lane = peer.lane(id.lane);
        let Some(in_flight) = lane.take_if(|in_flight| in_flight.id == id) else {
            return;
        };
        match result {
            PeerResult::Ours(header, reply) => {
                let round_trip = now.mono.saturating_sub(in_flight.at);
                let delay = self.take_answered_header(now, &header, round_trip);
                self.handle_reply(now, id, in_flight.what, (&header, delay), *reply);
            }
            PeerResult::NotOurs => self.handle_not_ours(now, id.peer, in_flight.what),
            PeerResult::Batch(answers) => self.handle_batch(now, id.peer, in_flight.what, answers),
            PeerResult::Listing(instances) => self.handle_listing(now, id.peer, instances),
            PeerResult::Failed(failure) => {
                self.handle_failure(now, id, in_flight.what, failure);
            }
        }
    }

    fn handle_reply(
        &mut self,
        now: Now,
        call: CallId,
        sent: Sent,
        (header, delay): (&PeerHeader, Duration),
        reply: PeerReply,
    ) {
        let id = call.peer;
        if !self.meet(now, id, header) {
            self.undo(now, id, sent);
            return;
        }
        match (sent, reply) {
            (Sent::Changes(..), PeerReply::Taken(taken)) => {
                self.handle_taken(now, id, taken, delay)
            }
            (Sent::Compare(step), PeerReply::Compared(compared))
                if step.is_answered_by(&compared) =>
            {
                self.handle_compared(now, id, step, compared, delay);
            }
            (Sent::Ages, PeerReply::Ages(mut ages)) => {
                for age in &mut ages {
                    age.lease.age = age.lease.age.saturating_add(delay);
                }
                self.take_ages(now, id, ages);
            }
            (Sent::Hello, _) => {}
            // An answer to another question says nothing.
            (sent, _) => self.handle_failure(now, call, sent, Failure::Unreadable),
        }
        self.find_one_to_take_over_from();
    }

    fn take_answered_header(
        &mut self,
        now: Now,
        header: &PeerHeader,
        round_trip: Duration,
    ) -> Duration {
        self.clock.observe(header.reading);
        let may_have_waited = self.may_have_waited(now.mono);
        let transits = &mut self.cluster.transits;
        transits.delay_of_answer(
            header.node,
            header.uptime,
            now.mono,
            round_trip,
            may_have_waited,
        )
    }

    /// Notes who answered. Answers whether it is another node.
    fn meet(&mut self, now: Now, id: PeerId, header: &PeerHeader) -> bool {
        let twin = self.cluster.peers.take_place_of_twins(id, header.node);
        let own = self.id;
        let Some(peer) = self.cluster.peers.get_mut(id) else {
            return false;
        };
        peer.last_answer = Some(now.mono);
        peer.contact_shaper.succeeded();
        let was_reached = !peer.reach.becomes(Reach::reached, now.mono);
        if header.node == own {
            peer.kind = Kind::Own;
        } else if let Some(twin) = twin {
            peer.kind = Kind::SameAs(twin);
        }
        if header.node == own || twin.is_some() {
            peer.queue.clear();
            peer.repair.stop();
            self.open_without_others(now);
            return false;
        }
        peer.skew_ms = header.wall.0.saturating_sub(now.wall.0);
        let (skew_ms, was_known) = (peer.skew_ms, peer.ours().is_some());
        let is_new_run = peer.becomes(OurNode {
            node: header.node,
            name: header.name.clone(),
            version: header.version.clone(),
            is_open: header.is_open,
            reaches: header.reaches.clone(),
        });
        if !was_reached || is_new_run {
            // It may lack what it has missed: both are compared at once, not at the next interval.
            peer.next_contact = now.mono;
            peer.changes_shaper.succeeded();
            self.tell(ClusterEvent::PeerReached(id));
            if was_known && is_new_run {
                self.give_up_taking_over(id);
            }
        }
        if skew_ms.saturating_abs() > SKEW_TOLERATED_MS && is_new_run {
            self.tell(ClusterEvent::ClockSkew { peer: id, skew_ms });
        }
        true
    }

    fn handle_taken(&mut self, now: Now, id: PeerId, taken: ChangesTaken, delay: Duration) {
        if let Some(peer) = self.cluster.peers.get_mut(id) {
            peer.changes_shaper.succeeded();
            for key in &taken.wanted {
                peer.queue.note(key, Intent::DOCUMENT);
            }
        }
        self.take_newer(now, id, taken.newer, delay, Ended::LeftOut);
    }

    fn handle_compared(
        &mut self,
        now: Now,
        id: PeerId,
        step: Step,
        compared: Compared,
        delay: Duration,
    ) {
        let Some(peer) = self.cluster.peers.get_mut(id) else {
            return;
        };
        if !peer.repair.is_answered(&step) {
            // Meanwhile something else is to be asked; this answers nothing of it.
            return;
        }
        let takes_over = peer.repair.takes_over;
        let is_same = self.take_compared(now, id, step, compared, delay);
        let Some(peer) = self.cluster.peers.get_mut(id) else {
            return;
        };
        if is_same {
            peer.last_same = Some(now.mono);
            peer.is_behind = false;
        }
        if peer.repair.is_idle() {
            peer.repair.stop();
            peer.last_compared = Some(now.mono);
            if takes_over {
                peer.next_contact = now.mono;
                self.has_taken_over(now, id);
            }
        }
    }

    pub(super) fn handle_failure(&mut self, now: Now, id: CallId, sent: Sent, failure: Failure) {
        let is_ages = matches!(sent, Sent::Ages);
        let was_taking_over = matches!(sent, Sent::Compare(_));
        self.split_refused_batch(id.peer, &sent, failure);
        self.undo(now, id.peer, sent);
        let Self { cluster, rng, .. } = self;
        let Some(peer) = cluster.peers.get_mut(id.peer) else {
            return;
        };
        peer.failures = peer.failures.saturating_add(1);
        peer.last_failure = Some(failure);
        peer.is_behind = true;
        let (setback, retry_after) = setback_of(failure);
        let shaper = match id.lane {
            Lane::Changes => &mut peer.changes_shaper,
            Lane::Contact | Lane::Inquiry => &mut peer.contact_shaper,
        };
        shaper.failed(setback, retry_after, now.mono, rng);
        let is_news = note_failure(peer, failure, now.mono);
        if is_news {
            self.cluster.peers.ask_twins_of(id.peer, now.mono);
            self.tell(ClusterEvent::PeerLost(id.peer, failure));
        }
        if was_taking_over {
            if let Some(peer) = self.cluster.peers.get_mut(id.peer) {
                peer.repair.stop();
            }
            self.give_up_taking_over(id.peer);
            self.find_one_to_take_over_from();
        }
        if is_ages {
            self.has_no_ages(now, id.peer);
        }
    }

    /// A Java peer refuses a batch as a whole for one item that it cannot read: halves find it, and alone it is left out,
    /// so that it does not hold up the others.
    fn split_refused_batch(&mut self, id: PeerId, sent: &Sent, failure: Failure) {
        let (
            Sent::Changes(keys, _),
            Failure::Status {
                code: 400 | 413, ..
            },
        ) = (sent, failure)
        else {
            return;
        };
        if let Some(peer) = self.cluster.peers.get_mut(id) {
            peer.batch_keys = (keys.len() / 2).max(1);
        }
        if let [(key, _)] = keys.as_slice() {
            self.tell(ClusterEvent::ItemRefused(id, key.clone()));
        }
    }

    /// What was sent counts as not told. Nothing acknowledged is given up (MERGE 6).
    pub(super) fn undo(&mut self, now: Now, id: PeerId, sent: Sent) {
        match sent {
            Sent::Changes(keys, _) => {
                if let Some(peer) = self.cluster.peers.get_mut(id) {
                    let is_refused_alone = keys.len() == 1
                        && peer.kind == Kind::Java
                        && matches!(
                            peer.last_failure,
                            Some(Failure::Status {
                                code: 400 | 413,
                                ..
                            })
                        )
                        && peer.batch_keys == 1;
                    if !is_refused_alone {
                        peer.queue.put_back(keys);
                    }
                }
            }
            Sent::Ages => self.has_no_ages(now, id),
            Sent::Listing => {
                if let Some(peer) = self.cluster.peers.get_mut(id) {
                    peer.wants_listing = true;
                }
            }
            Sent::Hello | Sent::Compare(_) => {}
        }
    }
}

fn setback_of(failure: Failure) -> (Setback, Option<Duration>) {
    match failure {
        Failure::Refused | Failure::Unreachable | Failure::Broken => (Setback::Transient, None),
        Failure::ReadTimeout | Failure::Unreadable => (Setback::Congestion, None),
        Failure::Status { retry_after, .. } => (Setback::Congestion, retry_after),
    }
}

/// What a failure says of whether the peer is there. Answers whether that is news.
fn note_failure(peer: &mut Peer, failure: Failure, mono: Duration) -> bool {
    match failure {
        Failure::Refused => peer.reach.becomes(Reach::gone, mono),
        Failure::Unreachable | Failure::ReadTimeout | Failure::Broken => {
            peer.reach.becomes(Reach::unreachable, mono)
        }
        Failure::Status {
            code: 401 | 403, ..
        } => {
            let is_news = peer.kind != Kind::Denied;
            peer.kind = Kind::Denied;
            is_news
        }
        Failure::Status { .. } | Failure::Unreadable => false,
    }
}
