//! The registry and some regions, seen as one.

use std::time::Duration;

use heureka_model::{
    AppName, Application, Digest, InstanceId, InstanceInfo, InstanceKey, RegionName, StatusCounts,
};
use indexmap::IndexMap;

use super::region::Region;
use crate::entry::Entry;
use crate::instances::Instances;
use crate::place::Names;
use crate::recent_changes::{Change, RecentChanges, version_of};
use crate::registry::Registry;

/// Whose instances a listing shows besides those that are registered here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope<'a> {
    /// Nobody's: what a server is shown that copies the registry.
    Local,
    /// What a client is shown that names no region: with transparent fallback all of them (server.md R72).
    Usual,
    /// Those of the regions with these names, in lower case (server.md R71).
    Regions(&'a [String]),
}

/// The registry and some regions. Each key is shown once: an instance that is registered here hides one of the same name
/// in a region, and one of an earlier region that of a later one.
///
/// Listings, deltas and their hash are all made from this one thing, so the hash always covers what is shown (server.md
/// D-12).
#[derive(Debug)]
pub(crate) struct View<'a> {
    registry: &'a Registry,
    regions: Vec<&'a Region>,
}

impl<'a> View<'a> {
    pub(crate) fn new(registry: &'a Registry, regions: Vec<&'a Region>) -> Self {
        Self { registry, regions }
    }

    /// Whether it is just the registry.
    pub(crate) fn is_local(&self) -> bool {
        self.regions.is_empty()
    }

    /// How many instances have which status.
    pub(crate) fn counts(&self) -> StatusCounts {
        let mut counts = *self.registry.counts();
        self.remote().for_each(|info| counts.add(info.status));
        counts
    }

    /// All applications: those of the registry, to which the regions add theirs (server.md R71).
    pub(crate) fn applications(&self) -> Vec<Application> {
        let mut by_app: IndexMap<&AppName, Vec<InstanceInfo>> = IndexMap::new();
        for app in self.registry.apps() {
            by_app.insert(app.name(), app.values().map(Entry::info).collect());
        }
        for info in self.remote() {
            by_app
                .entry(&info.document.app)
                .or_default()
                .push(info.clone());
        }
        by_app
            .into_iter()
            .map(|(name, instances)| application(name, instances))
            .collect()
    }

    /// Whether a change fell out of one of the windows before its time.
    pub(crate) fn is_truncated(&self, local: &RecentChanges, mono: Duration) -> bool {
        local.is_truncated(mono)
            || self
                .regions
                .iter()
                .any(|region| region.changes().is_truncated(mono))
    }

    /// The version of all changes together.
    pub(crate) fn version(&self, local: &RecentChanges) -> i64 {
        let digests = self.regions.iter().map(|region| region.changes().digest());
        version_of(digests.fold(local.digest(), u64::wrapping_add))
    }

    /// Every key that changed, as it is shown now, or as it was when it left (server.md R82). A key that left one place
    /// and is still shown from another one has not left.
    pub(crate) fn changed(&self, local: &RecentChanges) -> Vec<Application> {
        let mut by_app: IndexMap<&AppName, IndexMap<&InstanceId, InstanceInfo>> = IndexMap::new();
        for (_, names, change) in self.changes_since(local, |_| 0) {
            let InstanceKey { app, id } = &change.key;
            let gone = || change.gone.as_deref().cloned();
            let shown = self.get(names, &change.key).map(|(info, _)| info);
            if let Some(info) = shown.or_else(gone) {
                by_app.entry(app).or_default().insert(id, info);
            }
        }
        by_app
            .into_iter()
            .map(|(name, instances)| application(name, instances.into_values().collect()))
            .collect()
    }

    /// Everything that is shown.
    pub(super) fn instances(&self) -> Vec<InstanceInfo> {
        let local = self.registry.apps().flat_map(Instances::values);
        let remote = self.remote().cloned();
        local.map(Entry::info).chain(remote).collect()
    }

    /// The places, the registry first, with what changed in each lately.
    pub(super) fn windows<'b>(
        &'b self,
        local: &'b RecentChanges,
    ) -> impl Iterator<Item = (Option<&'b RegionName>, &'b RecentChanges)> {
        let regions = self.regions.iter();
        let regions = regions.map(|region| (Some(region.name()), region.changes()));
        std::iter::once((None, local)).chain(regions)
    }

    /// The changes of what is shown, in each place from the order that `first` says of it, with the index of their place. They
    /// come in the order of time, so that the last one of a key is the last to leave a window as well.
    pub(super) fn changes_since<'b>(
        &'b self,
        local: &'b RecentChanges,
        first: impl Fn(Option<&RegionName>) -> u64,
    ) -> Vec<(usize, Names, &'b Change)> {
        let mut changes = Vec::new();
        for (index, (place, window)) in self.windows(local).enumerate() {
            let own = window.since(first(place));
            let own = own.filter(|(_, change)| self.allows(index, &change.key.app));
            changes.extend(own.map(|(names, change)| (index, names, change)));
        }
        changes.sort_by_key(|(_, _, change)| change.at);
        changes
    }

    /// Whether the place, an index of [`View::windows`], adds instances of the application to what is shown.
    fn allows(&self, place: usize, app: &AppName) -> bool {
        let region = place.checked_sub(1).and_then(|at| self.regions.get(at));
        region.is_none_or(|region| region.allows(app))
    }

    /// An instance as it is shown, with the digest of its document.
    pub(super) fn get(&self, names: Names, key: &InstanceKey) -> Option<(InstanceInfo, Digest)> {
        if let Some(entry) = self.registry.get_by(names) {
            return Some((entry.info(), entry.document.document.digest()));
        }
        let InstanceKey { app, id } = key;
        let mut allowing = self.regions.iter().filter(|region| region.allows(app));
        let info = allowing.find_map(|region| region.content().get(app.as_str(), id.as_str()))?;
        Some(with_digest(info.clone()))
    }

    /// What the regions add to the registry.
    fn remote(&self) -> impl Iterator<Item = &'a InstanceInfo> {
        let regions = self.regions.iter().enumerate();
        regions.flat_map(move |(position, region)| {
            let instances = region.allowed().flat_map(|(_, app)| app.values());
            instances.filter(move |info| !self.is_hidden(position, info))
        })
    }

    /// Whether the instance is shown from the registry or from one of the regions before `position`.
    fn is_hidden(&self, position: usize, info: &InstanceInfo) -> bool {
        let (app, id) = (&info.document.app, &info.document.id);
        let is_here = self.registry.get(app.as_str(), id.as_str()).is_some();
        let is_in = |region: &&Region| {
            region.allows(app) && region.content().get(app.as_str(), id.as_str()).is_some()
        };
        is_here || self.regions.iter().take(position).any(is_in)
    }
}

/// An instance, with the digest of its document.
pub(super) fn with_digest(info: InstanceInfo) -> (InstanceInfo, Digest) {
    let digest = Digest::of(&*info.document);
    (info, digest)
}

fn application(name: &AppName, instances: Vec<InstanceInfo>) -> Application {
    Application {
        name: name.clone(),
        instances,
    }
}
