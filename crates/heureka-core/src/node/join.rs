//! Taking in what another node of ours knows of a key.
//!
//! Each part is the maximum of what was seen, so it does not matter in which order and how often states arrive
//! (MERGE 1, I13). One thing is left to the next comparison: a tombstone does not hold the document and the override that
//! it ended, so who hears of a cancel before an older version that follows it learns of the newer one from those who
//! still have it.

use std::sync::Arc;
use std::time::Duration;

use heureka_model::{
    ActionType, CancelledState, InstanceInfo, InstanceKey, InstanceStatus, KeyState, LeaseState,
    Now, PresentState, Stamp, UnixMillis,
};

use super::{Node, Sender};
use crate::digested::Digested;
use crate::entry::{DocumentPart, Entry, LeaseOrigin, Shown};
use crate::lease::Lease;
use crate::overrides::OverridePart;
use crate::place::{Named, Names};
use crate::tombstones::Tombstone;

/// What came of taking a state in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Joined {
    /// This node holds something that is newer than what it was told.
    pub(crate) is_ahead: bool,
}

/// Whether a state whose lease has ended is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It is not taken as living (MERGE 2).
    LeftOut,
    /// It is taken as kept, from the node whose registry is taken over (MERGE 8*): that one still has it.
    TakenAsKept,
}

impl Node {
    /// The state of a key, with the age of its lease now.
    pub(crate) fn state_of(&self, mono: Duration, key: &InstanceKey) -> Option<KeyState> {
        let entry = self.registry.get(key.app.as_str(), key.id.as_str());
        entry.map(|entry| entry.state(mono)).or_else(|| {
            let tombstone = self.tombstones.get(key)?;
            Some(KeyState::Cancelled(tombstone.state(key.clone(), mono)))
        })
    }

    /// Takes a state in.
    pub(crate) fn join(&mut self, now: Now, state: KeyState, ended: Ended) -> Joined {
        let is_ahead = match state {
            KeyState::Present(present) => {
                self.clock.observe(newest_of(&present));
                self.join_present(now, *present, ended)
            }
            KeyState::Cancelled(cancelled) => {
                self.clock.observe(cancelled.stamp);
                self.join_cancelled(now, cancelled)
            }
        };
        self.check();
        Joined { is_ahead }
    }

    fn join_present(&mut self, now: Now, mut theirs: PresentState, ended: Ended) -> bool {
        let document = Arc::make_mut(&mut theirs.document.document);
        let names = self.registry.names_of(document);
        self.registry.share_names(names, document);
        let key = document.key();
        if self.registry.get_by(names).is_some() {
            return self.join_parts(now, Named { key, names }, theirs);
        }
        let tombstone = self.tombstones.get(&key).copied();
        if let Some(tombstone) = tombstone
            && tombstone.stamp >= theirs.presence
        {
            self.remember_version(key, tombstone, &theirs);
            return true;
        }
        let lease = Lease::told(now.mono, theirs.lease);
        let has_ended = now.mono > lease.ends_at(theirs.document.document.lease, self.config.lease);
        let is_taken = !has_ended || ended == Ended::TakenAsKept;
        if is_taken && self.make_sure_there_is_room().is_err() {
            return false;
        }
        // What was cancelled has returned since, also where nothing of it lives any more.
        self.tombstones.remove(&key);
        if !is_taken {
            return false;
        }
        let mut entry = entry_of(theirs, lease, now);
        let was_ahead = tombstone.is_some_and(|tombstone| entry.forget_override(tombstone.stamp));
        entry.settle_status(now.wall);
        self.last_registered.push(key.clone(), now.wall);
        self.put_in(Named { key, names }, entry, now);
        was_ahead
    }

    /// What was cancelled turns out to have been of a newer version, or of one at all.
    fn remember_version(&mut self, key: InstanceKey, tombstone: Tombstone, theirs: &PresentState) {
        let document = &theirs.document;
        let version = Some((document.generation, document.document.last_dirty));
        if tombstone.version < version {
            let tombstone = Tombstone {
                version,
                ..tombstone
            };
            self.tombstones.insert(key, tombstone);
        }
    }

    /// Both have the key: part by part the newer counts.
    fn join_parts(&mut self, now: Now, named: Named, theirs: PresentState) -> bool {
        let names = named.names;
        let Some(entry) = self.registry.get_by(names) else {
            return false;
        };
        let is_ahead = entry.is_ahead_of(&theirs);
        self.take_lease(now, names, theirs.lease);
        let Some(entry) = self.registry.get_by(names) else {
            return is_ahead;
        };
        if !entry.is_behind(&theirs) {
            return is_ahead;
        }
        let (before, presence) = (entry.info(), entry.presence);
        // The names by which it is found may change with the document, so it is taken out and put in again.
        if let Some(mut entry) = self.registry.remove(names) {
            entry.take_newer_parts(theirs, now);
            entry.settle_status(now.wall);
            self.watch.watch(&mut entry);
            self.registry.insert(names, entry);
        }
        self.show_joined(now, named, &before, presence);
        is_ahead
    }

    /// Records a change for the delta where a client can see it.
    fn show_joined(&mut self, now: Now, named: Named, before: &InstanceInfo, presence: Stamp) {
        let Some(entry) = self.registry.get_by(named.names) else {
            return;
        };
        let registered_again = entry.presence != presence;
        if !registered_again && looks_like(before, &entry.info()) {
            return;
        }
        let action = if registered_again {
            ActionType::Added
        } else {
            ActionType::Modified
        };
        self.change_visibly(named, now, |entry, _| {
            entry.mark_changed(action, now.wall);
        });
    }

