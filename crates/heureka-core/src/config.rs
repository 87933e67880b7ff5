//! What a node is told at its start.

use std::time::Duration;

use heureka_model::DocumentLimits;

use crate::lease::LeasePolicy;
use crate::self_preservation::Threshold;

/// What a node is told at its start; the defaults are those of a single node that is to be left alone.
#[derive(Clone, Copy, Debug)]
pub struct NodeConfig {
    /// When leases end.
    pub lease: LeasePolicy,
    /// Time between two rounds of eviction.
    pub eviction_interval: Duration,
    /// When to stop evicting.
    pub self_preservation: SelfPreservationConfig,
    /// The window of changes.
    pub delta: DeltaConfig,
    /// What the registry may hold.
    pub limits: RegistryLimits,
}

impl Default for NodeConfig {
    fn default() -> Self {
        Self {
            lease: LeasePolicy::default(),
            eviction_interval: Duration::from_secs(1),
            self_preservation: SelfPreservationConfig::default(),
            delta: DeltaConfig::default(),
            limits: RegistryLimits::default(),
        }
    }
}

/// When to stop evicting because too many fell silent at once.
#[derive(Clone, Copy, Debug)]
pub struct SelfPreservationConfig {
    /// Whether to do so at all.
    pub enabled: bool,
    /// The part of all instances that has to be seen.
    pub threshold: Threshold,
    /// After this long a silent instance is let go, where at least half of the others are seen.
    pub release_after: Duration,
}

impl Default for SelfPreservationConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            threshold: Threshold::default(),
            release_after: Duration::from_secs(15 * 60),
        }
    }
}

/// The window of changes that a delta shows.
#[derive(Clone, Copy, Debug)]
pub struct DeltaConfig {
    /// Whether deltas are answered at all.
    pub enabled: bool,
    /// How long a change stays in it.
    pub retention: Duration,
    /// How many changes it holds; after more of them deltas are refused for one retention.
    pub max_changes: usize,
}

impl Default for DeltaConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            retention: Duration::from_secs(180),
            max_changes: 100_000,
        }
    }
}

/// What the registry may hold.
#[derive(Clone, Copy, Debug)]
pub struct RegistryLimits {
    /// How many instances; no limit unless an operator sets one, so that no legitimate fleet is refused.
    pub max_instances: Option<usize>,
    /// How many cancelled keys are remembered.
    pub max_tombstones: usize,
    /// How many of them may be keys that were never here.
    pub max_unknown_tombstones: usize,
    /// What one document may weigh.
    pub document: DocumentLimits,
}

impl Default for RegistryLimits {
    fn default() -> Self {
        Self {
            max_instances: None,
            max_tombstones: 1_000_000,
            max_unknown_tombstones: 10_000,
            document: DocumentLimits::default(),
        }
    }
}
