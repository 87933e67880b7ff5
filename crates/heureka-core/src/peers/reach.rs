//! Whether a peer answers.

use std::time::Duration;

/// Whether a peer answers, by the last call to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It has not been called yet.
    Untried,
    /// It answers.
    Reached {
        /// Since when, on the monotonic clock.
        since: Duration,
    },
    /// Its host answers, but nobody listens there, or it has said goodbye: the process is gone, not the line (MERGE 7).
    Gone {
        /// Since when.
        since: Duration,
    },
    /// Nothing is known of it but that the line is silent.
    Unreachable {
        /// Since when.
        since: Duration,
    },
}

impl Reach {
    /// The state after a call at `mono` ended in `new`: the time at which a state began stays.
    pub(crate) fn becomes(&mut self, new: fn(Duration) -> Self, mono: Duration) -> bool {
        let new = new(mono);
        let is_other = std::mem::discriminant(self) != std::mem::discriminant(&new);
        if is_other {
            *self = new;
        }
        is_other
    }

    /// Since when it has not answered, where it does not.
    pub(crate) fn silent_since(self) -> Option<Duration> {
        match self {
            Self::Gone { since } | Self::Unreachable { since } => Some(since),
            Self::Untried | Self::Reached { .. } => None,
        }
    }

    pub(crate) fn reached(since: Duration) -> Self {
        Self::Reached { since }
    }

    pub(crate) fn gone(since: Duration) -> Self {
        Self::Gone { since }
    }

    pub(crate) fn unreachable(since: Duration) -> Self {
        Self::Unreachable { since }
    }
}
