//! What the driver and all handles of one client share.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use heureka_client_core::{Agent, Event, Registry, StartFailure};
use heureka_model::Now;
use parking_lot::Mutex;
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::health::HealthWatch;
use crate::stats::Counts;

/// How many events wait for a consumer that is slow; then it misses the oldest.
pub const EVENTS_KEPT: usize = 256;

/// How far a client is.
#[derive(Clone, Debug)]
pub(crate) enum Phase {
    Starting,
    Running,
    StartFailed(StartFailure),
    Stopped,
}

/// What the driver and all handles of one client share. The driver alone holds the senders, so whoever waits for
/// something hears when it has ended, whatever ended it.
pub(crate) struct Shared {
    agent: Mutex<Agent>,
    pub(crate) clock: Clock,
    /// The driver looks at the agent again.
    pub(crate) woken: Notify,
    pub(crate) registry: ArcSwap<Registry>,
    pub(crate) registries: watch::Receiver<Arc<Registry>>,
    pub(crate) events: broadcast::Receiver<Event>,
    pub(crate) phase: watch::Receiver<Phase>,
    pub(crate) counts: Mutex<Counts>,
    pub(crate) health: Mutex<Option<HealthWatch>>,
    /// Cancelled when the client is to leave.
    pub(crate) leave: CancellationToken,
    pub(crate) fetches: bool,
    pub(crate) registers: bool,
    /// Whoever ends the client waits for these.
    pub(crate) tasks: TaskTracker,
}

/// The driver's ends of the channels.
#[derive(Debug)]
pub(crate) struct Senders {
    pub(crate) registries: watch::Sender<Arc<Registry>>,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) phase: watch::Sender<Phase>,
}

impl Shared {
    pub(crate) fn new(
        agent: Agent,
        clock: Clock,
        leave: CancellationToken,
        (registers, fetches): (bool, bool),
    ) -> (Arc<Self>, Senders) {
        let registry = Arc::clone(agent.registry());
        let (registries, registries_seen) = watch::channel(Arc::clone(&registry));
        let (events, events_seen) = broadcast::channel(EVENTS_KEPT);
        let (phase, phase_seen) = watch::channel(Phase::Starting);
        let shared = Self {
            agent: Mutex::new(agent),
            clock,
            woken: Notify::new(),
            registry: ArcSwap::new(registry),
            registries: registries_seen,
            events: events_seen,
            phase: phase_seen,
            counts: Mutex::default(),
            health: Mutex::default(),
            leave,
            fetches,
            registers,
            tasks: TaskTracker::new(),
        };
        let senders = Senders {
            registries,
            events,
            phase,
        };
        (Arc::new(shared), senders)
    }

    /// One call into the agent; the lock is held for that alone.
    pub(crate) fn with_agent<R>(&self, call: impl FnOnce(&mut Agent, Now) -> R) -> R {
        let mut agent = self.agent.lock();
        let now = self.clock.now();
        call(&mut agent, now)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.phase.borrow().is_over()
            || self.leave.is_cancelled()
            || self.phase.has_changed().is_err()
    }
}

impl Phase {
    pub(crate) fn is_over(&self) -> bool {
        match self {
            Self::Starting | Self::Running => false,
            Self::StartFailed(_) | Self::Stopped => true,
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}
