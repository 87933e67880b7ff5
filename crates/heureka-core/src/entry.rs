//! What is kept for one key.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use heureka_model::{
    ActionType, Digest, DocumentState, InstanceInfo, InstanceStatus, KeyState, LeaseSettings,
    LeaseState, LeaseTimes, NodeId, Now, OverrideValue, PresentState, Stamp, UnixMillis,
};

use crate::digested::Digested;
use crate::lease::Lease;
use crate::lease_watch::Look;
use crate::node::Sender;
use crate::overrides::OverridePart;

/// What is kept for a key that is present: the parts of MERGE 1, and what only this node shows.
///
/// What a heartbeat reads and writes lies beside the key. The rest is elsewhere, and is found as if it were fields of
/// this: a large registry does not fit into a processor's cache, so each place that is looked at costs a heartbeat more
/// than all its arithmetic.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) pulse: Pulse,
    parts: Box<Parts>,
}

/// What a heartbeat reads and writes, and what a look at the lease of a living instance does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pulse {
    pub(crate) lease: Lease,
    /// The node at which it renews, where that is a node of ours (MERGE 7).
    pub(crate) origin: LeaseOrigin,
    /// When it last gave a sign of life, on the wall clock.
    pub(crate) renewed_at: UnixMillis,
    /// The document's version, its lease and the status that is shown, again: [`crate::registry::Registry`] keeps them so.
    pub(crate) last_dirty: UnixMillis,
    pub(crate) settings: LeaseSettings,
    pub(crate) status: InstanceStatus,
    pub(crate) silence: Silence,
    /// When its lease is looked at next; `None` once nothing more can happen to it.
    pub(crate) look: Option<Look>,
}

/// What a heartbeat leaves alone.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) document: DocumentPart,
    pub(crate) override_part: OverridePart,
    /// When the key was last made present.
    pub(crate) presence: Stamp,
    pub(crate) shown: Shown,
    /// What it has added to the sums; `None` while its lease has ended.
    pub(crate) counted: Option<Digest>,
}

impl Deref for Entry {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl DerefMut for Entry {
    fn deref_mut(&mut self) -> &mut Parts {
        &mut self.parts
    }
}

/// Where an instance renews.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeaseOrigin {
    /// At this run of a node of ours, perhaps this one.
    Node(NodeId),
    /// At a Java peer with this address, or at nobody known.
    Java(Sender),
}

/// The part that clients write, ordered by generation, dirty timestamp and stamp.
#[derive(Clone, Debug)]
pub(crate) struct DocumentPart {
    /// Raised where an older dirty timestamp has to win.
    pub(crate) generation: u32,
    pub(crate) stamp: Stamp,
    /// When the client last reported its status: a metadata edit makes the document newer, not what it reports.
    pub(crate) reported: Stamp,
    pub(crate) document: Digested,
}

/// What only this node shows: times on its wall clock and the kind of the last change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    pub(crate) status: InstanceStatus,
    pub(crate) registered_at: UnixMillis,
    /// Zero as long as it has not happened.
    pub(crate) service_up_at: UnixMillis,
    pub(crate) last_updated: UnixMillis,
    pub(crate) action: ActionType,
}

/// For how long an instance has been silent, as far as the watch over the leases has noticed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Silence {
    /// Silent for more than an interval and a half.
    pub(crate) is_missing: bool,
    /// Silent for longer than its lease.
    pub(crate) has_ended: bool,
}

impl Silence {
    /// Whether the watch has to hear of a sign of life.
    pub(crate) fn was_noticed(self) -> bool {
        self.is_missing || self.has_ended
    }
}

impl Pulse {
    /// A sign of life.
    pub(crate) fn renew(&mut self, now: Now) {
        self.lease.renew(now.mono);
        self.renewed_at = now.wall;
    }
}

impl Entry {
    /// A key that becomes present. Its status is to be settled.
    pub(crate) fn new(
        document: DocumentPart,
        override_part: OverridePart,
        presence: Stamp,
        shown: Shown,
        (lease, origin, renewed_at): (Lease, LeaseOrigin, UnixMillis),
    ) -> Self {
        let pulse = Pulse {
            lease,
            origin,
            renewed_at,
            last_dirty: document.document.last_dirty,
            settings: document.document.lease,
            status: shown.status,
            silence: Silence::default(),
            look: None,
        };
        let parts = Box::new(Parts {
            document,
            override_part,
            presence,
            shown,
            counted: None,
        });
        Self { pulse, parts }
    }

