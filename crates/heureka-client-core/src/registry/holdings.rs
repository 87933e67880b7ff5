//! What is known of what servers list, and how it is brought up to date.

use std::collections::BTreeMap;
use std::sync::Arc;

use heureka_model::{
    ActionType, AppName, Applications, InstanceId, InstanceInfo, InstanceStatus, SeededHash,
    StatusCounts, VERSION_OF_VIP,
};
use rand::RngExt as _;
use rand_pcg::Pcg64;
use rand_pcg::rand_core::SeedableRng as _;

use super::Registry;
use super::edits::{AppChange, Edits};
use super::region::Region;
use super::region_map::{RegionMap, UnknownZones};
use super::shaping::Shaping;
use crate::{FetchConfig, Instance, Profile, RegionsConfig};

/// What is known of what servers list: the one place that makes snapshots. A snapshot that was given away never changes.
#[derive(Debug)]
pub(crate) struct Holdings {
    current: Arc<Registry>,
    /// Of all instances of all regions: what the hash is made of (K8).
    counts: StatusCounts,
    regions: Option<RegionMap>,
    shaping: Shaping,
    keeps_quirks: bool,
    hasher: SeededHash,
    /// Whether what is known is nothing that changes could be applied to.
    is_outdated: bool,
}

/// What a full listing brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Replaced {
    /// How many instances came, went or changed, whatever their status and region.
    pub(crate) changes: usize,
}

/// What a delta brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Applied {
    /// How many instances came, went or changed, whatever their status and region.
    pub(crate) changes: usize,
    /// The hash of what is known now.
    pub(crate) known_hash: Arc<str>,
    /// The server's.
    pub(crate) listed_hash: Box<str>,
}

impl Applied {
    /// Whether the changes add up; where they do not, everything has to be fetched (K5).
    pub(crate) fn hash_matches(&self) -> bool {
        *self.known_hash == *self.listed_hash
    }
}

/// A region: the own one, or a remote one by its name.
type Place = Option<Arc<str>>;

/// What changes where.
type Draft = BTreeMap<Place, Edits>;

impl Holdings {
    /// Nothing is known yet (L2). The seed decides the order of lists.
    ///
    /// # Errors
    ///
    /// A remote region whose zones are not known (L8).
    pub(crate) fn new(
        config: &FetchConfig,
        profile: Profile,
        seed: u64,
    ) -> Result<Self, UnknownZones> {
        let mut rng = Pcg64::seed_from_u64(seed);
        let hasher = SeededHash::new(rng.random(), rng.random());
        let regions = config.regions.clone().map(RegionMap::new).transpose()?;
        let own_name = regions.as_ref().map(|regions| Arc::clone(regions.own()));
        Ok(Self {
            current: Arc::new(Registry::empty(own_name, hasher)),
            counts: StatusCounts::default(),
            regions,
            shaping: Shaping {
                only_up: config.only_up,
                trims_vips: !profile.keeps_quirks(),
                rng,
            },
            keeps_quirks: profile.keeps_quirks(),
            hasher,
            is_outdated: false,
        })
    }

    /// What is known.
    pub(crate) fn snapshot(&self) -> &Arc<Registry> {
        &self.current
    }

    /// Whether a delta is of no use: nothing was fetched yet, the own region has no application, what is known came by vip,
    /// from a backup, or for other regions (K1, K2).
    pub(crate) fn needs_full(&self) -> bool {
        let version = self.current.version();
        self.is_outdated || version == VERSION_OF_VIP || self.current.own.lists_nothing()
    }

    /// From the next full listing on, these regions count; until then what is known stays as it is (K1). Says whether they
    /// are others than before. An answer that was asked for with the regions before is not to be taken any more.
    ///
    /// # Errors
    ///
    /// A remote region whose zones are not known: the regions before stay (L8).
    pub(crate) fn set_regions(
        &mut self,
        regions: Option<RegionsConfig>,
    ) -> Result<bool, UnknownZones> {
        if self.regions.as_ref().map(RegionMap::config) == regions.as_ref() {
            return Ok(false);
        }
        self.regions = regions.map(RegionMap::new).transpose()?;
        self.is_outdated = true;
        Ok(true)
    }

    /// Takes everything as it is now (K3).
    ///
    /// As in Java's client an instance belongs to the application under which it is listed, whatever it says itself; of
    /// several with one id the last counts, also where an application is listed twice.
    pub(crate) fn replace(&mut self, listing: Applications) -> Replaced {
        let mut draft = self.draft(Edits::clearing);
        for application in listing.applications {
            draft.entry(None).or_default().list(&application.name);
            for info in application.instances {
                let place = self.place_in_full(&info);
                let info = with_shared_name(info, &application.name);
                self.put(&mut draft, place, &application.name, info);
            }
        }
        self.is_outdated = false;
        let changes = self.commit(draft, listing.version);
        Replaced { changes }
    }

