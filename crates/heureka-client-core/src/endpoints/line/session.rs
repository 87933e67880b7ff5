//! For how long one server is kept.

use std::time::Duration;

use rand::RngExt as _;
use rand_pcg::Pcg64;

/// Sessions, one after the other (T10): when one ends, clients spread over the servers anew.
#[derive(Debug)]
pub(super) struct Sessions {
    /// How long one lasts on average.
    base: Duration,
    current: Option<Session>,
    serial: u64,
}

#[derive(Clone, Copy, Debug)]
struct Session {
    began: Duration,
    length: Duration,
}

impl Sessions {
    pub(super) fn new(base: Duration) -> Self {
        Self {
            base,
            current: None,
            serial: 0,
        }
    }

    /// Looks at the session when a request begins, which begins the first one, and one after another that has lasted long
    /// enough. Says whether one has ended.
    pub(super) fn begin(&mut self, mono: Duration, rng: &mut Pcg64) -> bool {
        let has_ended = self
            .current
            .is_some_and(|session| mono.saturating_sub(session.began) >= session.length);
        if has_ended {
            self.serial += 1;
        }
        if has_ended || self.current.is_none() {
            self.restart(mono, rng);
        }
        has_ended
    }

    /// Begins the time of the session anew, with another length.
    pub(super) fn restart(&mut self, mono: Duration, rng: &mut Pcg64) {
        let chance: f64 = rng.random();
        self.current = Some(Session {
            began: mono,
            length: length(self.base, chance),
        });
    }

    pub(super) fn serial(&self) -> u64 {
        self.serial
    }

    pub(super) fn age(&self, mono: Duration) -> Option<Duration> {
        let session = self.current?;
        Some(mono.saturating_sub(session.began))
    }
}

/// From half of the average to one and a half.
fn length(base: Duration, chance: f64) -> Duration {
    let secs = base.as_secs_f64() * (0.5 + chance);
    Duration::try_from_secs_f64(secs).unwrap_or(Duration::MAX)
}
