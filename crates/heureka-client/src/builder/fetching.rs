//! What is fetched, and how.

use std::path::PathBuf;
use std::time::Duration;

use heureka_client_core::{BackOff, FetchConfig, Profile, RegionsConfig};

use super::ClientBuilder;

/// # Fetching
impl ClientBuilder {
    /// Whether to fetch the registry; without it, all look-ups find nothing (L5).
    pub fn fetch(mut self, fetches: bool) -> Self {
        self.fetches = fetches;
        self
    }

    /// Time between two fetches.
    pub fn fetch_interval(self, interval: Duration) -> Self {
        self.fetching(move |fetch, profile| {
            fetch.interval = interval;
            fetch.back_off = match profile {
                Profile::Netflix | Profile::Spring => BackOff::as_java(interval),
                Profile::Modern | _ => BackOff::up_to(interval),
            };
        })
    }

    /// Whether the start fails where nothing can be fetched (L9).
    pub fn insist_on_fetch(self, insists: bool) -> Self {
        self.fetching(move |fetch, _| fetch.insist = insists)
    }

    /// Whether to fetch only what changed (K2).
    pub fn delta(self, delta: bool) -> Self {
        self.fetching(move |fetch, _| fetch.delta = delta)
    }

    /// Whether look-ups find only instances that are up (K12).
    pub fn only_up(self, only_up: bool) -> Self {
        self.fetching(move |fetch, _| fetch.only_up = only_up)
    }

    /// The one vip to fetch, instead of everything (K3).
    pub fn single_vip(self, vip: &str) -> Self {
        let vip = Some(vip.into());
        self.fetching(move |fetch, _| fetch.single_vip = vip)
    }

    /// The regions to fetch besides the server's own (K1).
    pub fn regions(self, regions: RegionsConfig) -> Self {
        self.fetching(move |fetch, _| fetch.regions = Some(regions))
    }

    /// Keeps the registry in a file, in Eureka's JSON, and starts with it where no server answers (L15).
    pub fn snapshot_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.snapshot_file = Some(path.into());
        self
    }

    /// How often that file is written at most; [`SNAPSHOT_INTERVAL`](crate::SNAPSHOT_INTERVAL) unless it is said here.
    pub fn snapshot_interval(mut self, interval: Duration) -> Self {
        self.snapshot_interval = interval;
        self
    }

    fn fetching(
        self,
        change: impl FnOnce(&mut FetchConfig, Profile) + Send + Sync + 'static,
    ) -> Self {
        self.configure(|config| {
            let profile = config.profile;
            if let Some(fetch) = &mut config.fetch {
                change(fetch, profile);
            }
        })
    }
}
