//! When the agent wants to be called again, and why.

use std::time::Duration;

/// Why the agent wants to be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timer {
    /// A heartbeat is due (S1).
    Heartbeat,
    /// It is time to look at what has changed, and to send it (H9, H10).
    Replicate,
    /// A health check of its own is due (7.3.20).
    Health,
    /// A fetch is due (S1).
    Fetch,
    /// It is time to find out which servers there are (T17).
    Resolve,
    /// An attempt on the registration line takes too long.
    RegistrationAttempt,
    /// An errand on the registration line takes too long (S3).
    RegistrationErrand,
    /// An attempt on the query line takes too long.
    QueryAttempt,
    /// An errand on the query line takes too long (S3).
    QueryErrand,
    /// An attempt on the line to configured servers takes too long.
    BootstrapAttempt,
    /// An errand on the line to configured servers takes too long.
    BootstrapErrand,
    /// A look at the process takes too long.
    Inspection,
    /// The farewell takes too long.
    Farewell,
}

impl Timer {
    const ALL: [Self; 13] = [
        Self::Heartbeat,
        Self::Replicate,
        Self::Health,
        Self::Fetch,
        Self::Resolve,
        Self::RegistrationAttempt,
        Self::RegistrationErrand,
        Self::QueryAttempt,
        Self::QueryErrand,
        Self::BootstrapAttempt,
        Self::BootstrapErrand,
        Self::Inspection,
        Self::Farewell,
    ];
}

/// When each timer ends, on the monotonic clock.
#[derive(Debug, Default)]
pub(crate) struct TimerTable([Option<Duration>; Timer::ALL.len()]);

impl TimerTable {
    pub(crate) fn set(&mut self, timer: Timer, at: Duration) {
        self.put(timer, Some(at));
    }

    pub(crate) fn set_if_earlier(&mut self, timer: Timer, at: Duration) {
        let earlier = self.get(timer).map_or(at, |set| set.min(at));
        self.set(timer, earlier);
    }

    pub(crate) fn stop(&mut self, timer: Timer) {
        self.put(timer, None);
    }

    pub(crate) fn stop_all(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn get(&self, timer: Timer) -> Option<Duration> {
        self.iter()
            .find(|(own, _)| *own == timer)
            .and_then(|(_, at)| at)
    }

    /// The next end.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.iter().filter_map(|(_, at)| at).min()
    }

    /// A timer that has ended by `mono`, the earliest first; it is stopped.
    pub(crate) fn take_ended(&mut self, mono: Duration) -> Option<Timer> {
        let ended = self.iter().filter_map(|(timer, at)| Some((at?, timer)));
        let (at, timer) = ended.min_by_key(|(at, _)| *at)?;
        (at <= mono).then(|| {
            self.stop(timer);
            timer
        })
    }

    fn iter(&self) -> impl Iterator<Item = (Timer, Option<Duration>)> {
        Timer::ALL.into_iter().zip(self.0)
    }

    fn put(&mut self, timer: Timer, at: Option<Duration>) {
        let slots = Timer::ALL.into_iter().zip(&mut self.0);
        for (own, slot) in slots {
            if own == timer {
                *slot = at;
            }
        }
    }
}
