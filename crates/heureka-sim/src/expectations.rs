//! What clients did and were told, and what follows from it for what nodes may show.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use heureka_model::InstanceKey;

use crate::scenario::Scenario;
use crate::set_full::SetFull;

/// An instance is live for so long after an acknowledged sign of life.
const LEASE: Duration = Duration::from_secs(90);

/// A registration that took longer to be everywhere is stale.
const STALE_AFTER: Duration = Duration::from_millis(2500);

/// For so long signs of life are remembered.
const SIGNS_KEPT: Duration = Duration::from_secs(300);

/// A message is on its way for so long at most.
const CROSSES_WITHIN: Duration = Duration::from_secs(5);

/// The last acknowledged sign of life.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Acknowledged {
    pub(crate) at: Duration,
    pub(crate) host: usize,
    pub(crate) run: u64,
    /// Since when all of them came from this run of this host.
    pub(crate) since: Duration,
}

/// A cancel that took an instance out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cancelled {
    pub(crate) at: Duration,
    pub(crate) host: usize,
    pub(crate) run: u64,
}

impl Known {
    pub(crate) fn gave_a_sign_between(&self, since: Duration, until: Duration) -> bool {
        self.signs.iter().any(|at| (since..=until).contains(at))
    }

    fn remember_sign(&mut self, at: Duration) {
        let is_old = |sign: &Duration| sign.saturating_add(SIGNS_KEPT) < at;
        while self.signs.front().is_some_and(is_old) {
            self.signs.pop_front();
        }
        self.signs.push_back(at);
    }
}

/// One registration, as a reader sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Episode {
    pub(crate) since: Duration,
    pub(crate) dirty_ms: i64,
    was_seen: bool,
    everywhere_at: Option<Duration>,
}

/// What is known of one instance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    acknowledged: Option<Acknowledged>,
    pub(crate) last_sign: Option<Duration>,
    cancelled: Option<Cancelled>,
    pub(crate) last_cancelled_at: Option<Duration>,
    /// When a node last took a cancel, from whomever.
    pub(crate) cancel_taken_at: Option<Duration>,
    /// Where a registration was taken since the last cancel.
    returned_at: BTreeSet<usize>,
    told_java_at: Option<Duration>,
    told_by_java_at: Option<Duration>,
    /// The acknowledged signs of life of the last minutes.
    signs: VecDeque<Duration>,
    /// A Java-like server could not tell its peers of a return; of the cancel before it they may have heard.
    return_is_lost: bool,
    /// A Java-like server could not tell its peers of a change of status, or it crossed another one.
    pub(crate) status_is_lost: bool,
    was_ever_cancelled: bool,
    /// A cancel that came late, after a return elsewhere, counts as the later write: until the instance is told and
    /// registers again, nothing is expected of it.
    awaits_registration: bool,
    pub(crate) episode: Option<Episode>,
    /// A registration that hung arrived after a newer one, and counts as the later write.
    pub(crate) had_a_late_return: bool,
    /// The dirty timestamp that each host showed last.
    pub(crate) shown: BTreeMap<usize, i64>,
}

/// What is known of all instances.
#[derive(Debug)]
pub(crate) struct Expectations {
    scenario: Scenario,
    by_key: BTreeMap<InstanceKey, Known>,
    pub(crate) counts: SetFull,
}

impl Expectations {
    pub(crate) fn new(scenario: Scenario) -> Self {
        Self {
            scenario,
            by_key: BTreeMap::new(),
            counts: SetFull::default(),
        }
    }

    fn of(&mut self, key: &InstanceKey) -> &mut Known {
        self.by_key.entry(key.clone()).or_default()
    }

    pub(crate) fn get(&self, key: &InstanceKey) -> Option<&Known> {
        self.by_key.get(key)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&InstanceKey, &Known)> {
        self.by_key.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_key.len()
    }

    pub(crate) fn gave_a_sign(&mut self, key: &InstanceKey, at: Duration) {
        self.of(key).last_sign = Some(at);
    }

