//! What messages may say: a transfer never makes a lease younger (MERGE 2).

use std::time::Duration;

use heureka_model::{Compared, InstanceKey, KeyState, LeaseState, PeerMessage, PeerReply};

use crate::world::World;

/// What lines and drifting clocks may take off an age.
const AGE_TOLERANCE: Duration = Duration::from_secs(5);

/// How much nodes told each other.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    /// What clients and operators did.
    pub(crate) writes: usize,
    /// Keys in messages about changes.
    keys: usize,
}

impl Told {
    pub(crate) fn count(&mut self, message: &PeerMessage) {
        if let PeerMessage::Changes(changes) = message {
            self.keys += changes.states.len() + changes.renewed.len();
        }
    }
}

impl World {
    /// I12: a write is told to each peer once, and never sent on.
    pub(crate) fn check_amplification(&mut self) {
        let Told { writes, keys } = self.told;
        let most = writes * (self.hosts.len() - 1);
        let counts = self.scenario.is_calm && self.scenario.java.is_none();
        if counts && keys > most + most / 10 {
            self.violated(format!(
                "I12: {writes} writes made {keys} messages of keys, and not {most}"
            ));
        }
    }

    pub(crate) fn check_message_ages(&mut self, from: usize, message: &PeerMessage) {
        match message {
            PeerMessage::Changes(changes) => {
                self.check_states(from, &changes.states);
                for renewed in &changes.renewed {
                    self.check_age(from, &renewed.key, renewed.lease);
                }
            }
            PeerMessage::Hello
            | PeerMessage::Compare(_)
            | PeerMessage::Ages(_)
            | PeerMessage::Leave => {}
        }
    }

    pub(crate) fn check_reply_ages(&mut self, from: usize, reply: &PeerReply) {
        match reply {
            PeerReply::Taken(taken) => self.check_states(from, &taken.newer),
            PeerReply::Compared(Compared::Keys { states, .. }) => self.check_states(from, states),
            PeerReply::Ages(ages) => {
                for age in ages {
                    self.check_age(from, &age.key, age.lease);
                }
            }
            PeerReply::Noted
            | PeerReply::Compared(
                Compared::Same | Compared::Applications(_) | Compared::Slices(_),
            ) => {}
        }
    }

    fn check_states(&mut self, from: usize, states: &[KeyState]) {
        for state in states {
            if let KeyState::Present(present) = state {
                self.check_age(from, &present.document.document.key(), present.lease);
            }
        }
    }

    fn check_age(&mut self, from: usize, key: &InstanceKey, lease: LeaseState) {
        // Java's servers tell no ages: what they take over or register again begins a new lease (server.md L6, P4).
        if self.scenario.java.is_some() {
            return;
        }
        let Some(last_sign) = self.expected.get(key).and_then(|known| known.last_sign) else {
            return;
        };
        let age = self.now.saturating_sub(last_sign);
        if lease.age.saturating_add(AGE_TOLERANCE) < age {
            self.violated(format!(
                "node-{from} hands {key} over as {:?} old, but its last sign of life was {age:?} ago",
                lease.age
            ));
        }
    }
}
