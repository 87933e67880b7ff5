//! The last names that came and went, for people.

use std::collections::VecDeque;

use heureka_model::{InstanceKey, UnixMillis};

/// How many names are remembered (server.md 0.5).
const REMEMBERED: usize = 1000;

/// A name and when it came or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedAt {
    /// On the wall clock.
    pub at: UnixMillis,
    /// Which instance.
    pub key: InstanceKey,
}

/// The last thousand names, newest first when read.
#[derive(Debug, Default)]
pub(crate) struct RecentNames(VecDeque<NamedAt>);

impl RecentNames {
    pub(crate) fn push(&mut self, key: InstanceKey, at: UnixMillis) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(NamedAt { at, key });
    }

    pub(crate) fn newest_first(&self) -> Vec<NamedAt> {
        self.0.iter().rev().cloned().collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many are remembered at most.
    pub(crate) const fn capacity() -> usize {
        REMEMBERED
    }
}
