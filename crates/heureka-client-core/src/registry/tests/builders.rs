//! Instances and listings in one line each.

use heureka_model::{
    ActionType, AppName, Application, Applications, DataCenter, DataCenterDraft, InstanceDraft,
    InstanceInfo, InstanceStatus, StatusCounts, UnixMillis,
};

use crate::registry::Registry;
use crate::registry::holdings::{Applied, Holdings};
use crate::{FetchConfig, Instance, Profile, RegionZones, RegionsConfig};

/// An instance as a server lists it.
#[derive(Clone, Debug)]
pub(super) struct Listed(InstanceDraft);

/// `app/id`, which is UP and found under the vip `app`.
pub(super) fn up(app: &str, id: &str) -> Listed {
    let mut draft = InstanceDraft::new(AppName::new(app));
    draft.instance_id = Some(id.into());
    draft.host_name = Some("host".into());
    draft.vip_address = Some(app.into());
    draft.last_dirty = Some(UnixMillis(1));
    draft.data_center = Some(DataCenterDraft::Known(DataCenter::MyOwn));
    draft.action = Some(ActionType::Added);
    Listed(draft)
}

/// The same, DOWN.
pub(super) fn down(app: &str, id: &str) -> Listed {
    up(app, id).status(InstanceStatus::Down)
}

impl Listed {
    pub(super) fn status(mut self, status: InstanceStatus) -> Self {
        self.0.status = status;
        self
    }

    pub(super) fn overridden(mut self, status: InstanceStatus) -> Self {
        self.0.overridden_status = status;
        self
    }

    pub(super) fn action(mut self, action: Option<ActionType>) -> Self {
        self.0.action = action;
        self
    }

    pub(super) fn modified(self) -> Self {
        self.action(Some(ActionType::Modified))
    }

    pub(super) fn deleted(self) -> Self {
        self.action(Some(ActionType::Deleted))
    }

    pub(super) fn vip(mut self, names: &str) -> Self {
        self.0.vip_address = Some(names.into());
        self
    }

    pub(super) fn without_vip(mut self) -> Self {
        self.0.vip_address = None;
        self
    }

    pub(super) fn secure_vip(mut self, names: &str) -> Self {
        self.0.secure_vip_address = Some(names.into());
        self
    }

    pub(super) fn host(mut self, name: &str) -> Self {
        self.0.host_name = Some(name.into());
        self
    }

    pub(super) fn without_id(mut self) -> Self {
        self.0.instance_id = Some("".into());
        self
    }

    pub(super) fn renewed(mut self, millis: i64) -> Self {
        self.0.lease.times.last_renewal = UnixMillis(millis);
        self
    }

    pub(super) fn metadata(mut self, entries: &[(&str, &str)]) -> Self {
        self.0.metadata = entries.iter().copied().collect();
        self
    }

    /// On a machine of Amazon that knows this of itself.
    pub(super) fn amazon(mut self, entries: &[(&str, &str)]) -> Self {
        let data_center = DataCenter::Amazon(entries.iter().copied().collect());
        self.0.data_center = Some(DataCenterDraft::Known(data_center));
        self
    }

    pub(super) fn zone(self, zone: &str) -> Self {
        self.amazon(&[("availability-zone", zone)])
    }

    pub(super) fn info(&self) -> InstanceInfo {
        self.0.clone().into_listed(UnixMillis(1)).unwrap()
    }

    pub(super) fn instance(&self) -> Instance {
        Instance::new(self.info())
    }
}

/// A full listing of these, with a right hash.
pub(super) fn listing(instances: &[Listed]) -> Applications {
    let statuses = instances.iter().map(|listed| listed.0.status);
    let hash = statuses.collect::<StatusCounts>().hash();
    delta(1, &hash, instances)
}

/// A listing of these, each under the application that it says.
pub(super) fn delta(version: i64, hash: &str, instances: &[Listed]) -> Applications {
    let mut applications: Vec<Application> = Vec::new();
    for listed in instances {
        let info = listed.info();
        let name = info.document.app.clone();
        match applications.iter_mut().find(|app| app.name == name) {
            Some(app) => app.instances.push(info),
            None => applications.push(application(&name, vec![info])),
        }
    }
    Applications {
        version,
        hash: hash.to_owned(),
        applications,
    }
}

pub(super) fn application(name: &AppName, instances: Vec<InstanceInfo>) -> Application {
    Application {
        name: name.clone(),
        instances,
    }
}

/// The writer with what it needs, and what is asked of it in most tests.
#[derive(Debug)]
pub(super) struct Client(pub(super) Holdings);

impl Client {
    pub(super) fn new() -> Self {
        Self::of(Profile::Modern)
    }

    pub(super) fn of(profile: Profile) -> Self {
        Self::with(profile, |_| {})
    }

    pub(super) fn with(profile: Profile, configure: impl FnOnce(&mut FetchConfig)) -> Self {
        Self::seeded(7, profile, configure)
    }

    pub(super) fn seeded(
        seed: u64,
        profile: Profile,
        configure: impl FnOnce(&mut FetchConfig),
    ) -> Self {
        let mut config = FetchConfig::of(profile);
        configure(&mut config);
        Self(Holdings::new(&config, profile, seed).unwrap())
    }

    /// Follows `us-west-2` from `us-east-1`.
    pub(super) fn of_two_regions(profile: Profile) -> Self {
        Self::with(profile, |config| {
            config.regions = Some(regions("us-east-1", &[("us-west-2", &[])]));
        })
    }

    pub(super) fn fetched(mut self, instances: &[Listed]) -> Self {
        self.0.replace(listing(instances));
        self
    }

    pub(super) fn apply(&mut self, instances: &[Listed]) -> Applied {
        self.0.apply(delta(2, "", instances))
    }

    pub(super) fn registry(&self) -> &Registry {
        self.0.snapshot()
    }
}

pub(super) fn regions(own: &str, remote: &[(&str, &[&str])]) -> RegionsConfig {
    let remote = remote.iter().map(|(region, zones)| RegionZones {
        region: (*region).into(),
        zones: zones.iter().map(|zone| (*zone).into()).collect(),
    });
    RegionsConfig {
        own: own.into(),
        remote: remote.collect(),
    }
}

/// `APP/id` of each, in order.
pub(super) fn keys<'a>(instances: impl IntoIterator<Item = &'a Instance>) -> Vec<String> {
    let mut keys: Vec<String> = instances.into_iter().map(|i| i.key().to_string()).collect();
    keys.sort();
    keys
}

/// The names of all applications that are listed, in order.
pub(super) fn names(registry: &Registry) -> Vec<&str> {
    let mut names: Vec<&str> = registry
        .applications()
        .map(|app| app.name().as_str())
        .collect();
    names.sort_unstable();
    names
}
