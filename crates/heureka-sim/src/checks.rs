//! What must hold, as functions over the world.

use std::time::Duration;

use heureka_core::Protection;
use heureka_model::{InstanceInfo, InstanceKey};
use rand::RngExt as _;

use crate::expectations::{Acknowledged, Cancelled, Known};
use crate::host::Process;
use crate::world::World;

/// Whatever happens, listings open then (MERGE 8).
const START_HOLD: Duration = Duration::from_secs(35);

/// A node opens with the listing of a Java server that answers before its other nodes do, even if nothing of that listing
/// could be taken. Until that is mended it is not looked at.
const CHECKS_OPENING_BESIDE_JAVA: bool = false;

/// What was said this long ago, over a line that has not changed since, is known.
const SETTLED: Duration = Duration::from_secs(12);

/// A lease of 90 s and its grace of twice 30 s (MERGE 2), five seconds more (MERGE 3), and what a round is off.
const GONE_WITHIN: Duration = Duration::from_secs(157);

/// What is disturbed is quiet again after this long.
const QUIET: Duration = Duration::from_secs(20);

impl World {
    pub(crate) fn shows(&self, host: usize, key: &InstanceKey) -> Option<InstanceInfo> {
        let process = self.hosts.get(host)?.process.as_ref()?;
        process.node.instance(key.app.as_str(), key.id.as_str())
    }

    pub(crate) fn has_run(&self, host: usize, run: u64) -> bool {
        let running = self.hosts.get(host).and_then(|host| host.running());
        running.is_some_and(|process| process.run == run)
    }

    /// Since when a host has answered listings.
    pub(crate) fn open_since(&self, host: usize) -> Option<Duration> {
        let process = self.hosts.get(host)?.running()?;
        process.open_since.filter(|_| process.node.is_open())
    }

    /// Whether both have been in contact for long enough to know what the other knew at `since`.
    pub(crate) fn have_met(&self, one: usize, other: usize, since: Duration) -> bool {
        let since = since.max(self.network.unchanged_since(one, other));
        let bound = self.scenario.catches_up_within();
        self.network.are_connected(one, other) && since.saturating_add(bound) < self.now
    }

    /// I1 at the node that acknowledges.
    pub(crate) fn check_node(&mut self, index: usize) {
        let lost = self.expected.iter().find(|(key, known)| {
            self.expected.live(known, self.now).is_some_and(|ack| {
                ack.host == index
                    && self.has_run(index, ack.run)
                    && self.shows(index, key).is_none()
            })
        });
        if let Some((key, _)) = lost {
            let what = format!("I1: node-{index} acknowledged {key} and does not show it");
            self.violated(what);
        }
    }

    /// I1, I1b, I15, I21: nobody who is live is evicted, and nobody at all soon after a time of not listening.
    pub(crate) fn check_evicted(&mut self, index: usize, keys: &[InstanceKey]) {
        let process = self.hosts.get(index).and_then(|host| host.process.as_ref());
        if process.is_some_and(|process| self.now < process.spares_until) {
            self.violated(format!(
                "I21: node-{index} was stopped, and evicts {keys:?}"
            ));
        }
        self.check_evicted_beside_java(index, keys);
        for key in keys {
            let known = self.expected.get(key);
            let live = known.and_then(|known| self.expected.live(known, self.now));
            if let Some(ack) = live.filter(|ack| self.is_known_to_be_live(index, ack)) {
                self.violated(format!(
                    "I1: node-{index} evicts {key}, which renewed: {ack:?}"
                ));
            }
        }
    }

    /// Whether a node can know, or has to assume, that an instance is live.
    fn is_known_to_be_live(&self, index: usize, ack: &Acknowledged) -> bool {
        if !self.has_run(ack.host, ack.run) {
            return false;
        }
        if index == ack.host || self.have_met(index, ack.host, ack.since) {
            return true;
        }
        let started = self
            .hosts
            .get(index)
            .and_then(|host| Some(host.process.as_ref()?.started));
        if self.scenario.java.is_some() {
            // Where an instance renews is lost on the way through a Java server, and that has its own checks.
            return false;
        }
        let knew_the_origin = |parted: Duration| {
            ack.since.saturating_add(self.scenario.catches_up_within()) < parted
                && started.is_some_and(|started| started < ack.since)
        };
        self.network
            .parted_since(index, ack.host)
            .is_some_and(knew_the_origin)
    }

