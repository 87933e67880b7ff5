//! The world: one heap of events, one source of chance, one thread.

use std::collections::BTreeMap;
use std::time::Duration;

use heureka_core::Event as NodeEvent;
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;

use crate::agents::{AgentClient, AgentCounts, CALM, Calm};
use crate::alarm::Planned;
use crate::clients::Client;
use crate::expectations::Expectations;
use crate::host::Host;
use crate::messages::Told;
use crate::network::Network;
use crate::outcome::{Outcome, Violation};
use crate::peers::Event;
use crate::scenario::{SPLIT, Scenario};
use crate::set_full::SetFull;
use crate::trace::Trace;

/// Time between two looks at everything.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// After all nodes hold the same, agents still leave for so long; then nothing changes any more.
const CALMS_WITHIN: Duration = Duration::from_secs(15);

/// When everything is healed, processes go on so far apart.
const APART: Duration = Duration::from_millis(2);

/// The world of one seed.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) rng: Pcg64,
    pub(crate) scenario: Scenario,
    pub(crate) now: Duration,
    pub(crate) hosts: Vec<Host>,
    pub(crate) network: Network,
    pub(crate) clients: Vec<Client>,
    pub(crate) agents: Vec<AgentClient>,
    pub(crate) agent_counts: AgentCounts,
    pub(crate) calm: Calm,
    pub(crate) expected: Expectations,
    pub(crate) trace: Trace,
    pub(crate) told: Told,
    pub(crate) node_time: Duration,
    pub(crate) is_over: bool,
    /// Since when.
    pub(crate) over_at: Duration,
    /// Since everything was healed, all nodes held the same at one moment: from then on they differ only by what is on its
    /// way.
    pub(crate) has_converged: bool,
    events: BTreeMap<(Duration, u64), Event>,
    next_event: u64,
    steps: u64,
    violation: Option<Violation>,
}

impl World {
    pub(crate) fn new(seed: u64, with_trace: bool) -> Self {
        let mut rng = Pcg64::seed_from_u64(seed);
        let scenario = Scenario::of(&mut rng);
        let mut world = Self {
            seed,
            scenario,
            now: Duration::ZERO,
            hosts: (0..scenario.hosts)
                .filter_map(|index| Host::new(index, scenario.is_java(index)))
                .collect(),
            network: Network::new(scenario),
            clients: (0..scenario.clients)
                .map(|index| Client::new(index, scenario.hosts, &mut rng))
                .collect(),
            agents: (0..scenario.agents)
                .map(|index| AgentClient::new(index, &scenario, &mut rng))
                .collect(),
            agent_counts: AgentCounts::default(),
            calm: Calm::new(),
            expected: Expectations::new(scenario),
            trace: Trace::new(with_trace),
            told: Told::default(),
            node_time: Duration::ZERO,
            is_over: false,
            over_at: Duration::ZERO,
            has_converged: false,
            events: BTreeMap::new(),
            next_event: 0,
            steps: 0,
            violation: None,
            rng,
        };
        world.begin();
        world
    }

    fn begin(&mut self) {
        let scenario = self.scenario;
        self.trace.line(self.now, format_args!("{scenario:?}"));
        for host in 0..self.hosts.len() {
            if scenario.clocks_jump {
                let ahead_ms = self.rng.random_range(-300_000..=300_000);
                if let Some(host) = self.hosts.get_mut(host) {
                    host.wall_ahead_ms = ahead_ms;
                }
            }
            self.start(host);
        }
        for client in 0..self.clients.len() {
            let after = self.up_to(Duration::from_secs(40));
            self.at(after, Event::Client { client });
        }
        self.begin_agents();
        self.at(LOOK_EVERY, Event::Look);
        self.at(Duration::from_secs(45), Event::Operator);
        self.at(Duration::from_secs(60), Event::Fault);
        if let (true, Some(after)) = (scenario.splits, scenario.length.checked_sub(SPLIT)) {
            self.at(after, Event::Split);
        }
        self.at(scenario.length, Event::Over);
    }

    /// Some time up to `most`.
    pub(crate) fn up_to(&mut self, most: Duration) -> Duration {
        let most_us = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(self.rng.random_range(0..=most_us))
    }

    /// Lets something happen after a while.
    pub(crate) fn at(&mut self, after: Duration, event: Event) {
        let at = self.now.saturating_add(after);
        self.events.insert((at, self.next_event), event);
        self.next_event += 1;
    }

    pub(crate) fn run(mut self) -> Outcome {
        while self.violation.is_none()
            && let Some(((at, _), event)) = self.events.pop_first()
        {
            self.now = at;
            self.steps += 1;
            if matches!(event, Event::End) {
                self.end();
                break;
            }
            self.handle(event);
        }
        Outcome {
            seed: self.seed,
            steps: self.steps,
            node_time: self.node_time,
            registrations: self.set_full(),
            agents: self.agent_counts,
            violation: self.violation,
            trace: self.trace.into_text(),
        }
    }

