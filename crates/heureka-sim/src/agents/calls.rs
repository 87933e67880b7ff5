//! Requests of agents, on their way to servers and back.

use std::time::Duration;

use heureka_client_core::{Answer, Call, CallFailure, Endpoint, Operation, TaskId};
use heureka_model::{InstanceStatus, Registration};
use rand::RngExt as _;

use super::AgentEvent;
use super::checks::Accepted;
use super::listings::Listed;
use crate::network::Fate;
use crate::peers::{Event, NO_WAY_AFTER};
use crate::serving::Write;
use crate::world::World;

/// A message that took longer than this was held up; lines by themselves take less than one second.
const IN_TIME: Duration = Duration::from_secs(1);

/// A request on its way.
#[derive(Clone, Debug)]
pub(crate) struct AgentCall {
    run: u64,
    to: usize,
    to_run: u64,
    call: Call,
}

/// An answer on its way, or word that there is none.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    run: u64,
    id: TaskId,
    result: Result<Answer, CallFailure>,
    listed: Option<Listed>,
}

impl World {
    /// All servers, as an agent finds them.
    pub(super) fn endpoints(&self) -> Vec<Endpoint> {
        let hosts = self.hosts.iter();
        hosts
            .map(|host| Endpoint {
                url: host.url.clone(),
                zone: None,
            })
            .collect()
    }

    /// Sends a request. Nobody tells the agent that an answer does not come: its own deadline has to.
    pub(super) fn agent_sends(&mut self, index: usize, call: Call) {
        let Some(to) = self.hosts.iter().position(|host| host.url == call.server) else {
            return;
        };
        let Some(run) = self.agent_run(index) else {
            return;
        };
        self.trace.line(
            self.now,
            format_args!("agent-{index} -> node-{to} {}", shown(&call.operation)),
        );
        let to_run = self.hosts.get(to).and_then(|host| host.run());
        match (self.fate_of_agent_call(index, to), to_run) {
            (Fate::Lost, _) => {}
            (Fate::NoWay, _) => self.agent_call_fails(index, run, call.id, NO_WAY_AFTER),
            (Fate::Arrives { after, .. }, None) => {
                self.agent_call_fails(index, run, call.id, after)
            }
            (Fate::Arrives { after, .. }, Some(to_run)) => {
                let call = AgentCall {
                    run,
                    to,
                    to_run,
                    call,
                };
                self.agent_after(after, index, AgentEvent::Arrives(Box::new(call)));
            }
        }
    }

    pub(super) fn agent_run(&self, index: usize) -> Option<u64> {
        let process = self.agents.get(index)?.process.as_ref()?;
        Some(process.run)
    }

    fn fate_of_agent_call(&mut self, index: usize, to: usize) -> Fate {
        let hangs = !self.is_over && self.rng.random_range(0..1000) < self.scenario.hung;
        let line = self.agents.get(index).map(|client| client.lines.line(to));
        let fate = match line {
            Some(line) if !hangs => self.network.over(&mut self.rng, line),
            Some(_) | None => Fate::Lost,
        };
        let is_in_time = matches!(fate, Fate::Arrives { after, .. } if after <= IN_TIME);
        if !is_in_time {
            self.agent_line_is_troubled(index, to);
        }
        fate
    }

    fn agent_line_is_troubled(&mut self, index: usize, host: usize) {
        let now = self.now;
        if let Some(client) = self.agents.get_mut(index) {
            client.lines.is_troubled(now, host);
        }
    }

    fn agent_call_fails(&mut self, index: usize, run: u64, id: TaskId, after: Duration) {
        let unreachable = CallFailure::Unreachable("connection refused".into());
        self.agent_hears(index, after, run, id, Err(unreachable), None);
    }

    fn agent_hears(
        &mut self,
        index: usize,
        after: Duration,
        run: u64,
        id: TaskId,
        result: Result<Answer, CallFailure>,
        listed: Option<Listed>,
    ) {
        let answered = Answered {
            run,
            id,
            result,
            listed,
        };
        self.agent_after(after, index, AgentEvent::Answered(Box::new(answered)));
    }

    /// A request arrives: the connection may have ended with the server's process, the process may be stopped, and nobody may
    /// wait for the answer any more.
    pub(super) fn agent_call_arrives(&mut self, index: usize, arrived: AgentCall) {
        let AgentCall {
            run,
            to,
            to_run,
            ref call,
        } = arrived;
        let Some(host) = self.hosts.get_mut(to) else {
            return;
        };
        if !host.is_run(to_run) {
            let broken = CallFailure::Broken("connection reset".into());
            return self.agent_hears(index, Duration::ZERO, run, call.id, Err(broken), None);
        }
        if let Some(waiting) = host.waiting() {
            let event = AgentEvent::Arrives(Box::new(arrived));
            return waiting.push(Event::Agent {
                agent: index,
                event,
            });
        }
        let is_awaited = self.agent_awaits(index, run, call);
        let (answer, listed) = match &call.operation {
            Operation::Fetch(listing) => self.list(to, &listing.of),
            operation => {
                let is_done = self.agent_changes(index, to, to_run, operation, is_awaited);
                (Answer::of(status(operation, is_done)), None)
            }
        };
        self.trace.line(
            self.now,
            format_args!("node-{to} answers agent-{index} {}", answer.status),
        );
        self.agent_answer_leaves(index, run, to, call.id, answer, listed);
    }

