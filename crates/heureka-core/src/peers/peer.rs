//! One other node.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use heureka_model::{InstanceKey, NodeId, SeededHash, ServiceUrl};

use super::{CallId, Failure, Lane, PeerId, PeerKind, PeerReport, Reach};
use crate::node::{Absence, JAVA_TASK_LIFE};
use crate::repair::{Repair, Step};
use crate::replication::{ChangeQueue, Intent, TrafficShaper};

/// How many former runs of a peer are remembered: others may say for a while that they reach them.
const MAX_FORMER: usize = 8;

/// What a peer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It has not said yet.
    Unknown,
    /// A node of ours.
    Ours(OurNode),
    /// A Java server.
    Java,
    /// This node.
    Own,
    /// Another peer of the list.
    SameAs(PeerId),
    /// It refuses our credentials.
    Denied,
}

/// What a node of ours says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OurNode {
    pub(crate) node: NodeId,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) is_open: bool,
    pub(crate) reaches: Vec<NodeId>,
}

/// What is on its way to a peer.
#[derive(Clone, Debug)]
pub(crate) struct InFlight {
    pub(crate) id: CallId,
    pub(crate) what: Sent,
    /// When, on the monotonic clock.
    pub(crate) at: Duration,
}

/// What was sent, as far as the answer needs it.
#[derive(Clone, Debug)]
pub(crate) enum Sent {
    Hello,
    /// The keys, and for a Java peer how many items each of them made.
    Changes(Vec<(InstanceKey, Intent)>, Vec<usize>),
    Compare(Step),
    Listing,
    Ages,
}

/// One other node: what it is, whether it answers, and what it is still to be told.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) id: PeerId,
    pub(crate) url: ServiceUrl,
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) kind: Kind,
    pub(crate) reach: Reach,
    pub(crate) queue: ChangeQueue,
    pub(crate) changes_shaper: TrafficShaper,
    pub(crate) contact_shaper: TrafficShaper,
    pub(crate) in_flight: [Option<InFlight>; Lane::ALL.len()],
    /// At most so many keys in a batch: halved when a Java peer refuses one as a whole, to find the one it refuses.
    pub(crate) batch_keys: usize,
    pub(crate) repair: Repair,
    pub(crate) next_contact: Duration,
    /// A Java peer's listing is to be read: at the start, and after it was away.
    pub(crate) wants_listing: bool,
    /// It, or this node, was away: what it changed meanwhile has not come here.
    pub(crate) away: Option<Absence>,
    pub(crate) is_behind: bool,
    pub(crate) former: Vec<NodeId>,
    pub(crate) last_answer: Option<Duration>,
    pub(crate) last_same: Option<Duration>,
    /// When everything was last compared, and the differences exchanged.
    pub(crate) last_compared: Option<Duration>,
    /// The present run has said goodbye.
    pub(crate) has_left: bool,
    pub(crate) skew_ms: i64,
    pub(crate) failures: u64,
    pub(crate) last_failure: Option<Failure>,
}

impl Peer {
    pub(crate) fn new(
        id: PeerId,
        url: ServiceUrl,
        addresses: Vec<IpAddr>,
        hash: SeededHash,
    ) -> Self {
        Self {
            id,
            url,
            addresses,
            kind: Kind::Unknown,
            reach: Reach::Untried,
            queue: ChangeQueue::new(hash),
            changes_shaper: TrafficShaper::default(),
            contact_shaper: TrafficShaper::default(),
            in_flight: [None, None, None],
            batch_keys: crate::node::MAX_BATCH_ITEMS,
            repair: Repair::default(),
            next_contact: Duration::ZERO,
            wants_listing: false,
            away: None,
            is_behind: false,
            former: Vec::new(),
            last_answer: None,
            last_same: None,
            last_compared: None,
            has_left: false,
            skew_ms: 0,
            failures: 0,
            last_failure: None,
        }
    }

    /// Whether it is another node that is to be told of changes.
    pub(crate) fn is_other(&self) -> bool {
        match self.kind {
            Kind::Unknown | Kind::Ours(_) | Kind::Java | Kind::Denied => true,
            Kind::Own | Kind::SameAs(_) => false,
        }
    }

    /// A Java peer that was away is listened to before it is told anything: what it says then is compared with what it
    /// was told before. It is waited for no longer than its own tasks live.
    fn is_heard_first_until(&self) -> Option<Duration> {
        let absence = self.away.as_ref().filter(|absence| !absence.is_heard)?;
        let is_to_be_heard = self.kind == Kind::Java && self.is_reached();
        is_to_be_heard.then(|| absence.until.saturating_add(JAVA_TASK_LIFE))
    }