    pub(crate) fn handle(&mut self, event: Event) {
        match event {
            Event::Wake { host } => self.wake(host),
            Event::Request(request) => self.deliver_request(*request),
            Event::Answer(answer) => self.deliver_answer(*answer),
            Event::GiveUp {
                host,
                run,
                call,
                failure,
            } => self.give_up(host, run, call, failure),
            Event::Client { client } => self.client_acts(client),
            Event::Agent { agent, event } => self.agent_event(agent, event),
            Event::Java(event) => self.java_event(event),
            Event::Late {
                host,
                run,
                client,
                deed,
            } => self.deed_is_late(host, run, client, deed),
            Event::Operator => self.operator_acts(),
            Event::Fault => self.fault(),
            Event::Split => self.split(),
            Event::Heal(lines) => self.heal_lines(&lines),
            Event::Start { host } => self.start(host),
            Event::GoOn { host } => self.go_on(host),
            Event::Look => {
                self.look();
                self.at(LOOK_EVERY, Event::Look);
            }
            Event::Over => self.over(),
            Event::Converged => self.check_convergence(),
            Event::Calm => self.take_note_of_calm(),
            Event::End => {}
        }
    }

    /// The faults and the writes are over.
    fn over(&mut self) {
        self.trace
            .line(self.now, format_args!("everything is healed"));
        self.is_over = true;
        self.over_at = self.now;
        self.network.heal(self.now);
        for host in 0..self.hosts.len() {
            // Where two go on in the same millisecond, what they take late has no order by their clocks.
            let after = APART.saturating_mul(u32::try_from(host).unwrap_or_default());
            self.at(after, Event::GoOn { host });
            self.at(after, Event::Start { host });
        }
        self.heal_agents();
        let converges = self.scenario.converges_within();
        self.at(converges, Event::Converged);
        let calm = converges + CALMS_WITHIN;
        self.at(calm, Event::Calm);
        self.at(calm + CALM, Event::End);
    }

    /// Takes notice of the first thing that should not have been.
    pub(crate) fn violated(&mut self, what: String) {
        self.trace.line(self.now, format_args!("violated: {what}"));
        let violation = Violation {
            seed: self.seed,
            step: self.steps,
            at: self.now,
            what,
        };
        self.violation.get_or_insert(violation);
    }

    /// After every call into a node: its calls are sent, its events heard, and its next call planned.
    pub(crate) fn settle(&mut self, index: usize) {
        let at = self.now;
        if self.java(index).is_some() {
            return self.java_sends(index);
        }
        loop {
            let Some(host) = self.hosts.get_mut(index) else {
                return;
            };
            let now = host.now(at);
            let Some(process) = &mut host.process else {
                return;
            };
            let Some(call) = process.node.poll_call(now) else {
                break;
            };
            self.send(index, call);
        }
        self.hear(index);
        self.notice_opening(index);
        self.plan(index);
        self.check_node(index);
    }

    fn notice_opening(&mut self, index: usize) {
        let now = self.now;
        let process = self
            .hosts
            .get_mut(index)
            .and_then(|host| host.process.as_mut());
        let opens =
            process.filter(|process| process.open_since.is_none() && process.node.is_open());
        if let Some(process) = opens {
            process.open_since = Some(now);
            self.check_opened(index);
        }
    }

    fn hear(&mut self, index: usize) {
        while let Some(told) = self
            .hosts
            .get_mut(index)
            .and_then(|host| host.process.as_mut()?.node.poll_event())
        {
            self.trace
                .line(self.now, format_args!("node-{index} {told:?}"));
            match told {
                NodeEvent::Evicted(report) => self.check_evicted(index, &report.evicted),
                NodeEvent::Cluster(_)
                | NodeEvent::ProtectionChanged(_)
                | NodeEvent::EvictionPostponed { .. } => {}
            }
        }
    }

    fn plan(&mut self, index: usize) {
        let at = self.now;
        let Some(process) = self
            .hosts
            .get_mut(index)
            .and_then(|host| host.process.as_mut())
        else {
            return;
        };
        let (mono, timer) = process.node.poll_timeout();
        let wakes_at = process.started.saturating_add(mono);
        match process.alarm.plan(at, wakes_at) {
            Planned::Already => {}
            Planned::After(wait) => self.at(wait, Event::Wake { host: index }),
            Planned::Endlessly => self.violated(format!(
                "node-{index} wants to be called for {timer:?} at once, again and again"
            )),
        }
    }

    fn wake(&mut self, index: usize) {
        let at = self.now;
        let Some(host) = self.hosts.get_mut(index) else {
            return;
        };
        let now = host.now(at);
        let Some(process) = &mut host.process else {
            return;
        };
        if process.stopped.is_some() || !process.alarm.rings(at) {
            return;
        }
        process.node.handle_timeout(now);
        self.settle(index);
    }

    fn set_full(&self) -> SetFull {
        self.expected.set_full()
    }
}