    /// A node took a registration, whoever heard of it.
    pub(crate) fn registered(&mut self, key: &InstanceKey, at: Duration, host: usize) {
        let known = self.of(key);
        known.last_sign = Some(at);
        known.cancelled = None;
        known.returned_at.insert(host);
        known.return_is_lost = false;
    }

    /// Whether an instance came back after its cancel at another server than this one.
    pub(crate) fn has_returned_elsewhere(&self, key: &InstanceKey, host: usize) -> bool {
        self.get(key)
            .is_some_and(|known| known.returned_at.iter().any(|at| *at != host))
    }

    /// A Java-like server is told of a change by a node. Where it told nodes of one just before, both may be on their way
    /// at once, and each side ends with what the other had.
    pub(crate) fn tells_java(&mut self, key: &InstanceKey, at: Duration) {
        let known = self.of(key);
        let is_recent = |told: Duration| at.saturating_sub(told) < CROSSES_WITHIN;
        known.status_is_lost |= known.told_by_java_at.is_some_and(is_recent);
        known.told_java_at = Some(at);
    }

    /// A node is told by a Java-like server of a change that was made at that time.
    pub(crate) fn java_tells(&mut self, key: &InstanceKey, made: Duration, at: Duration) {
        let known = self.of(key);
        known.status_is_lost |= known.told_java_at.is_some_and(|told| made < told);
        known.told_by_java_at = Some(at);
    }

    /// A cancel arrived after a return: until the instance is told and registers again, nothing is expected of it.
    pub(crate) fn is_cancelled_late(&mut self, key: &InstanceKey) {
        let known = self.of(key);
        known.acknowledged = None;
        known.awaits_registration = true;
        known.shown.clear();
    }

    /// Not everybody hears of a cancel, so it is not expected to show.
    pub(crate) fn cancel_is_lost(&mut self, key: &InstanceKey) {
        self.of(key).cancelled = None;
    }

    /// A node takes a cancel from a Java-like server.
    pub(crate) fn cancel_is_taken(&mut self, key: &InstanceKey, at: Duration) {
        self.of(key).cancel_taken_at = Some(at);
    }

    /// Not everybody hears of a return.
    pub(crate) fn return_is_lost(&mut self, key: &InstanceKey) {
        let known = self.of(key);
        known.return_is_lost = known.was_ever_cancelled;
    }

    /// Everybody shows the same status and the same override.
    pub(crate) fn status_is_found(&mut self, key: &InstanceKey) {
        self.of(key).status_is_lost = false;
    }

    /// Not everybody hears of a status.
    pub(crate) fn status_is_lost(&mut self, key: &InstanceKey) {
        self.of(key).status_is_lost = true;
    }

    /// A node took a cancel. Where it did not know the instance, nothing is expected until the next registration.
    pub(crate) fn cancelled(
        &mut self,
        key: &InstanceKey,
        at: Duration,
        host: usize,
        run: u64,
        was_there: bool,
    ) {
        self.end_episode(key);
        let known = self.of(key);
        known.acknowledged = None;
        known.was_ever_cancelled = true;
        known.awaits_registration = true;
        known.last_cancelled_at = Some(at);
        known.cancel_taken_at = Some(at);
        known.returned_at.clear();
        known.shown.clear();
        known.cancelled = was_there.then_some(Cancelled { at, host, run });
    }

    pub(crate) fn acknowledged(
        &mut self,
        key: &InstanceKey,
        at: Duration,
        host: usize,
        run: u64,
        registered: Option<i64>,
    ) {
        if let Some(dirty_ms) = registered {
            self.end_episode(key);
            self.counts.registrations += 1;
            self.of(key).awaits_registration = false;
            self.of(key).episode = Some(Episode {
                since: at,
                dirty_ms,
                was_seen: false,
                everywhere_at: None,
            });
        }
        let is_java = self.scenario.is_java(host);
        let known = self.of(key);
        if known.awaits_registration {
            return;
        }
        if known.return_is_lost && !is_java {
            // It renews what it was before a cancel that this node is still to hear of.
            known.acknowledged = None;
            return;
        }
        // After a silence longer than the lease it may have been evicted elsewhere, and begins anew.
        let same = known.acknowledged.filter(|before| {
            (before.host, before.run) == (host, run) && at.saturating_sub(before.at) < LEASE
        });
        let since = same.map_or(at, |before| before.since);
        known.remember_sign(at);
        known.acknowledged = Some(Acknowledged {
            at,
            host,
            run,
            since,
        });
    }

