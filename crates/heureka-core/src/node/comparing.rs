//! Comparing what two nodes hold (MERGE 6).

use std::collections::BTreeMap;
use std::time::Duration;

use heureka_model::{
    AppDigest, AppName, Compared, Comparison, Digest, InstanceId, InstanceKey, KeyState,
    KeyVersion, Now, Slice, Stamp,
};

use super::Node;
use super::join::Ended;
use crate::instances::Instances;
use crate::peers::PeerId;
use crate::repair::Step;
use crate::replication::Intent;
use crate::sums::Sum;

impl Node {
    /// The digest of everything that is held, present and cancelled: equal on two nodes that agree.
    #[must_use]
    pub fn strong_digest(&self) -> (Digest, Digest) {
        (self.registry.total(), self.tombstones.sums().total())
    }

    /// Answers a question of another node.
    pub(super) fn compare(&self, now: Now, comparison: Comparison) -> Compared {
        match comparison {
            Comparison::Totals { present, cancelled } => {
                if (present, cancelled) == self.strong_digest() {
                    Compared::Same
                } else {
                    Compared::Applications(self.app_digests())
                }
            }
            Comparison::Everything => Compared::Applications(self.all_apps()),
            Comparison::Slices { divided } => Compared::Slices(self.slice_sums(&divided)),
            Comparison::Keys { held, with_kept } => self.compare_keys(now.mono, held, with_kept),
        }
    }

    /// The question that a step asks.
    pub(super) fn question(&self, step: &Step, takes_over: bool) -> Comparison {
        match step {
            Step::Totals => {
                let (present, cancelled) = self.strong_digest();
                Comparison::Totals { present, cancelled }
            }
            Step::Everything => Comparison::Everything,
            Step::Slices(divided) => Comparison::Slices {
                divided: divided.clone(),
            },
            Step::Keys(slices) => Comparison::Keys {
                held: slices
                    .iter()
                    .map(|slice| (slice.clone(), self.versions_in(slice)))
                    .collect(),
                with_kept: takes_over,
            },
        }
    }

    /// Takes the answer to a step. Answers whether both hold the same.
    pub(super) fn take_compared(
        &mut self,
        now: Now,
        from: PeerId,
        step: Step,
        compared: Compared,
        delay: Duration,
    ) -> bool {
        let own_apps = match &compared {
            Compared::Applications(_) => self.app_digests(),
            Compared::Same | Compared::Slices(_) | Compared::Keys { .. } => Vec::new(),
        };
        let own_slices = match &step {
            Step::Slices(divided) => self.slice_sums(divided),
            Step::Totals | Step::Everything | Step::Keys(_) => Vec::new(),
        };
        let Some(peer) = self.cluster.peers.get_mut(from) else {
            return false;
        };
        let takes_over = peer.repair.takes_over;
        match (step, compared) {
            (_, Compared::Same) => return true,
            (_, Compared::Applications(theirs)) => {
                let differing = differing(own_apps, theirs, takes_over);
                peer.repair.plan_apps(differing);
            }
            (Step::Slices(divided), Compared::Slices(theirs)) => {
                peer.repair.plan_slices(&divided, &own_slices, &theirs);
            }
            (_, Compared::Slices(_)) => {}
            (_, Compared::Keys { states, wanted }) => {
                for key in &wanted {
                    peer.queue.note(key, Intent::DOCUMENT);
                }
                let ended = if takes_over {
                    Ended::TakenAsKept
                } else {
                    Ended::LeftOut
                };
                self.take_newer(now, from, states, delay, ended);
            }
        }
        false
    }

    /// The applications of which something counts, or has been cancelled.
    fn app_digests(&self) -> Vec<AppDigest> {
        self.digests_with(|_| 0)
    }

    /// All applications, also those of which every instance is only kept.
    fn all_apps(&self) -> Vec<AppDigest> {
        self.digests_with(|app| match app.sum.keys {
            0 => u32::try_from(app.len()).unwrap_or(u32::MAX),
            _ => 0,
        })
    }

    /// The applications that have a key, besides those that `kept` says of each that has instances.
    fn digests_with(&self, kept: impl Fn(&Instances) -> u32) -> Vec<AppDigest> {
        let present = self.registry.apps().map(|app| {
            let digest = self.app_digest(app.name(), app.sum);
            let keys = digest.keys.saturating_add(kept(app));
            AppDigest { keys, ..digest }
        });
        let is_absent = |app: &&AppName| self.registry.app(app.as_str()).is_none();
        let cancelled = self.tombstones.sums().apps().filter(is_absent);
        let cancelled = cancelled.map(|app| self.app_digest(app, Sum::default()));
        let has_keys = |digest: &AppDigest| digest.keys > 0;
        present.chain(cancelled).filter(has_keys).collect()
    }

    fn app_digest(&self, app: &AppName, present: Sum) -> AppDigest {
        let cancelled = self.tombstones.sums().of(app);
        AppDigest {
            app: app.clone(),
            keys: present.keys.saturating_add(cancelled.keys),
            present: present.digest,
            cancelled: cancelled.digest,
        }
    }

