//! A node with its clock, and instances in one line each.

use std::collections::BTreeSet;
use std::time::Duration;

use heureka_core::{
    CancelOutcome, DeltaRefused, Event, MetadataOutcome, Node, NodeConfig, NodeReport, Origin,
    RegisterOutcome, RenewOutcome, Renewal, StatusChange, StatusOutcome,
};
use heureka_model::{
    AppName, Applications, DataCenter, DataCenterDraft, DocumentLimits, InstanceDraft, InstanceId,
    InstanceInfo, InstanceKey, InstanceStatus, LeaseSettings, Metadata, Now, Registration,
    UnixMillis,
};

/// The wall clock when a node starts.
pub(crate) const START: UnixMillis = UnixMillis(1_700_000_000_000);

/// The instance that most tests are about.
pub(crate) const APP: &str = "A";
pub(crate) const ID: &str = "1";

pub(crate) fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(crate) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A dirty timestamp: so many milliseconds after the node's start on the wall clock.
pub(crate) fn dirty(ms_after_start: i64) -> UnixMillis {
    UnixMillis(START.0 + ms_after_start)
}

/// `A/1`, which is UP and was dirty when the node started.
pub(crate) fn instance() -> Instance {
    named(APP, ID)
}

/// An instance like [`instance`] with another name.
pub(crate) fn named(app: &str, id: &str) -> Instance {
    let mut draft = InstanceDraft::new(AppName::new(app));
    draft.instance_id = Some(id.into());
    draft.host_name = Some("host".into());
    draft.ip_addr = Some("10.0.0.1".into());
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

    pub(crate) fn never_dirty(mut self) -> Self {
        self.0.last_dirty = None;
        self
    }

    pub(crate) fn lease(mut self, interval_secs: i32, duration_secs: i32) -> Self {
        self.0.lease.settings = LeaseSettings::new(interval_secs, duration_secs);
        self
    }

    pub(crate) fn vip(mut self, names: &str) -> Self {
        self.0.vip_address = Some(names.into());
        self
    }

    pub(crate) fn secure_vip(mut self, names: &str) -> Self {
        self.0.secure_vip_address = Some(names.into());
        self
    }

    pub(crate) fn metadata(mut self, entries: &[(&str, &str)]) -> Self {
        self.0.metadata = entries.iter().copied().collect();
        self
    }

    pub(crate) fn registration(self, received: UnixMillis) -> Registration {
        let app = self.0.app.clone();
        let limits = DocumentLimits::default();
        self.0.into_registration(&app, received, &limits).unwrap()
    }
}

/// A node and its clock.
pub(crate) struct World {
    pub(crate) node: Node,
    pub(crate) now: Now,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(configure: impl FnOnce(&mut NodeConfig)) -> Self {
        Self::seeded(7, configure)
    }

    pub(crate) fn seeded(seed: u64, configure: impl FnOnce(&mut NodeConfig)) -> Self {
        let mut config = NodeConfig::default();
        configure(&mut config);
        let now = Now {
            mono: secs(1000),
            wall: START,
        };
        Self {
            node: Node::new(config, seed, now),
            now,
        }
    }

    /// Without self-preservation, so that everybody goes when its time has come.
    pub(crate) fn unprotected() -> Self {
        Self::with(|config| config.self_preservation.enabled = false)
    }

    /// Time passes, and the node is called whenever it wants to be.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now.mono + time;
        while self.node.poll_timeout().0 <= end {
            let due = self.node.poll_timeout().0;
            self.stall(due.saturating_sub(self.now.mono));
            self.node.handle_timeout(self.now);
        }
        self.stall(end - self.now.mono);
    }

    /// Time passes, and nobody calls the node.
    pub(crate) fn stall(&mut self, time: Duration) {
        self.now.mono += time;
        self.now.wall = self.now.wall.after(time);
    }

    pub(crate) fn register(&mut self, instance: Instance) -> RegisterOutcome {
        self.register_from(Origin::Client, instance)
    }

    pub(crate) fn register_from(&mut self, origin: Origin, instance: Instance) -> RegisterOutcome {
        let registration = instance.registration(self.now.wall);
        self.node.register(self.now, registration, origin).unwrap()
    }

    /// `count` instances of one application, named by numbers.
    pub(crate) fn register_many(&mut self, count: usize, (interval, duration): (i32, i32)) {
        for n in 0..count {
            self.register(named(APP, &n.to_string()).lease(interval, duration));
        }
    }

    /// A plain heartbeat of `A/1`.
    pub(crate) fn beat(&mut self) -> RenewOutcome {
        self.beat_of(ID)
    }

    pub(crate) fn beat_of(&mut self, id: &str) -> RenewOutcome {
        self.renew(id, Renewal::default(), Origin::Client)
    }

    pub(crate) fn renew(&mut self, id: &str, renewal: Renewal, origin: Origin) -> RenewOutcome {
        self.node.renew(self.now, APP, id, renewal, origin)
    }

    pub(crate) fn cancel(&mut self) -> CancelOutcome {
        self.node.cancel(self.now, APP, ID, Origin::Client)
    }

    pub(crate) fn override_with(&mut self, status: InstanceStatus) -> StatusOutcome {
        self.change_status(StatusChange::Override(status), None)
    }

    pub(crate) fn remove_override(&mut self, shown: InstanceStatus) -> StatusOutcome {
        self.change_status(StatusChange::RemoveOverride { shown }, None)
    }

    pub(crate) fn change_status(
        &mut self,
        change: StatusChange,
        last_dirty: Option<UnixMillis>,
    ) -> StatusOutcome {
        self.node
            .change_status(self.now, APP, ID, change, last_dirty, Origin::Client)
    }

    pub(crate) fn set_metadata(&mut self, entries: &[(&str, &str)]) -> MetadataOutcome {
        let entries: Metadata = entries.iter().copied().collect();
        self.node.update_metadata(self.now, APP, ID, &entries)
    }

    /// `A/1` as it is shown.
    #[track_caller]
    pub(crate) fn shown(&self) -> InstanceInfo {
        self.node.instance(APP, ID).expect("A/1 is there")
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.node.instance(APP, id).is_some()
    }

    pub(crate) fn keys(&self) -> BTreeSet<InstanceKey> {
        infos(&self.node.applications())
            .map(|info| info.document.key())
            .collect()
    }

    pub(crate) fn delta(&mut self) -> Result<Applications, DeltaRefused> {
        self.node.delta(self.now.mono)
    }

    pub(crate) fn report(&mut self) -> NodeReport {
        self.node.report(self.now.mono)
    }

    pub(crate) fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.node.poll_event()).collect()
    }

    /// Who was evicted since somebody asked last, in the order in which they went.
    pub(crate) fn evicted(&mut self) -> Vec<InstanceKey> {
        let of_event = |event| match event {
            Event::Evicted(report) => report.evicted,
            Event::Cluster(_) | Event::ProtectionChanged(_) | Event::EvictionPostponed { .. } => {
                Vec::new()
            }
        };
        self.events().into_iter().flat_map(of_event).collect()
    }
}

/// All instances of a listing.
pub(crate) fn infos(listing: &Applications) -> impl Iterator<Item = &InstanceInfo> {
    listing.applications.iter().flat_map(|app| &app.instances)
}

/// The ids of a listing's instances, in its order.
pub(crate) fn ids(listing: &Applications) -> Vec<String> {
    infos(listing)
        .map(|info| info.document.id.to_string())
        .collect()
}

pub(crate) fn id(id: &str) -> InstanceId {
    InstanceId::new(id)
}
