//! What everybody may see of this region and of others, and how the others are followed (server.md 8).

use std::collections::BTreeSet;
use std::time::Duration;

use heureka_model::{AppName, Application, Applications, InstanceInfo, Now, VERSION_OF_FULL};

use super::{DeltaRefused, Node};
use crate::regions::{
    Cursor, FetchFailure, News, RegionFetch, RegionOutcome, RegionReport, RegionsConfig,
    RemoteRegions, Scope, View,
};

impl Node {
    /// Follows these regions from now on, and no others.
    pub fn follow_regions(&mut self, config: &RegionsConfig, now: Now) {
        // The registry's own, because a key that changed in a region is looked for in the registry by its hashes.
        let hash = self.registry.hash();
        self.regions = RemoteRegions::new(config, self.config.delta, hash, now.mono);
    }

    /// When to call [`Node::poll_region_fetch`] at the latest, on the monotonic clock; never where no region is followed.
    #[must_use]
    pub fn poll_region_timeout(&self) -> Option<Duration> {
        self.regions.poll_timeout()
    }

    /// A fetch that is due now; there may be more.
    pub fn poll_region_fetch(&mut self, mono: Duration) -> Option<RegionFetch> {
        self.regions.poll_fetch(mono)
    }

    /// Takes what a fetch brought: the listing as the region's server wrote it.
    pub fn handle_region_fetched(
        &mut self,
        now: Now,
        fetch: &RegionFetch,
        result: Result<Applications, FetchFailure>,
    ) -> RegionOutcome {
        let registry = &self.registry;
        let is_ours = |info: &InstanceInfo| {
            let document = &info.document;
            let own = registry.get(document.app.as_str(), document.id.as_str());
            own.is_some_and(|own| own.shown.registered_at == info.lease.registration)
        };
        self.regions.handle_fetched(now, fetch, result, &is_ours)
    }

    /// Whether requests that name regions can be answered: all regions were fetched at least once (server.md P9, G14).
    #[must_use]
    pub fn regions_are_ready(&self) -> bool {
        self.regions.are_ready()
    }

    /// Whether a region of this name, in lower case, is followed.
    #[must_use]
    pub fn knows_region(&self, name: &str) -> bool {
        self.regions.knows(name)
    }

    /// The state of each region.
    #[must_use]
    pub fn region_reports(&self) -> Vec<RegionReport> {
        self.regions.reports()
    }

    /// The whole registry and the regions in `scope` (server.md R71, R72).
    #[must_use]
    pub fn applications_in(&self, scope: Scope<'_>) -> Applications {
        let view = self.view(scope);
        if view.is_local() {
            return self.applications();
        }
        Applications {
            version: VERSION_OF_FULL,
            hash: view.counts().hash(),
            applications: view.applications(),
        }
    }

    /// What changed lately in the registry and in the regions in `scope`, with the hash of what
    /// [`Node::applications_in`] shows (server.md R81, R82, D-12).
    ///
    /// # Errors
    ///
    /// Deltas are turned off, or one would not tell everything.
    pub fn delta_in(
        &mut self,
        mono: Duration,
        scope: Scope<'_>,
    ) -> Result<Applications, DeltaRefused> {
        if self.view(scope).is_local() {
            return self.delta(mono);
        }
        self.changes.forget_old(mono);
        self.regions.forget_old_changes(mono);
        let version = self.delta_version_in(mono, scope)?;
        let view = self.view(scope);
        Ok(Applications {
            version,
            hash: view.counts().hash(),
            applications: view.changed(&self.changes),
        })
    }

    /// What has changed of what [`Node::applications_in`] and [`Node::delta_in`] show in `scope` since somebody looked
    /// last, so that it is known without looking at everything. The cursor belongs to one scope.
    pub fn news_in(&mut self, mono: Duration, scope: Scope<'_>, cursor: &mut Cursor) -> News {
        self.changes.forget_old(mono);
        self.regions.forget_old_changes(mono);
        self.view(scope).news(&self.changes, cursor)
    }

    /// `versions__delta` of what [`Node::delta_in`] shows.
    ///
    /// # Errors
    ///
    /// Those of [`Node::delta_in`].
    pub fn delta_version_in(&self, mono: Duration, scope: Scope<'_>) -> Result<i64, DeltaRefused> {
        if !self.config.delta.enabled {
            return Err(DeltaRefused::Disabled);
        }
        let view = self.view(scope);
        if view.is_truncated(&self.changes, mono) {
            return Err(DeltaRefused::Truncated);
        }
        Ok(view.version(&self.changes))
    }

    /// One application; where it has no instance here, with transparent fallback that of the first region that has one.
    /// The lists of allowed applications are about listings, not about this (server.md R69).
    #[must_use]
    pub fn application_anywhere(&self, app: &str) -> Option<Application> {
        let remote = || {
            let mut regions = self.regions.iter().filter(|_| self.regions.has_fallback());
            let (name, app) = regions.find_map(|region| region.content().app(app))?;
            Some(Application {
                name: name.clone(),
                instances: app.values().cloned().collect(),
            })
        };
        self.application(app).or_else(remote)
    }

    /// One instance; where it is not here, that of the first region that has the application (server.md R67).
    #[must_use]
    pub fn instance_anywhere(&self, app: &str, id: &str) -> Option<InstanceInfo> {
        let remote = || {
            let mut regions = self.regions.iter();
            let (_, app) = regions.find_map(|region| region.content().app(app))?;
            app.get(id).cloned()
        };
        self.instance(app, id).or_else(remote)
    }

    /// The first instance with this id, here or else in a region (server.md R68).
    #[must_use]
    pub fn instance_by_id_anywhere(&self, id: &str) -> Option<InstanceInfo> {
        let remote = || {
            let mut regions = self.regions.iter();
            regions
                .find_map(|region| region.content().find(id))
                .cloned()
        };
        self.instance_by_id(id).or_else(remote)
    }

    /// The applications of which some instance may carry a virtual address, here or in a region that a client is shown
    /// that names none; in order.
    #[must_use]
    pub fn apps_with_vip(&self, vip: &str) -> BTreeSet<AppName> {
        let local = self.registry.apps_with_vip(vip);
        let regions = self.regions.within(Scope::Usual).into_iter();
        let remote = regions.flat_map(|region| region.content().apps_with_vip(vip));
        local.chain(remote).cloned().collect()
    }

    /// The same for a virtual address for secure ports.
    #[must_use]
    pub fn apps_with_secure_vip(&self, vip: &str) -> BTreeSet<AppName> {
        let local = self.registry.apps_with_secure_vip(vip);
        let regions = self.regions.within(Scope::Usual).into_iter();
        let remote = regions.flat_map(|region| region.content().apps_with_secure_vip(vip));
        local.chain(remote).cloned().collect()
    }

    fn view(&self, scope: Scope<'_>) -> View<'_> {
        View::new(&self.registry, self.regions.within(scope))
    }
}