    /// Takes a listing from elsewhere, such as a file, which is better than nothing (L15): the next fetch is a full one.
    pub(crate) fn restore(&mut self, listing: Applications) -> Replaced {
        let replaced = self.replace(listing);
        self.is_outdated = true;
        replaced
    }

    /// Takes what changed, in the order in which it is told (K9, K10). An instance belongs to the application that it says.
    pub(crate) fn apply(&mut self, delta: Applications) -> Applied {
        let mut draft = self.draft(|_| Edits::default());
        for application in delta.applications {
            for info in application.instances {
                let info = with_shared_name(info, &application.name);
                self.apply_one(&mut draft, info);
            }
        }
        Applied {
            changes: self.commit(draft, delta.version),
            known_hash: Arc::clone(&self.current.hash),
            listed_hash: delta.hash.into(),
        }
    }

    fn apply_one(&self, draft: &mut Draft, info: InstanceInfo) {
        let place = self.place(&info);
        let app = info.document.app.clone();
        match info.action {
            Some(ActionType::Added | ActionType::Modified) => self.put(draft, place, &app, info),
            Some(ActionType::Deleted) => {
                let edits = draft.entry(place).or_default();
                edits.remove(&app, &info.document.id);
            }
            None => {}
        }
    }

    /// Edits of every place there is, made by `begin`.
    fn draft(&self, begin: impl Fn(&Region) -> Edits) -> Draft {
        let remote = self.current.remote.iter();
        let remote = remote.map(|(name, region)| (Some(Arc::clone(name)), begin(region)));
        let own = (None, begin(&self.current.own));
        remote.chain([own]).collect()
    }

    /// An instance is in one place only: if it has moved to another region, it leaves the one before.
    fn put(&self, draft: &mut Draft, place: Place, app: &AppName, info: InstanceInfo) {
        let id = &info.document.id;
        for (other, edits) in draft.iter_mut().filter(|(other, _)| **other != place) {
            if edits.puts(app, id) || self.holds(other, app, id) {
                edits.remove(app, id);
            }
        }
        let edits = draft.entry(place).or_default();
        edits.put(app, Instance::new(info));
    }

    fn holds(&self, place: &Place, app: &AppName, id: &InstanceId) -> bool {
        let region = match place {
            None => Some(&self.current.own),
            Some(name) => self.current.remote.get(name),
        };
        region.is_some_and(|region| region.get(app.as_str(), id.as_str()).is_some())
    }

    fn place(&self, info: &InstanceInfo) -> Place {
        let regions = self.regions.as_ref()?;
        regions.remote_region_of(&info.document).cloned()
    }

    /// Java's client moves only those instances of a full listing to their region that it offers (K14); 7.3.12 moves all.
    fn place_in_full(&self, info: &InstanceInfo) -> Place {
        let is_up = info.status == InstanceStatus::Up;
        if self.keeps_quirks && self.shaping.only_up && !is_up {
            return None;
        }
        self.place(info)
    }

    /// Publishes what the draft makes of what is known, and says how many instances it changes.
    fn commit(&mut self, draft: Draft, version: i64) -> usize {
        let mut next = Registry::clone(&self.current);
        let mut changes = 0;
        for (place, edits) in draft {
            let region = next.region_mut(place.as_ref(), self.hasher);
            let of_region = edits.changes_of(region);
            if !of_region.is_empty() {
                changes += self.count(&of_region);
                Arc::make_mut(region).apply(&of_region, &mut self.shaping);
            }
        }
        // A region of which nobody is known is none that is known (Q2).
        next.remote.retain(|_, region| !region.is_empty());
        next.own_name = self
            .regions
            .as_ref()
            .map(|regions| Arc::clone(regions.own()));
        next.version = version;
        next.hash = self.counts.hash().into();
        self.current = Arc::new(next);
        changes
    }

    fn count(&mut self, changes: &[AppChange]) -> usize {
        let mut swapped = 0;
        for swap in changes.iter().flat_map(|change| &change.swaps) {
            let (before, after) = (&swap.before, &swap.after);
            before.iter().for_each(|i| self.counts.remove(i.status()));
            after.iter().for_each(|i| self.counts.add(i.status()));
            swapped += 1;
        }
        swapped
    }
}

/// A listing repeats an application's name with each instance; here all share one.
fn with_shared_name(mut info: InstanceInfo, app: &AppName) -> InstanceInfo {
    if let Some(document) = Arc::get_mut(&mut info.document)
        && document.app == *app
    {
        document.app = app.clone();
    }
    info
}
