//! The life of a client.
//!
//! `starting.rs` has the order of the start, `registering.rs` and `replicating.rs` what keeps servers told, `heartbeats.rs` the
//! lease, `fetching.rs` and `fetched.rs` the registry, `leaving.rs` the end. Each answers for its own purposes of errands; `lane.rs` carries
//! errands from server to server.

mod agenda;
mod fetched;
mod fetching;
mod health;
mod heartbeats;
mod inspecting;
mod lane;
mod leaving;
mod rate_limit;
mod registering;
mod replicating;
mod report;
mod resolving;
mod starting;
mod timers;

use std::sync::Arc;
use std::time::Duration;

use heureka_model::{Applications, Document, InstanceStatus, LeaseSettings, Now};
use rand::RngExt as _;
use rand_pcg::Pcg64;
use rand_pcg::rand_core::SeedableRng as _;

use self::agenda::Agenda;
use self::fetching::{Fetching, FetchingState};
use self::lane::Lane;
use self::registering::{Duty, RegistrationState};
use self::resolving::ResolvingState;
use self::starting::Phase;
use self::timers::Timer;
use crate::registry::Holdings;
use crate::{
    AgentConfig, Answer, CallFailure, Endpoint, Event, FetchConfig, LineName, RegionsConfig,
    Registry, Task, TaskId, UnknownZones,
};

pub use self::inspecting::{Health, Inspected};
pub use self::report::{LineReport, Report};

/// Where a process runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The name of the host.
    pub host_name: Box<str>,
    /// Its address.
    pub ip_addr: Box<str>,
}

/// A client of a Eureka registry.
///
/// Call it in this order: whatever happened (`handle_*`, a command such as [`Agent::set_status`]), then
/// [`Agent::poll_task`] until it gives nothing more, then [`Agent::poll_event`] likewise, and sleep until
/// [`Agent::poll_timeout`] unless something happens before.
#[derive(Debug)]
pub struct Agent {
    config: AgentConfig,
    phase: Phase,
    agenda: Agenda,
    rng: Pcg64,
    holdings: Holdings,
    /// Registrations, heartbeats and cancels.
    registration: Lane<Duty>,
    /// What is registered; `None` where nothing is.
    own: Option<RegistrationState>,
    /// Fetches.
    query: Lane<Fetching>,
    fetching: FetchingState,
    /// Questions to configured servers after others (T18, T19).
    bootstrap: Lane<LineName>,
    resolving: ResolvingState,
    backup: Option<Applications>,
}

impl Agent {
    /// A client that begins at `now`. What it decides by chance follows from `seed`.
    ///
    /// # Errors
    ///
    /// A remote region has no zones and is none of those that are known (L8).
    pub fn new(config: AgentConfig, seed: u64, now: Now) -> Result<Self, UnknownZones> {
        let mut rng = Pcg64::seed_from_u64(seed);
        let fetch = config.fetch.clone();
        let fetch = fetch.unwrap_or_else(|| FetchConfig::of(config.profile));
        let holdings = Holdings::new(&fetch, config.profile, rng.random())?;
        let mut lane = |name| (name, config.line.clone(), rng.random());
        let (registration, query) = (lane(LineName::Registration), lane(LineName::Query));
        let bootstrap = lane(LineName::Bootstrap);
        let own = config.registration.clone();
        let mut agent = Self {
            own: own.map(|own| RegistrationState::new(own, config.profile)),
            registration: Lane::new(registration.0, registration.1, registration.2),
            query: Lane::new(query.0, query.1, query.2),
            config,
            phase: Phase::Resolving,
            agenda: Agenda::default(),
            rng,
            holdings,
            fetching: FetchingState::default(),
            bootstrap: Lane::new(bootstrap.0, bootstrap.1, bootstrap.2),
            resolving: ResolvingState::default(),
            backup: None,
        };
        agent.begin(now);
        Ok(agent)
    }

