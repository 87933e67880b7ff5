//! Instances in one line each, and what can be done with them at one node.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use heureka_core::{
    CancelOutcome, MetadataOutcome, Node, Origin, RegisterOutcome, RenewOutcome, Renewal, Sender,
    StatusChange, StatusOutcome,
};
use heureka_model::{
    AppName, DataCenter, DataCenterDraft, DocumentLimits, InstanceDraft, InstanceInfo,
    InstanceStatus, LeaseSettings, Now, Registration, UnixMillis,
};

/// The wall clock when a cluster starts.
pub(crate) const START: UnixMillis = UnixMillis(1_700_000_000_000);

/// The application of every instance.
pub(crate) const APP: &str = "A";

pub(crate) fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(crate) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A dirty timestamp: so many milliseconds after the cluster's start.
pub(crate) fn dirty(ms_after_start: i64) -> UnixMillis {
    UnixMillis(START.0 + ms_after_start)
}

/// The address of the host with this number.
pub(crate) fn address(host: usize) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, u8::try_from(host).unwrap()))
}

/// An instance that is UP and was dirty when the cluster started.
pub(crate) fn instance(id: &str) -> Instance {
    let mut draft = InstanceDraft::new(AppName::new(APP));
    draft.instance_id = Some(id.into());
    draft.host_name = Some("host".into());
    draft.ip_addr = Some("10.1.0.1".into());
    draft.data_center = Some(DataCenterDraft::Known(DataCenter::MyOwn));
    draft.last_dirty = Some(START);
    Instance(draft)
}

/// What a client registers.
#[derive(Clone, Debug)]
pub(crate) struct Instance(InstanceDraft);

impl Instance {
    pub(crate) fn status(mut self, status: InstanceStatus) -> Self {
        self.0.status = status;
        self
    }

    pub(crate) fn brings(mut self, overridden: InstanceStatus) -> Self {
        self.0.overridden_status = overridden;
        self
    }

    pub(crate) fn dirty(mut self, ms_after_start: i64) -> Self {
        self.0.last_dirty = Some(dirty(ms_after_start));
        self
    }

    pub(crate) fn lease(mut self, interval_secs: i32, duration_secs: i32) -> Self {
        self.0.lease.settings = LeaseSettings::new(interval_secs, duration_secs);
        self
    }

    pub(crate) fn metadata(mut self, key: &str, value: &str) -> Self {
        self.0.metadata.set(key, value);
        self
    }

    pub(crate) fn registration(self, received: UnixMillis) -> Registration {
        let (app, limits) = (self.0.app.clone(), DocumentLimits::default());
        self.0.into_registration(&app, received, &limits).unwrap()
    }

    /// As a Java server lists it that saw it register at `registered` and renew last at `renewed` (server.md L9).
    pub(crate) fn listed(mut self, registered: UnixMillis, renewed: UnixMillis) -> InstanceInfo {
        let lease = &mut self.0.lease;
        let duration_ms = i64::from(lease.settings.duration_secs()) * 1000;
        lease.times.registration = registered;
        lease.times.last_renewal = UnixMillis(renewed.0 + duration_ms);
        self.0.into_listed(renewed).unwrap()
    }
}

/// One node, and who talks to it.
pub(crate) struct At<'a> {
    pub(crate) node: &'a mut Node,
    pub(crate) now: Now,
    pub(crate) origin: Origin,
}

impl At<'_> {
    /// The same as a Java peer at this host says it.
    pub(crate) fn by_java(mut self, host: usize) -> Self {
        self.origin = Origin::Peer(Sender(Some(address(host))));
        self
    }

    pub(crate) fn register(self, instance: Instance) -> RegisterOutcome {
        let registration = instance.registration(self.now.wall);
        self.node
            .register(self.now, registration, self.origin)
            .unwrap()
    }

    pub(crate) fn register_many(self, count: usize) {
        for n in 0..count {
            let registration = instance(&n.to_string()).registration(self.now.wall);
            self.node
                .register(self.now, registration, self.origin)
                .unwrap();
        }
    }

    pub(crate) fn beat(self, id: &str) -> RenewOutcome {
        self.renew(id, Renewal::default())
    }

    /// A heartbeat of an instance in this version.
    pub(crate) fn beat_of(self, id: &str, last_dirty: i64) -> RenewOutcome {
        self.renew(
            id,
            Renewal {
                last_dirty: Some(dirty(last_dirty)),
                overridden_status: None,
            },
        )
    }

    pub(crate) fn renew(self, id: &str, renewal: Renewal) -> RenewOutcome {
        self.node.renew(self.now, APP, id, renewal, self.origin)
    }

    pub(crate) fn cancel(self, id: &str) -> CancelOutcome {
        self.node.cancel(self.now, APP, id, self.origin)
    }

    pub(crate) fn override_with(self, id: &str, status: InstanceStatus) -> StatusOutcome {
        let change = StatusChange::Override(status);
        self.node
            .change_status(self.now, APP, id, change, None, self.origin)
    }

    pub(crate) fn remove_override(self, id: &str, shown: InstanceStatus) -> StatusOutcome {
        let change = StatusChange::RemoveOverride { shown };
        self.node
            .change_status(self.now, APP, id, change, None, self.origin)
    }

    pub(crate) fn set_metadata(self, id: &str, key: &str, value: &str) -> MetadataOutcome {
        let entries = [(key, value)].into_iter().collect();
        self.node.update_metadata(self.now, APP, id, &entries)
    }
}
