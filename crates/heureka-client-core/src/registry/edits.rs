//! What a fetch changes in one region.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use heureka_model::{AppName, InstanceId};

use super::application::Application;
use super::region::Region;
use super::shaping::Shaping;
use super::vips::Turnover;
use crate::Instance;

/// What a fetch changes in one region, or may change: by application, and there by id.
#[derive(Debug, Default)]
pub(super) struct Edits(BTreeMap<AppName, AppEdits>);

#[derive(Debug, Default)]
struct AppEdits {
    /// Whether the application is listed even if it has no instance.
    is_listed: bool,
    /// What takes the place of the instance with this id: nothing where it goes. Of several edits the last counts.
    instances: BTreeMap<InstanceId, Option<Instance>>,
}

/// What really changes in an application.
#[derive(Debug)]
pub(super) struct AppChange {
    pub(super) name: AppName,
    /// Whether the application stays if it has no instance.
    pub(super) is_listed: bool,
    /// In the order of ids, each of which occurs once.
    pub(super) swaps: Vec<Swap>,
}

/// What takes the place of an instance, and of which. They are not both absent, and do not show the same.
#[derive(Debug)]
pub(super) struct Swap {
    pub(super) id: InstanceId,
    pub(super) before: Option<Instance>,
    pub(super) after: Option<Instance>,
}

impl Edits {
    /// Everything that `region` has goes.
    pub(super) fn clearing(region: &Region) -> Self {
        let apps = region.applications().map(|app| {
            let gone = app
                .all()
                .iter()
                .map(|instance| (instance.id().clone(), None));
            let edits = AppEdits {
                is_listed: false,
                instances: gone.collect(),
            };
            (app.name().clone(), edits)
        });
        Self(apps.collect())
    }

    /// The application is listed, whoever it has.
    pub(super) fn list(&mut self, app: &AppName) {
        self.app(app).is_listed = true;
    }

    pub(super) fn put(&mut self, app: &AppName, instance: Instance) {
        let id = instance.id().clone();
        self.app(app).instances.insert(id, Some(instance));
    }

    pub(super) fn remove(&mut self, app: &AppName, id: &InstanceId) {
        self.app(app).instances.insert(id.clone(), None);
    }

    /// Whether the instance is among those that come.
    pub(super) fn puts(&self, app: &AppName, id: &InstanceId) -> bool {
        let edit = self.0.get(app).and_then(|edits| edits.instances.get(id));
        edit.is_some_and(Option::is_some)
    }

    /// What of it changes `region` at all. Deltas repeat themselves for minutes, and a full listing is mostly known, so
    /// this is what keeps lists as they are.
    pub(super) fn changes_of(self, region: &Region) -> Vec<AppChange> {
        let apps = self.0.into_iter();
        apps.filter_map(|(name, edits)| {
            let held = region.application(name.as_str());
            edits.change_of(name, held.map(|app| &**app))
        })
        .collect()
    }

    fn app(&mut self, app: &AppName) -> &mut AppEdits {
        match self.0.entry(app.clone()) {
            Entry::Occupied(edits) => edits.into_mut(),
            Entry::Vacant(slot) => slot.insert(AppEdits::default()),
        }
    }
}

impl AppEdits {
    fn change_of(self, name: AppName, held: Option<&Application>) -> Option<AppChange> {
        let is_held_without_instances = held.is_some_and(|app| app.all().is_empty());
        let changes_the_list = if self.is_listed {
            held.is_none()
        } else {
            is_held_without_instances
        };
        let edits = self.instances.into_iter();
        let swaps: Vec<Swap> = edits
            .filter_map(|(id, after)| Swap::of(id, held, after))
            .collect();
        let change = AppChange {
            name,
            is_listed: self.is_listed,
            swaps,
        };
        (changes_the_list || !change.swaps.is_empty()).then_some(change)
    }
}

impl Swap {
    /// An instance that shows what is known already takes nobody's place.
    fn of(id: InstanceId, held: Option<&Application>, after: Option<Instance>) -> Option<Self> {
        let before = held.and_then(|app| app.get(id.as_str()));
        let is_change = match (before, &after) {
            (None, None) => false,
            (Some(before), Some(after)) => !before.shows_the_same(after),
            (Some(_), None) | (None, Some(_)) => true,
        };
        is_change.then(|| Self {
            before: before.cloned(),
            id,
            after,
        })
    }
}

impl AppChange {
    /// All instances that the application has afterwards, in the order of their ids.
    pub(super) fn applied_to(&self, held: &[Instance]) -> Vec<Instance> {
        let stays = held.iter().filter(|instance| !self.swaps_out(instance));
        let come = self.swaps.iter().filter_map(|swap| swap.after.as_ref());
        let mut all: Vec<Instance> = stays.chain(come).cloned().collect();
        // Both halves are in order, which the sort is quick to see.
        all.sort_by(|one, other| one.id().cmp(other.id()));
        all
    }

    /// Who of the swapped instances is no longer offered, and who is now.
    pub(super) fn turnover(&self, shaping: &Shaping) -> Turnover {
        let offered = |side: fn(&Swap) -> Option<&Instance>| {
            let instances = self.swaps.iter().filter_map(side);
            let offered = instances.filter(|instance| shaping.offers(instance));
            offered.cloned().collect()
        };
        Turnover {
            gone: offered(|swap| swap.before.as_ref()),
            come: offered(|swap| swap.after.as_ref()),
        }
    }

    fn swaps_out(&self, instance: &Instance) -> bool {
        let found = self
            .swaps
            .binary_search_by(|swap| swap.id.cmp(instance.id()));
        found.is_ok()
    }
}
