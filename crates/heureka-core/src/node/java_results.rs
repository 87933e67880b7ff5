//! What came of calls to Java servers.

use std::time::Duration;

use heureka_model::{InstanceInfo, InstanceKey, Now, Registration, ReplicationAnswer};

use super::calls::{LIST_AGAIN, MAX_BATCH_ITEMS};
use super::{ClusterEvent, Node, Origin, Sender};
use crate::peers::{CallId, Failure, Kind, Lane, PeerId, Reach, Sent};
use crate::replication::Intent;

impl Node {
    /// A Java server, or one that knows only its protocol.
    pub(super) fn handle_not_ours(&mut self, now: Now, id: PeerId, sent: Sent) {
        let is_starting = !self.is_open();
        self.undo(now, id, sent);
        let Some(peer) = self.cluster.peers.get_mut(id) else {
            return;
        };
        peer.last_answer = Some(now.mono);
        peer.contact_shaper.succeeded();
        let silent_since = peer.reach.silent_since();
        let is_news = peer.reach.becomes(Reach::reached, now.mono);
        let is_other_kind = peer.kind != Kind::Java;
        peer.kind = Kind::Java;
        if is_other_kind || silent_since.is_some() {
            peer.changes_shaper.succeeded();
            peer.wants_listing = is_starting;
            if let Some(since) = silent_since {
                peer.was_away(since, now.mono);
            }
            peer.next_contact = now.mono;
        }
        if is_news || is_other_kind {
            self.tell(ClusterEvent::PeerReached(id));
        }
    }

    /// Judges a batch item by item (server.md N45, N46).
    pub(super) fn handle_batch(
        &mut self,
        now: Now,
        id: PeerId,
        sent: Sent,
        answers: Vec<ReplicationAnswer>,
    ) {
        let Sent::Changes(keys, counts) = sent else {
            return;
        };
        if counts.iter().sum::<usize>() != answers.len() {
            let call = CallId {
                peer: id,
                lane: Lane::Changes,
                number: 0,
            };
            self.handle_failure(now, call, Sent::Changes(keys, counts), Failure::Unreadable);
            return;
        }
        if let Some(peer) = self.cluster.peers.get_mut(id) {
            peer.last_answer = Some(now.mono);
            peer.changes_shaper.succeeded();
            peer.reach.becomes(Reach::reached, now.mono);
            peer.is_behind = false;
            peer.batch_keys = (peer.batch_keys * 2).min(MAX_BATCH_ITEMS);
        }
        let mut answers = answers.into_iter();
        for ((key, intent), count) in keys.into_iter().zip(counts) {
            let of_key: Vec<ReplicationAnswer> = answers.by_ref().take(count).collect();
            self.judge(now, id, &key, intent, of_key);
        }
    }

    fn judge(
        &mut self,
        now: Now,
        id: PeerId,
        key: &InstanceKey,
        intent: Intent,
        answers: Vec<ReplicationAnswer>,
    ) {
        let lacks_it = answers.iter().any(|answer| answer.status_code == 404);
        let is_present = self
            .registry
            .get(key.app.as_str(), key.id.as_str())
            .is_some();
        if lacks_it && is_present && !intent.document {
            // It lacks the instance, or has an older one: it is registered there, with what else was to be told.
            let again = Intent {
                document: true,
                cancelled: false,
                ..intent
            };
            if let Some(peer) = self.cluster.peers.get_mut(id) {
                peer.queue.note(key, again);
            }
        }
        for answer in answers {
            if let Some(theirs) = answer.instance {
                self.take_copy_of_java(now, id, key, theirs);
            }
        }
    }

    /// A Java peer has the newer document (server.md N47); a poisoned one from the far future is left (F25).
    fn take_copy_of_java(&mut self, now: Now, id: PeerId, key: &InstanceKey, theirs: InstanceInfo) {
        const FUTURE_TOLERATED: Duration = Duration::from_secs(10 * 60);
        let is_from_the_future = theirs.document.last_dirty > now.wall.after(FUTURE_TOLERATED);
        if theirs.document.key() != *key || is_from_the_future {
            return;
        }
        let sender = self.sender_of(id);
        // A full registry says so to clients; a peer's copy is simply not taken.
        _ = self.register(now, registration_of(theirs), Origin::Peer(sender));
    }

    pub(super) fn sender_of(&self, id: PeerId) -> Sender {
        let peer = self.cluster.peers.iter().find(|peer| peer.id == id);
        Sender(peer.and_then(|peer| peer.addresses.first().copied()))
    }

    /// A Java listing may add, or refresh by age; it never removes (MERGE 6).
    pub(super) fn handle_listing(&mut self, now: Now, id: PeerId, instances: Vec<InstanceInfo>) {
        let is_empty = instances.is_empty();
        let heard = self.hear_after_absence(now, id, &instances);
        for listed in instances {
            self.take_listed(now, id, listed, heard.as_ref());
        }
        let Some(peer) = self.cluster.peers.get_mut(id) else {
            return;
        };
        peer.last_answer = Some(now.mono);
        peer.next_contact = now.mono.saturating_add(LIST_AGAIN);
        if !is_empty {
            self.look_again_after_absence(now, id, heard);
            if !self.hopes_for_one_of_ours() && self.registry.len() > 0 {
                self.open_with_all_of(now, id);
            }
        }
    }

    /// Whether a node of ours may still hand its registry over, with ages and stamps that no Java server has: one that is
    /// open, or somebody who has not answered the first greeting yet.
    fn hopes_for_one_of_ours(&self) -> bool {
        self.cluster.peers.others().any(|peer| match peer.reach {
            Reach::Reached { .. } => peer.ours().is_some_and(|ours| ours.is_open),
            Reach::Untried => true,
            Reach::Gone { .. } | Reach::Unreachable { .. } => false,
        })
    }
}

/// What a peer shows, as it would register it.
pub(super) fn registration_of(info: InstanceInfo) -> Registration {
    let mut document = std::sync::Arc::unwrap_or_clone(info.document);
    document.status = info.status;
    Registration {
        document,
        overridden_status: info.overridden_status,
    }
}