    /// Whether the answer to a call is still waited for.
    fn agent_awaits(&self, index: usize, run: u64, call: &Call) -> bool {
        let client = self.agents.get(index);
        client.is_some_and(|client| {
            let is_run = |process: &super::AgentProcess| process.run == run;
            client.process.as_ref().is_some_and(is_run) && client.now(self.now).mono < call.deadline
        })
    }

    fn agent_changes(
        &mut self,
        index: usize,
        to: usize,
        to_run: u64,
        operation: &Operation,
        is_awaited: bool,
    ) -> bool {
        let (Some(write), Some(client)) = (write_of(operation), self.agents.get(index)) else {
            return false;
        };
        let key = client.key.clone();
        if !is_awaited {
            self.trace
                .line(self.now, format_args!("late at node-{to}: agent-{index}"));
            self.serve_late(&key, to, &write);
            return false;
        }
        let is_done = self.serve(&key, to, &write);
        if is_done {
            self.acknowledged(&key, to, to_run, &write);
            self.agent_is_accepted(index, to, to_run, &write);
        }
        is_done
    }

    fn agent_is_accepted(&mut self, index: usize, host: usize, run: u64, write: &Write) {
        let (at, client) = (self.now, self.agents.get_mut(index));
        let dirty = match write {
            Write::Register(sent) => sent.document.last_dirty,
            Write::Renew(dirty) => *dirty,
            Write::Cancel => return,
        };
        if let Some(process) = client.and_then(|client| client.process.as_mut()) {
            let same = process
                .accepted
                .filter(|before| (before.host, before.run, before.dirty) == (host, run, dirty));
            process.accepted = Some(Accepted {
                at,
                since: same.map_or(at, |before| before.since),
                host,
                run,
                dirty,
            });
        }
    }

    /// Answers may be lost as requests are; some of those that are lost break the connection.
    fn agent_answer_leaves(
        &mut self,
        index: usize,
        run: u64,
        from: usize,
        id: TaskId,
        answer: Answer,
        listed: Option<Listed>,
    ) {
        match self.fate_of_agent_call(index, from) {
            Fate::Arrives { after, .. } => {
                self.agent_hears(index, after, run, id, Ok(answer), listed);
            }
            Fate::Lost | Fate::NoWay => {
                if self.rng.random_bool(0.5) {
                    let broken = CallFailure::Broken("half an answer".into());
                    self.agent_hears(index, IN_TIME, run, id, Err(broken), None);
                }
            }
        }
    }

    pub(super) fn agent_is_answered(&mut self, index: usize, answered: Answered) {
        let at = self.now;
        let Some(client) = self.agents.get_mut(index) else {
            return;
        };
        let now = client.now(at);
        let Some(process) = &mut client.process else {
            return;
        };
        if process.run != answered.run {
            return;
        }
        if let Some(until) = process.stopped_until {
            let event = AgentEvent::Answered(Box::new(answered));
            return self.agent_after(until.saturating_sub(at), index, event);
        }
        let Answered {
            id, result, listed, ..
        } = answered;
        process.listed = listed;
        process.agent.handle_answer(now, id, result);
        self.settle_agent(index);
        let client = self.agents.get_mut(index);
        if let Some(process) = client.and_then(|client| client.process.as_mut()) {
            process.listed = None;
        }
    }
}

fn write_of(operation: &Operation) -> Option<Write> {
    match operation {
        Operation::Register(document) => Some(Write::Register(Box::new(Registration {
            document: document.as_ref().clone(),
            overridden_status: InstanceStatus::Unknown,
        }))),
        Operation::Renew { last_dirty, .. } => Some(Write::Renew(*last_dirty)),
        Operation::Cancel(_) => Some(Write::Cancel),
        _ => None,
    }
}

fn status(operation: &Operation, is_done: bool) -> u16 {
    match (operation, is_done) {
        (Operation::Register(_), true) => 204,
        (Operation::Register(_), false) => 503,
        (_, true) => 200,
        (_, false) => 404,
    }
}

fn shown(operation: &Operation) -> String {
    match operation {
        Operation::Register(document) => {
            format!("register {} {}", document.status, document.last_dirty)
        }
        Operation::Renew { last_dirty, .. } => format!("renew {last_dirty}"),
        Operation::Cancel(_) => "cancel".to_owned(),
        Operation::Fetch(listing) => format!("fetch {:?}", listing.of),
        _ => "?".to_owned(),
    }
}
