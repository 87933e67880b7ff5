//! Which servers there are: those that are configured, or instances in a registry (T16 to T20).

use std::sync::Arc;
use std::time::Duration;

use heureka_model::{Application, Now};

use super::Agent;
use super::lane::{Done, Plan};
use super::starting::Phase;
use super::timers::Timer;
use crate::{
    Answer, BackOff, Endpoint, Event, Instance, LineName, Listing, ListingOf, Operation,
    ServersInRegistry, Source, Task, TaskId, Unserved,
};

/// How far the look at which servers there are is.
#[derive(Debug, Default)]
pub(crate) struct ResolvingState {
    /// The look outside that is waited for.
    awaited: Option<TaskId>,
    /// The lines for which a configured server is still to be asked (T18, T19), each with the vip.
    to_ask: Vec<(LineName, Arc<str>)>,
    has_failed: bool,
    failures_in_a_row: u32,
}

impl Agent {
    /// Asks which servers there are.
    pub(super) fn resolve(&mut self) {
        let id = self.agenda.next_id();
        self.resolving.awaited = Some(id);
        self.agenda.task(Task::Resolve(id));
    }

    /// Whether the answer of this look is waited for. From now on it is not.
    pub(super) fn takes_resolved(&mut self, id: TaskId) -> bool {
        self.resolving
            .awaited
            .take_if(|awaited| *awaited == id)
            .is_some()
    }

    pub(super) fn resolved(&mut self, now: Now, servers: Result<Vec<Endpoint>, Box<str>>) {
        if matches!(self.phase, Phase::Leaving | Phase::Stopped) {
            return;
        }
        self.resolving.has_failed = false;
        self.resolving.to_ask.clear();
        match servers {
            Ok(servers) => self.look_in_sources(now, &servers),
            Err(reason) => self.resolve_failed(reason),
        }
        self.ask_next(now);
    }

    /// The first source of each line that has servers counts.
    fn look_in_sources(&mut self, now: Now, configured: &[Endpoint]) {
        self.bootstrap.set_endpoints(configured.to_vec());
        for line in [LineName::Registration, LineName::Query] {
            for source in self.sources(line) {
                match source {
                    Source::Configured => self.set_servers(line, configured.to_vec()),
                    Source::Remote(vip) => self.resolving.to_ask.push((line, Arc::from(vip))),
                    Source::Registry(vip) => {
                        let servers = self.servers_in_registry(now.mono, &vip);
                        if !servers.is_empty() {
                            self.set_servers(line, servers);
                            break;
                        }
                    }
                }
            }
        }
    }

    fn sources(&self, line: LineName) -> Vec<Source> {
        let cluster = self.config.cluster.as_ref();
        cluster.map_or_else(
            || vec![Source::Configured],
            |cluster| cluster.sources.sources(line),
        )
    }

    /// Those that are up in what is known, unless that is too old (T27).
    fn servers_in_registry(&self, mono: Duration, vip: &str) -> Vec<Endpoint> {
        let age = self
            .fetching
            .last_success
            .map(|then| mono.saturating_sub(then));
        let cluster = self.config.cluster.as_ref();
        let cluster = cluster.filter(|cluster| ServersInRegistry::is_fresh(age, cluster.staleness));
        let known = self.registry().vip(vip);
        cluster
            .map(|cluster| cluster.servers.endpoints(known))
            .unwrap_or_default()
    }

    /// Asks a configured server for the next vip; when there is none, it is known which servers there are.
    fn ask_next(&mut self, now: Now) {
        let Some((line, vip)) = self.resolving.to_ask.pop() else {
            self.settle_servers(now);
            return;
        };
        let listing = Listing {
            of: ListingOf::Vip(vip),
            regions: Arc::default(),
        };
        let attempts = u32::try_from(self.config.line.max_attempts).unwrap_or(u32::MAX);
        let plan = Plan {
            purpose: line,
            operation: Operation::Fetch(listing),
            known: None,
            attempt_timeout: self.config.attempt_timeout,
            timeout: self.config.attempt_timeout.saturating_mul(attempts),
        };
        let done = self.bootstrap.begin(now.mono, plan, &mut self.agenda);
        self.asked(now, done);
    }

    /// Takes what a configured server says of the servers of a line.
    pub(super) fn asked(&mut self, now: Now, done: Option<Done<LineName>>) {
        let Some((line, result)) = done else {
            return;
        };
        match result {
            Ok(Answer {
                listing: Some(listing),
                ..
            }) => {
                let instances = listing
                    .applications
                    .into_iter()
                    .flat_map(|app: Application| app.instances);
                let instances: Vec<Instance> = instances.map(Instance::new).collect();
                let cluster = self.config.cluster.as_ref();
                let servers = cluster.map(|cluster| cluster.servers.endpoints(&instances));
                self.set_servers(line, servers.unwrap_or_default());
            }
            Ok(Answer { status, .. }) => {
                self.resolve_failed(Unserved::Status(status).to_string().into())
            }
            Err(reason) => self.resolve_failed(reason.to_string().into()),
        }
        self.ask_next(now);
    }

    pub(super) fn asking_overdue(&mut self, now: Now) {
        if let Some(line) = self.bootstrap.give_up(now.mono, &mut self.agenda) {
            let timed_out = Unserved::TimedOut(self.config.attempt_timeout);
            self.asked(now, Some((line, Err(timed_out))));
        }
    }

    fn set_servers(&mut self, line: LineName, servers: Vec<Endpoint>) {
        match line {
            LineName::Registration => self.registration.set_endpoints(servers),
            LineName::Query => self.query.set_endpoints(servers),
            LineName::Bootstrap => self.bootstrap.set_endpoints(servers),
        }
    }

    fn resolve_failed(&mut self, reason: Box<str>) {
        self.resolving.has_failed = true;
        self.agenda.tell(Event::ResolveFailed(reason));
    }

    /// The look is over. After a failure the known servers stay (T20), and the next look comes soon, because it may be the
    /// first.
    fn settle_servers(&mut self, now: Now) {
        let wait = if self.resolving.has_failed {
            self.resolving.failures_in_a_row = self.resolving.failures_in_a_row.saturating_add(1);
            let back_off = BackOff::up_to(self.config.resolve_interval);
            back_off.wait(self.resolving.failures_in_a_row, &mut self.rng)
        } else {
            self.resolving.failures_in_a_row = 0;
            self.config.resolve_interval
        };
        self.agenda
            .timers
            .set(Timer::Resolve, now.mono.saturating_add(wait));
        if self.phase == Phase::Resolving {
            self.begin_start(now);
        } else {
            self.catch_up(now);
        }
    }

    /// What could not be asked of anybody is asked as soon as there are servers.
    fn catch_up(&mut self, now: Now) {
        if self.phase != Phase::Running {
            return;
        }
        if self.query.takes_found_servers() {
            self.fetch_now(now);
        }
        if self.registration.takes_found_servers()
            && self.own.as_ref().is_some_and(|own| own.instance.is_dirty())
        {
            self.register(now);
        }
    }
}
