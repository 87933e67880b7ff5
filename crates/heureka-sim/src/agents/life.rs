//! What befalls agents: what their services want of them, and what goes wrong around them.

use std::time::Duration;

use heureka_client_core::{Agent, Event, Health, Inspected, Profile, Unserved};
use heureka_model::{InstanceStatus, Now};
use rand::RngExt as _;

use super::AgentEvent;
use crate::network::Line;
use crate::world::World;

/// The mean time between two things that befall an agent is half of this.
const SOMETHING_WITHIN: Duration = Duration::from_secs(60);

/// So soon a service that was ended in order is started anew.
const STARTED_ANEW_WITHIN: Duration = Duration::from_secs(90);

/// So soon one that has crashed is: often later than its lease ends.
const MENDED_WITHIN: Duration = Duration::from_secs(400);

/// Everything that an agent is stopped or cut off for ends within this.
const MENDED_LINES_WITHIN: Duration = Duration::from_secs(200);

impl World {
    /// At the beginning.
    pub(crate) fn begin_agents(&mut self) {
        for index in 0..self.agents.len() {
            let after = self.up_to(Duration::from_secs(40));
            self.agent_after(after, index, AgentEvent::Starts);
            let after = after + self.up_to(SOMETHING_WITHIN);
            self.agent_after(after, index, AgentEvent::Acts);
        }
    }

    /// Everything is healed: nothing befalls agents any more, but that one may leave.
    pub(crate) fn heal_agents(&mut self) {
        let now = self.now;
        for index in 0..self.agents.len() {
            for host in 0..self.hosts.len() {
                if let Some(client) = self.agents.get_mut(index) {
                    client.lines.heal(now, host);
                }
            }
            if let Some(run) = self.agent_run(index) {
                self.agent_goes_on(index, run);
            }
        }
        if self.rng.random_bool(0.5) {
            let after = self.scenario.converges_within() + self.up_to(Duration::from_secs(10));
            self.agent_after(after, 0, AgentEvent::Leaves);
        }
    }

    /// Its service, or somebody else, does something to it.
    pub(super) fn agent_acts(&mut self, index: usize) {
        if self.is_over {
            return;
        }
        let next = self.up_to(SOMETHING_WITHIN);
        self.agent_after(next, index, AgentEvent::Acts);
        match self.rng.random_range(0..20) {
            0..=2 => self.service_changes_status(index),
            3..=5 => self.service_edits_metadata(index),
            6..=9 => self.agent_line_breaks(index),
            10 | 11 => self.agent_is_isolated(index),
            12 | 13 => self.agent_leaves(index),
            14 => self.agent_crashes(index),
            15 => self.agent_is_stopped(index),
            16 => self.tell_agent(index, Agent::refresh),
            _ => {}
        }
    }

    fn tell_agent(&mut self, index: usize, tell: impl FnOnce(&mut Agent, Now)) {
        let at = self.now;
        let client = self.agents.get_mut(index);
        if let Some((process, now)) = client.and_then(|client| client.running(at)) {
            tell(&mut process.agent, now);
            self.settle_agent(index);
        }
    }

    fn service_changes_status(&mut self, index: usize) {
        let statuses = [
            InstanceStatus::Up,
            InstanceStatus::Up,
            InstanceStatus::Down,
            InstanceStatus::OutOfService,
        ];
        let chosen = self.rng.random_range(0..statuses.len());
        let is_checked = self
            .agents
            .get(index)
            .is_none_or(|client| client.is_checked);
        if let Some(status) = statuses.get(chosen).filter(|_| !is_checked) {
            self.tell_agent(index, |agent, now| agent.set_status(now, *status));
        }
    }

    fn service_edits_metadata(&mut self, index: usize) {
        let edit = self.now.as_millis().to_string();
        self.tell_agent(index, |agent, now| {
            agent.set_metadata(now, &[("said", &edit)]);
        });
    }

    fn agent_line_breaks(&mut self, index: usize) {
        let host = self.rng.random_range(0..self.hosts.len());
        self.agent_lines_become(index, host..host + 1);
    }

    fn agent_is_isolated(&mut self, index: usize) {
        self.agent_lines_become(index, 0..self.hosts.len());
    }

    fn agent_lines_become(&mut self, index: usize, hosts: std::ops::Range<usize>) {
        let line = if self.rng.random_bool(0.7) {
            Line::Cut
        } else {
            Line::Closed
        };
        let (at, after) = (self.now, self.up_to(MENDED_LINES_WITHIN));
        self.trace
            .line(at, format_args!("agent-{index}: {line:?} to {hosts:?}"));
        for host in hosts {
            if let Some(client) = self.agents.get_mut(index) {
                client.lines.becomes(at, host, line);
            }
            self.agent_after(after, index, AgentEvent::Heals { host });
        }
    }