    fn join_cancelled(&mut self, now: Now, theirs: CancelledState) -> bool {
        let key = theirs.key.clone();
        let entry = self
            .registry
            .get(key.app.as_str(), key.id.as_str())
            .map(|entry| (entry.presence, entry.override_part.stamp));
        match entry {
            Some((presence, override_stamp)) if presence > theirs.stamp => {
                if override_stamp < theirs.stamp {
                    let named = Named::new(self.registry.hash(), key);
                    self.change_visibly(named, now, |entry, _| {
                        entry.forget_override(theirs.stamp);
                        entry.mark_changed(ActionType::Modified, now.wall);
                    });
                }
                true
            }
            Some(_) => {
                let taken_out = self.take_out(now, key.app.as_str(), key.id.as_str());
                let version = taken_out.map(|entry| entry.version());
                // Who cancelled it may not have known what it was.
                let version = theirs.version.max(version);
                self.bury(now, CancelledState { version, ..theirs });
                false
            }
            None => {
                let own = self.tombstones.get(&key).map(|own| own.stamp);
                let is_ahead = own.is_some_and(|own| own > theirs.stamp);
                self.bury(now, theirs);
                is_ahead
            }
        }
    }

    /// A tombstone travels with its age and is not taken past its time (MERGE 5*).
    fn bury(&mut self, now: Now, theirs: CancelledState) {
        if theirs.left.is_zero() || !self.config.limits.document.allow_names(&theirs.key) {
            return;
        }
        let tombstone = Tombstone {
            stamp: theirs.stamp,
            version: theirs.version,
            expires_at: now.mono.saturating_add(theirs.left),
            learned_at: now.mono,
            cancelled_by: None,
        };
        self.tombstones.insert(theirs.key, tombstone);
    }

    /// Takes a lease over where it is the younger one; a transfer never makes one younger than it is (MERGE 2).
    pub(crate) fn take_lease(&mut self, now: Now, names: Names, theirs: LeaseState) {
        let watch = &mut self.watch;
        let told = Lease::told(now.mono, theirs);
        self.registry.change(names, |entry| {
            let pulse = &mut entry.pulse;
            if !told.is_younger_than(pulse.lease) {
                return;
            }
            pulse.lease = told;
            pulse.origin = origin_of(theirs);
            pulse.renewed_at = now.wall.before(theirs.age);
            watch.watch(entry);
        });
    }
}

impl Entry {
    /// Whether a part of this entry is newer than theirs.
    fn is_ahead_of(&self, theirs: &PresentState) -> bool {
        self.document.rank() > rank_of(theirs)
            || self.document.reported > theirs.document.reported
            || self.override_part.stamp > theirs.override_state.stamp
            || self.presence > theirs.presence
    }

    /// Whether a part of theirs is newer.
    fn is_behind(&self, theirs: &PresentState) -> bool {
        self.document.rank() < rank_of(theirs)
            || self.document.reported < theirs.document.reported
            || self.override_part.stamp < theirs.override_state.stamp
            || self.presence < theirs.presence
    }

    fn take_newer_parts(&mut self, theirs: PresentState, now: Now) {
        let reported = self.document.reported.max(theirs.document.reported);
        if self.document.rank() < rank_of(&theirs) {
            self.document = DocumentPart {
                generation: theirs.document.generation,
                stamp: theirs.document.stamp,
                reported,
                document: Digested::new(theirs.document.document),
            };
        }
        self.document.reported = reported;
        if self.override_part.stamp < theirs.override_state.stamp {
            self.override_part = OverridePart::of(theirs.override_state, now.mono);
        }
        if self.presence < theirs.presence {
            self.presence = theirs.presence;
            self.shown.registered_at = theirs.registered;
        }
    }

    /// A cancel also said "override: none" (MERGE 1*). Answers whether that was news.
    fn forget_override(&mut self, cancelled: Stamp) -> bool {
        let is_news = self.override_part.stamp < cancelled;
        if is_news {
            self.override_part = OverridePart::none_since(cancelled);
        }
        is_news
    }
}

type Rank = (u32, UnixMillis, Stamp);

impl DocumentPart {
    fn rank(&self) -> Rank {
        (self.generation, self.document.last_dirty, self.stamp)
    }
}

fn rank_of(theirs: &PresentState) -> Rank {
    let document = &theirs.document;
    (
        document.generation,
        document.document.last_dirty,
        document.stamp,
    )
}

fn newest_of(theirs: &PresentState) -> Stamp {
    let written = theirs.document.stamp.max(theirs.document.reported);
    written
        .max(theirs.override_state.stamp)
        .max(theirs.presence)
}

fn origin_of(theirs: LeaseState) -> LeaseOrigin {
    theirs
        .origin
        .map_or(LeaseOrigin::Java(Sender(None)), LeaseOrigin::Node)
}

fn entry_of(theirs: PresentState, lease: Lease, now: Now) -> Entry {
    let document = DocumentPart {
        generation: theirs.document.generation,
        stamp: theirs.document.stamp,
        reported: theirs.document.reported,
        document: Digested::new(theirs.document.document),
    };
    let shown = Shown {
        status: InstanceStatus::Unknown,
        registered_at: theirs.registered,
        service_up_at: theirs.service_up,
        last_updated: now.wall,
        action: ActionType::Added,
    };
    let override_part = OverridePart::of(theirs.override_state, now.mono);
    let renewed_at = now.wall.before(theirs.lease.age);
    let pulse = (lease, origin_of(theirs.lease), renewed_at);
    Entry::new(document, override_part, theirs.presence, shown, pulse)
}

/// Whether a client sees the same in both.
fn looks_like(one: &InstanceInfo, other: &InstanceInfo) -> bool {
    one.document == other.document
        && one.status == other.status
        && one.overridden_status == other.overridden_status
}
