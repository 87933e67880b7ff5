//! What one node asks of another, and what it is answered.

use std::time::Duration;

use super::{AppDigest, Digest, KeyState, KeyVersion, LeaseState, NodeId, Slice, Stamp};
use crate::{InstanceKey, UnixMillis};

/// What comes with every message and every answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerHeader {
    /// Who sends it: the run of a node.
    pub node: NodeId,
    /// The name that its operator gave it.
    pub name: String,
    /// Which software it runs.
    pub version: String,
    /// How long it has been running when it sent this, on its monotonic clock.
    pub uptime: Duration,
    /// The reading of its hybrid clock; whoever gets it takes it in.
    pub reading: Stamp,
    /// What its wall clock shows: the hybrid clock has also what other nodes' clocks showed.
    pub wall: UnixMillis,
    /// Whether it answers listings.
    pub is_open: bool,
    /// The nodes that it reaches itself.
    pub reaches: Vec<NodeId>,
}

/// What a node asks of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerMessage {
    /// Who are you?
    Hello,
    /// This changed here.
    Changes(Changes),
    /// Do we hold the same?
    Compare(Comparison),
    /// How long have these been silent? Asked before they are evicted.
    Ages(Vec<InstanceKey>),
    /// I am about to end by my operator's will.
    Leave,
}

/// What it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerReply {
    /// To [`PeerMessage::Hello`] and [`PeerMessage::Leave`]: the header says it all.
    Noted,
    /// To [`PeerMessage::Changes`].
    Taken(ChangesTaken),
    /// To [`PeerMessage::Compare`].
    Compared(Compared),
    /// To [`PeerMessage::Ages`]: those of the keys that the answering node has.
    Ages(Vec<AgeOf>),
}

/// What changed at a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The state of the keys that changed.
    pub states: Vec<KeyState>,
    /// Keys of which only the lease was renewed.
    pub renewed: Vec<RenewedKey>,
}

/// A heartbeat that is passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewedKey {
    /// Whose.
    pub key: InstanceKey,
    /// [`Digest::short`] of the state that the sender has.
    pub version: u64,
    /// The lease.
    pub lease: LeaseState,
}

/// What became of changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangesTaken {
    /// Renewed keys of which the receiver lacks the state or has another.
    pub wanted: Vec<InstanceKey>,
    /// The receiver's state, where it has something newer than what it was sent.
    pub newer: Vec<KeyState>,
}

/// A question on the way from "we differ" to "in these keys".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The sums over everything.
    Totals {
        /// Over the present keys.
        present: Digest,
        /// Over the cancelled ones.
        cancelled: Digest,
    },
    /// List the applications, whatever the sums are; also those that are only kept. Asked by a node that starts.
    Everything,
    /// The sums over each slice of an application.
    Slices {
        /// All slices of this division.
        divided: Slice,
    },
    /// The keys of some slices.
    Keys {
        /// For each slice, which versions the sender has.
        held: Vec<(Slice, Vec<KeyVersion>)>,
        /// Also send what is only kept. Asked by a node that starts.
        with_kept: bool,
    },
}

/// The answer to a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compared {
    /// Both hold the same.
    Same,
    /// What the answering node holds, by application.
    Applications(Vec<AppDigest>),
    /// The sums over each slice, in the order of their prefixes.
    Slices(Vec<Digest>),
    /// The keys in which they differ.
    Keys {
        /// What the answering node has newer, or at all.
        states: Vec<KeyState>,
        /// What it would have from the one that asked.
        wanted: Vec<InstanceKey>,
    },
}

/// How long a key has been silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgeOf {
    /// Which key.
    pub key: InstanceKey,
    /// Its lease at the answering node.
    pub lease: LeaseState,
}