    /// It ends in order.
    pub(super) fn agent_leaves(&mut self, index: usize) {
        let at = self.now;
        if let Some(client) = self.agents.get_mut(index)
            && let Some((process, _)) = client.running(at)
        {
            client.left_at = Some(*process.leaves_since.get_or_insert(at));
        }
        self.trace
            .line(at, format_args!("agent-{index} is to leave"));
        self.tell_agent(index, Agent::shutdown);
    }

    fn agent_crashes(&mut self, index: usize) {
        let at = self.now;
        let client = self.agents.get_mut(index);
        if client.and_then(|client| client.process.take()).is_none() {
            return;
        }
        self.trace.line(at, format_args!("agent-{index} crashes"));
        let after = self.up_to(MENDED_WITHIN);
        self.agent_after(after, index, AgentEvent::Starts);
    }

    fn agent_is_stopped(&mut self, index: usize) {
        let (at, after) = (self.now, self.up_to(MENDED_LINES_WITHIN));
        let client = self.agents.get_mut(index);
        let Some((process, _)) = client.and_then(|client| client.running(at)) else {
            return;
        };
        process.stopped_until = Some(at + after);
        let run = process.run;
        self.trace
            .line(at, format_args!("agent-{index} is stopped"));
        self.agent_after(after, index, AgentEvent::GoesOn { run });
    }

    pub(super) fn agent_goes_on(&mut self, index: usize, run: u64) {
        let (at, is_over) = (self.now, self.is_over);
        let client = self.agents.get_mut(index);
        let Some(process) = client.and_then(|client| client.process.as_mut()) else {
            return;
        };
        let is_due = process.stopped_until.is_some_and(|until| until <= at);
        let is_stopped = process.stopped_until.is_some();
        if process.run != run || !is_stopped || !(is_due || is_over) {
            return;
        }
        process.stopped_until = None;
        process.awake_since = at;
        process.alarm.forget();
        self.trace.line(at, format_args!("agent-{index} goes on"));
        self.tell_agent(index, Agent::handle_timeout);
    }

    /// What a look at the process brings; sometimes nothing comes of it.
    pub(super) fn inspected(&mut self) -> Option<Inspected> {
        let health = match self.rng.random_range(0..40) {
            _ if self.is_over => Health::Status(InstanceStatus::Up),
            0 => return None,
            1 | 2 => Health::Status(InstanceStatus::Down),
            3 => Health::Failed("no database".into()),
            4..=9 => Health::Silent,
            _ => Health::Status(InstanceStatus::Up),
        };
        Some(Inspected {
            health: Some(health),
            ..Inspected::default()
        })
    }

    /// What the agent says happened.
    pub(super) fn hear_agent(&mut self, index: usize) {
        while let Some(event) = self.agent_event_of(index) {
            self.trace
                .line(self.now, format_args!("agent-{index} {event:?}"));
            self.agent_counts.count(&event);
            match event {
                Event::Started => self.service_is_ready(index),
                Event::Fetched { how, .. } => self.check_fetched(index, how),
                Event::FetchFailed { reason, .. } => self.fetch_has_failed(index, &reason),
                Event::Deregistered => self.check_farewell(index),
                Event::Stopped => self.agent_has_ended(index),
                _ => {}
            }
        }
    }

    fn agent_event_of(&mut self, index: usize) -> Option<Event> {
        let client = self.agents.get_mut(index)?;
        client.process.as_mut()?.agent.poll_event()
    }

    /// Netflix's client begins as STARTING, and its service says when it is up.
    fn service_is_ready(&mut self, index: usize) {
        let at = self.now;
        let Some(client) = self.agents.get_mut(index) else {
            return;
        };
        let now = client.now(at);
        if let (Profile::Netflix, Some(process)) = (client.profile, &mut client.process) {
            process.agent.set_status(now, InstanceStatus::Up);
        }
    }

    fn fetch_has_failed(&mut self, index: usize, reason: &Unserved) {
        let client = self.agents.get_mut(index);
        if let Some(process) = client.and_then(|client| client.process.as_mut()) {
            process.doubts |= matches!(reason, Unserved::Doubtful { .. });
        }
    }

    fn agent_has_ended(&mut self, index: usize) {
        self.check_end_of_agent(index);
        if let Some(client) = self.agents.get_mut(index) {
            client.process = None;
        }
        let after = self.up_to(STARTED_ANEW_WITHIN);
        self.agent_after(after, index, AgentEvent::Starts);
    }
}
