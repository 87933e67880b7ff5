//! What must hold in a world with a Java-like server, beside what holds among the nodes by themselves.

use std::time::Duration;

use heureka_model::{InstanceKey, InstanceStatus, ReplicationAction};

use super::tasks::Task;
use crate::expectations::{Acknowledged, Cancelled, Known};
use crate::world::World;

/// What was renewed at one side and not at the other is shown there after so long a connection.
const SHOWN_AFTER: Duration = Duration::from_secs(60);

/// What was cancelled at one side is gone at the other after so long, if the line was up before.
const GONE_AFTER: Duration = Duration::from_secs(45);

/// What a Java server says within 35 s of a cancel may be a repetition, and counts for nothing (MERGE 5). Other nodes hear
/// of the cancel some seconds later than the first.
const REPEATS_FOR: Duration = Duration::from_secs(45);

/// An absence that lasted so long is noticed: a Java peer is greeted every ten seconds, and waited for five.
const ABSENCE_NOTICED: Duration = Duration::from_secs(20);

/// How long a renewal needs to the other side: it is answered 404, and the registration follows.
const TOLD_WITHIN: Duration = Duration::from_secs(10);

/// The same where messages are lost.
const TOLD_WITHIN_IF_LOSSY: Duration = Duration::from_secs(180);

impl World {
    pub(crate) fn shows_there(&self, host: usize, key: &InstanceKey) -> bool {
        match self.java(host) {
            Some(java) => java.get(key).is_some(),
            None => self.shows(host, key).is_some(),
        }
    }

    fn shown_after(&self) -> Duration {
        SHOWN_AFTER.max(self.scenario.catches_up_within())
    }

    fn told_within(&self) -> Duration {
        if self.scenario.lost > 0 {
            TOLD_WITHIN_IF_LOSSY
        } else {
            TOLD_WITHIN
        }
    }

    /// Whether `from` has been able to call `to` since then, and both processes have run.
    fn is_connected_since(&self, from: usize, to: usize, since: Duration) -> bool {
        let is_up = |host: usize| self.hosts.get(host).is_some_and(|host| host.is_running());
        self.network.can_call(from, to)
            && self.network.unchanged_since(from, to) <= since
            && is_up(from)
            && is_up(to)
    }

    /// The server at the other side: for a node the Java-like one, and for that each open node.
    fn other_side(&self, host: usize) -> Vec<usize> {
        let Some(java) = self.scenario.java.map(|java| java.host) else {
            return Vec::new();
        };
        if host != java {
            return vec![java];
        }
        (0..self.hosts.len())
            .filter(|other| *other != java && self.open_since(*other).is_some())
            .collect()
    }

    /// Whether an instance has renewed often enough, over a connection old enough, to be known at the other side.
    fn is_told(&self, known: &Known, ack: &Acknowledged, to: usize) -> bool {
        let opened = self.open_since(to).unwrap_or_default();
        let unchanged = self.network.unchanged_since(ack.host, to);
        let since = unchanged.max(ack.since).max(counts_from(known)).max(opened);
        let until = self.now.saturating_sub(self.told_within());
        since.saturating_add(self.shown_after()) < self.now
            && self.is_connected_since(ack.host, to, since)
            && known.gave_a_sign_between(since, until)
            && self
                .hosts
                .get(ack.host)
                .is_some_and(|host| host.is_run(ack.run))
    }

    /// An instance that renews at one side is not evicted at the other.
    pub(crate) fn check_evicted_beside_java(&mut self, index: usize, keys: &[InstanceKey]) {
        for key in keys {
            let Some(known) = self.expected.get(key) else {
                continue;
            };
            let live = self.expected.live(known, self.now);
            let live = live.filter(|ack| self.java(ack.host).is_some());
            if let Some(ack) = live.filter(|ack| self.is_told(known, ack, index)) {
                self.violated(format!(
                    "J2: node-{index} evicts {key}, which renews at the Java server: {ack:?}"
                ));
            }
        }
    }

    /// Everything that is looked at from time to time.
    pub(crate) fn look_beside_java(&mut self) {
        if self.scenario.java.is_none() {
            return;
        }
        let keys: Vec<InstanceKey> = self.expected.iter().map(|(key, _)| key.clone()).collect();
        for key in &keys {
            if self
                .shown_status(key)
                .windows(2)
                .all(|pair| pair.first() == pair.last())
            {
                self.expected.status_is_found(key);
            }
            let wrong = self.lacking(key).or_else(|| self.resurrected(key));
            if let Some(wrong) = wrong {
                self.violated(wrong);
            }
        }
    }