    /// A process starts with nothing: what it acknowledged before and told nobody is gone.
    pub(crate) fn starts(&mut self, host: usize) {
        for known in self.by_key.values_mut() {
            known.shown.remove(&host);
        }
    }

    /// Notes where a registration is seen.
    pub(crate) fn saw(
        &mut self,
        now: Duration,
        key: &InstanceKey,
        somewhere: bool,
        everywhere: bool,
    ) {
        if let Some(episode) = &mut self.of(key).episode {
            episode.was_seen |= somewhere;
            if everywhere && episode.everywhere_at.is_none() {
                episode.everywhere_at = Some(now);
            }
        }
    }

    fn end_episode(&mut self, key: &InstanceKey) {
        let Some(episode) = self.of(key).episode.take() else {
            return;
        };
        self.counts.count(&episode);
    }

    /// How all registrations were seen, with those that are still there.
    pub(crate) fn set_full(&self) -> SetFull {
        let mut counts = self.counts;
        for episode in self.by_key.values().filter_map(|known| known.episode) {
            counts.count(&episode);
        }
        counts
    }

    /// After a cancel a node whose clock is behind, and has not heard of it, orders a return before it: then the instance
    /// is away until its next heartbeat (MERGE 1). So nothing is expected of such keys where clocks differ.
    fn is_in_doubt(&self, known: &Known) -> bool {
        self.scenario.clocks_jump && known.was_ever_cancelled
    }

    /// The last acknowledged sign of life, where it says that the instance is live.
    pub(crate) fn live(&self, known: &Known, now: Duration) -> Option<Acknowledged> {
        let acknowledged = known.acknowledged?;
        let is_live = now.saturating_sub(acknowledged.at) < LEASE && !self.is_in_doubt(known);
        is_live.then_some(acknowledged)
    }

    /// The cancel since which it must not be there.
    pub(crate) fn gone(&self, known: &Known) -> Option<Cancelled> {
        known.cancelled.filter(|_| !self.is_in_doubt(known))
    }

    /// A registration of this version arrived, for which nobody waits any more.
    pub(crate) fn returned_late(&mut self, key: &InstanceKey, dirty_ms: i64) {
        let known = self.of(key);
        let newest = known.episode.map(|episode| episode.dirty_ms);
        known.had_a_late_return |= newest.is_none_or(|newest| dirty_ms < newest);
    }

    /// Notes the dirty timestamp that a host shows. Answers the one before, where that was newer (I10).
    pub(crate) fn shows(
        &mut self,
        key: &InstanceKey,
        host: usize,
        dirty_ms: Option<i64>,
    ) -> Option<i64> {
        let known = self.by_key.entry(key.clone()).or_default();
        let is_in_doubt = self.scenario.clocks_jump && known.was_ever_cancelled;
        let before = match dirty_ms {
            Some(dirty_ms) => known.shown.insert(host, dirty_ms),
            None => known.shown.remove(&host),
        };
        let before = before.filter(|_| !known.had_a_late_return && !is_in_doubt);
        before.filter(|before| dirty_ms.is_some_and(|dirty_ms| dirty_ms < *before))
    }
}

impl SetFull {
    fn count(&mut self, episode: &Episode) {
        match episode.everywhere_at {
            Some(at) if at.saturating_sub(episode.since) <= STALE_AFTER => self.stable += 1,
            Some(_) => self.stale += 1,
            None if episode.was_seen => self.not_everywhere += 1,
            None => self.never_seen += 1,
        }
    }
}
