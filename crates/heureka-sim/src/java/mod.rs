//! A host that is a Java-like peer, with the quirks that `server.md` tells of.
//!
//! It has no stamps and no tombstones, takes what comes last, tells its peers once and for thirty seconds, and answers
//! no message of ours.

mod checks;
mod notices;
mod receiving;
mod registry;
mod replication;
mod tasks;

use std::collections::BTreeMap;
use std::time::Duration;

use heureka_core::{PeerResult, Request, StatusChange};
use heureka_model::{
    InstanceInfo, InstanceKey, InstanceStatus, Metadata, Now, Registration, UnixMillis,
};

use crate::peers::Event;
use crate::serving::Write;
use crate::world::World;
use registry::{Registry, registration_of};
pub(crate) use replication::JavaEvent;
use tasks::Queue;

/// server.md R47 and following: a round of eviction comes so often.
const EVICTION_INTERVAL: Duration = Duration::from_secs(60);

/// How old the copy may be from which a listing is answered (server.md D-38).
const COPY_LIFE: Duration = Duration::from_secs(30);

/// A run of a Java-like server.
#[derive(Debug)]
pub(crate) struct JavaProcess {
    pub(crate) run: u64,
    registry: Registry,
    queues: BTreeMap<usize, Queue>,
    /// What arrived while it was stopped.
    pub(crate) stopped: Option<Vec<Event>>,
    /// The copy from which listings are answered, and since when it is so.
    copy: Option<(Duration, Vec<InstanceInfo>)>,
    lags: bool,
}

impl JavaProcess {
    fn new(run: u64, peers: impl Iterator<Item = usize>, lags: bool) -> Self {
        Self {
            run,
            registry: Registry::default(),
            queues: peers.map(|peer| (peer, Queue::default())).collect(),
            stopped: None,
            copy: None,
            lags,
        }
    }

    pub(crate) fn get(&self, key: &InstanceKey) -> Option<&InstanceInfo> {
        self.registry.get(key)
    }

    /// What is registered, however old the copy is that listings are answered from.
    pub(crate) fn all(&self) -> Vec<InstanceInfo> {
        self.registry.listing()
    }

    pub(crate) fn listing(&mut self, mono: Duration) -> Vec<InstanceInfo> {
        let registry = &self.registry;
        let is_young = |at: Duration| self.lags && mono.saturating_sub(at) < COPY_LIFE;
        match &self.copy {
            Some((at, copy)) if is_young(*at) => copy.clone(),
            Some(_) | None => {
                let listing = registry.listing();
                self.copy = Some((mono, listing.clone()));
                listing
            }
        }
    }

    fn answer(&mut self, now: Now, request: Request) -> PeerResult {
        match request {
            Request::Ours(..) => PeerResult::NotOurs,
            Request::Listing => PeerResult::Listing(self.listing(now.mono)),
            Request::Batch(items) => {
                let take = |item| receiving::java_takes(&mut self.registry, now, item);
                PeerResult::Batch(items.into_iter().map(take).collect())
            }
        }
    }

    /// A client with a newer document than the stored one is to register (server.md N70).
    fn is_renewed(&mut self, now: Now, key: &InstanceKey, last_dirty: UnixMillis) -> (bool, bool) {
        let is_there = self.registry.renew(now, key);
        let stored = self.registry.get(key).map(|info| info.document.last_dirty);
        (is_there, is_there && stored >= Some(last_dirty))
    }

    /// Takes the registry of a peer over: those that are UP, each with a new lease (server.md P4, D-8).
    fn take_over(&mut self, now: Now, listing: Vec<InstanceInfo>) {
        let is_up = |info: &InstanceInfo| info.status == InstanceStatus::Up;
        for info in listing.into_iter().filter(is_up) {
            self.registry.register(now, registration_of(info), true);
        }
    }
}

impl World {
    pub(crate) fn java(&self, index: usize) -> Option<&JavaProcess> {
        self.hosts.get(index)?.java.as_ref()
    }

    fn java_mut(&mut self, index: usize) -> Option<&mut JavaProcess> {
        self.hosts.get_mut(index)?.java.as_mut()
    }

    /// Its clocks: that of the world, and its wall clock.
    fn java_now(&self, index: usize) -> Now {
        let host = self.hosts.get(index);
        Now {
            mono: self.now,
            wall: host.map_or_else(UnixMillis::default, |host| host.wall(self.now)),
        }
    }

