//! What is to be done and told, and when the agent wants to be called.

use std::collections::VecDeque;

use super::timers::TimerTable;
use crate::{Event, Task, TaskId};

/// How many events wait to be taken; beyond, the oldest are forgotten. Whoever drives the agent takes them after every call.
const MAX_EVENTS: usize = 1024;

/// What is to be done and told, in the order in which it came up, and when the agent wants to be called.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    pub(crate) timers: TimerTable,
    tasks: VecDeque<Task>,
    events: VecDeque<Event>,
    last_id: u64,
}

impl Agenda {
    /// A name for a task that no task had before.
    pub(crate) fn next_id(&mut self) -> TaskId {
        self.last_id += 1;
        TaskId(self.last_id)
    }

    pub(crate) fn task(&mut self, task: Task) {
        self.tasks.push_back(task);
    }

    pub(crate) fn tell(&mut self, event: Event) {
        if self.events.len() == MAX_EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    pub(crate) fn pop_task(&mut self) -> Option<Task> {
        self.tasks.pop_front()
    }

    pub(crate) fn pop_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub(crate) fn forget_tasks(&mut self) {
        self.tasks.clear();
    }
}
