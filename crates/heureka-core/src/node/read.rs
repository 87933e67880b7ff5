//! What everybody may see.

use std::time::Duration;

use heureka_model::{
    AppName, Application, Applications, InstanceId, InstanceInfo, InstanceKey, InstanceStatus,
    OverrideValue, Stamp, StatusCounts, VERSION_OF_FULL, VERSION_OF_VIP,
};
use indexmap::IndexMap;

use super::{DeltaRefused, Node, NodeReport};
use crate::entry::Entry;
use crate::instances::Instances;
use crate::recent_names::NamedAt;

/// How many instances a report names; the rest is a number.
const NAMED_IN_REPORT: usize = 100;

impl Node {
    /// The whole registry, of all statuses (server.md R71).
    #[must_use]
    pub fn applications(&self) -> Applications {
        Applications {
            version: VERSION_OF_FULL,
            hash: self.registry.counts().hash(),
            applications: self.registry.apps().map(shown).collect(),
        }
    }

    /// One application, if it has an instance (server.md R69).
    #[must_use]
    pub fn application(&self, app: &str) -> Option<Application> {
        self.registry.app(app).map(shown)
    }

    /// One instance.
    #[must_use]
    pub fn instance(&self, app: &str, id: &str) -> Option<InstanceInfo> {
        self.registry.get(app, id).map(Entry::info)
    }

    /// The first instance with this id, whatever its application (server.md R68).
    #[must_use]
    pub fn instance_by_id(&self, id: &str) -> Option<InstanceInfo> {
        self.registry.find(id).map(Entry::info)
    }

    /// Who is found under a virtual address; an unknown one is an empty listing (server.md C17).
    #[must_use]
    pub fn by_vip(&self, vip: &str) -> Applications {
        found(self.registry.by_vip(vip))
    }

    /// Who is found under a virtual address for secure ports.
    #[must_use]
    pub fn by_secure_vip(&self, vip: &str) -> Applications {
        found(self.registry.by_secure_vip(vip))
    }

    /// What changed lately, with the hash of everything (server.md R81).
    ///
    /// # Errors
    ///
    /// Deltas are turned off, or one would not tell everything.
    pub fn delta(&mut self, mono: Duration) -> Result<Applications, DeltaRefused> {
        if !self.config.delta.enabled {
            return Err(DeltaRefused::Disabled);
        }
        if self.changes.is_truncated(mono) {
            return Err(DeltaRefused::Truncated);
        }
        self.changes.forget_old(mono);
        Ok(Applications {
            version: self.changes.version(),
            hash: self.registry.counts().hash(),
            applications: self.changed_applications(),
        })
    }

    /// How many changes of what is shown here there ever were.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.changes.revision()
    }

    /// All overrides by instance id. Where two applications have an instance of one id, the later override is shown.
    #[must_use]
    pub fn overrides(&self) -> Vec<(InstanceId, InstanceStatus)> {
        let mut latest: IndexMap<&InstanceId, (Stamp, InstanceStatus)> = IndexMap::new();
        for (id, entry) in self.registry.apps().flat_map(Instances::iter) {
            let OverrideValue::Status(status) = entry.override_part.value else {
                continue;
            };
            let stamp = entry.override_part.stamp;
            let own = latest.entry(id).or_insert((stamp, status));
            if stamp > own.0 {
                *own = (stamp, status);
            }
        }
        latest
            .into_iter()
            .map(|(id, (_, status))| (id.clone(), status))
            .collect()
    }

    /// The last registrations, newest first.
    #[must_use]
    pub fn last_registered(&self) -> Vec<NamedAt> {
        self.last_registered.newest_first()
    }

    /// The last cancels and evictions, newest first.
    #[must_use]
    pub fn last_cancelled(&self) -> Vec<NamedAt> {
        self.last_cancelled.newest_first()
    }

    /// The state in numbers.
    pub fn report(&mut self, mono: Duration) -> NodeReport {
        let (instances, missing) = (self.registry.len(), self.watch.missing());
        NodeReport {
            instances,
            applications: self.registry.apps().len(),
            statuses: *self.registry.counts(),
            renewals_last_minute: self.renewals.last_minute(mono),
            tombstones: self.tombstones.len(),
            recent_changes: self.changes.len(),
            protection: self
                .self_preservation
                .report(instances, missing, self.watch.ended().len()),
            kept: self
                .watch
                .ended()
                .iter()
                .take(NAMED_IN_REPORT)
                .cloned()
                .collect(),
        }
    }

    /// Changed instances by application: applications and instances in the order of their last change.
    fn changed_applications(&self) -> Vec<Application> {
        let mut by_app: IndexMap<&AppName, Vec<InstanceInfo>> = IndexMap::new();
        for (_, change) in self.changes.iter() {
            let InstanceKey { app, id } = &change.key;
            let info = match &change.gone {
                Some(gone) => Some((**gone).clone()),
                None => self.instance(app.as_str(), id.as_str()),
            };
            if let Some(info) = info {
                by_app.entry(app).or_default().push(info);
            }
        }
        by_app
            .into_iter()
            .map(|(name, instances)| Application {
                name: name.clone(),
                instances,
            })
            .collect()
    }
}

fn shown(app: &Instances) -> Application {
    Application {
        name: app.name().clone(),
        instances: app.values().map(Entry::info).collect(),
    }
}

pub(super) fn found(carriers: Vec<(AppName, Vec<InstanceInfo>)>) -> Applications {
    let statuses: StatusCounts = carriers
        .iter()
        .flat_map(|(_, instances)| instances)
        .map(|info| info.status)
        .collect();
    Applications {
        version: VERSION_OF_VIP,
        hash: statuses.hash(),
        applications: carriers
            .into_iter()
            .map(|(name, instances)| Application { name, instances })
            .collect(),
    }
}
