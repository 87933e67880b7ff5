//! Short ways to write what tests are about.

use std::sync::Arc;
use std::time::Duration;

use heureka_model::{
    ActionType, AppName, Application, Applications, DataCenter, DataCenterDraft, Document,
    DocumentLimits, InstanceDraft, InstanceInfo, InstanceStatus, StatusCounts, UnixMillis,
};

use heureka_client_core::{AgentConfig, FetchConfig, Profile, RegistrationConfig};

/// What the wall clock shows when a test begins.
pub(crate) const WALL_AT_START: i64 = 1_700_000_000_000;

pub(crate) fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(crate) fn draft(app: &str, id: &str, status: InstanceStatus) -> InstanceDraft {
    InstanceDraft {
        instance_id: Some(id.into()),
        host_name: Some(format!("{id}.example").into()),
        ip_addr: Some("10.0.0.1".into()),
        status,
        data_center: Some(DataCenterDraft::Known(DataCenter::MyOwn)),
        vip_address: Some(app.to_lowercase().into()),
        ..InstanceDraft::new(AppName::new(app))
    }
}

pub(crate) fn document(status: InstanceStatus) -> Document {
    let draft = draft("ME", "me-1", status);
    let wall = UnixMillis(WALL_AT_START);
    let registration =
        draft.into_registration(&AppName::new("ME"), wall, &DocumentLimits::default());
    registration.expect("a valid instance").document
}

pub(crate) fn listed(app: &str, id: &str, status: InstanceStatus) -> InstanceInfo {
    let info = draft(app, id, status).into_listed(UnixMillis(WALL_AT_START));
    info.expect("a valid instance")
}

pub(crate) fn changed(
    action: ActionType,
    app: &str,
    id: &str,
    status: InstanceStatus,
) -> InstanceInfo {
    InstanceInfo {
        action: Some(action),
        ..listed(app, id, status)
    }
}

/// A listing of these, with the hash that they have.
pub(crate) fn listing(instances: &[InstanceInfo]) -> Applications {
    let counts: StatusCounts = instances.iter().map(|info| info.status).collect();
    with_hash(instances, 1, &counts.hash())
}

pub(crate) fn with_hash(instances: &[InstanceInfo], version: i64, hash: &str) -> Applications {
    let mut applications: Vec<Application> = Vec::new();
    for info in instances {
        let name = &info.document.app;
        match applications
            .iter_mut()
            .find(|application| application.name == *name)
        {
            Some(application) => application.instances.push(info.clone()),
            None => applications.push(Application {
                name: name.clone(),
                instances: vec![info.clone()],
            }),
        }
    }
    Applications {
        version,
        hash: hash.to_owned(),
        applications,
    }
}

/// A client that registers and fetches, with the habits of `profile`, 30 s intervals, and no chance in its timers.
pub(crate) fn config(profile: Profile) -> AgentConfig {
    let status = match profile {
        Profile::Netflix => InstanceStatus::Starting,
        _ => InstanceStatus::Up,
    };
    let mut config = fetching(profile);
    let mut registration = RegistrationConfig::of(profile, Arc::new(document(status)));
    registration.jitter = 0.0;
    config.registration = Some(registration);
    config
}

/// A client that only fetches.
pub(crate) fn fetching(profile: Profile) -> AgentConfig {
    let mut config = AgentConfig::of(profile);
    let mut fetch = FetchConfig::of(profile);
    fetch.jitter = 0.0;
    config.fetch = Some(fetch);
    config
}

/// A client that only registers.
pub(crate) fn registering(profile: Profile) -> AgentConfig {
    let mut config = config(profile);
    config.fetch = None;
    config
}