    /// When [`Agent::handle_timeout`] wants to be called next, on the monotonic clock.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.agenda.timers.next()
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Now) {
        while let Some(timer) = self.agenda.timers.take_ended(now.mono) {
            self.handle_timer(now, timer);
        }
    }

    /// Something to be done outside.
    pub fn poll_task(&mut self) -> Option<Task> {
        self.agenda.pop_task()
    }

    /// Something that happened.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.agenda.pop_event()
    }

    /// Takes what came of [`Task::Send`].
    pub fn handle_answer(&mut self, now: Now, id: TaskId, answer: Result<Answer, CallFailure>) {
        if self.registration.awaits(id) {
            let done = self
                .registration
                .answered(now.mono, answer, &mut self.agenda);
            self.duty_done(now, done);
        } else if self.query.awaits(id) {
            let done = self.query.answered(now.mono, answer, &mut self.agenda);
            self.fetch_done(now, done);
        } else if self.bootstrap.awaits(id) {
            let done = self.bootstrap.answered(now.mono, answer, &mut self.agenda);
            self.asked(now, done);
        }
    }

    /// Takes what came of [`Task::Resolve`]: the servers, or why they are not known.
    pub fn handle_resolved(
        &mut self,
        now: Now,
        id: TaskId,
        servers: Result<Vec<Endpoint>, Box<str>>,
    ) {
        if self.takes_resolved(id) {
            self.resolved(now, servers);
        }
    }

    /// Takes what came of [`Task::Inspect`].
    pub fn handle_inspected(&mut self, now: Now, id: TaskId, inspected: Inspected) {
        self.inspected(now, id, inspected);
    }

    /// Keeps a registry from elsewhere, such as from a file, for the case that the first fetch fails (L15).
    pub fn restore(&mut self, listing: Applications) {
        self.backup = Some(listing);
    }

    /// Changes what the instance says of its status (H1).
    pub fn set_status(&mut self, now: Now, status: InstanceStatus) {
        self.change_status(now, status);
    }

    /// Sets values of the instance's metadata (I8).
    pub fn set_metadata(&mut self, now: Now, entries: &[(&str, &str)]) {
        if let Some(own) = &mut self.own {
            own.instance.set_metadata(now.wall, entries);
            self.update_on_demand(now);
        }
    }

    /// Changes what the instance promises of its heartbeats. They keep the new promise from now on (7.3.4), with Java only at
    /// the next start (S2).
    pub fn set_lease(&mut self, now: Now, lease: LeaseSettings) {
        self.change_lease(now, lease);
    }

    /// Changes which regions are fetched; everything is fetched next (K1).
    ///
    /// # Errors
    ///
    /// A region has no zones and is none of those that are known. Nothing changes.
    pub fn set_regions(&mut self, now: Now, regions: RegionsConfig) -> Result<(), UnknownZones> {
        self.change_regions(now, regions)
    }

    /// Whether somebody is asked about the process's health from now on; if so, at once (H7).
    pub fn set_health_checked(&mut self, now: Now, config: Option<crate::HealthConfig>) {
        self.change_health(now, config);
    }

    /// Fetches now, unless a fetch is under way.
    pub fn refresh(&mut self, now: Now) {
        if self.phase == Phase::Running {
            self.fetch_now(now);
        }
    }

    /// Leaves the registry and ends (R5); [`Event::Stopped`] is the last event. A second call does nothing.
    pub fn shutdown(&mut self, now: Now) {
        self.leave(now);
    }

    /// What servers list.
    #[must_use]
    pub fn registry(&self) -> &Arc<Registry> {
        self.holdings.snapshot()
    }

    /// What this instance says of itself.
    #[must_use]
    pub fn document(&self) -> Option<&Arc<Document>> {
        self.own.as_ref().map(|own| own.instance.document())
    }

    /// The status that servers show for this instance; unknown where they do not show it (D2).
    #[must_use]
    pub fn remote_status(&self) -> InstanceStatus {
        self.own
            .as_ref()
            .map_or(InstanceStatus::Unknown, |own| own.remote_status)
    }

    /// The client in numbers.
    #[must_use]
    pub fn report(&self, mono: Duration) -> Report {
        self.make_report(mono)
    }

    fn handle_timer(&mut self, now: Now, timer: Timer) {
        match timer {
            Timer::Heartbeat => self.heartbeat_due(now),
            Timer::Replicate => self.replicate(now),
            Timer::Health => self.check_health(now),
            Timer::Fetch => self.fetch_now(now),
            Timer::Resolve => self.resolve(),
            Timer::Inspection => self.inspection_overdue(now),
            Timer::RegistrationAttempt => {
                let done = self
                    .registration
                    .attempt_overdue(now.mono, &mut self.agenda);
                self.duty_done(now, done);
            }
            Timer::RegistrationErrand => self.duty_overdue(now),
            Timer::QueryAttempt => {
                let done = self.query.attempt_overdue(now.mono, &mut self.agenda);
                self.fetch_done(now, done);
            }
            Timer::QueryErrand => self.fetch_overdue(now),
            Timer::BootstrapAttempt => {
                let done = self.bootstrap.attempt_overdue(now.mono, &mut self.agenda);
                self.asked(now, done);
            }
            Timer::BootstrapErrand => self.asking_overdue(now),
            Timer::Farewell => self.farewell_overdue(),
        }
    }
}