    /// Who renews at one side is shown at the other.
    fn lacking(&self, key: &InstanceKey) -> Option<String> {
        let known = self.expected.get(key)?;
        let ack = self.expected.live(known, self.now)?;
        let lacks =
            |other: &usize| !self.shows_there(*other, key) && self.is_told(known, &ack, *other);
        let other = self.other_side(ack.host).into_iter().find(lacks)?;
        Some(format!(
            "J3: host {other} does not show {key}, which renews at the other side: {ack:?}"
        ))
    }

    /// Who was cancelled at one side is gone at the other.
    fn resurrected(&self, key: &InstanceKey) -> Option<String> {
        let known = self.expected.get(key)?;
        let cancelled = self.expected.gone(known)?;
        let is_back =
            |other: &usize| self.shows_there(*other, key) && self.has_heard_of(*other, &cancelled);
        let other = self.other_side(cancelled.host).into_iter().find(is_back)?;
        Some(format!(
            "J4: host {other} shows {key}, which was cancelled at the other side: {cancelled:?}"
        ))
    }

    fn has_heard_of(&self, host: usize, cancelled: &Cancelled) -> bool {
        let lossy = self.scenario.catches_up_within().max(GONE_AFTER);
        cancelled.at.saturating_add(lossy) < self.now
            && self.is_connected_since(cancelled.host, host, cancelled.at)
            && self
                .hosts
                .get(cancelled.host)
                .is_some_and(|host| host.is_run(cancelled.run))
    }

    /// After everything is healed both sides agree on who lives, and on the status.
    pub(crate) fn check_agreement_with_java(&mut self) {
        let keys: Vec<InstanceKey> = self.expected.iter().map(|(key, _)| key.clone()).collect();
        for key in &keys {
            if let Some(views) = self.disagreement(key) {
                self.violated(format!("J5: {key} renewed, and is shown as {views:?}"));
            }
        }
    }

    /// The status and the override at each host.
    fn shown_status(&self, key: &InstanceKey) -> Vec<Option<(InstanceStatus, InstanceStatus)>> {
        let shown = (0..self.hosts.len()).map(|host| match self.java(host) {
            Some(java) => java.get(key).cloned(),
            None => self.shows(host, key),
        });
        shown
            .map(|info| info.map(|info| (info.status, info.overridden_status)))
            .collect()
    }

    fn disagreement(&self, key: &InstanceKey) -> Option<Vec<Option<InstanceStatus>>> {
        let known = self.expected.get(key)?;
        self.expected.live(known, self.now)?;
        let told = self.now.saturating_sub(TOLD_WITHIN);
        let since = self.over_at.max(counts_from(known));
        if self.is_new(known) || !known.gave_a_sign_between(since, told) {
            return None;
        }
        let shown = self.shown_status(key).into_iter();
        let views: Vec<_> = shown.map(|shown| shown.map(|(status, _)| status)).collect();
        let differ = views.windows(2).any(|pair| pair.first() != pair.last());
        // Where a task can be lost without anybody noticing, so can a change of the status; and a listing that lags may
        // show what another node has changed there since.
        let is_lossy = self.scenario.lost > 0 || self.scenario.held_up > 0;
        let is_uncertain = is_lossy || self.scenario.java.is_some_and(|java| java.lags);
        let may_differ =
            (known.status_is_lost || is_uncertain) && views.iter().all(Option::is_some);
        (differ && !may_differ).then_some(views)
    }

    /// A Java-like server drops a task, and nobody hears of it: a cancel ends with the lease then (MERGE 6), and a status
    /// is compared only after an absence that was noticed (server.md D-7).
    pub(super) fn is_not_told(&mut self, index: usize, peer: usize, task: &Task) {
        if task.action == ReplicationAction::Cancel {
            self.expected.cancel_is_lost(&task.key);
        }
        if task.action == ReplicationAction::Register {
            self.expected.return_is_lost(&task.key);
            // With an unchanged dirty timestamp no heartbeat tells that the status is another one.
            self.expected.status_is_lost(&task.key);
        }
        let parted = self.network.parted_since(index, peer);
        let is_noticed =
            parted.is_some_and(|since| since.saturating_add(ABSENCE_NOTICED) <= self.now);
        if task.action != ReplicationAction::Heartbeat && !is_noticed {
            self.expected.status_is_lost(&task.key);
        }
    }
}

/// Since when what a Java-like server says of an instance counts.
fn counts_from(known: &Known) -> Duration {
    let cancelled = known.cancel_taken_at.unwrap_or_default();
    if cancelled.is_zero() {
        return cancelled;
    }
    cancelled.saturating_add(REPEATS_FOR)
}
