//! What an operator hears of a peer.

use std::time::Duration;

use heureka_model::{NodeId, ServiceUrl};

use super::{PeerId, Reach};

/// What a peer turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerKind {
    /// It has not said yet.
    Unknown,
    /// A node like this one.
    Heureka {
        /// Its present run.
        node: NodeId,
        /// The name its operator gave it.
        name: String,
        /// The software it runs.
        version: String,
        /// Whether it answers listings.
        is_open: bool,
    },
    /// A Java server, or another one that knows only the protocol.
    Java,
    /// This node itself: its own URL is in the list.
    Own,
    /// The same node as another peer of the list.
    SameAs(PeerId),
    /// It refuses our credentials.
    Denied,
}

/// The state of a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerReport {
    /// Which peer.
    pub id: PeerId,
    /// Where it is called.
    pub url: ServiceUrl,
    /// What it is.
    pub kind: PeerKind,
    /// Whether it answers.
    pub reach: Reach,
    /// How many keys it is still to be told of.
    pub queued: usize,
    /// Whether it may lack something that this node has acknowledged.
    pub is_behind: bool,
    /// When it last answered, on the monotonic clock.
    pub last_answer: Option<Duration>,
    /// When both were last found to hold the same.
    pub last_same: Option<Duration>,
    /// How far its clock is ahead of this node's wall clock, in milliseconds; negative where it is behind.
    pub skew_ms: i64,
    /// Calls that came to nothing, since the start.
    pub failures: u64,
    /// Why the last of them did.
    pub last_failure: Option<super::Failure>,
}
