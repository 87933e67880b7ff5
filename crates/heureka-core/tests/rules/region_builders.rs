//! A node that follows regions, and what their servers answer.

use std::time::Duration;

use heureka_core::{
    FetchFailure, FetchKind, RegionConfig, RegionFetch, RegionOutcome, RegionsConfig, Scope,
};
use heureka_model::InstanceStatus::Down;
use heureka_model::{
    ActionType, Application, Applications, InstanceInfo, InstanceStatus, LeaseTimes, RegionName,
    StatusCounts,
};

use crate::builders::{Instance, START, World, infos, named};

pub(crate) const FULL: FetchKind = FetchKind::Full;
pub(crate) const DELTA: FetchKind = FetchKind::Delta;
pub(crate) const ADDED: Option<ActionType> = Some(ActionType::Added);
pub(crate) const MODIFIED: Option<ActionType> = Some(ActionType::Modified);
pub(crate) const DELETED: Option<ActionType> = Some(ActionType::Deleted);

/// A node that follows these regions.
pub(crate) fn following(names: &[&str], configure: impl FnOnce(&mut RegionsConfig)) -> World {
    let mut config = RegionsConfig::default();
    for name in names {
        config.regions.push(RegionConfig {
            name: RegionName::new(name),
            allowed_apps: None,
        });
    }
    configure(&mut config);
    let mut world = World::unprotected();
    world.node.follow_regions(&config, world.now);
    world
}

/// A node that knows what the one region `eu` has.
pub(crate) fn knowing(instances: &[InstanceInfo]) -> World {
    let mut world = following(&["eu"], |_| {});
    world.brings(FULL, Ok(listing(instances)));
    world
}

/// An instance as the server of a region lists it.
pub(crate) fn listed(instance: Instance, action: Option<ActionType>) -> InstanceInfo {
    let document = instance.registration(START).document;
    InstanceInfo {
        status: document.status,
        document: document.into(),
        overridden_status: InstanceStatus::Unknown,
        lease: LeaseTimes::default(),
        is_coordinating: false,
        last_updated: START,
        action,
    }
}

pub(crate) fn up(app: &str, id: &str) -> InstanceInfo {
    listed(named(app, id), ADDED)
}

pub(crate) fn down(app: &str, id: &str) -> InstanceInfo {
    listed(named(app, id).status(Down), MODIFIED)
}

pub(crate) fn gone(app: &str, id: &str) -> InstanceInfo {
    listed(named(app, id), DELETED)
}

/// A listing whose hash is that of its instances.
pub(crate) fn listing(instances: &[InstanceInfo]) -> Applications {
    let counts: StatusCounts = instances.iter().map(|info| info.status).collect();
    changes(instances, &counts.hash())
}

/// A listing with a hash of its own, like a delta.
pub(crate) fn changes(instances: &[InstanceInfo], hash: &str) -> Applications {
    let alone = |info: &InstanceInfo| Application {
        name: info.document.app.clone(),
        instances: vec![info.clone()],
    };
    Applications {
        version: 1,
        hash: hash.to_owned(),
        applications: instances.iter().map(alone).collect(),
    }
}

pub(crate) fn unreachable() -> FetchFailure {
    FetchFailure::Unreachable("nobody listens".to_owned())
}

impl World {
    #[track_caller]
    pub(crate) fn fetch(&mut self) -> RegionFetch {
        let fetch = self.node.poll_region_fetch(self.now.mono);
        fetch.expect("a fetch is due")
    }

    /// The next fetch, which is due now and of this kind, brings `result`.
    #[track_caller]
    pub(crate) fn brings(
        &mut self,
        kind: FetchKind,
        result: Result<Applications, FetchFailure>,
    ) -> RegionOutcome {
        let fetch = self.fetch();
        assert_eq!(fetch.kind, kind);
        self.node.handle_region_fetched(self.now, &fetch, result)
    }

    /// How long until the next fetch is due.
    pub(crate) fn wait(&self) -> Duration {
        let due = self.node.poll_region_timeout().unwrap();
        due.saturating_sub(self.now.mono)
    }

    /// The next fetch, when it is due, brings `result`.
    #[track_caller]
    pub(crate) fn later_brings(
        &mut self,
        kind: FetchKind,
        result: Result<Applications, FetchFailure>,
    ) -> RegionOutcome {
        let wait = self.wait();
        self.stall(wait);
        self.brings(kind, result)
    }

    pub(crate) fn usual(&self) -> Applications {
        self.node.applications_in(Scope::Usual)
    }

    pub(crate) fn of_regions(&self, names: &[&str]) -> Applications {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        self.node.applications_in(Scope::Regions(&names))
    }
}

/// `A/1:UP` for each instance, sorted.
pub(crate) fn shown(listing: &Applications) -> Vec<String> {
    let mut shown: Vec<String> = infos(listing)
        .map(|info| format!("{}:{}", info.document.key(), info.status))
        .collect();
    shown.sort();
    shown
}

/// The hash of what is really in a listing.
pub(crate) fn hash_of(listing: &Applications) -> String {
    let counts: StatusCounts = infos(listing).map(|info| info.status).collect();
    counts.hash()
}