    /// When it may be told what is in its queue; `None` where that depends on more than time.
    pub(crate) fn may_be_told_at(&self) -> Option<Duration> {
        let [_, changes, _] = &self.in_flight;
        let listens = match self.kind {
            Kind::Ours(_) => self.is_reached(),
            // A Java peer that has not been called yet is told; what comes of it shows whether it is there.
            Kind::Java => !matches!(self.reach, Reach::Gone { .. } | Reach::Unreachable { .. }),
            Kind::Unknown | Kind::Own | Kind::SameAs(_) | Kind::Denied => false,
        };
        let waits = changes.is_none() && !self.queue.is_empty() && listens;
        waits.then(|| {
            let heard = self.is_heard_first_until().unwrap_or_default();
            self.changes_shaper.not_before().max(heard)
        })
    }

    /// Whether everything has been compared with it since it answers.
    pub(crate) fn has_compared(&self) -> bool {
        match self.reach {
            Reach::Reached { since } => self.last_compared >= Some(since),
            Reach::Untried | Reach::Gone { .. } | Reach::Unreachable { .. } => false,
        }
    }

    /// It, or this node, was away for that time, as far as is known. An earlier absence that was not explained by a listing
    /// counts as one with this, unless it ended so long before that it has been told everything since.
    pub(crate) fn was_away(&mut self, since: Duration, until: Duration) {
        self.wants_listing = true;
        let earlier = self
            .away
            .take()
            .filter(|earlier| since <= earlier.until.saturating_add(JAVA_TASK_LIFE));
        let (since, ours) = match earlier {
            Some(earlier) => (since.min(earlier.since), earlier.ours),
            None => (since, BTreeMap::new()),
        };
        self.away = Some(Absence {
            since,
            until,
            is_heard: false,
            ours,
        });
    }

    /// What is left to tell, or is being told, of which key.
    pub(crate) fn left_to_tell(&mut self) -> BTreeMap<InstanceKey, Intent> {
        let on_their_way = match self.lane(Lane::Changes) {
            Some(InFlight {
                what: Sent::Changes(keys, _),
                ..
            }) => keys.clone(),
            Some(_) | None => Vec::new(),
        };
        let mut left: BTreeMap<InstanceKey, Intent> = on_their_way.into_iter().collect();
        for (key, intent) in self.queue.iter() {
            let earlier = left.entry(key.clone()).or_default();
            *earlier = earlier.and(intent);
        }
        left
    }

    /// Whether it may be a node of ours that has never answered this one.
    pub(crate) fn may_be_any_run(&self) -> bool {
        self.kind == Kind::Unknown && matches!(self.reach, Reach::Unreachable { .. })
    }

    pub(crate) fn is_reached(&self) -> bool {
        matches!(self.reach, Reach::Reached { .. })
    }

    /// Whether it would answer what repair asks: a node of ours that is there.
    pub(crate) fn is_comparable(&self) -> bool {
        self.ours().is_some() && self.is_reached()
    }

    pub(crate) fn ours(&self) -> Option<&OurNode> {
        match &self.kind {
            Kind::Ours(node) => Some(node),
            Kind::Unknown | Kind::Java | Kind::Own | Kind::SameAs(_) | Kind::Denied => None,
        }
    }

    /// Notes what a node of ours says of itself; answers whether that is another run than before.
    pub(crate) fn becomes(&mut self, node: OurNode) -> bool {
        let before = self.ours().map(|before| before.node);
        let is_new = before != Some(node.node);
        if let Some(before) = before
            && is_new
        {
            self.former.push(before);
            if self.former.len() > MAX_FORMER {
                self.former.remove(0);
            }
        }
        if is_new {
            self.last_compared = None;
            self.has_left = false;
        }
        self.kind = Kind::Ours(node);
        is_new
    }

    pub(crate) fn lane(&mut self, lane: Lane) -> &mut Option<InFlight> {
        let [contact, changes, inquiry] = &mut self.in_flight;
        match lane {
            Lane::Contact => contact,
            Lane::Changes => changes,
            Lane::Inquiry => inquiry,
        }
    }

    pub(crate) fn report(&self) -> PeerReport {
        let kind = match &self.kind {
            Kind::Unknown => PeerKind::Unknown,
            Kind::Ours(ours) => PeerKind::Heureka {
                node: ours.node,
                name: ours.name.clone(),
                version: ours.version.clone(),
                is_open: ours.is_open,
            },
            Kind::Java => PeerKind::Java,
            Kind::Own => PeerKind::Own,
            Kind::SameAs(other) => PeerKind::SameAs(*other),
            Kind::Denied => PeerKind::Denied,
        };
        PeerReport {
            id: self.id,
            url: self.url.clone(),
            kind,
            reach: self.reach,
            queued: self.queue.len(),
            is_behind: self.is_behind || !self.queue.is_empty(),
            last_answer: self.last_answer,
            last_same: self.last_same,
            skew_ms: self.skew_ms,
            failures: self.failures,
            last_failure: self.last_failure,
        }
    }
}
