//! When a process wants to be called.

use std::time::Duration;

/// So often a process may ask to be called at one moment.
const CALLS_AT_ONCE: u32 = 100;

/// The call that a node or an agent waits for; an earlier plan is void.
#[derive(Debug, Default)]
pub(crate) struct Alarm {
    at: Option<Duration>,
    /// How often in a row it was to be called at one moment.
    calls_at_once: u32,
}

/// What a plan comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Planned {
    /// That call is planned already.
    Already,
    /// It is to be called after so long.
    After(Duration),
    /// It wants to be called at once, again and again.
    Endlessly,
}

impl Alarm {
    /// Plans the call at `at`, or now if that has passed.
    pub(crate) fn plan(&mut self, now: Duration, at: Duration) -> Planned {
        let at = at.max(now);
        if self.at == Some(at) {
            return Planned::Already;
        }
        self.at = Some(at);
        self.calls_at_once = if at == now { self.calls_at_once + 1 } else { 0 };
        if self.calls_at_once > CALLS_AT_ONCE {
            return Planned::Endlessly;
        }
        Planned::After(at.saturating_sub(now))
    }

    /// Whether this is the call that is planned. From now on none is.
    pub(crate) fn rings(&mut self, now: Duration) -> bool {
        self.at.take_if(|at| *at == now).is_some()
    }

    /// Whatever was planned is void.
    pub(crate) fn forget(&mut self) {
        self.at = None;
    }
}
