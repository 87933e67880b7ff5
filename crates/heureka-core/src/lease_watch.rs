//! Who has fallen silent, without looking at everybody.

use std::collections::BTreeMap;
use std::time::Duration;

use heureka_model::{InstanceKey, LeaseSettings, SeededHash};
use indexmap::IndexSet;

use crate::entry::{Entry, Pulse};
use crate::lease::{Lease, LeasePolicy};
use crate::place::{Names, Place};
use crate::registry::Registry;

/// A queue of moments at which a lease is worth a look.
///
/// A heartbeat changes its own lease and nothing here: the look that was planned finds a younger lease and is planned
/// anew. So a heartbeat costs no more in a registry of a million than in one of ten, and each lease is looked at about
/// once in a lease's time.
#[derive(Debug)]
pub(crate) struct LeaseWatch {
    policy: LeasePolicy,
    looks: BTreeMap<Look, Place>,
    hash: SeededHash,
    /// How many looks were ever planned.
    numbered: u64,
    missing: usize,
    ended: IndexSet<InstanceKey, SeededHash>,
}

/// When a lease is looked at. Those of one moment are told apart by the order in which they were planned: to compare their
/// keys, texts would have to be fetched from memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Look {
    at: Duration,
    number: u64,
}

impl LeaseWatch {
    pub(crate) fn new(policy: LeasePolicy, hash: SeededHash) -> Self {
        Self {
            policy,
            looks: BTreeMap::new(),
            hash,
            numbered: 0,
            missing: 0,
            ended: IndexSet::with_hasher(hash),
        }
    }

    /// How many have not been seen for an interval and a half (MERGE 4).
    pub(crate) fn missing(&self) -> usize {
        self.missing
    }

    /// Those whose lease has ended, in no order that means anything.
    pub(crate) fn ended(&self) -> &IndexSet<InstanceKey, SeededHash> {
        &self.ended
    }

    /// How many looks are planned.
    pub(crate) fn planned(&self) -> usize {
        self.looks.len()
    }

    /// Starts to watch an entry, or watches it anew after its lease or its settings changed by more than a renewal. A look
    /// that is planned already stays, unless it would come too late.
    pub(crate) fn watch(&mut self, entry: &mut Entry) {
        self.forget_silence(entry);
        // The pulse learns of a new document only when the change is done.
        let next = self.next_moment(entry.pulse.lease, entry.document.document.lease);
        if entry.pulse.look.is_some_and(|look| look.at <= next) {
            return;
        }
        self.cancel_look(entry);
        self.plan(entry);
    }

    /// Takes notice of a sign of life. Nothing is to be done for those who give one in time.
    pub(crate) fn renewed(&mut self, entry: &mut Entry) {
        if entry.pulse.silence.was_noticed() {
            self.watch(entry);
        }
    }

    /// Forgets an entry.
    pub(crate) fn release(&mut self, entry: &mut Entry) {
        self.forget_silence(entry);
        self.cancel_look(entry);
    }

    fn forget_silence(&mut self, entry: &mut Entry) {
        if std::mem::take(&mut entry.pulse.silence.is_missing) {
            self.missing -= 1;
        }
        if std::mem::take(&mut entry.pulse.silence.has_ended) {
            let key = entry.document.document.key();
            self.ended.swap_remove(&key);
        }
    }

    fn cancel_look(&mut self, entry: &mut Entry) {
        if let Some(look) = entry.pulse.look.take() {
            self.looks.remove(&look);
        }
    }

    /// Takes looks that are due, no more than `at_most`, and says whether these were all.
    pub(crate) fn advance(
        &mut self,
        registry: &mut Registry,
        mono: Duration,
        at_most: usize,
    ) -> bool {
        for _ in 0..at_most {
            let due = self.looks.first_entry();
            let Some(next) = due.filter(|next| next.key().at <= mono) else {
                return true;
            };
            let mut place = next.remove();
            let Some(entry) = registry.at(&mut place) else {
                continue;
            };
            if self.is_in_time(&entry.pulse, mono) {
                self.plan_again(&mut entry.pulse, place);
            } else {
                let names = place.names();
                registry.change(names, |entry| self.look(entry, mono));
            }
        }
        false
    }

    /// Whether there is nothing to notice, which is what nearly every look finds.
    fn is_in_time(&self, pulse: &Pulse, mono: Duration) -> bool {
        !pulse.silence.was_noticed() && mono <= self.next_moment(pulse.lease, pulse.settings)
    }

    /// The next of the two moments of one that gives signs of life.
    fn next_moment(&self, lease: Lease, settings: LeaseSettings) -> Duration {
        lease
            .seen_until(settings)
            .min(lease.ends_at(settings, self.policy))
    }

    fn plan_again(&mut self, pulse: &mut Pulse, place: Place) {
        let next = self.next_moment(pulse.lease, pulse.settings);
        pulse.look = Some(self.note(next, place));
    }

    /// Plans a look just after a moment.
    fn note(&mut self, moment: Duration, place: Place) -> Look {
        self.numbered += 1;
        let look = Look {
            at: moment.saturating_add(Duration::from_nanos(1)),
            number: self.numbered,
        };
        self.looks.insert(look, place);
        look
    }

    fn look(&mut self, entry: &mut Entry, mono: Duration) {
        let settings = entry.document.document.lease;
        entry.pulse.look = None;
        if !entry.pulse.silence.is_missing && mono > entry.pulse.lease.seen_until(settings) {
            entry.pulse.silence.is_missing = true;
            self.missing += 1;
        }
        if !entry.pulse.silence.has_ended && mono > entry.pulse.lease.ends_at(settings, self.policy)
        {
            entry.pulse.silence.has_ended = true;
            self.ended.insert(entry.document.document.key());
        }
        self.plan(entry);
    }

    /// Plans the next look: just after the next of the two moments that has not come.
    fn plan(&mut self, entry: &mut Entry) {
        let settings = entry.document.document.lease;
        let becomes_missing =
            (!entry.pulse.silence.is_missing).then(|| entry.pulse.lease.seen_until(settings));
        let ends = (!entry.pulse.silence.has_ended)
            .then(|| entry.pulse.lease.ends_at(settings, self.policy));
        let next = [becomes_missing, ends].into_iter().flatten().min();
        entry.pulse.look = next.map(|moment| {
            let document = &entry.document.document;
            let names = Names::new(self.hash, document.app.as_str(), document.id.as_str());
            self.note(moment, Place::new(names))
        });
    }
}
