//! The reference: it looks at everything each time, remembers every change, and computes all that is shown anew.

use std::collections::BTreeMap;
use std::time::Duration;

use heureka_core::{NodeConfig, Origin};
use heureka_model::InstanceStatus::{self, OutOfService, Unknown, Up};
use heureka_model::{
    ActionType, InstanceInfo, InstanceKey, LeaseTimes, Metadata, Now, Registration, UnixMillis,
};

use crate::held::{Held, Word};
use crate::setting::Setting;

const TEN_MINUTES: Duration = Duration::from_secs(600);
const HOUR: Duration = Duration::from_secs(3600);

/// One change of the list of all changes.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) key: InstanceKey,
    pub(crate) at: Duration,
    /// What left, where something did.
    pub(crate) gone: Option<InstanceInfo>,
}

/// What is remembered of a cancelled key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grave {
    pub(crate) until: Duration,
    cancelled_at: Duration,
    version: Option<UnixMillis>,
}

#[derive(Debug)]
pub(crate) struct Reference {
    pub(crate) config: NodeConfig,
    pub(crate) present: BTreeMap<InstanceKey, Held>,
    pub(crate) tombstones: BTreeMap<InstanceKey, Grave>,
    pub(crate) protected_since: Option<Duration>,
    pub(crate) changes: Vec<Change>,
    pub(crate) renewals: Vec<Duration>,
    pub(crate) next_round: Duration,
    pub(crate) postponed_until: Duration,
    pub(crate) tolerated_millionths: usize,
    writes: u64,
}

impl Reference {
    pub(crate) fn new(setting: &Setting, now: Now) -> Self {
        Self {
            config: setting.config,
            present: BTreeMap::new(),
            tombstones: BTreeMap::new(),
            protected_since: None,
            changes: Vec::new(),
            renewals: Vec::new(),
            writes: 0,
            next_round: now.mono + setting.config.eviction_interval,
            postponed_until: Duration::ZERO,
            tolerated_millionths: 1_000_000 - setting.threshold_millionths,
        }
    }

    fn write(&mut self) -> u64 {
        self.writes += 1;
        self.writes
    }

    /// Notes that what is shown of a present key has changed.
    fn show(&mut self, key: &InstanceKey, now: Now, action: ActionType) {
        let held = self.present.get_mut(key).unwrap();
        (held.action, held.last_updated) = (action, now.wall);
        if held.status() == Up && held.times.service_up == UnixMillis(0) {
            held.times.service_up = now.wall;
        }
        let key = key.clone();
        let (at, gone) = (now.mono, None);
        self.changes.push(Change { key, at, gone });
    }

    /// MERGE 5: within 35 s of a client's cancel a peer's registration counts only if it is newer.
    pub(crate) fn is_late_copy(
        &self,
        now: Now,
        registration: &Registration,
        origin: Origin,
    ) -> bool {
        let sent = &registration.document;
        let cancelled = self.cancelled_just_now(now, &sent.key());
        origin != Origin::Client
            && cancelled.is_some_and(|grave| {
                grave
                    .version
                    .is_some_and(|cancelled| sent.last_dirty <= cancelled)
            })
    }

    pub(crate) fn cancelled_just_now(&self, now: Now, key: &InstanceKey) -> Option<&Grave> {
        let recently = |grave: &&Grave| now.mono <= grave.cancelled_at + Duration::from_secs(35);
        self.tombstones.get(key).filter(recently)
    }

    /// `Some(true)` where the key was there and its document was replaced, `Some(false)` where it was kept, `None`
    /// where it was not there; an error where there is no room.
    pub(crate) fn register(
        &mut self,
        now: Now,
        registration: Registration,
        origin: Origin,
    ) -> Result<Option<bool>, usize> {
        let key = registration.document.key();
        let replaced = match self.present.get(&key) {
            None => {
                self.make_room()?;
                self.add(now, registration);
                None
            }
            Some(held) => {
                let stored = held.document.last_dirty;
                let trusted = origin == Origin::SOME_PEER || stored <= now.wall.after(TEN_MINUTES);
                let replaces = registration.document.last_dirty >= stored || !trusted;
                self.register_again(now, registration, origin, replaces);
                Some(replaces)
            }
        };
        self.show(&key, now, ActionType::Added);
        Ok(replaced)
    }

    fn make_room(&self) -> Result<(), usize> {
        let is_full = |max: &usize| self.present.len() >= *max;
        self.config
            .limits
            .max_instances
            .filter(is_full)
            .map_or(Ok(()), Err)
    }

