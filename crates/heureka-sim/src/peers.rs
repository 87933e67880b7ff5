//! What happens between nodes.

use std::time::Duration;

use heureka_core::{CallId, Failure, PeerCall, PeerResult, Request};
use rand::RngExt as _;

use crate::agents::AgentEvent;
use crate::clients::Deed;
use crate::java::JavaEvent;
use crate::network::Fate;
use crate::world::World;

/// How long it takes to find out that there is no way.
pub(crate) const NO_WAY_AFTER: Duration = Duration::from_secs(1);

/// Something that happens.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A node wants to be called.
    Wake { host: usize },
    /// A request arrives.
    Request(Box<Sent>),
    /// An answer arrives.
    Answer(Box<Answered>),
    /// A call comes to nothing.
    GiveUp {
        host: usize,
        run: u64,
        call: CallId,
        failure: Failure,
    },
    /// A client does what it does next.
    Client { client: usize },
    /// A client's request arrives at a process that was stopped, and nobody waits for the answer any more.
    Late {
        host: usize,
        run: u64,
        client: usize,
        deed: Deed,
    },
    /// Something happens to a service with the client library.
    Agent { agent: usize, event: AgentEvent },
    /// Something happens to a Java-like server, or to its batches.
    Java(JavaEvent),
    /// Somebody changes an override or metadata.
    Operator,
    /// Something breaks.
    Fault,
    /// The hosts fall into two groups.
    Split,
    /// Lines are mended.
    Heal(Vec<(usize, usize)>),
    /// A process starts.
    Start { host: usize },
    /// A stopped process goes on.
    GoOn { host: usize },
    /// Everything is looked at.
    Look,
    /// Writes and faults are over.
    Over,
    /// All nodes must hold the same.
    Converged,
    /// From now on nothing is to change.
    Calm,
    /// The end.
    End,
}

/// A request on its way.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    from: usize,
    from_run: u64,
    to: usize,
    to_run: u64,
    call: CallId,
    request: Request,
}

/// An answer on its way.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    to: usize,
    to_run: u64,
    call: CallId,
    result: PeerResult,
}

impl World {
    /// Sends a call of a node.
    pub(crate) fn send(&mut self, from: usize, call: PeerCall) {
        let Some(to) = self.hosts.iter().position(|host| host.url == call.url) else {
            return;
        };
        let Some(process) = self
            .hosts
            .get_mut(from)
            .and_then(|host| host.process.as_mut())
        else {
            return;
        };
        let from_run = process.run;
        process.open_calls.insert(call.id);
        let is_java = self.hosts.get(to).is_some_and(|host| host.is_java);
        self.notice(from, to, &call.request);
        self.fails(from, from_run, call.id, call.deadline, Failure::ReadTimeout);
        let to_run = self.hosts.get(to).and_then(|host| host.run());
        match (self.network.request(&mut self.rng, from, to), to_run) {
            (Fate::NoWay, _) => {
                self.fails(from, from_run, call.id, NO_WAY_AFTER, Failure::Unreachable)
            }
            (Fate::Lost, _) => {}
            // HTTP carries a request once, and what is on its way ends with the connection.
            (Fate::Arrives { after, .. }, Some(_)) if is_java && after >= call.deadline => {}
            (Fate::Arrives { after, .. }, None) => {
                self.fails(from, from_run, call.id, after, Failure::Refused)
            }
            (Fate::Arrives { after, again }, Some(to_run)) => {
                let sent = Sent {
                    from,
                    from_run,
                    to,
                    to_run,
                    call: call.id,
                    request: call.request,
                };
                if let Some(again) = again.filter(|_| !is_java) {
                    self.at(again, Event::Request(Box::new(sent.clone())));
                }
                self.at(after, Event::Request(Box::new(sent)));
            }
        }
    }

    fn notice(&mut self, from: usize, to: usize, request: &Request) {
        match request {
            Request::Ours(_, message) => {
                self.trace.line(
                    self.now,
                    format_args!("node-{from} -> node-{to} {message:?}"),
                );
                self.check_message_ages(from, message);
                self.told.count(message);
            }
            Request::Batch(items) => self.trace.line(
                self.now,
                format_args!("node-{from} -> java-{to} {} items", items.len()),
            ),
            Request::Listing => self
                .trace
                .line(self.now, format_args!("node-{from} -> java-{to} listing")),
        }
    }

    fn fails(&mut self, host: usize, run: u64, call: CallId, after: Duration, failure: Failure) {
        self.at(
            after,
            Event::GiveUp {
                host,
                run,
                call,
                failure,
            },
        );
    }

