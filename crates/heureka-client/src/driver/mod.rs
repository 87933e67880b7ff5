//! Owns the agent: does what it wants done, tells it what came of it, and publishes what it knows.

mod call;
mod telling;
mod work;

use std::sync::Arc;
use std::time::Duration;

use heureka_client_core::{Agent, Event, Registry, Task};
use tokio::time::{Instant, sleep_until};

pub(crate) use self::call::Caller;
use self::telling::Telling;
pub(crate) use self::work::Outside;
use self::work::{Done, Outcome, Work};
use crate::shared::{Phase, Senders, Shared};

/// How much longer than its farewell an agent may take to end; then it is left.
const FAREWELL_GRACE: Duration = Duration::from_secs(1);

/// Drives one agent until it has stopped.
pub(crate) struct Driver {
    shared: Arc<Shared>,
    senders: Senders,
    work: Work,
    telling: Telling,
    farewell_timeout: Duration,
}

/// What the agent said when it was last asked.
struct Said {
    tasks: Vec<Task>,
    events: Vec<Event>,
    wakes_at: Option<Duration>,
    registry: Arc<Registry>,
}

/// What the driver waits for.
enum Woken {
    ByTime,
    ByHandle,
    ByWork(Done),
    ToLeave,
    ToGiveUp,
}

impl Driver {
    pub(crate) fn new(
        shared: Arc<Shared>,
        senders: Senders,
        outside: Outside,
        farewell_timeout: Duration,
    ) -> Self {
        Self {
            work: Work::new(outside),
            shared,
            senders,
            telling: Telling::default(),
            farewell_timeout,
        }
    }

    /// Runs until the agent has stopped, or does not stop in time.
    pub(crate) async fn run(mut self) {
        let mut give_up_at = None;
        loop {
            let said = self.shared.with_agent(|agent, _| ask(agent));
            let wakes_at = said.wakes_at.map(|mono| self.shared.clock.instant(mono));
            if self.take(said) {
                return;
            }
            match self.wait(wakes_at, give_up_at).await {
                Woken::ByTime => self.shared.with_agent(Agent::handle_timeout),
                Woken::ByHandle => {}
                Woken::ByWork(done) => self.hand_in(done),
                Woken::ToLeave => {
                    give_up_at = Some(Instant::now() + self.farewell_timeout + FAREWELL_GRACE);
                    self.shared.with_agent(Agent::shutdown);
                }
                Woken::ToGiveUp => {
                    tracing::warn!("the Eureka client did not end in time and is left");
                    self.enter(Phase::Stopped);
                    return;
                }
            }
        }
    }

    async fn wait(&mut self, wakes_at: Option<Instant>, give_up_at: Option<Instant>) -> Woken {
        tokio::select! {
            // In this order, not by chance: the same seed gives the same life.
            biased;
            () = at(give_up_at) => Woken::ToGiveUp,
            () = self.shared.leave.cancelled(), if give_up_at.is_none() => Woken::ToLeave,
            done = self.work.done() => Woken::ByWork(done),
            () = self.shared.woken.notified() => Woken::ByHandle,
            () = at(wakes_at) => Woken::ByTime,
        }
    }

    /// Begins what is to be done and publishes what is new; whether the agent has ended.
    fn take(&mut self, said: Said) -> bool {
        for task in said.tasks {
            self.work.begin(task, &self.shared);
        }
        // Who hears of a fetch finds what it brought.
        self.publish(&said.registry);
        let mut has_ended = false;
        for event in said.events {
            has_ended |= self.tell(event);
        }
        has_ended
    }

    fn publish(&self, registry: &Arc<Registry>) {
        if !Arc::ptr_eq(registry, &self.shared.registry.load()) {
            self.shared.registry.store(Arc::clone(registry));
            self.senders.registries.send_replace(Arc::clone(registry));
        }
    }

    /// Tells everybody of an event; whether it is the last one.
    fn tell(&mut self, event: Event) -> bool {
        self.shared.counts.lock().count(&event);
        self.telling.tell(&event);
        let phase = phase_after(&event);
        // Nobody may be listening.
        let _ = self.senders.events.send(event);
        let has_ended = matches!(phase, Some(Phase::StartFailed(_) | Phase::Stopped));
        if let Some(phase) = phase {
            self.enter(phase);
        }
        has_ended
    }

    /// A start that failed stays the reason of its end.
    fn enter(&self, phase: Phase) {
        self.senders.phase.send_if_modified(|current| {
            let is_news = !matches!(current, Phase::StartFailed(_));
            if is_news {
                *current = phase;
            }
            is_news
        });
    }

    fn hand_in(&self, done: Done) {
        let Done { id, outcome } = done;
        self.shared.with_agent(|agent, now| match outcome {
            Outcome::Answer(answer) => agent.handle_answer(now, id, answer),
            Outcome::Resolved(servers) => agent.handle_resolved(now, id, servers),
            Outcome::Inspected(inspected) => agent.handle_inspected(now, id, inspected),
        });
    }
}

fn ask(agent: &mut Agent) -> Said {
    let tasks = std::iter::from_fn(|| agent.poll_task()).collect();
    let events = std::iter::from_fn(|| agent.poll_event()).collect();
    Said {
        tasks,
        events,
        wakes_at: agent.poll_timeout(),
        registry: Arc::clone(agent.registry()),
    }
}

fn phase_after(event: &Event) -> Option<Phase> {
    if let Event::StartFailed(failure) = event {
        return Some(Phase::StartFailed(failure.clone()));
    }
    let phases = [
        (Event::Started, Phase::Running),
        (Event::Stopped, Phase::Stopped),
    ];
    let mut phases = phases.into_iter();
    phases.find_map(|(own, phase)| (own == *event).then_some(phase))
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
