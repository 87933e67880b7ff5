//! The end: DOWN, DELETE, and nothing more (R4 to R6).

use heureka_model::{InstanceStatus, Now};

use super::Agent;
use super::registering::Duty;
use super::resolving::ResolvingState;
use super::starting::Phase;
use super::timers::Timer;
use crate::{Answer, Event, Operation, Unserved};

impl Agent {
    pub(super) fn leave(&mut self, now: Now) {
        if matches!(self.phase, Phase::Leaving | Phase::Stopped) {
            return;
        }
        self.phase = Phase::Leaving;
        self.resolving = ResolvingState::default();
        self.bootstrap.abandon(&mut self.agenda);
        self.query.abandon(&mut self.agenda);
        let deadline = self.stop_all_but_the_line();
        let own = self.own.as_ref();
        if !own.is_some_and(|own| own.config.unregister_at_end) {
            self.end();
            return;
        }
        self.agenda
            .timers
            .set(Timer::Farewell, now.mono.saturating_add(deadline));
        self.set_own_status(now, InstanceStatus::Down);
        self.say_farewell(now);
    }

    /// A registration that is on its way could arrive behind the farewell and undo it, so that one waits for its end.
    fn stop_all_but_the_line(&mut self) -> std::time::Duration {
        for timer in [
            Timer::Heartbeat,
            Timer::Replicate,
            Timer::Health,
            Timer::Fetch,
            Timer::Resolve,
            Timer::Inspection,
        ] {
            self.agenda.timers.stop(timer);
        }
        let own = self.own.as_ref();
        own.map_or(self.config.attempt_timeout, |own| {
            own.config.farewell_timeout
        })
    }

    /// R4: also where no server is known to have taken the registration, for one may have.
    pub(super) fn say_farewell(&mut self, now: Now) {
        if self.registration.is_busy() {
            return;
        }
        if let Some(own) = &self.own {
            let operation = Operation::Cancel(own.instance.document().key());
            self.begin_duty(now, Duty::Cancel, operation);
        }
    }

    /// R4: whatever came of it, that was the end.
    pub(super) fn cancelled(&mut self, result: Result<Answer, Unserved>) {
        self.agenda.tell(match result {
            Ok(_) => Event::Deregistered,
            Err(reason) => Event::DeregistrationFailed(reason),
        });
        self.end();
    }

    /// The farewell takes too long.
    pub(super) fn farewell_overdue(&mut self) {
        let own = self.own.as_ref();
        let timeout = own
            .map(|own| own.config.farewell_timeout)
            .unwrap_or_default();
        self.agenda
            .tell(Event::DeregistrationFailed(Unserved::TimedOut(timeout)));
        self.end();
    }

    /// Nothing is done or asked for any more.
    pub(super) fn end(&mut self) {
        self.phase = Phase::Stopped;
        self.registration.forget();
        self.query.forget();
        self.bootstrap.forget();
        self.agenda.timers.stop_all();
        self.agenda.forget_tasks();
        self.agenda.tell(Event::Stopped);
    }
}
