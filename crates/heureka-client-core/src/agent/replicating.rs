//! Sending what has changed: from time to time, and on demand (H2, H9 to H15).

use heureka_model::{InstanceStatus, Now};

use super::Agent;
use super::rate_limit::RateLimit;
use super::starting::Phase;
use super::timers::Timer;
use crate::{Event, TaskId};

/// How far the look at what has changed is.
#[derive(Debug)]
pub(crate) struct Replication {
    limit: RateLimit,
    /// The look at the process that the run waits for (H3).
    pub(super) inspection: Option<TaskId>,
    /// A run that looks or sends: runs never overlap (H15).
    is_running: bool,
    /// Another run was asked for meanwhile (H14).
    again: bool,
}

impl Replication {
    pub(super) fn new(limit: RateLimit) -> Self {
        Self {
            limit,
            inspection: None,
            is_running: false,
            again: false,
        }
    }
}

impl Agent {
    /// One run: looks at the process (H3), and sends what has changed (H10).
    pub(super) fn replicate(&mut self, now: Now) {
        if self.phase != Phase::Running {
            return;
        }
        let Some(own) = &mut self.own else {
            return;
        };
        if own.replication.is_running {
            own.replication.again = true;
            return;
        }
        own.replication.is_running = true;
        self.agenda.timers.stop(Timer::Replicate);
        self.inspect(now);
    }

    /// The look is over: what has changed is sent.
    pub(super) fn replicate_inspected(&mut self, now: Now) {
        let Some(own) = &self.own else {
            return;
        };
        if own.instance.is_dirty() {
            self.register(now);
        } else {
            self.replication_over(now);
        }
    }

    /// The run is over, or something else sent what it would have: the next comes after the interval, counted from now (H10, H14).
    pub(super) fn replication_over(&mut self, now: Now) {
        if self.phase != Phase::Running {
            return;
        }
        let Some(own) = &mut self.own else {
            return;
        };
        if own.replication.inspection.is_some() || !std::mem::take(&mut own.replication.is_running)
        {
            return;
        }
        let next = now.mono.saturating_add(own.config.replication_interval);
        self.agenda.timers.set_if_earlier(Timer::Replicate, next);
        if std::mem::take(&mut own.replication.again) {
            self.replicate(now);
        }
    }

    /// Sends a change at once, unless there were too many; then it waits for the next run (H14).
    pub(super) fn update_on_demand(&mut self, now: Now) {
        if self.phase != Phase::Running {
            return;
        }
        let Some(own) = &mut self.own else {
            return;
        };
        if !own.config.on_demand || !own.replication.limit.acquire(now.mono) {
            return;
        }
        if self.config.profile.keeps_quirks() {
            self.replicate(now);
            return;
        }
        // A health check that takes its time must not hold up what is known to have changed.
        if !own.replication.is_running {
            own.replication.is_running = true;
            self.agenda.timers.stop(Timer::Replicate);
        }
        self.replicate_inspected(now);
    }

    /// H1, H2.
    pub(super) fn change_status(&mut self, now: Now, status: InstanceStatus) {
        if self.set_own_status(now, status) {
            self.update_on_demand(now);
        }
    }

    /// Whether it is another status.
    pub(super) fn set_own_status(&mut self, now: Now, status: InstanceStatus) -> bool {
        let own = self.own.as_mut();
        let Some(previous) = own.and_then(|own| own.instance.set_status(now.wall, status)) else {
            return false;
        };
        self.agenda.tell(Event::StatusChanged {
            previous,
            current: status,
        });
        true
    }
}