    pub(crate) fn deliver_request(&mut self, sent: Sent) {
        let to = sent.to;
        let Some(host) = self.hosts.get_mut(to) else {
            return;
        };
        if !host.is_run(sent.to_run) {
            // The connection ended with the process.
            return self.fails(
                sent.from,
                sent.from_run,
                sent.call,
                Duration::ZERO,
                Failure::Broken,
            );
        }
        if let Some(waiting) = host.waiting() {
            waiting.push(Event::Request(Box::new(sent)));
            return;
        }
        let Sent {
            from,
            from_run,
            call,
            request,
            ..
        } = sent;
        let result = self.answers(to, from, request);
        if let Some(after) = self.network.answer(&mut self.rng, to, from) {
            let answered = Answered {
                to: from,
                to_run: from_run,
                call,
                result,
            };
            self.at(after, Event::Answer(Box::new(answered)));
        }
        self.settle(to);
    }

    fn answers(&mut self, to: usize, from: usize, request: Request) -> PeerResult {
        let at = self.now;
        if self.java(to).is_some() {
            return self.java_answers(to, from, request);
        }
        let Some(host) = self.hosts.get_mut(to) else {
            return PeerResult::NotOurs;
        };
        let now = host.now(at);
        let (Some(process), Request::Ours(header, message)) = (&mut host.process, request) else {
            return PeerResult::NotOurs;
        };
        let (header, reply) = process.node.handle_peer_message(now, &header, *message);
        self.trace
            .line(at, format_args!("node-{to} answers node-{from} {reply:?}"));
        self.check_reply_ages(to, &reply);
        PeerResult::Ours(Box::new(header), Box::new(reply))
    }

    pub(crate) fn deliver_answer(&mut self, answered: Answered) {
        let Answered {
            to, to_run, call, ..
        } = answered;
        let at = self.now;
        let Some(host) = self.hosts.get_mut(to) else {
            return;
        };
        let now = host.now(at);
        let Some(process) = host
            .process
            .as_mut()
            .filter(|process| process.run == to_run)
        else {
            return;
        };
        if let Some(stopped) = &mut process.stopped {
            stopped.push(Event::Answer(Box::new(answered)));
            return;
        }
        if process.open_calls.remove(&call) {
            process.node.handle_result(now, call, answered.result);
            self.settle(to);
        }
    }

    pub(crate) fn give_up(&mut self, host: usize, run: u64, call: CallId, failure: Failure) {
        let at = self.now;
        let Some(caller) = self.hosts.get_mut(host) else {
            return;
        };
        let now = caller.now(at);
        let Some(process) = caller.process.as_mut().filter(|process| process.run == run) else {
            return;
        };
        if let Some(stopped) = &mut process.stopped {
            stopped.push(Event::GiveUp {
                host,
                run,
                call,
                failure,
            });
            return;
        }
        if process.open_calls.remove(&call) {
            process
                .node
                .handle_result(now, call, PeerResult::Failed(failure));
            self.settle(host);
        }
    }

    /// Starts a process where none runs. Its list has all nodes, sometimes itself too.
    pub(crate) fn start(&mut self, index: usize) {
        if self
            .hosts
            .get(index)
            .is_none_or(|host| host.run().is_some())
        {
            return;
        }
        if self.scenario.is_java(index) {
            self.network.touch_host(self.now, index);
            return self.start_java(index);
        }
        let lists_itself = self.rng.random_bool(0.5);
        let is_presumed_own = lists_itself && self.rng.random_bool(0.5);
        let peers = self
            .hosts
            .iter()
            .filter(|host| host.index != index || lists_itself);
        let peers = peers
            .map(|host| host.target(host.index == index && is_presumed_own))
            .collect();
        let (seed, at) = (self.rng.random(), self.now);
        let slowest = self.scenario.delay.saturating_add(self.scenario.jitter);
        self.trace.line(at, format_args!("node-{index} starts"));
        self.network.touch_host(at, index);
        self.expected.starts(index);
        if let Some(host) = self.hosts.get_mut(index) {
            host.start(at, seed, peers, slowest);
        }
        self.settle(index);
    }

    /// A stopped process goes on: everything that arrived meanwhile comes at once.
    pub(crate) fn go_on(&mut self, index: usize) {
        let at = self.now;
        let host = self.hosts.get_mut(index);
        let Some(arrived) = host.and_then(|host| host.go_on(at)) else {
            return;
        };
        self.trace
            .line(self.now, format_args!("node-{index} goes on"));
        self.network.touch_host(self.now, index);
        for event in arrived {
            self.handle(event);
        }
        self.settle(index);
    }
}