    /// Starts with what the first open peer lists, or with nothing.
    pub(crate) fn start_java(&mut self, index: usize) {
        let (at, now) = (self.now, self.java_now(index));
        let lags = self.scenario.java.is_some_and(|java| java.lags);
        let peers = (0..self.hosts.len()).filter(move |peer| *peer != index);
        let Some(run) = self.hosts.get(index).map(|host| host.runs + 1) else {
            return;
        };
        let mut process = JavaProcess::new(run, peers.clone(), lags);
        let mut listings = peers.filter_map(|peer| self.listing_for(index, peer));
        if let Some(listing) = listings.find(|listing| !listing.is_empty()) {
            process.take_over(now, listing);
        }
        self.trace.line(
            at,
            format_args!("java-{index} starts: {:?}", process.registry.names()),
        );
        if let Some(host) = self.hosts.get_mut(index) {
            host.runs = run;
            host.java = Some(process);
        }
        self.at(EVICTION_INTERVAL, Event::Java(JavaEvent::Evict { run }));
    }

    fn listing_for(&self, index: usize, peer: usize) -> Option<Vec<InstanceInfo>> {
        self.open_since(peer)?;
        let node = &self.hosts.get(peer)?.running()?.node;
        let applications = node.applications().applications;
        let instances = applications.into_iter().flat_map(|app| app.instances);
        self.network
            .can_call(index, peer)
            .then(|| instances.collect())
    }

    /// Ends the process; what it was to tell is lost with it.
    pub(crate) fn end_java(&mut self, index: usize) {
        let Some(process) = self.hosts.get_mut(index).and_then(|host| host.java.take()) else {
            return;
        };
        self.trace.line(self.now, format_args!("java-{index} ends"));
        for (peer, queue) in process.queues {
            for task in queue.into_tasks() {
                self.is_not_told(index, peer, &task);
            }
        }
    }

    /// Its round of eviction: local, and told nobody.
    fn java_evicts(&mut self, index: usize) {
        let at = self.now;
        let Some(java) = self.java_mut(index) else {
            return;
        };
        let (evicted, run) = (java.registry.evict(at), java.run);
        if !evicted.is_empty() {
            self.trace
                .line(at, format_args!("java-{index} evicts {evicted:?}"));
        }
        self.at(EVICTION_INTERVAL, Event::Java(JavaEvent::Evict { run }));
    }

    /// Answers a call of a node.
    pub(crate) fn java_answers(
        &mut self,
        index: usize,
        from: usize,
        request: Request,
    ) -> PeerResult {
        let now = self.java_now(index);
        self.notice_what_comes_late(index, from, &request);
        let java = self.java_mut(index);
        let result = java.map(|java| java.answer(now, request));
        result.unwrap_or(PeerResult::NotOurs)
    }

    /// Does what a client asks. Answers whether that was a success.
    pub(crate) fn java_does(&mut self, index: usize, key: &InstanceKey, write: &Write) -> bool {
        use heureka_model::ReplicationAction as Action;
        let now = self.java_now(index);
        let Some(java) = self.java_mut(index) else {
            return false;
        };
        let (tells, is_done) = match write {
            Write::Register(sent) => {
                let told = java
                    .registry
                    .register(now, Registration::clone(sent), false);
                self.java_tells(index, key, Action::Register, Some(told));
                return true;
            }
            Write::Renew(last_dirty) => {
                let (tells, is_done) = java.is_renewed(now, key, *last_dirty);
                (tells.then_some(Action::Heartbeat), is_done)
            }
            Write::Cancel => {
                let was_there = java.registry.cancel(key);
                (was_there.then_some(Action::Cancel), was_there)
            }
        };
        if let Some(action) = tells {
            self.java_tells(index, key, action, None);
        }
        is_done
    }

    /// Does what an operator asks.
    pub(crate) fn java_is_operated(
        &mut self,
        index: usize,
        key: &InstanceKey,
        change: Result<StatusChange, Metadata>,
    ) {
        use heureka_model::ReplicationAction as Action;
        let now = self.java_now(index);
        let Some(java) = self.java_mut(index) else {
            return;
        };
        let told = match &change {
            Ok(change) => {
                let is_there = java.registry.change_status(now, key, *change, None);
                let action = match change {
                    StatusChange::Override(_) => Action::StatusUpdate,
                    StatusChange::RemoveOverride { .. } => Action::DeleteStatusOverride,
                };
                is_there.then_some((action, None))
            }
            Err(entries) => {
                let told = java.registry.update_metadata(now, key, entries);
                told.map(|told| (Action::Register, Some(told)))
            }
        };
        self.trace.line(
            self.now,
            format_args!("operator at java-{index}: {key} {change:?} {told:?}"),
        );
        if let Some((action, info)) = told {
            self.java_tells(index, key, action, info);
        }
        self.settle(index);
    }
}
