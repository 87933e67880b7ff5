//! How a Java-like server tells its peers, and what it makes of their answers (server.md 6).

use std::time::Duration;

use heureka_core::{Origin, Sender};
use heureka_model::{
    InstanceInfo, InstanceKey, InstanceStatus, ReplicationAction, ReplicationAnswer,
    ReplicationItem,
};

use super::receiving::{key_of, node_takes};
use super::registry::registration_of;
use super::tasks::{PAUSE, Task};
use crate::network::Fate;
use crate::peers::{Event, NO_WAY_AFTER};
use crate::world::World;

/// How long it waits for an answer; then it ends the connection, and what is still on its way ends with that.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Something that happens to a Java-like server.
#[derive(Clone, Debug)]
pub(crate) enum JavaEvent {
    /// Its batch arrives at a node.
    Arrives(Box<Batch>),
    /// A node answers its batch.
    Answered {
        run: u64,
        peer: usize,
        number: u64,
        answers: Vec<ReplicationAnswer>,
    },
    /// Its batch comes to nothing.
    Fails { run: u64, peer: usize, number: u64 },
    /// It tries again.
    Sends { run: u64 },
    /// A round of eviction.
    Evict { run: u64 },
}

impl JavaEvent {
    /// Which run it happens to; none where it is not the server to which it happens.
    fn run(&self) -> Option<u64> {
        match self {
            Self::Arrives(_) => None,
            Self::Answered { run, .. }
            | Self::Fails { run, .. }
            | Self::Sends { run }
            | Self::Evict { run } => Some(*run),
        }
    }
}

/// A batch on its way.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    run: u64,
    to: usize,
    to_run: u64,
    number: u64,
    items: Vec<Item>,
}

/// When its task was made, and what is sent.
type Item = (Duration, ReplicationItem);

impl World {
    pub(crate) fn java_event(&mut self, event: JavaEvent) {
        let Some(index) = self.scenario.java.map(|java| java.host) else {
            return;
        };
        if let Some(run) = event.run() {
            let host = self.hosts.get_mut(index);
            let Some(host) = host.filter(|host| host.is_run(run)) else {
                return;
            };
            if let Some(waiting) = host.waiting() {
                waiting.push(Event::Java(event));
                return;
            }
        }
        match event {
            JavaEvent::Arrives(batch) => return self.batch_arrives(index, *batch),
            JavaEvent::Answered {
                peer,
                number,
                answers,
                ..
            } => self.batch_is_answered(index, peer, number, answers),
            JavaEvent::Fails { peer, number, .. } => self.batch_fails(index, peer, number),
            JavaEvent::Sends { .. } => {}
            JavaEvent::Evict { .. } => self.java_evicts(index),
        }
        self.settle(index);
    }

    /// Makes a task for each peer.
    pub(super) fn java_tells(
        &mut self,
        index: usize,
        key: &InstanceKey,
        action: ReplicationAction,
        info: Option<InstanceInfo>,
    ) {
        let since = self.now;
        let Some(java) = self.java_mut(index) else {
            return;
        };
        let is_heartbeat = action == ReplicationAction::Heartbeat;
        let overridden = java.registry.override_of(key).filter(|_| is_heartbeat);
        let task = Task {
            action,
            key: key.clone(),
            info: info.or_else(|| java.registry.get(key).cloned()),
            overridden,
            since,
        };
        for queue in java.queues.values_mut() {
            queue.push(task.clone());
        }
    }

    /// Sends what may be sent to each peer.
    pub(crate) fn java_sends(&mut self, index: usize) {
        let now = self.now;
        for peer in 0..self.hosts.len() {
            let Some(java) = self.java_mut(index).filter(|java| java.stopped.is_none()) else {
                return;
            };
            let run = java.run;
            let Some(queue) = java.queues.get_mut(&peer) else {
                continue;
            };
            let expired = queue.drop_expired(now);
            let next = queue.next(now);
            let batch = next.map(|(number, tasks)| {
                let item = |task: &Task| (task.since, task.item(&java.registry));
                let items = tasks.iter().map(item);
                (number, items.collect())
            });
            for task in expired {
                self.trace.line(
                    now,
                    format_args!(
                        "java-{index} drops {:?} {} for node-{peer}",
                        task.action, task.key
                    ),
                );
                self.is_not_told(index, peer, &task);
            }
            if let Some((number, items)) = batch {
                self.send_batch(index, run, peer, number, items);
            }
        }
    }

    /// HTTP carries a batch once, or not.
    fn send_batch(&mut self, index: usize, run: u64, to: usize, number: u64, items: Vec<Item>) {
        self.trace.line(
            self.now,
            format_args!("java-{index} -> node-{to} {}", Brief::of(&items)),
        );
        let fails = |after| {
            (
                after,
                Event::Java(JavaEvent::Fails {
                    run,
                    peer: to,
                    number,
                }),
            )
        };
        let to_run = self.hosts.get(to).and_then(|host| host.run());
        let (after, event) = match (self.network.request(&mut self.rng, index, to), to_run) {
            (Fate::NoWay, _) => fails(NO_WAY_AFTER),
            (Fate::Arrives { after, .. }, None) => fails(after.min(TIMEOUT)),
            (Fate::Arrives { after, .. }, Some(to_run)) if after < TIMEOUT => {
                let (after_all, gives_up) = fails(TIMEOUT);
                self.at(after_all, gives_up);
                let batch = Batch {
                    run,
                    to,
                    to_run,
                    number,
                    items,
                };
                (after, Event::Java(JavaEvent::Arrives(Box::new(batch))))
            }
            (Fate::Arrives { .. } | Fate::Lost, _) => fails(TIMEOUT),
        };
        self.at(after, event);
    }