    fn add(&mut self, now: Now, registration: Registration) {
        let key = registration.document.key();
        self.tombstones.remove(&key);
        let word = self.brought(registration.overridden_status);
        let held = Held {
            document: registration.document,
            reported: self.write(),
            word,
            last_sign: now.mono,
            ever_renewed: false,
            times: LeaseTimes {
                registration: now.wall,
                last_renewal: now.wall,
                ..LeaseTimes::default()
            },
            last_updated: now.wall,
            action: ActionType::Added,
        };
        self.present.insert(key, held);
    }

    fn brought(&mut self, overridden: InstanceStatus) -> Option<(u64, Word)> {
        (overridden != Unknown).then(|| (self.write(), Word::Override(overridden)))
    }

    fn register_again(&mut self, now: Now, sent: Registration, origin: Origin, replaces: bool) {
        let brought = self.brought(sent.overridden_status);
        let write = self.write();
        let grace = self.config.lease.grace;
        let held = self.present.get_mut(&sent.document.key()).unwrap();
        held.ever_renewed &= !held.has_ended(grace, now.mono);
        if replaces {
            let before = held.status();
            held.document = sent.document;
            held.reported = write;
            if held.gives_way(origin, now.mono) && brought.is_some() {
                held.word = brought;
            }
            let [was_ready, is_ready] =
                [before, held.document.status].map(|status| status == Up || status == OutOfService);
            let by_client = origin == Origin::Client;
            if by_client && held.override_in_force().is_none() && was_ready && is_ready {
                held.document.status = before;
            }
        }
        held.last_sign = now.mono;
        (held.times.registration, held.times.last_renewal) = (now.wall, now.wall);
    }

    /// The version that is stored, where the heartbeat is taken.
    pub(crate) fn renew(&mut self, now: Now, key: &InstanceKey) -> Option<UnixMillis> {
        let held = self.present.get_mut(key)?;
        if held.status() == Unknown {
            return None;
        }
        held.sign(now);
        self.renewals.push(now.mono);
        Some(held.document.last_dirty)
    }

    /// A peer with the newer document carries this override.
    pub(crate) fn carry_override(&mut self, now: Now, key: &InstanceKey, status: InstanceStatus) {
        let write = self.write();
        let held = self.present.get_mut(key).unwrap();
        if held.gives_way(Origin::SOME_PEER, now.mono) && status != Unknown {
            held.word = Some((write, Word::Override(status)));
            held.reported = write + 1;
            self.writes += 1;
            self.show(key, now, ActionType::Modified);
        }
    }

    pub(crate) fn cancel(&mut self, now: Now, key: &InstanceKey) -> bool {
        let grace = self.config.lease.grace;
        let held = self.present.get(key);
        let lease = held.map(|held| held.document.lease.duration() + held.grace(grace));
        let until = now.mono + lease.unwrap_or_default().max(HOUR);
        let earlier = self.tombstones.get(key);
        let grave = Grave {
            until: earlier.map_or(until, |earlier| earlier.until.max(until)),
            cancelled_at: now.mono,
            version: held
                .map(|held| held.document.last_dirty)
                .or_else(|| earlier.and_then(|earlier| earlier.version)),
        };
        self.tombstones.insert(key.clone(), grave);
        self.take_out(now, key)
    }

    pub(crate) fn take_out(&mut self, now: Now, key: &InstanceKey) -> bool {
        let Some(mut held) = self.present.remove(key) else {
            return false;
        };
        held.times.eviction = now.wall;
        (held.action, held.last_updated) = (ActionType::Deleted, now.wall);
        let (key, at, gone) = (key.clone(), now.mono, Some(held.info()));
        self.changes.push(Change { key, at, gone });
        true
    }

    /// Whether anything changed; `None` where the key is not there.
    pub(crate) fn say(
        &mut self,
        now: Now,
        key: &InstanceKey,
        word: Word,
        last_dirty: Option<UnixMillis>,
    ) -> Option<bool> {
        let write = self.write();
        let held = self.present.get_mut(key)?;
        held.sign(now);
        let is_new = match word {
            Word::Override(status) => held.status() != status,
            Word::Removed { .. } => held.override_in_force().is_some(),
        };
        if is_new {
            held.word = Some((write, word));
            let stored = &mut held.document.last_dirty;
            *stored = last_dirty.map_or(*stored, |sent| sent.max(*stored));
            self.show(key, now, ActionType::Modified);
        }
        Some(is_new)
    }

    pub(crate) fn edit(&mut self, now: Now, key: &InstanceKey, entries: &Metadata) -> bool {
        let Some(held) = self.present.get_mut(key) else {
            return false;
        };
        entries
            .iter()
            .for_each(|(key, value)| held.document.metadata.set(key, value));
        held.times.registration = now.wall;
        self.show(key, now, ActionType::Added);
        true
    }
}