    /// I20: before its hold has passed, a node opens only with what all open nodes that it reaches agree on.
    pub(crate) fn check_opened(&mut self, index: usize) {
        if self.scenario.java.is_some() && !CHECKS_OPENING_BESIDE_JAVA {
            return;
        }
        let process = self.hosts.get(index).and_then(|host| host.process.as_ref());
        let age = process.map(|process| self.now.saturating_sub(process.started));
        if age.is_none_or(|age| age >= START_HOLD) {
            return;
        }
        let others: Vec<usize> = (0..self.hosts.len())
            .filter(|other| *other != index && self.network.can_call(index, *other))
            .filter(|other| self.open_since(*other).is_some())
            .collect();
        let lacks = self.expected.iter().find(|(key, known)| {
            let is_settled = self.expected.live(known, self.now).is_some_and(|ack| {
                let settled = |other: &usize| {
                    let since = ack
                        .since
                        .max(self.network.unchanged_since(*other, ack.host));
                    since.saturating_add(SETTLED) < self.now
                };
                others.iter().all(settled)
            });
            let is_shown = |other: &usize| self.shows(*other, key).is_some();
            is_settled
                && others.iter().all(is_shown)
                && !others.is_empty()
                && self.shows(index, key).is_none()
        });
        if let Some((key, _)) = lacks {
            let what = format!("I20: node-{index} opens without {key}, which is at {others:?}");
            self.violated(what);
        }
    }

    /// Everything that is looked at from time to time.
    pub(crate) fn look(&mut self) {
        let at = self.now;
        for host in &mut self.hosts {
            let mono = host.now(at).mono;
            if let Some(process) = &mut host.process
                && process.node.report(mono).protection.protection != Protection::Off
            {
                process.protected_at = at;
            }
        }
        let keys: Vec<InstanceKey> = self.expected.iter().map(|(key, _)| key.clone()).collect();
        for key in &keys {
            self.look_at(key);
        }
        self.look_beside_java();
        self.look_at_agents();
        self.check_queues();
        self.read_what_changed();
        self.has_converged |= self.is_over && self.digests_are_equal();
    }

    /// I11
    fn read_what_changed(&mut self) {
        let (at, index) = (self.now, self.rng.random_range(0..self.hosts.len()));
        let Some(host) = self.hosts.get_mut(index) else {
            return;
        };
        let now = host.now(at);
        let process = host.process.as_mut();
        let process = process.filter(|process| process.stopped.is_none());
        let wrong = process.and_then(|process| process.reader.read(&mut process.node, now.mono));
        if let Some(wrong) = wrong {
            self.violated(format!(
                "I11: who follows node-{index} by deltas is wrong: {wrong}"
            ));
        }
    }

    fn digests_are_equal(&self) -> bool {
        let nodes = self.hosts.iter().filter_map(|host| host.process.as_ref());
        let digests: Vec<_> = nodes.map(|process| process.node.strong_digest()).collect();
        digests.windows(2).all(|pair| pair.first() == pair.last())
    }

    fn look_at(&mut self, key: &InstanceKey) {
        let Some(known) = self.expected.get(key) else {
            return;
        };
        let (live, gone) = (
            self.expected.live(known, self.now),
            self.expected.gone(known),
        );
        let episode = known.episode;
        let (mut somewhere, mut everywhere) = (false, true);
        for host in 0..self.hosts.len() {
            let Some(open_since) = self.open_since(host) else {
                continue;
            };
            let shown = self.shows(host, key);
            let dirty_ms = shown.map(|shown| shown.document.last_dirty.0);
            let is_seen = dirty_ms
                .is_some_and(|dirty_ms| episode.is_some_and(|own| dirty_ms >= own.dirty_ms));
            somewhere |= is_seen;
            everywhere &= is_seen;
            match (dirty_ms.is_some(), live, gone) {
                (false, Some(ack), _) => self.check_lacks(host, key, ack, open_since),
                (true, None, Some(cancelled)) => {
                    self.check_resurrected(host, key, cancelled, open_since)
                }
                (true, None, None) => self.check_overdue(host, key),
                (true | false, _, _) => {}
            }
            if let Some(before) = self.expected.shows(key, host, dirty_ms) {
                self.violated(format!(
                    "I10: node-{host} shows {key} as of {dirty_ms:?}, and before {before}"
                ));
            }
        }
        self.expected.saw(self.now, key, somewhere, everywhere);
    }

    /// I1 elsewhere, I2
    fn check_lacks(
        &mut self,
        host: usize,
        key: &InstanceKey,
        ack: Acknowledged,
        open_since: Duration,
    ) {
        let is_there = self.has_run(ack.host, ack.run);
        if is_there && self.have_met(host, ack.host, ack.since.max(open_since)) {
            self.violated(format!(
                "I1: node-{host} does not show {key}, which is live: {ack:?}"
            ));
        }
    }

    /// I4
    fn check_resurrected(
        &mut self,
        host: usize,
        key: &InstanceKey,
        cancelled: Cancelled,
        open_since: Duration,
    ) {
        let is_there = self.has_run(cancelled.host, cancelled.run);
        if is_there && self.have_met(host, cancelled.host, cancelled.at.max(open_since)) {
            self.expected.counts.resurrected += 1;
            self.violated(format!(
                "I4: node-{host} shows {key}, which was cancelled: {cancelled:?}"
            ));
        }
    }

