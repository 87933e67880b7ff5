//! The lease: heartbeats at their time, and what follows when they fail (R2, R3, S3 to S5).

use std::time::Duration;

use heureka_model::Now;

use super::Agent;
use super::registering::{Duty, Why};
use super::starting::Phase;
use super::timers::Timer;
use crate::{Answer, BackOffOn, Event, Operation, Unserved};

const NOT_FOUND: u16 = 404;

impl Agent {
    /// A heartbeat is due. Where a server has not heard of the instance yet, or not the newest, a registration says all that a
    /// heartbeat says (ST3); Java sends the heartbeat, and is told to register.
    pub(super) fn heartbeat_due(&mut self, now: Now) {
        if !matches!(self.phase, Phase::Running) {
            return;
        }
        let Some(own) = &mut self.own else {
            return;
        };
        if self.registration.is_busy() {
            own.wants_heartbeat = true;
            return;
        }
        let has_news = own.instance.is_dirty() || !own.is_registered;
        let begun = now.mono;
        if has_news && !self.config.profile.keeps_quirks() {
            self.register_because(now, Why::InsteadOfHeartbeat { begun });
            return;
        }
        let document = own.instance.document();
        let operation = Operation::Renew {
            key: document.key(),
            status: document.status,
            last_dirty: document.last_dirty,
        };
        self.begin_duty(now, Duty::Renew { begun }, operation);
    }

    /// R2: 404 says that the server does not know the instance, or an older version of it.
    pub(super) fn renewed(&mut self, now: Now, begun: Duration, result: Result<Answer, Unserved>) {
        let quirks = self.config.profile.keeps_quirks();
        let failure = match result {
            Ok(Answer {
                status: NOT_FOUND, ..
            }) if self.phase == Phase::Leaving => return,
            Ok(Answer {
                status: NOT_FOUND, ..
            }) => {
                if let Some(own) = &mut self.own {
                    own.instance.mark_dirty(now.wall);
                }
                self.register_because(now, Why::Forgotten { begun });
                return;
            }
            // Java takes 200 alone, so that 204 counts as a failure.
            Ok(Answer { status, .. }) if quirks && status != 200 => Some(Unserved::Status(status)),
            Ok(_) => None,
            Err(reason) => Some(reason),
        };
        self.heartbeat_over(now, begun, failure);
    }

    /// Plans the next heartbeat. Java's begins one interval after the end of this one (S3); here the pace is kept, because it is
    /// what the lease promises.
    pub(super) fn heartbeat_over(&mut self, now: Now, begun: Duration, failure: Option<Unserved>) {
        let quirks = self.config.profile.keeps_quirks();
        let Some(own) = &mut self.own else {
            return;
        };
        let interval = own.heartbeat_interval;
        let next = match failure {
            None => {
                own.failed_heartbeats_in_a_row = 0;
                own.last_heartbeat = Some(now.mono);
                self.agenda.tell(Event::Renewed);
                let from = if quirks { now.mono } else { begun };
                from.saturating_add(interval).max(now.mono)
            }
            Some(reason) => {
                let wait = self.heartbeat_back_off(interval, &reason);
                self.agenda.tell(Event::HeartbeatFailed {
                    reason,
                    retry_after: wait,
                });
                now.mono.saturating_add(wait)
            }
        };
        if self.phase == Phase::Running {
            self.agenda.timers.set(Timer::Heartbeat, next);
        }
    }

    fn heartbeat_back_off(&mut self, interval: Duration, reason: &Unserved) -> Duration {
        let Some(own) = &mut self.own else {
            return interval;
        };
        let is_reason = match own.config.back_off.on() {
            BackOffOn::Failures => true,
            BackOffOn::TimeOuts => matches!(reason, Unserved::TimedOut(_)),
        };
        if !is_reason {
            own.failed_heartbeats_in_a_row = 0;
            return interval;
        }
        own.failed_heartbeats_in_a_row = own.failed_heartbeats_in_a_row.saturating_add(1);
        own.config
            .back_off
            .wait(own.failed_heartbeats_in_a_row, &mut self.rng)
    }
}
