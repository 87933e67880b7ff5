//! Looks at the process: where it runs, and whether it is well (H3 to H8, I11 to I14).

use std::time::Duration;

use heureka_model::{DataCenter, InstanceStatus, Now};

use super::Agent;
use super::health::HealthWatch;
use super::starting::Phase;
use super::timers::Timer;
use crate::{Address, Event, HealthConfig, Task, TaskId};

/// A look that brings nothing for so long is given up; the shell bounds health checks by their own time-out.
const INSPECTION_TIMEOUT: Duration = Duration::from_secs(30);

/// What a look at the process brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inspected {
    /// Where it runs now, if that is known (I11).
    pub address: Option<Address>,
    /// What its data center says now, if it was asked (I12).
    pub data_center: Option<DataCenter>,
    /// Whether it is well, if somebody was asked.
    pub health: Option<Health>,
}

/// What a health check says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Health {
    /// This status.
    Status(InstanceStatus),
    /// Nothing: the status stays as it is.
    Silent,
    /// The check could not be carried out, or found something wrong: this.
    Failed(Box<str>),
    /// The check did not end in time.
    TimedOut,
}

impl Agent {
    /// Asks for a look. One at a time: a run that asks while another look is under way takes what that brings.
    pub(super) fn inspect(&mut self, now: Now) {
        let Some(own) = &mut self.own else {
            return;
        };
        if own.replication.inspection.is_some() {
            return;
        }
        let id = self.agenda.next_id();
        own.replication.inspection = Some(id);
        let timeout = own.health.as_ref().map_or(INSPECTION_TIMEOUT, |health| {
            health.config().timeout.saturating_add(INSPECTION_TIMEOUT)
        });
        self.agenda
            .timers
            .set(Timer::Inspection, now.mono.saturating_add(timeout));
        self.agenda.task(Task::Inspect(id));
    }

    pub(super) fn inspected(&mut self, now: Now, id: TaskId, inspected: Inspected) {
        let Some(own) = &mut self.own else {
            return;
        };
        if own
            .replication
            .inspection
            .take_if(|awaited| *awaited == id)
            .is_none()
        {
            return;
        }
        self.agenda.timers.stop(Timer::Inspection);
        if self.phase == Phase::Running {
            self.take_inspected(now, inspected);
            self.replicate_inspected(now);
        }
    }

    /// The look brought nothing in time: for the health of the process that is a time-out as well.
    pub(super) fn inspection_overdue(&mut self, now: Now) {
        let own = self.own.as_mut();
        if let Some(id) = own.and_then(|own| own.replication.inspection) {
            let health = Some(Health::TimedOut);
            self.inspected(
                now,
                id,
                Inspected {
                    health,
                    ..Inspected::default()
                },
            );
        }
    }

    fn take_inspected(&mut self, now: Now, inspected: Inspected) {
        let Some(own) = &mut self.own else {
            return;
        };
        if let Some(spec) = &own.config.spec
            && let Some(address) = inspected.address
            && let Some(moved) = spec.relocated(own.instance.document(), &address)
        {
            own.instance.relocate(now.wall, moved);
        }
        if let Some(data_center) = inspected.data_center {
            own.instance.set_data_center(now.wall, data_center);
        }
        if let Some(health) = inspected.health {
            self.take_health(now, &health);
        }
    }

    fn take_health(&mut self, now: Now, health: &Health) {
        let Some(own) = &mut self.own else {
            return;
        };
        let Some(watch) = &mut own.health else {
            return;
        };
        let status = watch.judge(own.instance.status(), health);
        match health {
            Health::Failed(reason) => self.agenda.tell(Event::Unhealthy(reason.clone())),
            Health::TimedOut => self
                .agenda
                .tell(Event::Unhealthy("the check did not end in time".into())),
            Health::Status(_) | Health::Silent => {}
        }
        if let Some(status) = status {
            self.set_own_status(now, status);
        }
    }

    /// A health check of its own is due (7.3.20); what it changes is sent at once.
    pub(super) fn check_health(&mut self, now: Now) {
        let own = self.own.as_ref();
        let interval = own.and_then(|own| own.health.as_ref()?.config().interval);
        if let Some(interval) = interval
            && self.phase == Phase::Running
        {
            self.agenda
                .timers
                .set(Timer::Health, now.mono.saturating_add(interval));
            self.replicate(now);
        }
    }

    /// H7: who begins to be asked is asked at once.
    pub(super) fn change_health(&mut self, now: Now, config: Option<HealthConfig>) {
        let Some(own) = &mut self.own else {
            return;
        };
        own.health = config.map(HealthWatch::new);
        self.agenda.timers.stop(Timer::Health);
        if let Some(config) = config {
            if let Some(interval) = config.interval {
                self.agenda
                    .timers
                    .set(Timer::Health, now.mono.saturating_add(interval));
            }
            self.replicate(now);
        }
    }
}
