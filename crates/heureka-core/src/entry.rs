//! What is kept for one key.

use std::sync::Arc;
use std::time::Duration;

use heureka_model::{
    ActionType, Document, InstanceInfo, InstanceStatus, LeaseTimes, Now, UnixMillis,
};

use crate::lease::Lease;
use crate::overrides::{OverridePart, OverrideValue};
use crate::stamp::Stamp;

/// What is kept for a key that is present: the parts of MERGE 1, and what only this node shows.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) document: DocumentPart,
    pub(crate) override_part: OverridePart,
    /// When the key was last made present.
    pub(crate) presence: Stamp,
    pub(crate) lease: Lease,
    pub(crate) shown: Shown,
    pub(crate) watch: Watch,
}

/// The part that clients write, ordered by generation, dirty timestamp and stamp.
#[derive(Clone, Debug)]
pub(crate) struct DocumentPart {
    /// Raised where an older dirty timestamp has to win.
    pub(crate) generation: u32,
    pub(crate) stamp: Stamp,
    /// When the client last reported its status: a metadata edit makes the document newer, not what it reports.
    pub(crate) reported: Stamp,
    pub(crate) document: Arc<Document>,
}

/// What only this node shows: times on its wall clock and the kind of the last change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    pub(crate) status: InstanceStatus,
    pub(crate) times: LeaseTimes,
    pub(crate) last_updated: UnixMillis,
    pub(crate) action: ActionType,
}

/// What the watch over the leases knows of this one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watch {
    /// When it is looked at next; `None` once nothing more can happen to it.
    pub(crate) check_at: Option<Duration>,
    /// Silent for more than an interval and a half.
    pub(crate) is_missing: bool,
    /// Silent for longer than its lease.
    pub(crate) has_ended: bool,
}

impl Entry {
    /// The override as it is shown: UNKNOWN stands for none.
    pub(crate) fn overridden_status(&self) -> InstanceStatus {
        self.override_part
            .status()
            .unwrap_or(InstanceStatus::Unknown)
    }

    pub(crate) fn info(&self) -> InstanceInfo {
        InstanceInfo {
            document: Arc::clone(&self.document.document),
            status: self.shown.status,
            overridden_status: self.overridden_status(),
            lease: self.shown.times,
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
        let times = &mut self.shown.times;
        if self.shown.status == InstanceStatus::Up && times.service_up == UnixMillis::default() {
            times.service_up = wall;
        }
    }

    /// A sign of life.
    pub(crate) fn renew(&mut self, now: Now) {
        self.lease.renew(now.mono);
        self.shown.times.last_renewal = now.wall;
    }

    /// Raises the document's version to `to`, where that is newer (server.md R35).
    pub(crate) fn raise_dirty(&mut self, to: Option<UnixMillis>, stamp: Stamp) {
        if let Some(to) = to.filter(|to| *to > self.document.document.last_dirty) {
            Arc::make_mut(&mut self.document.document).last_dirty = to;
            self.document.stamp = stamp;
        }
    }

    pub(crate) fn set_override(&mut self, value: OverrideValue, stamp: Stamp) {
        self.override_part = OverridePart { value, stamp };
    }

    pub(crate) fn mark_changed(&mut self, action: ActionType, wall: UnixMillis) {
        self.shown.action = action;
        self.shown.last_updated = wall;
    }
}
