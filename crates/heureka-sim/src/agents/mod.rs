//! Services with the client library: each is a real [`Agent`], which registers its own instance and follows the registry by
//! deltas.
//!
//! Here is the process in which an agent runs, and how it is driven; `calls.rs` carries its requests over `lines.rs` to the
//! servers and back, `listings.rs` is what these list, `life.rs` what befalls it, `checks.rs` what must hold meanwhile, and
//! `ending.rs` what must hold at the end.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the client library's enums may get more variants, so each match on them has a last arm"
)]

mod calls;
mod checks;
mod counts;
mod ending;
mod life;
mod lines;
mod listings;

use std::time::Duration;

use heureka_client_core::{Agent, AgentConfig, HealthConfig, Profile, RegistrationConfig, Task};
use heureka_model::{InstanceKey, InstanceStatus, Now, UnixMillis};
use rand::RngExt as _;
use rand_pcg::Pcg64;

use crate::alarm::{Alarm, Planned};
use crate::clients::registration;
use crate::host::WALL_AT_START;
use crate::peers::Event;
use crate::scenario::Scenario;
use crate::world::World;
use calls::{AgentCall, Answered};
use checks::Accepted;
pub use counts::AgentCounts;
pub(crate) use ending::{CALM, Calm};
use lines::AgentLines;
use listings::Listed;

/// Something that happens to an agent, or to its calls.
#[derive(Clone, Debug)]
pub(crate) enum AgentEvent {
    /// A process begins.
    Starts,
    /// It wants to be called.
    Wake,
    /// Its call arrives at a server.
    Arrives(Box<AgentCall>),
    /// An answer arrives.
    Answered(Box<Answered>),
    /// Its service, or somebody else, does something to it.
    Acts,
    /// It goes on after having been stopped.
    GoesOn { run: u64 },
    /// It leaves for good.
    Leaves,
    /// Its line to a server is mended.
    Heals { host: usize },
}

/// A machine with a service that uses the client library.
#[derive(Debug)]
pub(crate) struct AgentClient {
    pub(crate) key: InstanceKey,
    profile: Profile,
    /// Its status is what a health check says, and not what the service does.
    is_checked: bool,
    lines: AgentLines,
    /// How far its wall clock is ahead, in milliseconds.
    wall_ahead_ms: i64,
    process: Option<AgentProcess>,
    runs: u64,
    /// The version of what it said of itself last.
    last_dirty: UnixMillis,
    /// When it was asked to leave, if that was the last that befell it.
    left_at: Option<Duration>,
}

/// A run of a service.
#[derive(Debug)]
struct AgentProcess {
    run: u64,
    agent: Agent,
    started: Duration,
    alarm: Alarm,
    /// Until when it is stopped.
    stopped_until: Option<Duration>,
    /// Since when it has not been stopped.
    awake_since: Duration,
    /// Since when it says of itself what it says now.
    says_so_since: Duration,
    /// The last registration or heartbeat that a server accepted.
    accepted: Option<Accepted>,
    /// The listing that it is being given.
    listed: Option<Listed>,
    /// The listing from which it has what it has.
    view: Option<Listed>,
    /// Since its last fetch it was given an empty listing that it does not believe.
    doubts: bool,
    /// Since when it is about to leave.
    leaves_since: Option<Duration>,
}

impl AgentClient {
    pub(crate) fn new(index: usize, scenario: &Scenario, rng: &mut Pcg64) -> Self {
        let wall_ahead_ms = rng.random_range(-300_000..=300_000);
        Self {
            // In the applications of the scripted clients.
            key: InstanceKey::new(&format!("APP-{}", index % 4), &format!("agent-{index}")),
            profile: match rng.random_range(0..6) {
                0 => Profile::Netflix,
                1 => Profile::Spring,
                _ => Profile::Modern,
            },
            is_checked: rng.random_range(0..3) == 0,
            lines: AgentLines::new(scenario.hosts),
            wall_ahead_ms: if scenario.clocks_jump {
                wall_ahead_ms
            } else {
                0
            },
            process: None,
            runs: 0,
            last_dirty: UnixMillis::default(),
            left_at: None,
        }
    }

    fn wall(&self, at: Duration) -> UnixMillis {
        UnixMillis(WALL_AT_START.after(at).0.saturating_add(self.wall_ahead_ms))
    }

    /// Both clocks of its process.
    fn now(&self, at: Duration) -> Now {
        let started = self.process.as_ref().map_or(at, |process| process.started);
        Now {
            mono: at.saturating_sub(started),
            wall: self.wall(at),
        }
    }

    /// What a new process is told: an instance that is newer than that of the process before.
    fn config(&self, at: Duration) -> Option<AgentConfig> {
        let later = UnixMillis(self.last_dirty.0.saturating_add(1));
        let status = match self.profile {
            Profile::Netflix => InstanceStatus::Starting,
            _ => InstanceStatus::Up,
        };
        let sent = registration(&self.key, self.wall(at).max(later).0, status)?;
        let mut own = RegistrationConfig::of(self.profile, sent.document.into());
        own.health = self.is_checked.then(HealthConfig::default);
        let mut config = AgentConfig::of(self.profile);
        config.registration = Some(own);
        Some(config)
    }

