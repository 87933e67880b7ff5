//! Remote regions: registries elsewhere whose instances are shown here, and nothing more than shown (server.md 8).
//!
//! Each region is followed by itself: everything is fetched once, then what changes, checked by the hash. Nothing here
//! waits for anybody, so a region that is down delays neither the start nor an answer (server.md D-58), and what is
//! known of it stays until it says something else. Its instances are never leased, evicted, counted for
//! self-preservation or sent to peers (server.md G10), because they are not in the registry.

mod config;
mod content;
mod follow;
mod holdings;
mod news;
mod outcome;
mod region;
mod view;

use std::time::Duration;

use heureka_model::{Applications, Now, SeededHash};

pub use config::{RegionConfig, RegionsConfig};
pub use news::{Cursor, News, ShownChange};
pub use outcome::{FetchFailure, FetchKind, RegionFetch, RegionOutcome, RegionReport};
pub use view::Scope;

pub(crate) use view::View;

use crate::config::DeltaConfig;
use holdings::IsOurs;
use region::Region;

/// All regions that are followed, in the order in which they count.
#[derive(Debug, Default)]
pub(crate) struct RemoteRegions {
    regions: Vec<Region>,
    fallback: bool,
}

impl RemoteRegions {
    pub(crate) fn new(
        config: &RegionsConfig,
        delta: DeltaConfig,
        hash: SeededHash,
        mono: Duration,
    ) -> Self {
        let follow = |own| Region::new(own, config, delta, hash, mono);
        Self {
            regions: config.regions.iter().map(follow).collect(),
            fallback: config.fallback,
        }
    }

    /// When [`RemoteRegions::poll_fetch`] will have something; never without regions.
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        self.regions.iter().map(Region::poll_timeout).min()
    }

    /// A fetch that is due.
    pub(crate) fn poll_fetch(&mut self, mono: Duration) -> Option<RegionFetch> {
        self.regions
            .iter_mut()
            .find_map(|region| region.poll_fetch(mono))
    }

    /// Takes what a fetch brought.
    pub(crate) fn handle_fetched(
        &mut self,
        now: Now,
        fetch: &RegionFetch,
        result: Result<Applications, FetchFailure>,
        is_ours: IsOurs<'_>,
    ) -> RegionOutcome {
        let region = self
            .regions
            .iter_mut()
            .find(|region| *region.name() == fetch.region);
        region.map_or(RegionOutcome::Late, |region| {
            region.handle_fetched(now, fetch, result, is_ours)
        })
    }

    /// Whether each region was fetched at least once (server.md P9).
    pub(crate) fn are_ready(&self) -> bool {
        self.regions.iter().all(Region::is_ready)
    }

    pub(crate) fn knows(&self, name: &str) -> bool {
        self.regions
            .iter()
            .any(|region| region.name().as_str() == name)
    }

    pub(crate) fn reports(&self) -> Vec<RegionReport> {
        self.regions.iter().map(Region::report).collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Region> {
        self.regions.iter()
    }

    pub(crate) fn has_fallback(&self) -> bool {
        self.fallback
    }

    pub(crate) fn forget_old_changes(&mut self, mono: Duration) {
        self.regions
            .iter_mut()
            .for_each(|region| region.forget_old_changes(mono));
    }

    /// The regions in `scope`; names that are not known are left out (server.md R71).
    pub(crate) fn within(&self, scope: Scope<'_>) -> Vec<&Region> {
        let is_within = |region: &&Region| match scope {
            Scope::Local => false,
            Scope::Usual => self.fallback,
            Scope::Regions(names) => names.iter().any(|name| name == region.name().as_str()),
        };
        self.regions.iter().filter(is_within).collect()
    }
}
