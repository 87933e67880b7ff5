//! What a Java-like server is still to tell one peer (server.md N20 to N24, B1 to B16).

use std::collections::VecDeque;
use std::time::Duration;

use heureka_model::{
    InstanceDraft, InstanceInfo, InstanceKey, InstanceStatus, ReplicationAction, ReplicationItem,
};

use super::registry::Registry;

/// How long a task waits at most; then it is dropped, and nobody hears of it (server.md N22).
const TASK_LIFE: Duration = Duration::from_secs(30);

/// server.md N20
const MAX_ITEMS: usize = 250;

/// How long a peer is left alone after a failure (server.md N20).
pub(crate) const PAUSE: Duration = Duration::from_secs(1);

/// One thing to tell.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) action: ReplicationAction,
    pub(crate) key: InstanceKey,
    /// The instance when the task was made; it may have been cancelled since (server.md N46).
    pub(crate) info: Option<InstanceInfo>,
    pub(crate) overridden: Option<InstanceStatus>,
    pub(crate) since: Duration,
}

impl Task {
    fn has_expired(&self, now: Duration) -> bool {
        now >= self.since.saturating_add(TASK_LIFE)
    }

    fn is_like(&self, other: &Self) -> bool {
        (self.action, &self.key) == (other.action, &other.key)
    }

    /// As it is sent: with the status that the instance has by then (server.md N23).
    pub(crate) fn item(&self, registry: &Registry) -> ReplicationItem {
        let bare = ReplicationItem {
            app: Some(self.key.app.clone()),
            id: Some(self.key.id.clone()),
            last_dirty: None,
            overridden_status: None,
            status: None,
            instance: None,
            action: Some(self.action),
        };
        let Some(made_with) = &self.info else {
            return bare;
        };
        let is_same =
            |info: &&InstanceInfo| info.document.last_dirty == made_with.document.last_dirty;
        let info = registry.get(&self.key).filter(is_same).unwrap_or(made_with);
        let is_register = self.action == ReplicationAction::Register;
        ReplicationItem {
            last_dirty: Some(info.document.last_dirty),
            overridden_status: self.overridden,
            status: Some(info.status),
            instance: is_register.then(|| Box::new(InstanceDraft::from(info))),
            ..bare
        }
    }
}

/// The tasks for one peer: in order, one batch on its way at a time.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    waiting: VecDeque<Task>,
    in_flight: Option<(u64, Vec<Task>)>,
    not_before: Duration,
    sent: u64,
}

impl Queue {
    /// Takes a task; a like one that waits already gives way to it.
    pub(crate) fn push(&mut self, task: Task) {
        self.waiting.retain(|waiting| !waiting.is_like(&task));
        self.waiting.push_back(task);
    }

    /// Takes out what has waited for too long.
    pub(crate) fn drop_expired(&mut self, now: Duration) -> Vec<Task> {
        let waiting = self.waiting.drain(..);
        let (expired, waiting) = waiting.partition::<Vec<_>, _>(|task| task.has_expired(now));
        self.waiting = waiting.into();
        expired
    }

    /// The next batch and its number, if one may be sent now.
    pub(crate) fn next(&mut self, now: Duration) -> Option<(u64, Vec<Task>)> {
        if self.in_flight.is_some() || self.waiting.is_empty() || now < self.not_before {
            return None;
        }
        let most = self.waiting.len().min(MAX_ITEMS);
        let batch: Vec<Task> = self.waiting.drain(..most).collect();
        self.sent += 1;
        self.in_flight = Some((self.sent, batch.clone()));
        Some((self.sent, batch))
    }

    /// The batch with this number, where it is still waited for.
    pub(crate) fn is_answered(&mut self, number: u64) -> Option<Vec<Task>> {
        let in_flight = self.in_flight.take_if(|(sent, _)| *sent == number);
        in_flight.map(|(_, batch)| batch)
    }

    /// What could not be told goes back before all others, except where a like task waits (server.md B8).
    pub(crate) fn failed(&mut self, number: u64, now: Duration) -> bool {
        let Some(batch) = self.is_answered(number) else {
            return false;
        };
        for task in batch.into_iter().rev() {
            if !self.waiting.iter().any(|waiting| waiting.is_like(&task)) {
                self.waiting.push_front(task);
            }
        }
        self.not_before = now.saturating_add(PAUSE);
        true
    }

    /// What is lost when the process ends.
    pub(crate) fn into_tasks(self) -> impl Iterator<Item = Task> {
        let in_flight = self.in_flight.into_iter().flat_map(|(_, batch)| batch);
        in_flight.chain(self.waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ReplicationAction::{Cancel, Heartbeat};

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn task(action: ReplicationAction, since: u64) -> Task {
        Task {
            action,
            key: InstanceKey::new("A", "1"),
            info: None,
            overridden: None,
            since: secs(since),
        }
    }

    fn told(batch: Option<(u64, Vec<Task>)>) -> Vec<(ReplicationAction, Duration)> {
        let (_, tasks) = batch.unwrap_or_default();
        tasks.iter().map(|task| (task.action, task.since)).collect()
    }

    // server.md B8, B11
    #[test]
    fn what_failed_goes_first_after_a_pause_unless_a_like_task_waits() {
        let mut queue = Queue::default();
        queue.push(task(Heartbeat, 0));
        assert_eq!(told(queue.next(secs(0))), [(Heartbeat, secs(0))]);
        queue.push(task(Cancel, 1));
        assert_eq!(told(queue.next(secs(1))), []);
        assert!(queue.failed(1, secs(2)) && !queue.failed(1, secs(2)));
        assert_eq!(told(queue.next(secs(2))), []);
        let both = [(Heartbeat, secs(0)), (Cancel, secs(1))];
        assert_eq!(told(queue.next(secs(3))), both);
        queue.push(task(Heartbeat, 4));
        assert!(queue.failed(2, secs(5)));
        let both = [(Cancel, secs(1)), (Heartbeat, secs(4))];
        assert_eq!(told(queue.next(secs(6))), both);
    }

    // server.md N22, B9
    #[test]
    fn a_task_that_waited_for_thirty_seconds_is_dropped() {
        let mut queue = Queue::default();
        queue.push(task(Cancel, 1));
        queue.push(task(Heartbeat, 2));
        assert!(queue.drop_expired(secs(30)).is_empty());
        assert_eq!(queue.drop_expired(secs(31)).len(), 1);
        assert_eq!(told(queue.next(secs(31))), [(Heartbeat, secs(2))]);
    }
}