    /// I5: who has given no sign of life for a lease and its grace is gone, unless there is a reason to keep it: a line that
    /// is not as it should be, a process that was stopped or is away, self-preservation.
    fn check_overdue(&mut self, host: usize, key: &InstanceKey) {
        let last_sign = self.expected.get(key).and_then(|known| known.last_sign);
        let is_overdue = |since: Duration| since.saturating_add(GONE_WITHIN) < self.now;
        let is_quiet = |other: usize| {
            let since = self.network.unchanged_since(host, other);
            self.network.can_call(host, other) && since.saturating_add(QUIET) < self.now
        };
        let is_all_quiet = (0..self.hosts.len()).all(|other| other == host || is_quiet(other));
        let evicts = |process: &Process| {
            let spares_until = process.spares_until.max(process.protected_at);
            spares_until.saturating_add(QUIET) < self.now
        };
        let all_run = self
            .hosts
            .iter()
            .all(|host| host.running().is_some_and(evicts));
        let is_lossless = self.scenario.lost == 0 && self.scenario.held_up == 0;
        if is_lossless && is_all_quiet && all_run && last_sign.is_none_or(is_overdue) {
            self.violated(format!(
                "I5: node-{host} still shows {key}, silent since {last_sign:?}"
            ));
        }
    }

    /// A queue is never longer than what there is to tell of.
    fn check_queues(&mut self) {
        let most = self.expected.len();
        let too_long = self.hosts.iter().find_map(|host| {
            let process = host.process.as_ref()?;
            let longest = process.node.peers().iter().map(|peer| peer.queued).max()?;
            (longest > most).then_some((host.index, longest))
        });
        if let Some((index, longest)) = too_long {
            self.violated(format!(
                "node-{index} has {longest} keys in a queue; there are {most}"
            ));
        }
    }

    pub(crate) fn end(&mut self) {
        for host in &mut self.hosts {
            if let Some(process) = &host.process {
                self.node_time += self.now.saturating_sub(process.started);
            }
        }
        self.check_agents_at_the_end();
    }

    /// I3, I16, and what was lost.
    pub(crate) fn check_convergence(&mut self) {
        if !self.has_converged {
            let seen = self.differences();
            self.violated(format!("I3: the nodes do not hold the same: {seen}"));
        }
        self.check_same_view();
        self.check_agreement_with_java();
        self.check_amplification();
    }

    fn view(&self, host: usize, key: &InstanceKey) -> Option<String> {
        let info = self.shows(host, key)?;
        Some(format!(
            "{} {} {} {:?}",
            info.status, info.overridden_status, info.document.last_dirty, info.document.metadata
        ))
    }

    /// At each node; a Java-like server has no stamps, so it is looked at elsewhere.
    fn views(&self, key: &InstanceKey) -> Vec<Option<String>> {
        let nodes = self.hosts.iter().filter(|host| !host.is_java);
        nodes.map(|host| self.view(host.index, key)).collect()
    }

    fn differences(&self) -> String {
        let differing = self.expected.iter().filter_map(|(key, _)| {
            let views = self.views(key);
            let differ = views.windows(2).any(|pair| pair.first() != pair.last());
            differ.then(|| format!("{key}: {views:?}"))
        });
        let differing: Vec<String> = differing.collect();
        if differing.is_empty() {
            "all views are the same".to_owned()
        } else {
            differing.join("; ")
        }
    }

    /// Whether it registered after everything was healed: agents still say then what they could not say before, and it may be
    /// on its way.
    pub(crate) fn is_new(&self, known: &Known) -> bool {
        known
            .episode
            .is_some_and(|episode| episode.since > self.over_at)
    }

    fn check_same_view(&mut self) {
        let keys: Vec<InstanceKey> = self.expected.iter().map(|(key, _)| key.clone()).collect();
        for key in keys {
            let views = self.views(&key);
            let is_live = self.expected.get(&key).is_some_and(|known| {
                let live = self.expected.live(known, self.now);
                !self.is_new(known) && live.is_some_and(|ack| self.has_run(ack.host, ack.run))
            });
            if is_live && views.iter().any(Option::is_none) {
                self.expected.counts.lost += 1;
                self.violated(format!("{key} is live and lost: {views:?}"));
            }
            let shown: Vec<_> = views.iter().flatten().collect();
            // One whose lease has ended is only kept, and each node keeps what it has (MERGE 3).
            if is_live && shown.windows(2).any(|pair| pair.first() != pair.last()) {
                self.violated(format!("I16: {key} is shown differently: {views:?}"));
            }
        }
    }
}
