//! One call to a peer, as the shell carries it out.

use std::time::Duration;

use heureka_model::{
    InstanceInfo, PeerHeader, PeerMessage, PeerReply, ReplicationAnswer, ReplicationItem,
    ServiceUrl,
};

/// Names a peer within a node; never used again for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u32);

/// One kind of call to a peer; of each, one is on its way at a time, so that order is kept and a long answer does not
/// keep a short question waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Greetings, comparisons, listings.
    Contact,
    /// What changed.
    Changes,
    /// Questions before an eviction.
    Inquiry,
}

impl Lane {
    /// All lanes.
    pub const ALL: [Self; 3] = [Self::Contact, Self::Changes, Self::Inquiry];
}

/// Names a call, so that its result finds its way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId {
    /// To whom.
    pub peer: PeerId,
    /// Of which kind.
    pub lane: Lane,
    /// Which one.
    pub number: u64,
}

/// A call to a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerCall {
    /// Which call.
    pub id: CallId,
    /// Where to.
    pub url: ServiceUrl,
    /// What to send.
    pub request: Request,
    /// How long an answer is waited for.
    pub deadline: Duration,
}

/// What is sent to a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// To a node of ours, or to one that is to say what it is.
    Ours(Box<PeerHeader>, Box<PeerMessage>),
    /// To a Java server: what changed.
    Batch(Vec<ReplicationItem>),
    /// To a Java server: `GET apps/`.
    Listing,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerResult {
    /// A node of ours answered.
    Ours(Box<PeerHeader>, Box<PeerReply>),
    /// Something answered that does not know the question: a Java server (404, 405).
    NotOurs,
    /// A Java server's answer to a batch.
    Batch(Vec<ReplicationAnswer>),
    /// A Java server's listing.
    Listing(Vec<InstanceInfo>),
    /// No answer that helps.
    Failed(Failure),
}

/// Why a call came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody listens there.
    Refused,
    /// No way there: no route, no address, no connection in time.
    Unreachable,
    /// Connected, but no whole answer in time.
    ReadTimeout,
    /// The line broke.
    Broken,
    /// Another status than 200.
    Status {
        /// Which.
        code: u16,
        /// How long the peer wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// An answer that says nothing: garbage, too large, of another kind.
    Unreadable,
}
