//! Registrations, and what the registration line is there for (R1, R2, H10, H11).

use std::time::Duration;

use heureka_model::{InstanceStatus, LeaseSettings, Now, UnixMillis};

use super::Agent;
use super::health::HealthWatch;
use super::lane::{Done, Plan};
use super::rate_limit::RateLimit;
use super::replicating::Replication;
use super::starting::Phase;
use super::timers::Timer;
use crate::own::OwnInstance;
use crate::{Answer, BackOff, Event, Operation, Profile, RegistrationConfig, Unserved};

/// What an errand on the registration line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Duty {
    /// To register the version `sent`.
    Register { sent: UnixMillis, why: Why },
    /// To renew the lease; begun at this time.
    Renew { begun: Duration },
    /// To leave the registry.
    Cancel,
}

/// Why the instance is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Nobody knows it, or it has changed.
    Changed,
    /// A server did not know it when it sent a heartbeat (R2), which was begun at this time.
    Forgotten { begun: Duration },
    /// Its heartbeat was due, begun at this time, and there was something new to say besides: a registration renews the lease
    /// as well.
    InsteadOfHeartbeat { begun: Duration },
}

/// The instance and what keeps servers told of it.
#[derive(Debug)]
pub(crate) struct RegistrationState {
    pub(super) config: RegistrationConfig,
    pub(super) instance: OwnInstance,
    pub(super) remote_status: InstanceStatus,
    pub(super) heartbeat_interval: Duration,
    pub(super) failed_heartbeats_in_a_row: u32,
    pub(super) failed_registrations_in_a_row: u32,
    pub(super) is_registered: bool,
    pub(super) wants_registration: bool,
    pub(super) wants_heartbeat: bool,
    pub(super) last_heartbeat: Option<Duration>,
    pub(super) reregistrations: u64,
    pub(super) replication: Replication,
    pub(super) health: Option<HealthWatch>,
}

impl RegistrationState {
    pub(super) fn new(config: RegistrationConfig, profile: Profile) -> Self {
        let instance = OwnInstance::new(config.document.clone());
        Self {
            heartbeat_interval: instance.lease().renewal_interval(),
            remote_status: InstanceStatus::Unknown,
            failed_heartbeats_in_a_row: 0,
            failed_registrations_in_a_row: 0,
            is_registered: false,
            wants_registration: false,
            wants_heartbeat: false,
            last_heartbeat: None,
            reregistrations: 0,
            replication: Replication::new(RateLimit::new(config.replication_interval, profile)),
            health: config.health.map(HealthWatch::new),
            instance,
            config,
        }
    }
}

impl Agent {
    /// Registers as soon as the line is free.
    pub(super) fn register(&mut self, now: Now) {
        self.register_because(now, Why::Changed);
    }

    pub(super) fn register_because(&mut self, now: Now, why: Why) {
        let Some(own) = &mut self.own else {
            return;
        };
        if self.registration.is_busy() {
            own.wants_registration = true;
            return;
        }
        let document = own.instance.document();
        let duty = Duty::Register {
            sent: document.last_dirty,
            why,
        };
        let operation = Operation::Register(document.clone());
        self.begin_duty(now, duty, operation);
    }

    pub(super) fn begin_duty(&mut self, now: Now, duty: Duty, operation: Operation) {
        let plan = Plan {
            purpose: duty,
            operation,
            known: None,
            attempt_timeout: self.duty_attempt_timeout(),
            timeout: self.duty_timeout(duty),
        };
        let done = self.registration.begin(now.mono, plan, &mut self.agenda);
        self.duty_done(now, done);
    }

    /// Java lets one server take all the time of a heartbeat; here there is time for every attempt before the next is due.
    fn duty_attempt_timeout(&self) -> Duration {
        let most = self.config.attempt_timeout;
        let attempts = u32::try_from(self.config.line.max_attempts).unwrap_or(u32::MAX);
        match &self.own {
            Some(own) if !self.config.profile.keeps_quirks() => {
                most.min(own.heartbeat_interval / attempts.max(1))
            }
            _ => most,
        }
    }

    /// S3: a heartbeat has until the next one is due. So has a registration here, for the same reason; Java's has no end.
    fn duty_timeout(&self, duty: Duty) -> Duration {
        let own = self.own.as_ref();
        match duty {
            Duty::Cancel => own.map_or(self.config.attempt_timeout, |own| {
                own.config.farewell_timeout
            }),
            Duty::Renew { .. } | Duty::Register { .. } => {
                own.map_or(self.config.attempt_timeout, |own| own.heartbeat_interval)
            }
        }
    }

