//! The run itself: one task hands out what is due, and each connection has a task that sends it.
//!
//! All of them take turns on one thread. The task that hands out lets the thread sleep for a tick, hands out, and then lets
//! all others go before it sleeps again: those that have something to send, and those whose answers have come meanwhile.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::report::Report;
use super::schedule::{Due, Schedule};
use super::ticker::sleep_for_a_tick;
use super::work::Work;
use crate::http::{Answer, Connection};
use crate::say;

/// How long answers are waited for after the last request was due.
const GRACE: Duration = Duration::from_secs(10);
/// How often is looked whether all of them have come.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Between two attempts to connect again.
const RECONNECT_AFTER: Duration = Duration::from_millis(100);
/// More requests than this do not wait for a connection; the server is not there any more, and they are lost.
const MAX_WAITING: usize = 4_000_000;
/// Between two lines about how it goes.
const PROGRESS_EVERY: Duration = Duration::from_secs(10);

/// What all tasks of a run share.
struct Load {
    work: Work,
    started: Instant,
    duration: Duration,
    waiting: RefCell<VecDeque<Due>>,
    arrived: Notify,
    report: RefCell<Report>,
    /// Connections that broke, each with a request that is lost.
    broken: Cell<u64>,
}

/// Runs a schedule over the connections for so long, and says what became of its requests.
pub(crate) async fn run(
    work: Work,
    schedule: Schedule,
    connections: Vec<Connection>,
    duration: Duration,
) -> Result<Report> {
    let load = Rc::new(Load {
        work,
        started: Instant::now(),
        duration,
        waiting: RefCell::default(),
        arrived: Notify::new(),
        report: RefCell::new(Report::new()?),
        broken: Cell::new(0),
    });
    let mut tasks = JoinSet::new();
    for connection in connections {
        tasks.spawn_local(keep_sending(connection, Rc::clone(&load)));
    }
    // A task as the others are, so that it waits in one queue with them. They send until they are stopped, so it ends first.
    tasks.spawn_local(hand_out(Rc::clone(&load), schedule));
    tasks.join_next().await.transpose()?;
    wait_for_answers(&load).await;
    tasks.shutdown().await;
    if load.broken.get() > 0 {
        say(&format!("connections broke {} times", load.broken.get()));
    }
    Ok(load.report.replace(Report::new()?))
}

async fn hand_out(load: Rc<Load>, mut schedule: Schedule) {
    let mut next_progress = PROGRESS_EVERY;
    loop {
        let is_behind = !load.waiting.borrow().is_empty();
        sleep_for_a_tick(is_behind);
        let elapsed = load.started.elapsed();
        let until = elapsed.min(load.duration);
        let now_ns = u64::try_from(until.as_nanos()).unwrap_or(u64::MAX);
        while let Some(due) = schedule.pop_due(now_ns) {
            load.offer(due, elapsed);
        }
        if elapsed >= load.duration {
            return;
        }
        if elapsed >= next_progress {
            next_progress += PROGRESS_EVERY;
            load.say_progress(elapsed);
        }
        tokio::task::yield_now().await;
    }
}

async fn wait_for_answers(load: &Load) {
    let started = Instant::now();
    while load.report.borrow().unanswered() > load.broken.get() && started.elapsed() < GRACE {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn keep_sending(mut connection: Connection, load: Rc<Load>) {
    let mut request = Vec::new();
    loop {
        let due = load.take().await;
        request.clear();
        load.work.write(&mut request, due);
        if let Ok(answer) = connection.exchange(&request).await {
            load.work.remember(due, answer, connection.etag());
            load.count(due, answer);
        } else {
            load.broken.set(load.broken.get() + 1);
            while connection.reopen().await.is_err() {
                tokio::time::sleep(RECONNECT_AFTER).await;
            }
        }
    }
}

impl Load {
    fn offer(&self, due: Due, elapsed: Duration) {
        let mut report = self.report.borrow_mut();
        let at = Duration::from_nanos(due.at_ns);
        report.count_due(due.kind, at);
        let delay = elapsed.saturating_sub(at);
        report.own_delay = report.own_delay.max(delay);
        let mut waiting = self.waiting.borrow_mut();
        if waiting.len() < MAX_WAITING {
            waiting.push_back(due);
            self.arrived.notify_one();
        }
    }

    async fn take(&self) -> Due {
        loop {
            let due = self.waiting.borrow_mut().pop_front();
            match due {
                Some(due) => return due,
                None => self.arrived.notified().await,
            }
        }
    }

    fn count(&self, due: Due, answer: Answer) {
        let elapsed = self.started.elapsed();
        let latency = elapsed.saturating_sub(Duration::from_nanos(due.at_ns));
        let mut report = self.report.borrow_mut();
        report.count_answer(due.kind, answer, latency, elapsed <= self.duration);
    }

    fn say_progress(&self, elapsed: Duration) {
        let report = self.report.borrow();
        say(&format!(
            "  {} s: {} under way, {} errors",
            elapsed.as_secs(),
            report.unanswered(),
            report.errors()
        ));
    }
}

#[cfg(test)]
mod tests;
