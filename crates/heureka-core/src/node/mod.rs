//! The one entry to the registry.

mod absence;
mod asking;
mod calls;
mod cluster;
mod comparing;
mod java;
mod java_results;
mod join;
mod outcome;
mod questions;
mod read;
mod regional_reads;
mod register;
mod results;
mod rounds;
mod starting;
mod write;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use heureka_model::{NodeId, Now, SeededHash};
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;

pub(crate) use absence::Absence;
pub(crate) use calls::MAX_BATCH_ITEMS;
pub(crate) use java::JAVA_TASK_LIFE;
pub use outcome::{
    CancelOutcome, ClusterEvent, DeltaRefused, Event, MetadataOutcome, NodeReport, Origin,
    RegisterOutcome, RegistryFull, RenewOutcome, Renewal, Sender, StatusChange, StatusOutcome,
};
pub use starting::{Opening, StartReport};

use self::cluster::Cluster;
use crate::config::NodeConfig;
use crate::digested::Digested;
use crate::entry::{Entry, LeaseOrigin};
use crate::lease_watch::LeaseWatch;
use crate::place::{Named, Names};
use crate::recent_changes::RecentChanges;
use crate::recent_names::RecentNames;
use crate::regions::RemoteRegions;
use crate::registry::Registry;
use crate::renewals::RenewalRate;
use crate::self_preservation::SelfPreservation;
use crate::stamp::HybridClock;
use crate::timers::Timer;
use crate::tombstones::Tombstones;

/// How many events wait to be taken; what nobody takes makes room, oldest first.
const MAX_EVENTS: usize = 1024;

/// A registry with its rules: the state of one node.
///
/// Its methods are of four kinds. Those that only read take `&self`. `register`, `renew`, `cancel` and the others named
/// after what a client wants change it and answer with an outcome. [`Node::poll_timeout`] says when it wants to be
/// called again, and [`Node::handle_timeout`] does what is due. After either, [`Node::poll_event`] gives what a person
/// should hear of, until there is nothing more.
///
/// Applications are named as [`heureka_model::AppName`] writes them: in upper case.
///
/// Times must not run backwards from call to call on the monotonic clock; the wall clock may do as it likes.
#[derive(Debug)]
pub struct Node {
    id: NodeId,
    config: NodeConfig,
    clock: HybridClock,
    rng: Pcg64,
    registry: Registry,
    regions: RemoteRegions,
    cluster: Cluster,
    tombstones: Tombstones,
    changes: RecentChanges,
    watch: LeaseWatch,
    self_preservation: SelfPreservation,
    renewals: RenewalRate,
    last_registered: RecentNames,
    last_cancelled: RecentNames,
    next_round: Duration,
    /// When the last part was done of the round that has not seen everybody yet.
    open_round: Option<Duration>,
    /// No eviction before: this node itself was late, so the silence may be its own.
    postponed_until: Duration,
    /// When those are looked at again who are kept although their lease has ended.
    nobody_leaves_before: Duration,
    events: VecDeque<Event>,
}

impl Node {
    /// An empty registry. The `seed` decides every choice that is left to chance.
    #[must_use]
    pub fn new(config: NodeConfig, seed: u64, now: Now) -> Self {
        let mut rng = Pcg64::seed_from_u64(seed);
        let hash = SeededHash::new(rng.random(), rng.random());
        let id = NodeId(rng.random());
        Self {
            id,
            config,
            clock: HybridClock::new(id),
            rng,
            registry: Registry::new(hash),
            regions: RemoteRegions::default(),
            cluster: Cluster::new(hash),
            tombstones: Tombstones::new(&config.limits, hash),
            changes: RecentChanges::new(config.delta, hash),
            watch: LeaseWatch::new(config.lease, hash),
            self_preservation: SelfPreservation::new(config.self_preservation),
            renewals: RenewalRate::new(),
            last_registered: RecentNames::default(),
            last_cancelled: RecentNames::default(),
            next_round: now.mono.saturating_add(config.eviction_interval),
            open_round: None,
            postponed_until: Duration::ZERO,
            nobody_leaves_before: Duration::ZERO,
            events: VecDeque::new(),
        }
    }

    /// When to call [`Node::handle_timeout`] at the latest, on the monotonic clock, and what for.
    #[must_use]
    pub fn poll_timeout(&self) -> (Duration, Timer) {
        let own = self.poll_own_timeout();
        match self.poll_call_timeout() {
            Some(at) if at < own.0 => (at, Timer::Peers),
            Some(_) | None => own,
        }
    }

    /// When a peer wants to be called at the latest: see [`Node::poll_call`].
    #[must_use]
    pub fn poll_call_timeout(&self) -> Option<Duration> {
        self.next_call_at()
    }

    /// [`Node::poll_timeout`] without the calls to peers, for a shell that has a task of its own for those.
    #[must_use]
    pub fn poll_own_timeout(&self) -> (Duration, Timer) {
        let opening = self.opens_at().map(|at| (at, Timer::Opening));
        let inquiry = self.cluster.inquiry.as_ref();
        let ages = inquiry.map(|inquiry| (inquiry.deadline, Timer::Ages));
        [opening, ages].into_iter().flatten().fold(
            (self.round_due(), Timer::Eviction),
            |first, other| {
                if other.0 < first.0 { other } else { first }
            },
        )
    }

    /// The next thing that a person should hear of.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn tell(&mut self, event: impl Into<Event>) {
        if self.events.len() == MAX_EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event.into());
    }

    /// Changes the entry of a present key and settles what follows from it: its status, and what the delta shows.
    fn change_visibly(
        &mut self,
        named: Named,
        now: Now,
        change: impl FnOnce(&mut Entry, &mut HybridClock),
    ) {
        self.replace_visibly(named, now, |entry, clock, _| {
            change(entry, clock);
            None
        });
    }

    /// The same for a change that begins the lease anew, and may replace the document, with which it answers then.
    fn replace_visibly(
        &mut self,
        named: Named,
        now: Now,
        change: impl FnOnce(&mut Entry, &mut HybridClock, &mut LeaseWatch) -> Option<Digested>,
    ) {
        let (clock, watch) = (&mut self.clock, &mut self.watch);
        self.registry.change_document(named.names, |entry| {
            let replaced = change(entry, clock, watch);
            entry.settle_status(now.wall);
            ((), replaced)
        });
        if let Some(entry) = self.registry.get_by(named.names) {
            self.changes.record_change(named, entry, now.mono);
        }
        self.check();
    }

    /// Notes a sign of life that an operator gives for a present key. It renews elsewhere, or here: its origin stays.
    fn sign_of_life(&mut self, names: Names, now: Now) {
        let watch = &mut self.watch;
        self.registry.change(names, |entry| {
            entry.pulse.renew(now);
            watch.renewed(entry);
        });
    }

    /// Who saw the instance itself, when a sign of life of it comes from there (MERGE 7).
    fn seen_by(&self, origin: Origin) -> LeaseOrigin {
        match origin {
            Origin::Client => LeaseOrigin::Node(self.id),
            Origin::Peer(sender) => LeaseOrigin::Java(sender),
        }
    }

    /// In debug builds: whether the parts still agree with each other.
    fn check(&self) {
        #[cfg(debug_assertions)]
        crate::invariants::check(
            &self.registry,
            &self.watch,
            &self.changes,
            &self.last_registered,
        );
    }
}
