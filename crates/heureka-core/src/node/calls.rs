//! Which peer is to be called next, and with what.

use std::time::Duration;

use heureka_model::{
    Changes, InstanceKey, KeyState, Now, PeerMessage, RenewedKey, ReplicationItem,
};

use super::Node;
use crate::peers::{CallId, InFlight, Kind, Lane, Peer, PeerCall, PeerId, Request, Sent};
use crate::replication::{Intent, java_items};

/// How many items a batch for a Java peer has at most (server.md N20); a key may need up to three.
pub(crate) const MAX_BATCH_ITEMS: usize = 250;

/// How many keys one message to a node of ours tells of: a heartbeat is small, so these are more.
const MAX_KEYS_IN_CHANGES: usize = 2000;

/// How many of them may come with their whole state.
const MAX_STATES_IN_CHANGES: usize = 500;

/// How long a node of ours or a Java one is waited for.
pub(super) const DEADLINE: Duration = Duration::from_secs(5);

/// A listing may be large.
const LISTING_DEADLINE: Duration = Duration::from_secs(15);

/// A Java peer is greeted again after this long: it may have been replaced by a node of ours, and it may be silent.
const GREET_JAVA_AGAIN: Duration = Duration::from_secs(10);

/// An empty listing of a Java peer is asked for again after this long (MERGE 8).
pub(super) const LIST_AGAIN: Duration = Duration::from_secs(5);

impl Node {
    /// The next call that a peer is to be sent now, if there is one. It is asked for until there is none: after each
    /// change, each result and each timeout.
    pub fn poll_call(&mut self, now: Now) -> Option<PeerCall> {
        let ids: Vec<PeerId> = self.cluster.peers.iter().map(|peer| peer.id).collect();
        ids.into_iter().find_map(|id| {
            Lane::ALL
                .into_iter()
                .find_map(|lane| self.call(now, id, lane))
        })
    }

    fn call(&mut self, now: Now, id: PeerId, lane: Lane) -> Option<PeerCall> {
        if self.cluster.peers.get_mut(id)?.lane(lane).is_some() {
            return None;
        }
        let (sent, request) = match lane {
            Lane::Contact => self.contact(now, id)?,
            Lane::Changes => self.changes(now, id)?,
            Lane::Inquiry => self.inquiry(now, id)?,
        };
        let number = self.cluster.peers.next_call();
        let deadline = match sent {
            Sent::Listing => LISTING_DEADLINE,
            Sent::Ages => self.cluster.config.ages_deadline,
            Sent::Hello | Sent::Changes(..) | Sent::Compare(_) => DEADLINE,
        };
        let call = CallId {
            peer: id,
            lane,
            number,
        };
        let peer = self.cluster.peers.get_mut(id)?;
        *peer.lane(lane) = Some(InFlight {
            id: call,
            what: sent,
            at: now.mono,
        });
        Some(PeerCall {
            id: call,
            url: peer.url.clone(),
            request,
            deadline,
        })
    }

    /// Greets who has not said what it is, and compares with who is a node of ours.
    fn contact(&mut self, now: Now, id: PeerId) -> Option<(Sent, Request)> {
        let is_open = self.is_open();
        let peer = self.cluster.peers.get_mut(id)?;
        if !peer.contact_shaper.allows(now.mono) {
            return None;
        }
        if peer.is_comparable() {
            return self.compare_next(now, id);
        }
        match &peer.kind {
            Kind::Java
                if peer.wants_listing && peer.is_reached() && now.mono >= peer.next_contact =>
            {
                peer.next_contact = now.mono.saturating_add(LIST_AGAIN);
                peer.wants_listing = !is_open;
                Some((Sent::Listing, Request::Listing))
            }
            Kind::Unknown
            | Kind::Ours(_)
            | Kind::Java
            | Kind::Own
            | Kind::SameAs(_)
            | Kind::Denied => {
                if now.mono < peer.next_contact {
                    return None;
                }
                let pause = match peer.kind {
                    Kind::Java if peer.is_reached() => GREET_JAVA_AGAIN,
                    Kind::Own | Kind::SameAs(_) | Kind::Denied => GREET_JAVA_AGAIN * 3,
                    Kind::Unknown | Kind::Ours(_) | Kind::Java => {
                        self.cluster.config.compare_interval
                    }
                };
                peer.next_contact = now.mono.saturating_add(pause);
                Some((Sent::Hello, self.ours(now, PeerMessage::Hello)))
            }
        }
    }

    fn compare_next(&mut self, now: Now, id: PeerId) -> Option<(Sent, Request)> {
        let interval = self.cluster.config.compare_interval;
        let peer = self.cluster.peers.get_mut(id)?;
        if peer.repair.is_idle() {
            if now.mono < peer.next_contact {
                return None;
            }
            peer.next_contact = now.mono.saturating_add(interval);
            peer.repair.begin();
        }
        let (step, takes_over) = (peer.repair.next()?.clone(), peer.repair.takes_over);
        let comparison = self.question(&step, takes_over);
        Some((
            Sent::Compare(step),
            self.ours(now, PeerMessage::Compare(comparison)),
        ))
    }

    fn changes(&mut self, now: Now, id: PeerId) -> Option<(Sent, Request)> {
        let peer = self.cluster.peers.get_mut(id)?;
        if peer.may_be_told_at().is_none_or(|at| at > now.mono) {
            // Who does not answer a greeting is not sent anything larger.
            return None;
        }
        match peer.kind {
            Kind::Ours(_) => self.changes_for_ours(now, id),
            Kind::Java => self.batch_for_java(id),
            Kind::Unknown | Kind::Own | Kind::SameAs(_) | Kind::Denied => None,
        }
    }

