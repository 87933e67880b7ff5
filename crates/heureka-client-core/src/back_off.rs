//! How long to wait before the next try.

use std::time::Duration;

use rand::RngExt as _;
use rand_pcg::Pcg64;

/// How long to wait after something failed: from `min` doubling up to `max`, less a share that is left to chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BackOff {
    min: Duration,
    max: Duration,
    jitter: f64,
    on: BackOffOn,
}

/// What counts as a reason to wait longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BackOffOn {
    /// Time-outs alone; after an error the next try comes at the plain interval (S4, S5).
    TimeOuts,
    /// Every failure (7.3.3).
    Failures,
}

impl BackOff {
    /// Java's bound: so many intervals are the longest wait (S4).
    pub const JAVA_BOUND: u32 = 10;
    /// The first wait of this client: a server that restarts is back after about as long.
    pub const FIRST: Duration = Duration::from_secs(1);
    /// The share of a wait that is left to chance.
    pub const JITTER: f64 = 0.25;

    /// Waits from `min` to `max` after failures of any kind, each less up to `jitter` of itself.
    ///
    /// `min` is at most `max`, and `jitter` at least 0 and less than 1; what is not is brought there.
    #[must_use]
    pub fn new(min: Duration, max: Duration, jitter: f64) -> Self {
        let jitter = if jitter.is_finite() {
            jitter.clamp(0.0, 0.99)
        } else {
            0.0
        };
        Self {
            min: min.min(max),
            max,
            jitter,
            on: BackOffOn::Failures,
        }
    }

    /// Java's: after a time-out twice the last wait, up to ten intervals, without chance (S4).
    #[must_use]
    pub fn as_java(interval: Duration) -> Self {
        Self {
            min: interval.saturating_mul(2),
            max: interval.saturating_mul(Self::JAVA_BOUND),
            jitter: 0.0,
            on: BackOffOn::TimeOuts,
        }
    }

    /// Soon at first, then twice as long each time, and never longer than `interval`: the next try comes no later than if
    /// nothing had failed.
    #[must_use]
    pub fn up_to(interval: Duration) -> Self {
        Self::new(Self::FIRST.min(interval), interval, Self::JITTER)
    }

    /// What counts as a reason to wait longer.
    #[must_use]
    pub fn on(&self) -> BackOffOn {
        self.on
    }

    /// How long to wait after the `failures`-th failure in a row, the first of which is 1.
    pub(crate) fn wait(&self, failures: u32, rng: &mut Pcg64) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let wait = self.min.saturating_mul(1 << doublings).min(self.max);
        let chance: f64 = rng.random();
        wait.mul_f64(1.0 - self.jitter * chance)
    }
}

#[cfg(test)]
mod tests {
    use rand_pcg::rand_core::SeedableRng as _;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn waits(back_off: BackOff, failures: u32) -> Vec<u64> {
        let mut rng = Pcg64::seed_from_u64(1);
        let waits = (1..=failures).map(|failures| back_off.wait(failures, &mut rng));
        waits.map(|wait| wait.as_secs()).collect()
    }

    #[test]
    fn s4_java_waits_two_intervals_and_doubles_up_to_ten() {
        assert_eq!(
            waits(BackOff::as_java(30 * SECOND), 5),
            [60, 120, 240, 300, 300]
        );
    }

    #[test]
    fn waits_never_exceed_the_interval_and_differ_by_chance() {
        let back_off = BackOff::up_to(30 * SECOND);
        let mut rng = Pcg64::seed_from_u64(7);
        let waits: Vec<Duration> = (1..=40).map(|n| back_off.wait(n, &mut rng)).collect();
        assert!(waits.iter().all(|wait| *wait <= 30 * SECOND));
        let last = &waits[10..];
        assert!(
            last.iter()
                .all(|wait| *wait >= Duration::from_millis(22_500))
        );
        assert!(last.windows(2).any(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn nonsense_is_brought_in_order() {
        let back_off = BackOff::new(9 * SECOND, 3 * SECOND, f64::NAN);
        assert_eq!(waits(back_off, 3), [3, 3, 3]);
    }
}