    fn batch_arrives(&mut self, index: usize, batch: Batch) {
        let (at, to) = (self.now, batch.to);
        let sender = self.hosts.get(index).map(|host| host.address());
        let Some(host) = self.hosts.get_mut(to) else {
            return;
        };
        if !host.is_run(batch.to_run) {
            let Batch { run, number, .. } = batch;
            let broken = JavaEvent::Fails {
                run,
                peer: to,
                number,
            };
            return self.at(Duration::ZERO, Event::Java(broken));
        }
        if let Some(waiting) = host.waiting() {
            waiting.push(Event::Java(JavaEvent::Arrives(Box::new(batch))));
            return;
        }
        let answers = self.node_takes_batch(index, to, batch.items, Origin::Peer(Sender(sender)));
        if let Some(after) = self.network.answer(&mut self.rng, to, index) {
            let answered = JavaEvent::Answered {
                run: batch.run,
                peer: to,
                number: batch.number,
                answers,
            };
            self.at(after, Event::Java(answered));
        }
        self.trace
            .line(at, format_args!("node-{to} took a batch of java-{index}"));
        self.settle(to);
    }

    fn node_takes_batch(
        &mut self,
        index: usize,
        to: usize,
        items: Vec<Item>,
        origin: Origin,
    ) -> Vec<ReplicationAnswer> {
        let at = self.now;
        let mut answers = Vec::with_capacity(items.len());
        for (since, item) in items {
            self.notice_late_cancel(index, &item);
            self.notice_change_by_java(&item, since);
            let what = Brief(vec![&item]).to_string();
            let Some(host) = self.hosts.get_mut(to) else {
                break;
            };
            let now = host.now(at);
            let Some(process) = &mut host.process else {
                break;
            };
            let answer = node_takes(&mut process.node, now, item, origin);
            self.trace.line(
                at,
                format_args!(
                    "node-{to} answers java-{index} {what}{}",
                    answer.status_code
                ),
            );
            answers.push(answer);
        }
        answers
    }

    fn batch_fails(&mut self, index: usize, peer: usize, number: u64) {
        let now = self.now;
        let Some(java) = self.java_mut(index) else {
            return;
        };
        let run = java.run;
        let queue = java.queues.get_mut(&peer);
        if queue.is_some_and(|queue| queue.failed(number, now)) {
            self.at(PAUSE, Event::Java(JavaEvent::Sends { run }));
        }
    }

    fn batch_is_answered(
        &mut self,
        index: usize,
        peer: usize,
        number: u64,
        answers: Vec<ReplicationAnswer>,
    ) {
        let queue = self
            .java_mut(index)
            .and_then(|java| java.queues.get_mut(&peer));
        let Some(tasks) = queue.and_then(|queue| queue.is_answered(number)) else {
            return;
        };
        for (task, answer) in tasks.into_iter().zip(answers) {
            if task.action == ReplicationAction::Heartbeat {
                self.heartbeat_is_answered(index, peer, task, answer);
            }
        }
    }

    /// server.md N46: other items that are refused are logged, and that is all.
    fn heartbeat_is_answered(
        &mut self,
        index: usize,
        peer: usize,
        task: Task,
        answer: ReplicationAnswer,
    ) {
        let (since, now) = (self.now, self.java_now(index));
        if answer.status_code == 404 {
            self.notice_revival(index, &task.key);
        }
        let Some(java) = self.java_mut(index) else {
            return;
        };
        match (answer.status_code, answer.instance) {
            (404, _) if task.info.is_some() => {
                let again = Task {
                    action: ReplicationAction::Register,
                    overridden: None,
                    since,
                    ..task
                };
                if let Some(queue) = java.queues.get_mut(&peer) {
                    queue.push(again);
                }
            }
            (409, Some(theirs)) => {
                let told = theirs.overridden_status;
                // server.md N47: where the override cannot be stored, the instance is not taken either.
                if told == InstanceStatus::Unknown || java.registry.store_override(&task.key, told)
                {
                    java.registry.register(now, registration_of(theirs), true);
                }
            }
            (_, _) => {}
        }
    }
}

/// A batch in a line.
pub(super) struct Brief<'a>(pub(super) Vec<&'a ReplicationItem>);

impl<'a> Brief<'a> {
    fn of(items: &'a [Item]) -> Self {
        Self(items.iter().map(|(_, item)| item).collect())
    }
}

impl std::fmt::Display for Brief<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for item in &self.0 {
            let key = key_of(item).map(|key| key.to_string()).unwrap_or_default();
            let dirty = item.last_dirty.map_or(0, |dirty| dirty.0);
            let action = item.action;
            write!(
                f,
                "{action:?} {key} {dirty} {:?} {:?}; ",
                item.status, item.overridden_status
            )?;
        }
        Ok(())
    }
}