    /// An errand took too long: nobody waits for its answer any more.
    pub(super) fn duty_overdue(&mut self, now: Now) {
        if let Some(duty) = self.registration.give_up(now.mono, &mut self.agenda) {
            let timed_out = Unserved::TimedOut(self.duty_timeout(duty));
            self.duty_done(now, Some((duty, Err(timed_out))));
        }
    }

    pub(super) fn duty_done(&mut self, now: Now, done: Option<Done<Duty>>) {
        let Some((duty, result)) = done else {
            return;
        };
        match duty {
            Duty::Register { sent, why } => self.registered(now, sent, why, result),
            Duty::Renew { begun } => self.renewed(now, begun, result),
            Duty::Cancel => self.cancelled(result),
        }
        self.pursue(now);
    }

    fn registered(
        &mut self,
        now: Now,
        sent: UnixMillis,
        why: Why,
        result: Result<Answer, Unserved>,
    ) {
        let result = self.judge_registration(sent, result);
        match &result {
            Ok(()) => self.registration_succeeded(now, sent, why),
            Err(reason) => self.registration_failed(now, reason.clone()),
        }
        let failure = result.err();
        match why {
            Why::Changed => {}
            Why::Forgotten { begun } | Why::InsteadOfHeartbeat { begun } => {
                self.heartbeat_over(now, begun, failure.clone());
            }
        }
        self.first_registration_over(now, failure);
        self.replication_over(now);
    }

    /// R1: success is 204, and here any other 2xx. Java forgets that there is something to say whatever the status was, as
    /// long as the transport took it (H10, 7.3.5).
    fn judge_registration(
        &mut self,
        sent: UnixMillis,
        result: Result<Answer, Unserved>,
    ) -> Result<(), Unserved> {
        let answer = result?;
        let is_success = if self.config.profile.keeps_quirks() {
            if let Some(own) = &mut self.own {
                own.instance.heard(sent);
            }
            answer.status == 204
        } else {
            (200..300).contains(&answer.status)
        };
        if is_success {
            Ok(())
        } else {
            Err(Unserved::Status(answer.status))
        }
    }

    fn registration_succeeded(&mut self, now: Now, sent: UnixMillis, why: Why) {
        let Some(own) = &mut self.own else {
            return;
        };
        own.instance.heard(sent);
        own.is_registered = true;
        own.failed_registrations_in_a_row = 0;
        let again = matches!(why, Why::Forgotten { .. });
        let status = own.instance.status();
        own.last_heartbeat = Some(now.mono);
        own.reregistrations += u64::from(again);
        self.agenda.tell(Event::Registered { status, again });
    }

    /// What could not be sent stays to be sent. Java waits for its next look (H10); here it is tried again soon.
    fn registration_failed(&mut self, now: Now, reason: Unserved) {
        self.agenda.tell(Event::RegistrationFailed(reason));
        let Some(own) = &mut self.own else {
            return;
        };
        own.failed_registrations_in_a_row = own.failed_registrations_in_a_row.saturating_add(1);
        if self.config.profile.keeps_quirks() {
            return;
        }
        let wait = own
            .config
            .back_off
            .wait(own.failed_registrations_in_a_row, &mut self.rng);
        self.agenda
            .timers
            .set_if_earlier(Timer::Replicate, now.mono.saturating_add(wait));
    }

    /// Does what had to wait for the line.
    fn pursue(&mut self, now: Now) {
        if self.registration.is_busy() {
            return;
        }
        if self.phase == Phase::Leaving {
            self.say_farewell(now);
            return;
        }
        let Some(own) = &mut self.own else {
            return;
        };
        if std::mem::take(&mut own.wants_registration) {
            self.replicate_inspected(now);
        }
        self.pursue_heartbeat(now);
    }

    /// A registration that was wanted may have had nothing to say any more, and then nobody else would come back to the
    /// heartbeat.
    fn pursue_heartbeat(&mut self, now: Now) {
        if self.registration.is_busy() {
            return;
        }
        let own = self.own.as_mut();
        if own.is_some_and(|own| std::mem::take(&mut own.wants_heartbeat)) {
            self.heartbeat_due(now);
        }
    }

    pub(super) fn change_lease(&mut self, now: Now, lease: LeaseSettings) {
        let Some(own) = &mut self.own else {
            return;
        };
        if !own.instance.set_lease(now.wall, lease) {
            return;
        }
        if !self.config.profile.keeps_quirks() {
            own.heartbeat_interval = lease.renewal_interval();
            own.config.back_off = BackOff::up_to(own.heartbeat_interval);
            let next = now.mono.saturating_add(own.heartbeat_interval);
            if self.phase == Phase::Running {
                self.agenda.timers.set_if_earlier(Timer::Heartbeat, next);
            }
        }
        self.update_on_demand(now);
    }
}
