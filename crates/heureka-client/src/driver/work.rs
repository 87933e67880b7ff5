//! What is under way outside the agent.

use std::sync::Arc;
use std::time::Duration;

use heureka_client_core::{Answer, CallFailure, Endpoint, Health, Inspected, Task, TaskId};
use heureka_model::InstanceStatus;
use tokio::task::{Id, JoinError, JoinSet};

use super::call::{Caller, carry_out};
use crate::health::{HealthWatch, Place, Whereabouts};
use crate::resolver::Resolver;
use crate::shared::Shared;

/// How long a look at which servers there are may take.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a look at where the process runs may take; after that it is taken to have stayed.
const LOOK_TIMEOUT: Duration = Duration::from_secs(10);

/// What the agent reaches the world by.
#[derive(Clone)]
pub(crate) struct Outside {
    pub(crate) caller: Caller,
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) whereabouts: Option<Arc<dyn Whereabouts>>,
}

/// What came of a task.
pub(super) struct Done {
    pub(super) id: TaskId,
    pub(super) outcome: Outcome,
}

pub(super) enum Outcome {
    Answer(Result<Answer, CallFailure>),
    Resolved(Result<Vec<Endpoint>, Box<str>>),
    Inspected(Inspected),
}

/// Tasks under way. Each ends in a [`Done`], even where what a user brought panics.
pub(super) struct Work {
    outside: Outside,
    running: JoinSet<Done>,
    /// A handful, since an agent does one thing at a time on each line.
    begun: Vec<(Id, TaskId, Kind)>,
}

#[derive(Clone, Copy)]
enum Kind {
    Send,
    Resolve,
    Inspect,
}

impl Work {
    pub(super) fn new(outside: Outside) -> Self {
        Self {
            outside,
            running: JoinSet::new(),
            begun: Vec::new(),
        }
    }

    pub(super) fn begin(&mut self, task: Task, shared: &Arc<Shared>) {
        let outside = self.outside.clone();
        let begun = match task {
            Task::Send(call) => {
                let (id, clock) = (call.id, shared.clock.clone());
                let answer = async move { carry_out(&outside.caller, &clock, call).await };
                self.spawn(id, Kind::Send, async { Outcome::Answer(answer.await) })
            }
            Task::Resolve(id) => self.spawn(id, Kind::Resolve, async move {
                Outcome::Resolved(resolved(&*outside.resolver).await)
            }),
            Task::Inspect(id) => {
                let (status, health) = (status_of(shared), shared.health.lock().clone());
                self.spawn(id, Kind::Inspect, async move {
                    Outcome::Inspected(inspected(&outside, health, status).await)
                })
            }
            // A task that is younger than this driver; the agent waits for it as long as for a lost one.
            _ => return,
        };
        self.begun.push(begun);
    }

    fn spawn(
        &mut self,
        id: TaskId,
        kind: Kind,
        outcome: impl Future<Output = Outcome> + Send + 'static,
    ) -> (Id, TaskId, Kind) {
        let done = async move {
            Done {
                id,
                outcome: outcome.await,
            }
        };
        (self.running.spawn(done).id(), id, kind)
    }

    /// The next task that is done. It waits for ever where nothing is under way.
    pub(super) async fn done(&mut self) -> Done {
        loop {
            match self.running.join_next_with_id().await {
                None => std::future::pending().await,
                Some(Ok((task, done))) => {
                    self.forget(task);
                    return done;
                }
                Some(Err(error)) => {
                    if let Some(done) = self.broken_off(&error) {
                        return done;
                    }
                }
            }
        }
    }

    fn broken_off(&mut self, error: &JoinError) -> Option<Done> {
        tracing::error!(%error, "a task of the Eureka client broke off");
        let (id, kind) = self.forget(error.id())?;
        let outcome = match kind {
            Kind::Send => Outcome::Answer(Err(CallFailure::Broken(
                "the transport or a hook panicked".into(),
            ))),
            Kind::Resolve => Outcome::Resolved(Err("the resolver panicked".into())),
            Kind::Inspect => Outcome::Inspected(Inspected {
                health: Some(Health::Failed("the health check panicked".into())),
                ..Inspected::default()
            }),
        };
        Some(Done { id, outcome })
    }

    fn forget(&mut self, task: Id) -> Option<(TaskId, Kind)> {
        let place = self.begun.iter().position(|(own, ..)| *own == task)?;
        let (_, id, kind) = self.begun.swap_remove(place);
        Some((id, kind))
    }
}

fn status_of(shared: &Shared) -> InstanceStatus {
    shared.with_agent(|agent, _| {
        let document = agent.document();
        document.map_or(InstanceStatus::Unknown, |document| document.status)
    })
}

async fn resolved(resolver: &dyn Resolver) -> Result<Vec<Endpoint>, Box<str>> {
    match tokio::time::timeout(RESOLVE_TIMEOUT, resolver.resolve()).await {
        Ok(servers) => servers.map_err(|error| error.to_string().into()),
        Err(_) => Err(format!("no answer within {RESOLVE_TIMEOUT:?}").into()),
    }
}

async fn inspected(
    outside: &Outside,
    health: Option<HealthWatch>,
    status: InstanceStatus,
) -> Inspected {
    let (place, health) = tokio::join!(place(outside), checked(health, status));
    Inspected {
        address: place.address,
        data_center: place.data_center,
        health,
    }
}

async fn place(outside: &Outside) -> Place {
    let Some(whereabouts) = &outside.whereabouts else {
        return Place::default();
    };
    let place = tokio::time::timeout(LOOK_TIMEOUT, whereabouts.look()).await;
    place.unwrap_or_default()
}

async fn checked(watch: Option<HealthWatch>, status: InstanceStatus) -> Option<Health> {
    Some(watch?.look(status).await)
}
