//! What came of a call.

use std::net::IpAddr;

use heureka_model::{InstanceInfo, InstanceKey, InstanceStatus, StatusCounts, UnixMillis};
use thiserror::Error;

use crate::eviction::EvictionReport;
use crate::peers::{Failure, PeerId};
use crate::self_preservation::ProtectionReport;

/// Where a call comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A client or an operator.
    Client,
    /// A Java peer that passes on what it was told (server.md H16).
    Peer(Sender),
}

impl Origin {
    /// A peer of which nothing is known.
    pub const SOME_PEER: Self = Self::Peer(Sender(None));
}

/// The address from which a peer sends, as far as it is known; it tells Java peers apart, which say no more of
/// themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sender(pub Option<IpAddr>);

/// What came of a registration. All of them are answered alike; the difference is for logs and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterOutcome {
    /// The key was not there.
    Added,
    /// The document took the place of an older or equally old one.
    Replaced,
    /// The stored document is newer and stays; the lease begins anew all the same (server.md R3, R7).
    KeptNewer,
    /// A Java peer's late copy of what was cancelled just now; it is not taken (MERGE 5).
    LateCopy,
}

/// The registry holds as many instances as the operator allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the registry is full: it holds max-instances = {max_instances}")]
pub struct RegistryFull {
    /// How many that is.
    pub max_instances: usize,
}

/// What a heartbeat says besides being one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Renewal {
    /// The version of the document that the sender has.
    pub last_dirty: Option<UnixMillis>,
    /// The override that the sender has; only peers send it.
    pub overridden_status: Option<InstanceStatus>,
}

/// What came of a heartbeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenewOutcome {
    /// The lease is renewed.
    Renewed,
    /// The key is not here, or its status says that it must register (server.md R26, R27).
    Unknown,
    /// The lease is renewed, but the sender has a newer document and should register it (server.md N70).
    SenderIsNewer,
    /// The lease is renewed, but this node has a newer document, which the peer should take (server.md N70).
    SenderIsOlder(Box<InstanceInfo>),
}

/// What came of a cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelOutcome {
    /// The key is gone.
    Cancelled,
    /// It was not here.
    Unknown,
}

/// A change of an instance's status from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusChange {
    /// Show this status whatever the client says.
    Override(InstanceStatus),
    /// No longer override, and show this status until the client registers.
    RemoveOverride {
        /// The status to show; UNKNOWN makes the client register with its own at its next heartbeat (server.md R45).
        shown: InstanceStatus,
    },
}

/// What came of a change of status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusOutcome {
    /// It is visible.
    Changed,
    /// It was so already; only the lease is renewed (server.md R34, R40).
    Unchanged,
    /// The key is not here.
    Unknown,
}

/// What came of a change of metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetadataOutcome {
    /// It is visible.
    Changed,
    /// The key is not here.
    Unknown,
    /// It would have made the metadata too large.
    Invalid(heureka_model::InvalidInstance),
}

/// Why there is no delta; the client fetches everything instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DeltaRefused {
    /// The operator has turned them off.
    #[error("deltas are turned off")]
    Disabled,
    /// More changed than the window holds.
    #[error("more changed than delta-max-changes holds")]
    Truncated,
}

/// Something that a person should hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Something about the other nodes.
    Cluster(ClusterEvent),
    /// Instances were evicted.
    Evicted(EvictionReport),
    /// Self-preservation went on or off; the report says which.
    ProtectionChanged(ProtectionReport),
    /// This node was late by itself, so it evicts nobody for as long.
    EvictionPostponed {
        /// How late it was.
        late: std::time::Duration,
    },
}

/// Something about the other nodes that a person should hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClusterEvent {
    /// A peer is in the list that was not.
    PeerAdded(PeerId),
    /// A peer answers that did not, or is another than before.
    PeerReached(PeerId),
    /// A peer no longer answers as it should.
    PeerLost(PeerId, Failure),
    /// A peer has said goodbye.
    PeerLeft(PeerId),
    /// A peer's clock is more than a minute away from this node's.
    ClockSkew {
        /// Whose.
        peer: PeerId,
        /// How far ahead it is, in milliseconds.
        skew_ms: i64,
    },
    /// A Java peer refuses what it is told of one key.
    ItemRefused(PeerId, InstanceKey),
    /// The registry is being taken over.
    TakingOver {
        /// From whom.
        from: PeerId,
    },
    /// Listings are answered from now on.
    Opened(super::Opening),
}

impl From<ClusterEvent> for Event {
    fn from(event: ClusterEvent) -> Self {
        Self::Cluster(event)
    }
}

/// The state of a node in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeReport {
    /// How many instances are registered.
    pub instances: usize,
    /// How many applications have at least one.
    pub applications: usize,
    /// How many have which status.
    pub statuses: StatusCounts,
    /// Heartbeats in the last 60 seconds.
    pub renewals_last_minute: u64,
    /// How many cancelled keys are remembered.
    pub tombstones: usize,
    /// How many changes a delta would show.
    pub recent_changes: usize,
    /// Self-preservation.
    pub protection: ProtectionReport,
    /// Some of the instances that are listed although their lease has ended.
    pub kept: Vec<InstanceKey>,
}
