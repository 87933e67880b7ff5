//! The start: which servers there are, the first fetch, the first registration (L5 to L14).

use std::time::Duration;

use heureka_model::Now;
use rand::RngExt as _;
use rand_pcg::Pcg64;

use super::Agent;
use super::timers::Timer;
use crate::{Event, Profile, StartFailure, Unserved};

/// How far the life of the client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Which servers there are is not known yet.
    Resolving,
    /// The first fetch and the first registration are under way.
    Starting(Awaited),
    /// Everything goes its way.
    Running,
    /// The farewell is under way (R5).
    Leaving,
    /// It is over.
    Stopped,
}

/// What the start waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Awaited {
    pub(crate) fetch: bool,
    pub(crate) registration: bool,
}

impl Agent {
    pub(super) fn begin(&mut self, now: Now) {
        if self.own.is_none() && self.config.fetch.is_none() {
            // L5: nothing to do, so nobody is asked.
            self.phase = Phase::Running;
            self.agenda.tell(Event::Started);
            return;
        }
        if self.config.profile != Profile::Netflix
            && let Some(own) = &mut self.own
        {
            own.instance.mark_dirty(now.wall);
        }
        self.resolve();
    }

    /// Java fetches first and registers then (L9, L13); this client does both at once.
    pub(super) fn begin_start(&mut self, now: Now) {
        let at_start = |own: &super::RegistrationState| own.config.at_start || own.config.insist;
        let awaited = Awaited {
            fetch: self.config.fetch.is_some(),
            registration: self.own.as_ref().is_some_and(at_start),
        };
        self.phase = Phase::Starting(awaited);
        if awaited.fetch {
            self.fetch_now(now);
        }
        if awaited.registration && !(awaited.fetch && self.config.profile.keeps_quirks()) {
            self.register(now);
        }
        self.start_if_ready(now);
    }

    /// The first fetch is over.
    pub(super) fn first_fetch_over(&mut self, now: Now, failure: Option<Unserved>) {
        let Phase::Starting(awaited) = self.phase else {
            return;
        };
        if let Some(failure) = failure
            && !self.take_backup()
            && self.config.fetch.as_ref().is_some_and(|fetch| fetch.insist)
        {
            self.fail_start(StartFailure::Fetch(failure));
            return;
        }
        self.phase = Phase::Starting(Awaited {
            fetch: false,
            ..awaited
        });
        if awaited.registration && !self.registration.is_busy() {
            self.register(now);
        }
        self.start_if_ready(now);
    }

    /// The first registration is over.
    pub(super) fn first_registration_over(&mut self, now: Now, failure: Option<Unserved>) {
        let Phase::Starting(awaited) = self.phase else {
            return;
        };
        if let Some(failure) = failure
            && self.own.as_ref().is_some_and(|own| own.config.insist)
        {
            self.fail_start(StartFailure::Registration(failure));
            return;
        }
        self.phase = Phase::Starting(Awaited {
            registration: false,
            ..awaited
        });
        self.start_if_ready(now);
    }

    fn fail_start(&mut self, failure: StartFailure) {
        self.agenda.tell(Event::StartFailed(failure));
        self.end();
    }

    fn start_if_ready(&mut self, now: Now) {
        const NOTHING: Awaited = Awaited {
            fetch: false,
            registration: false,
        };
        if self.phase != Phase::Starting(NOTHING) {
            return;
        }
        self.phase = Phase::Running;
        self.fetching.started_with = Some(self.registry().len());
        self.start_registration_timers(now);
        self.start_fetch_timer(now);
        self.agenda.tell(Event::Started);
    }

    /// S1, with the replicator's mark (H9): in Java's way it comes after a registration that was insisted on, so that one is
    /// followed by another.
    fn start_registration_timers(&mut self, now: Now) {
        let Some(own) = &mut self.own else {
            return;
        };
        if self.config.profile == Profile::Netflix {
            own.instance.mark_dirty(now.wall);
        }
        let first = early(own.heartbeat_interval, own.config.jitter, &mut self.rng);
        let heartbeat = now.mono.saturating_add(first);
        let replicate = now
            .mono
            .saturating_add(own.config.initial_replication_delay);
        let health = own
            .health
            .as_ref()
            .and_then(|health| health.config().interval);
        let timers = &mut self.agenda.timers;
        timers.set(Timer::Heartbeat, heartbeat);
        // A registration that failed has set an earlier time.
        timers.set_if_earlier(Timer::Replicate, replicate);
        if let Some(interval) = health {
            timers.set(Timer::Health, now.mono.saturating_add(interval));
        }
    }

    /// A fleet that starts at once does not fetch at once ever after (RS9).
    fn start_fetch_timer(&mut self, now: Now) {
        if let Some(fetch) = &self.config.fetch {
            let first = early(fetch.interval, fetch.jitter, &mut self.rng);
            let at = now.mono.saturating_add(first);
            self.agenda.timers.set_if_earlier(Timer::Fetch, at);
        }
    }

    /// What was kept for this case (L15). It tells nobody of a fetch, for there was none.
    fn take_backup(&mut self) -> bool {
        let Some(listing) = self.backup.take() else {
            return false;
        };
        self.holdings.restore(listing);
        true
    }
}

/// An interval, less up to a share of it that is left to chance.
fn early(interval: Duration, jitter: f64, rng: &mut Pcg64) -> Duration {
    let chance: f64 = rng.random();
    interval.mul_f64(1.0 - jitter.clamp(0.0, 1.0) * chance)
}