    /// Its agent and its clocks, where its process runs and is not stopped.
    fn running(&mut self, at: Duration) -> Option<(&mut AgentProcess, Now)> {
        let now = self.now(at);
        let process = self.process.as_mut();
        Some((
            process.filter(|process| process.stopped_until.is_none())?,
            now,
        ))
    }
}

impl World {
    pub(crate) fn agent_event(&mut self, index: usize, event: AgentEvent) {
        match event {
            AgentEvent::Starts => self.agent_starts(index),
            AgentEvent::Wake => self.agent_wakes(index),
            AgentEvent::Arrives(call) => self.agent_call_arrives(index, *call),
            AgentEvent::Answered(answered) => self.agent_is_answered(index, *answered),
            AgentEvent::Acts => self.agent_acts(index),
            AgentEvent::GoesOn { run } => self.agent_goes_on(index, run),
            AgentEvent::Leaves => self.agent_leaves(index),
            AgentEvent::Heals { host } => {
                let now = self.now;
                if let Some(client) = self.agents.get_mut(index) {
                    client.lines.heal(now, host);
                }
            }
        }
    }

    fn agent_after(&mut self, after: Duration, agent: usize, event: AgentEvent) {
        self.at(after, Event::Agent { agent, event });
    }

    /// A process begins where none runs.
    fn agent_starts(&mut self, index: usize) {
        let (at, seed) = (self.now, self.rng.random());
        let Some(client) = self.agents.get_mut(index) else {
            return;
        };
        if self.is_over || client.process.is_some() {
            return;
        }
        let now = Now {
            mono: Duration::ZERO,
            wall: client.wall(at),
        };
        let agent = client
            .config(at)
            .and_then(|config| Agent::new(config, seed, now).ok());
        let Some(agent) = agent else {
            return;
        };
        client.runs += 1;
        client.left_at = None;
        client.process = Some(AgentProcess {
            run: client.runs,
            agent,
            started: at,
            alarm: Alarm::default(),
            stopped_until: None,
            awake_since: at,
            says_so_since: at,
            accepted: None,
            listed: None,
            view: None,
            doubts: false,
            leaves_since: None,
        });
        self.trace.line(
            at,
            format_args!("agent-{index} starts: {:?}", client.profile),
        );
        self.agent_counts.runs += 1;
        self.settle_agent(index);
    }

    fn agent_wakes(&mut self, index: usize) {
        let at = self.now;
        let client = self.agents.get_mut(index);
        let Some((process, now)) = client.and_then(|client| client.running(at)) else {
            return;
        };
        if process.alarm.rings(at) {
            process.agent.handle_timeout(now);
            self.settle_agent(index);
        }
    }

    /// After every call into an agent: its tasks are carried out, its events heard, and its next call planned.
    fn settle_agent(&mut self, index: usize) {
        let at = self.now;
        loop {
            self.hear_agent(index);
            let client = self.agents.get_mut(index);
            let Some((process, now)) = client.and_then(|client| client.running(at)) else {
                return;
            };
            let Some(task) = process.agent.poll_task() else {
                break;
            };
            self.agent_asks(index, now, task);
        }
        self.notice_news(index);
        self.plan_agent(index);
    }

    fn agent_asks(&mut self, index: usize, now: Now, task: Task) {
        match task {
            Task::Send(call) => self.agent_sends(index, call),
            Task::Resolve(id) => {
                let fails = !self.is_over && self.rng.random_range(0..20) == 0;
                let servers = if fails {
                    Err("no such name".into())
                } else {
                    Ok(self.endpoints())
                };
                self.with_agent(index, |agent| agent.handle_resolved(now, id, servers));
            }
            Task::Inspect(id) => {
                if let Some(inspected) = self.inspected() {
                    self.with_agent(index, |agent| agent.handle_inspected(now, id, inspected));
                }
            }
            _ => {}
        }
    }

    /// Calls an agent; whoever does that settles it.
    fn with_agent(&mut self, index: usize, call: impl FnOnce(&mut Agent)) {
        let client = self.agents.get_mut(index);
        if let Some(process) = client.and_then(|client| client.process.as_mut()) {
            call(&mut process.agent);
        }
    }

    /// What it says of itself may have changed.
    fn notice_news(&mut self, index: usize) {
        let at = self.now;
        let Some(client) = self.agents.get_mut(index) else {
            return;
        };
        let Some(process) = &mut client.process else {
            return;
        };
        let dirty = process
            .agent
            .document()
            .map(|document| document.last_dirty)
            .unwrap_or_default();
        if client.last_dirty != dirty {
            client.last_dirty = dirty;
            process.says_so_since = at;
        }
    }

    fn plan_agent(&mut self, index: usize) {
        let at = self.now;
        let client = self.agents.get_mut(index);
        let Some((process, _)) = client.and_then(|client| client.running(at)) else {
            return;
        };
        let Some(mono) = process.agent.poll_timeout() else {
            return;
        };
        let wakes_at = process.started.saturating_add(mono);
        match process.alarm.plan(at, wakes_at) {
            Planned::Already => {}
            Planned::After(wait) => self.agent_after(wait, index, AgentEvent::Wake),
            Planned::Endlessly => self.violated(format!(
                "agent-{index} wants to be called at once, again and again"
            )),
        }
    }
}
