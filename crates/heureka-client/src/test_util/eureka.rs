//! The registry behind the servers: that of heureka, without anything to protect.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use heureka_core::{
    CancelOutcome, Node, NodeConfig, Origin, Renewal, SelfPreservationConfig, StatusChange,
    StatusOutcome,
};
use heureka_model::{
    Applications, Document, InstanceInfo, InstanceKey, InstanceStatus, Now, Registration,
};

/// A registry, and who stays in it without renewing.
pub(super) struct Eureka {
    pub(super) node: Node,
    pub(super) now: Now,
    kept: BTreeSet<InstanceKey>,
}

impl Eureka {
    pub(super) fn new(seed: u64, now: Now) -> Self {
        let config = NodeConfig {
            self_preservation: SelfPreservationConfig {
                enabled: false,
                ..SelfPreservationConfig::default()
            },
            ..NodeConfig::default()
        };
        Self {
            node: Node::new(config, seed, now),
            now,
            kept: BTreeSet::new(),
        }
    }

    /// Lets the time pass up to `now`. Each round comes at its time, however much time has passed: a registry that is late
    /// would spare those whose leases have ended.
    pub(super) fn advance(&mut self, now: Now) {
        let until = now.mono.max(self.now.mono);
        loop {
            let (due, _) = self.node.poll_own_timeout();
            if due > until {
                break;
            }
            let then = Now {
                mono: due.max(self.now.mono),
                wall: now.wall.before(until.saturating_sub(due)),
            };
            self.renew_kept(then);
            self.node.handle_timeout(then);
            self.now = then;
        }
        self.now = Now { mono: until, ..now };
    }

    fn renew_kept(&mut self, now: Now) {
        // As often as instances do by default.
        const PERIOD: Duration = Duration::from_secs(30);
        let period = |mono: Duration| mono.as_secs() / PERIOD.as_secs();
        if period(now.mono) == period(self.now.mono) {
            return;
        }
        for key in &self.kept {
            let (app, id) = (key.app.as_str(), key.id.as_str());
            let renewal = Renewal::default();
            self.node.renew(now, app, id, renewal, Origin::Client);
        }
    }

    /// A client has registered the instance, so it lives as long as that renews it.
    pub(super) fn hand_over(&mut self, key: &InstanceKey) {
        self.kept.remove(key);
    }

    pub(super) fn put(&mut self, document: Document) {
        self.kept.insert(document.key());
        self.register(document);
    }

    pub(super) fn remove(&mut self, key: &InstanceKey) -> bool {
        self.kept.remove(key);
        let (app, id) = (key.app.as_str(), key.id.as_str());
        self.node.cancel(self.now, app, id, Origin::Client) == CancelOutcome::Cancelled
    }

    pub(super) fn set_status(&mut self, key: &InstanceKey, status: InstanceStatus) -> bool {
        let Some(info) = self.instance(key) else {
            return false;
        };
        let mut document = Arc::unwrap_or_clone(info.document);
        document.status = status;
        // Two changes within a millisecond are two versions all the same.
        document.last_dirty = self
            .now
            .wall
            .max(document.last_dirty.after(Duration::from_millis(1)));
        self.register(document);
        true
    }

    pub(super) fn override_status(
        &mut self,
        key: &InstanceKey,
        status: Option<InstanceStatus>,
    ) -> bool {
        let remove = StatusChange::RemoveOverride {
            shown: InstanceStatus::Unknown,
        };
        let change = status.map_or(remove, StatusChange::Override);
        let (app, id) = (key.app.as_str(), key.id.as_str());
        let outcome = self
            .node
            .change_status(self.now, app, id, change, None, Origin::Client);
        outcome != StatusOutcome::Unknown
    }

    pub(super) fn instance(&self, key: &InstanceKey) -> Option<InstanceInfo> {
        self.node.instance(key.app.as_str(), key.id.as_str())
    }

    pub(super) fn applications(&self) -> Applications {
        self.node.applications()
    }

    fn register(&mut self, document: Document) {
        let registration = Registration {
            document,
            overridden_status: InstanceStatus::Unknown,
        };
        // The registry has no limit on instances, so it is never full.
        let _ = self.node.register(self.now, registration, Origin::Client);
    }
}