    fn changes_for_ours(&mut self, now: Now, id: PeerId) -> Option<(Sent, Request)> {
        let taken = self
            .cluster
            .peers
            .get_mut(id)?
            .queue
            .take(MAX_KEYS_IN_CHANGES);
        let mut changes = Changes::default();
        let mut sent = Vec::with_capacity(taken.len());
        let mut left = Vec::new();
        for (key, intent) in taken {
            if changes.states.len() >= MAX_STATES_IN_CHANGES {
                left.push((key, intent));
                continue;
            }
            self.write_change(now, &key, intent, &mut changes);
            sent.push((key, intent));
        }
        self.cluster.peers.get_mut(id)?.queue.put_back(left);
        if changes == Changes::default() {
            return None;
        }
        let message = PeerMessage::Changes(changes);
        Some((Sent::Changes(sent, Vec::new()), self.ours(now, message)))
    }

    /// The state is read now, not when it changed.
    fn write_change(&self, now: Now, key: &InstanceKey, intent: Intent, changes: &mut Changes) {
        let entry = self.registry.get(key.app.as_str(), key.id.as_str());
        match entry {
            Some(entry) if intent.is_only_renewed() => changes.renewed.push(RenewedKey {
                key: key.clone(),
                version: entry.counted.unwrap_or_else(|| entry.digest()).short(),
                lease: entry.lease_state(now.mono),
            }),
            Some(entry) => changes.states.push(entry.state(now.mono)),
            None => changes.states.extend(
                self.tombstones
                    .get(key)
                    .map(|tombstone| KeyState::Cancelled(tombstone.state(key.clone(), now.mono))),
            ),
        }
    }

    fn batch_for_java(&mut self, id: PeerId) -> Option<(Sent, Request)> {
        let peer = self.cluster.peers.get_mut(id)?;
        let taken = peer.queue.take(peer.batch_keys);
        let mut items: Vec<ReplicationItem> = Vec::new();
        let (mut sent, mut counts, mut left) = (Vec::new(), Vec::new(), Vec::new());
        for (key, intent) in taken {
            let entry = self.registry.get(key.app.as_str(), key.id.as_str());
            let of_key = java_items(&key, intent, entry);
            if !left.is_empty() || items.len() + of_key.len() > MAX_BATCH_ITEMS {
                left.push((key, intent));
            } else if !of_key.is_empty() {
                counts.push(of_key.len());
                items.extend(of_key);
                sent.push((key, intent));
            }
        }
        self.cluster.peers.get_mut(id)?.queue.put_back(left);
        (!items.is_empty()).then_some((Sent::Changes(sent, counts), Request::Batch(items)))
    }

    fn inquiry(&mut self, now: Now, id: PeerId) -> Option<(Sent, Request)> {
        let inquiry = self.cluster.inquiry.as_mut()?;
        let asked = inquiry.to_ask.iter().position(|peer| *peer == id)?;
        inquiry.to_ask.swap_remove(asked);
        inquiry.waits_for.push(id);
        let keys = inquiry.report.evicted.clone();
        Some((Sent::Ages, self.ours(now, PeerMessage::Ages(keys))))
    }

    fn ours(&mut self, now: Now, message: PeerMessage) -> Request {
        Request::Ours(Box::new(self.header(now)), Box::new(message))
    }

    /// The farewell to every node of ours that is reached, when this node ends by its operator's will. The calls are to
    /// be made at once; their results mean nothing.
    pub fn farewells(&mut self, now: Now) -> Vec<PeerCall> {
        let reached: Vec<PeerId> = self
            .cluster
            .peers
            .others()
            .filter(|peer| peer.ours().is_some() && peer.is_reached())
            .map(|peer| peer.id)
            .collect();
        reached
            .into_iter()
            .filter_map(|id| self.farewell(now, id))
            .collect()
    }

    fn farewell(&mut self, now: Now, id: PeerId) -> Option<PeerCall> {
        let request = self.ours(now, PeerMessage::Leave);
        let number = self.cluster.peers.next_call();
        let url = self.cluster.peers.get_mut(id)?.url.clone();
        Some(PeerCall {
            id: CallId {
                peer: id,
                lane: Lane::Contact,
                number,
            },
            url,
            request,
            deadline: self.cluster.config.ages_deadline,
        })
    }

    /// When something that waits may be told to a peer; `None` where nothing does.
    #[must_use]
    pub fn waiting_call_at(&self) -> Option<Duration> {
        let inquiry = self.cluster.inquiry.as_ref();
        if inquiry.is_some_and(|inquiry| !inquiry.to_ask.is_empty()) {
            return Some(Duration::ZERO);
        }
        let peers = self.cluster.peers.iter();
        peers.filter_map(Peer::may_be_told_at).min()
    }

    /// When a peer wants to be called without anything having happened.
    pub(super) fn next_call_at(&self) -> Option<Duration> {
        self.cluster.peers.iter().filter_map(next_call_to).min()
    }
}

fn next_call_to(peer: &Peer) -> Option<Duration> {
    let [contact, _, _] = &peer.in_flight;
    let contact_at = contact.is_none().then(|| {
        let shaped = peer.contact_shaper.not_before();
        if peer.is_comparable() && !peer.repair.is_idle() {
            shaped
        } else {
            peer.next_contact.max(shaped)
        }
    });
    [contact_at, peer.may_be_told_at()]
        .into_iter()
        .flatten()
        .min()
}
