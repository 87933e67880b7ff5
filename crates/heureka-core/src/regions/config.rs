//! What a node is told of other regions.

use std::collections::BTreeSet;
use std::time::Duration;

use heureka_model::{AppName, RegionName};

/// What a node is told of other regions at its start; by default there are none.
#[derive(Clone, Debug)]
pub struct RegionsConfig {
    /// The regions that are followed. Where two have the same instance, the first one counts.
    pub regions: Vec<RegionConfig>,
    /// Which applications listings take from a region that has no list of its own; all where there is no list
    /// (server.md G12, R73).
    pub allowed_apps: Option<BTreeSet<AppName>>,
    /// Whether listings hold all regions for a client that names none (server.md G11).
    pub fallback: bool,
    /// Time between two fetches of one region (server.md G2).
    pub fetch_interval: Duration,
    /// Whether only changes are asked for once everything is known (server.md G4).
    pub delta: bool,
    /// How many instances one region may have; a listing with more is refused, and what is known stays.
    pub max_instances: usize,
}

/// One region.
#[derive(Clone, Debug)]
pub struct RegionConfig {
    /// What clients call it.
    pub name: RegionName,
    /// Which applications listings take from it, if not those that are allowed for all regions.
    pub allowed_apps: Option<BTreeSet<AppName>>,
}

impl Default for RegionsConfig {
    fn default() -> Self {
        Self {
            regions: Vec::new(),
            allowed_apps: None,
            fallback: true,
            fetch_interval: Duration::from_secs(30),
            delta: true,
            max_instances: 100_000,
        }
    }
}