    /// Tells the pulse what heartbeats have to know of the parts.
    pub(crate) fn settle_pulse(&mut self) {
        self.pulse.last_dirty = self.document.document.last_dirty;
        self.pulse.settings = self.document.document.lease;
        self.pulse.status = self.shown.status;
    }

    /// The override as it is shown: UNKNOWN stands for none.
    pub(crate) fn overridden_status(&self) -> InstanceStatus {
        self.override_part
            .status()
            .unwrap_or(InstanceStatus::Unknown)
    }

    pub(crate) fn info(&self) -> InstanceInfo {
        InstanceInfo {
            document: self.document.document.shared(),
            status: self.shown.status,
            overridden_status: self.overridden_status(),
            lease: LeaseTimes {
                registration: self.shown.registered_at,
                last_renewal: self.pulse.renewed_at,
                eviction: match self.shown.action {
                    ActionType::Deleted => self.shown.last_updated,
                    ActionType::Added | ActionType::Modified => UnixMillis::default(),
                },
                service_up: self.shown.service_up_at,
            },
            is_coordinating: false,
            last_updated: self.shown.last_updated,
            action: Some(self.shown.action),
        }
    }

    /// Takes the status that the parts give now, and marks the first time that it is UP (server.md L8).
    pub(crate) fn settle_status(&mut self, wall: UnixMillis) {
        let reported = self.document.document.status;
        self.shown.status = self
            .override_part
            .status_in_force(reported, self.document.reported);
        let shown = &mut self.shown;
        if shown.status == InstanceStatus::Up && shown.service_up_at == UnixMillis::default() {
            shown.service_up_at = wall;
        }
    }

    /// Raises the document's version to `to`, where that is newer (server.md R35).
    pub(crate) fn raise_dirty(&mut self, to: Option<UnixMillis>, stamp: Stamp) {
        if let Some(to) = to.filter(|to| *to > self.document.document.last_dirty) {
            let document = &mut self.document.document;
            document.edit(|document| document.last_dirty = to);
            self.document.stamp = stamp;
        }
    }

    pub(crate) fn set_override(&mut self, value: OverrideValue, stamp: Stamp, mono: Duration) {
        self.override_part = OverridePart {
            value,
            stamp,
            learned_at: mono,
        };
    }

    /// What a tombstone keeps of it.
    pub(crate) fn version(&self) -> (u32, UnixMillis) {
        (self.document.generation, self.document.document.last_dirty)
    }

    /// What orders its parts: two entries of one key with the same mark hold the same.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            generation: self.document.generation,
            last_dirty: self.document.document.last_dirty,
            document: self.document.stamp,
            reported: self.document.reported,
            override_part: self.override_part.stamp,
            presence: self.presence,
        }
    }

    /// What it adds to the sums by which nodes compare what they hold (MERGE 6).
    pub(crate) fn digest(&self) -> Digest {
        let document = self.document.document.digest();
        Digest::of(&(self.mark(), self.override_part.value, document.0))
    }

    /// As it travels: with the age of its lease (MERGE 2).
    pub(crate) fn state(&self, mono: Duration) -> KeyState {
        KeyState::Present(Box::new(PresentState {
            document: DocumentState {
                generation: self.document.generation,
                stamp: self.document.stamp,
                reported: self.document.reported,
                document: self.document.document.shared(),
            },
            override_state: self.override_part.state(),
            presence: self.presence,
            lease: self.lease_state(mono),
            registered: self.shown.registered_at,
            service_up: self.shown.service_up_at,
        }))
    }

    pub(crate) fn lease_state(&self, mono: Duration) -> LeaseState {
        LeaseState {
            age: self.pulse.lease.age(mono),
            ever_renewed: self.pulse.lease.ever_renewed,
            origin: match self.pulse.origin {
                LeaseOrigin::Node(node) => Some(node),
                LeaseOrigin::Java(_) => None,
            },
        }
    }

    pub(crate) fn mark_changed(&mut self, action: ActionType, wall: UnixMillis) {
        self.shown.action = action;
        self.shown.last_updated = wall;
    }
}

/// What orders the parts of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Mark {
    pub(crate) generation: u32,
    pub(crate) last_dirty: UnixMillis,
    pub(crate) document: Stamp,
    pub(crate) reported: Stamp,
    pub(crate) override_part: Stamp,
    pub(crate) presence: Stamp,
}

impl Mark {
    /// The newest stamp among the parts.
    pub(crate) fn newest(&self) -> Stamp {
        self.document.max(self.override_part).max(self.presence)
    }
}
