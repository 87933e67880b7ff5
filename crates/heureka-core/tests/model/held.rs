//! What the reference keeps of a key, and what follows from it.

use std::sync::Arc;
use std::time::Duration;

use heureka_core::{Grace, Origin};
use heureka_model::InstanceStatus::{self, OutOfService, Unknown, Up};
use heureka_model::{ActionType, Document, InstanceInfo, LeaseTimes, Now, UnixMillis};

const REPEATED_FOR: Duration = Duration::from_secs(35);

/// What an operator, or a body or heartbeat in his name, said last.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Word {
    Override(InstanceStatus),
    Removed { shown: InstanceStatus, at: Duration },
}

#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) document: Document,
    /// The number of the write with which the client last reported.
    pub(crate) reported: u64,
    pub(crate) word: Option<(u64, Word)>,
    pub(crate) last_sign: Duration,
    pub(crate) ever_renewed: bool,
    pub(crate) times: LeaseTimes,
    pub(crate) last_updated: UnixMillis,
    pub(crate) action: ActionType,
}

impl Held {
    pub(crate) fn override_in_force(&self) -> Option<InstanceStatus> {
        match self.word {
            Some((_, Word::Override(status))) => Some(status),
            Some((_, Word::Removed { .. })) | None => None,
        }
    }

    /// Whether an override that a body or a heartbeat brings counts.
    pub(crate) fn gives_way(&self, origin: Origin, mono: Duration) -> bool {
        match self.word {
            None => true,
            Some((_, Word::Override(_))) => false,
            Some((_, Word::Removed { at, .. })) => {
                origin == Origin::Client || mono - at > REPEATED_FOR
            }
        }
    }

    pub(crate) fn override_since(&self) -> u64 {
        self.word.map_or(0, |(since, _)| since)
    }

    /// MERGE 1: the newer of the two words; an older override still moves who is ready.
    pub(crate) fn status(&self) -> InstanceStatus {
        let reported = self.document.status;
        let is_ready = reported == Up || reported == OutOfService;
        match self.word {
            Some((said, Word::Override(status))) if said > self.reported => status,
            Some((said, Word::Removed { shown, .. })) if said > self.reported => shown,
            Some((_, Word::Override(status))) if is_ready => status,
            _ => reported,
        }
    }

    pub(crate) fn info(&self) -> InstanceInfo {
        InstanceInfo {
            document: Arc::new(self.document.clone()),
            status: self.status(),
            overridden_status: self.override_in_force().unwrap_or(Unknown),
            lease: self.times,
            is_coordinating: false,
            last_updated: self.last_updated,
            action: Some(self.action),
        }
    }

    pub(crate) fn grace(&self, grace: Grace) -> Duration {
        match grace {
            Grace::TwiceTheInterval => self.document.lease.renewal_interval() * 2,
            Grace::Fixed(grace) => grace,
            Grace::AsNetflix => self.document.lease.duration(),
        }
    }

    pub(crate) fn has_ended(&self, grace: Grace, mono: Duration) -> bool {
        let grace = if self.ever_renewed {
            self.grace(grace)
        } else {
            Duration::ZERO
        };
        mono > self.last_sign + self.document.lease.duration() + grace
    }

    pub(crate) fn is_missing(&self, mono: Duration) -> bool {
        (mono - self.last_sign) * 2 > self.document.lease.renewal_interval() * 3
    }

    pub(crate) fn sign(&mut self, now: Now) {
        (self.last_sign, self.ever_renewed) = (now.mono, true);
        self.times.last_renewal = now.wall;
    }
}
