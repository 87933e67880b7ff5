//! Who has fallen silent, without looking at everybody.

use std::collections::BTreeSet;
use std::time::Duration;

use heureka_model::{InstanceId, InstanceKey, SeededHash};
use indexmap::IndexSet;

use crate::entry::Entry;
use crate::lease::LeasePolicy;
use crate::registry::Registry;

/// A queue of moments at which a lease is worth a look.
///
/// A heartbeat changes its own lease and nothing here: the look that was planned finds a younger lease and is planned
/// anew. So a heartbeat costs no more in a registry of a million than in one of ten, and each lease is looked at about
/// once in a lease's time.
#[derive(Debug)]
pub(crate) struct LeaseWatch {
    policy: LeasePolicy,
    checks: BTreeSet<(Duration, InstanceKey)>,
    missing: usize,
    ended: IndexSet<InstanceKey, SeededHash>,
}

impl LeaseWatch {
    pub(crate) fn new(policy: LeasePolicy, hash: SeededHash) -> Self {
        Self {
            policy,
            checks: BTreeSet::new(),
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
        self.checks.len()
    }

    /// Starts to watch an entry, or watches it anew after its lease or its settings changed by more than a renewal.
    pub(crate) fn watch(&mut self, entry: &mut Entry) {
        self.release(entry);
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
        let key = entry.document.document.key();
        if std::mem::take(&mut entry.pulse.silence.is_missing) {
            self.missing -= 1;
        }
        if std::mem::take(&mut entry.pulse.silence.has_ended) {
            self.ended.swap_remove(&key);
        }
        if let Some(at) = entry.check_at.take() {
            self.checks.remove(&(at, key));
        }
    }

    /// Takes all looks that are due.
    pub(crate) fn advance(&mut self, registry: &mut Registry, mono: Duration) {
        while let Some((at, _)) = self.checks.first()
            && *at <= mono
        {
            let Some((_, InstanceKey { app, id })) = self.checks.pop_first() else {
                return;
            };
            registry.change(app.as_str(), id.as_str(), |entry| {
                self.look(entry, &id, mono)
            });
        }
    }

    fn look(&mut self, entry: &mut Entry, id: &InstanceId, mono: Duration) {
        debug_assert_eq!(entry.document.document.id, *id);
        let settings = entry.document.document.lease;
        entry.check_at = None;
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
        entry.check_at = next.map(|last| last.saturating_add(Duration::from_nanos(1)));
        if let Some(at) = entry.check_at {
            self.checks.insert((at, entry.document.document.key()));
        }
    }
}
