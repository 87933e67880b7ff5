//! The registry as a pure state machine.
//!
//! [`Node`] is the one entry. It is given the time and a seed and asks the machine for nothing: no clock, no socket,
//! no thread, no randomness of its own. So the same calls at the same times end in the same state, a whole day of
//! leases takes a test no time, and a cluster can be run in one thread.
//!
//! What is kept for a key has four parts, each of which is the maximum of what was seen (see `MERGE.md` 1 in the
//! decisions this project stands on): the document, the override, the presence and the lease. A lone node needs few of
//! the stamps that order them, but they are drawn from the first write on, so that a node that gets peers tomorrow can
//! tell them what is newer.
//!
//! The names of rules in comments (`server.md R29`) are those of the protocol's reference.

mod config;
mod digested;
mod discovery;
mod entry;
mod eviction;
mod ids;
mod instances;
mod invariants;
mod lease;
mod lease_watch;
mod node;
mod overrides;
mod peers;
mod place;
mod rate_limit;
mod recent_changes;
mod recent_names;
mod regions;
mod registry;
mod renewals;
mod repair;
mod replication;
mod self_preservation;
mod stamp;
mod sums;
mod timers;
mod tombstones;
mod vips;

pub use config::{DeltaConfig, NodeConfig, RegistryLimits, SelfPreservationConfig};
pub use eviction::EvictionReport;
pub use lease::{Grace, LeasePolicy};
pub use node::{
    CancelOutcome, ClusterEvent, DeltaRefused, Event, MetadataOutcome, Node, NodeReport, Opening,
    Origin, RegisterOutcome, RegistryFull, RenewOutcome, Renewal, Sender, StartReport,
    StatusChange, StatusOutcome,
};
pub use overrides::{RuleInput, resolve};
pub use peers::{
    CallId, ClusterConfig, Failure, Lane, PeerCall, PeerId, PeerKind, PeerReport, PeerResult,
    PeerTarget, Reach, Request,
};
pub use rate_limit::{ClientClass, Fetch, FetchLimiter, RateLimiterConfig};
pub use recent_names::NamedAt;
pub use regions::{
    Cursor, FetchFailure, FetchKind, News, RegionConfig, RegionFetch, RegionOutcome, RegionReport,
    RegionsConfig, Scope, ShownChange,
};
pub use self_preservation::{Protection, ProtectionReport, Threshold};
pub use timers::Timer;

pub use discovery::{
    DiscoveryConfig, Found, InvalidPeerSource, Lookup, LookupFailed, LookupId, MAX_NAMES_HELD,
    PeerDirectory, PeerSource, Question,
};