    /// What is compared of one application: each key's digest and its newest stamp.
    fn compared_in<'a>(
        &'a self,
        app: &'a AppName,
    ) -> impl Iterator<Item = (&'a InstanceId, Digest, Stamp)> {
        let present = self.registry.app(app.as_str()).into_iter();
        let present = present
            .flat_map(Instances::iter)
            .filter_map(|(id, entry)| Some((id, entry.counted?, entry.mark().newest())));
        let cancelled = self.tombstones.of_app(app).into_iter().flatten();
        let cancelled = cancelled.filter_map(|(id, tombstone)| {
            let key = InstanceKey {
                app: app.clone(),
                id: id.clone(),
            };
            let digest = tombstone.digest(&key)?;
            self.tombstones
                .is_compared(&key, tombstone)
                .then_some((id, digest, tombstone.stamp))
        });
        present.chain(cancelled)
    }

    fn slice_sums(&self, divided: &Slice) -> Vec<Digest> {
        let bits = divided.bits.min(Slice::MAX_BITS);
        let mut sums = vec![Digest::default(); 1 << bits];
        for (id, digest, _) in self.compared_in(&divided.app) {
            let prefix = usize::from(Slice::prefix_of(id, bits));
            if let Some(sum) = sums.get_mut(prefix) {
                sum.add(digest);
            }
        }
        sums
    }

    fn versions_in(&self, slice: &Slice) -> Vec<KeyVersion> {
        self.compared_in(&slice.app)
            .filter(|(id, _, _)| slice.contains(id))
            .map(|(id, digest, newest)| KeyVersion {
                id: id.clone(),
                version: digest.short(),
                newest,
            })
            .collect()
    }

    fn compare_keys(
        &self,
        mono: Duration,
        held: Vec<(Slice, Vec<KeyVersion>)>,
        with_kept: bool,
    ) -> Compared {
        let (mut states, mut wanted) = (Vec::new(), Vec::new());
        for (slice, theirs) in held {
            let theirs: BTreeMap<InstanceId, KeyVersion> = theirs
                .into_iter()
                .map(|version| (version.id.clone(), version))
                .collect();
            self.states_for(mono, &slice, &theirs, with_kept, &mut states);
            self.wants_of(&slice.app, theirs, &mut wanted);
        }
        Compared::Keys { states, wanted }
    }

    /// What the other lacks, or has in a version that may be older.
    fn states_for(
        &self,
        mono: Duration,
        slice: &Slice,
        theirs: &BTreeMap<InstanceId, KeyVersion>,
        with_kept: bool,
        states: &mut Vec<KeyState>,
    ) {
        for (id, digest, newest) in self.compared_in(&slice.app) {
            let is_ahead = match theirs.get(id) {
                None => slice.contains(id),
                Some(other) => other.version != digest.short() && other.newest <= newest,
            };
            if is_ahead {
                let key = InstanceKey {
                    app: slice.app.clone(),
                    id: id.clone(),
                };
                states.extend(self.state_of(mono, &key));
            }
        }
        if with_kept {
            let app = self.registry.app(slice.app.as_str());
            let kept = app.into_iter().flat_map(Instances::iter);
            states.extend(
                kept.filter(|(id, entry)| entry.counted.is_none() && slice.contains(id))
                    .map(|(_, entry)| entry.state(mono)),
            );
        }
    }

    /// What the other has, where this node lacks it or has a version that may be older.
    fn wants_of(
        &self,
        app: &AppName,
        theirs: BTreeMap<InstanceId, KeyVersion>,
        wanted: &mut Vec<InstanceKey>,
    ) {
        for (id, version) in theirs {
            let key = InstanceKey {
                app: app.clone(),
                id,
            };
            let own = self.compared_version(&key);
            let is_behind =
                own.is_none_or(|(own, newest)| own != version.version && newest <= version.newest);
            if is_behind {
                wanted.push(key);
            }
        }
    }

    /// The version of a key; one whose lease has ended counts as not there, so that a younger lease is told.
    fn compared_version(&self, key: &InstanceKey) -> Option<(u64, Stamp)> {
        let entry = self.registry.get(key.app.as_str(), key.id.as_str());
        if let Some(entry) = entry {
            return Some((entry.counted?.short(), entry.mark().newest()));
        }
        let tombstone = self.tombstones.get(key)?;
        Some((tombstone.digest(key)?.short(), tombstone.stamp))
    }
}

/// The applications in which two nodes differ, or all where everything is taken over.
fn differing(ours: Vec<AppDigest>, theirs: Vec<AppDigest>, takes_over: bool) -> Vec<AppDigest> {
    if takes_over {
        return theirs;
    }
    let mut by_name: BTreeMap<AppName, AppDigest> = ours
        .into_iter()
        .map(|digest| (digest.app.clone(), digest))
        .collect();
    let mut differing = Vec::new();
    for their in theirs {
        match by_name.remove(&their.app) {
            Some(own) if own == their => {}
            Some(own) => differing.push(AppDigest {
                keys: own.keys.max(their.keys),
                ..their
            }),
            None => differing.push(their),
        }
    }
    differing.extend(by_name.into_values());
    differing
}
