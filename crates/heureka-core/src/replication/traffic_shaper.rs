//! When a peer that failed is tried again.

use std::time::Duration;

use rand::RngExt as _;
use rand_pcg::Pcg64;

/// Why a peer could not be told (server.md N40).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setback {
    /// It has too much to do: 503, 429, no answer in time, or an answer that says nothing.
    Congestion,
    /// The line failed: refused, reset, no route.
    Transient,
}

impl Setback {
    fn first_pause(self) -> Duration {
        match self {
            Self::Congestion => Duration::from_secs(1),
            Self::Transient => Duration::from_millis(100),
        }
    }
}

/// The longest pause: one probe each time that the nodes would compare what they hold (faults-and-attacks.md I18).
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The longest pause that a peer may ask for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// Doubles the pause with each setback, with jitter, so that nodes that lost a peer together do not return together.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TrafficShaper {
    setbacks: u32,
    not_before: Duration,
}

impl TrafficShaper {
    /// Whether the peer may be tried now.
    pub(crate) fn allows(&self, mono: Duration) -> bool {
        mono >= self.not_before
    }

    /// When it may be tried.
    pub(crate) fn not_before(&self) -> Duration {
        self.not_before
    }

    pub(crate) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// Notes a setback; the peer itself may have said how long it wants to be left alone.
    pub(crate) fn failed(
        &mut self,
        setback: Setback,
        retry_after: Option<Duration>,
        mono: Duration,
        rng: &mut Pcg64,
    ) {
        let doubled = setback
            .first_pause()
            .saturating_mul(1 << self.setbacks.min(16));
        self.setbacks = self.setbacks.saturating_add(1);
        let longest = doubled.min(LONGEST_PAUSE);
        let jittered = longest.mul_f64(rng.random_range(0.5..=1.0));
        let asked = retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
        self.not_before = mono.saturating_add(jittered.max(asked));
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    fn pauses(setback: Setback, count: usize) -> Vec<Duration> {
        let (mut shaper, mut rng) = (TrafficShaper::default(), Pcg64::seed_from_u64(1));
        (0..count)
            .map(|_| {
                shaper.failed(setback, None, Duration::ZERO, &mut rng);
                shaper.not_before()
            })
            .collect()
    }

    #[test]
    fn pauses_double_up_to_a_limit_and_are_never_all_alike() {
        for (setback, first_ms) in [(Setback::Transient, 100), (Setback::Congestion, 1000)] {
            for (index, pause) in pauses(setback, 12).into_iter().enumerate() {
                let whole = Duration::from_millis(first_ms << index).min(LONGEST_PAUSE);
                assert!(pause <= whole && pause >= whole / 2, "{index}: {pause:?}");
            }
        }
    }

    #[test]
    fn a_peer_is_left_alone_as_long_as_it_asks_but_not_for_ever() {
        let (mut shaper, mut rng) = (TrafficShaper::default(), Pcg64::seed_from_u64(1));
        for (asked_secs, paused_secs) in [(20, 20), (3600, 60)] {
            let asked = Some(Duration::from_secs(asked_secs));
            shaper.failed(Setback::Congestion, asked, Duration::ZERO, &mut rng);
            assert_eq!(shaper.not_before(), Duration::from_secs(paused_secs));
        }
        shaper.succeeded();
        assert!(shaper.allows(Duration::ZERO));
    }
}
