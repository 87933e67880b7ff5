//! When to doubt the network rather than the instances.

use std::time::Duration;

use crate::config::SelfPreservationConfig;

const MILLION: usize = 1_000_000;

/// Below this number of instances nothing can be said about the network (MERGE 4).
const FEWEST: usize = 3;

/// The part of all instances that has to be seen, in millionths, so that counting with it is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold(u32);

impl Threshold {
    /// Takes millionths: 850,000 is 0.85. More than the whole counts as the whole.
    #[must_use]
    pub fn from_millionths(millionths: u32) -> Self {
        Self(millionths.min(1_000_000))
    }

    /// How many of `expected` may be missing without a doubt, and how many one round may evict: what the threshold
    /// leaves, and at least one.
    #[must_use]
    pub fn leaves(self, expected: usize) -> usize {
        let left = MILLION - usize::try_from(self.0).unwrap_or(MILLION);
        (expected.saturating_mul(left) / MILLION).max(1)
    }

    /// Whether so many are missing that the network is to be doubted.
    ///
    /// ```
    /// use heureka_core::Threshold;
    ///
    /// let usual = Threshold::default();
    /// assert!(!usual.is_broken(2, 2));
    /// assert!(usual.is_broken(3, 2));
    /// assert!(!usual.is_broken(100, 15));
    /// assert!(usual.is_broken(100, 16));
    /// ```
    #[must_use]
    pub fn is_broken(self, expected: usize, missing: usize) -> bool {
        expected >= FEWEST && missing > self.leaves(expected)
    }
}

impl Default for Threshold {
    fn default() -> Self {
        Self(850_000)
    }
}

/// Whether evictions are suspended, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Evictions take place.
    Off,
    /// Too many are missing.
    On {
        /// When it began, on the monotonic clock.
        since: Duration,
    },
}

/// What self-preservation has to say to an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtectionReport {
    /// Whether it is configured at all.
    pub enabled: bool,
    /// Whether it is on.
    pub protection: Protection,
    /// How many instances are registered.
    pub expected: usize,
    /// How many of them were not seen for an interval and a half.
    pub missing: usize,
    /// How many may be missing before it goes on; with so many or fewer it ends.
    pub tolerated: usize,
    /// How many instances are listed although their lease has ended.
    pub kept: usize,
}

/// The state of self-preservation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SelfPreservation {
    config: SelfPreservationConfig,
    protection: Protection,
}

impl SelfPreservation {
    pub(crate) fn new(config: SelfPreservationConfig) -> Self {
        Self {
            config,
            protection: Protection::Off,
        }
    }

    /// Looks at the numbers anew; answers whether it went on or off by that.
    pub(crate) fn update(&mut self, expected: usize, missing: usize, mono: Duration) -> bool {
        let broken = self.config.enabled && self.config.threshold.is_broken(expected, missing);
        match (self.protection, broken) {
            (Protection::Off, true) => self.protection = Protection::On { since: mono },
            (Protection::On { .. }, false) => self.protection = Protection::Off,
            (Protection::Off, false) | (Protection::On { .. }, true) => return false,
        }
        true
    }

    /// How many one round may evict.
    pub(crate) fn cap(&self, expected: usize) -> usize {
        if self.config.enabled {
            self.config.threshold.leaves(expected)
        } else {
            usize::MAX
        }
    }

    /// How long an instance must have been silent to be let go now.
    pub(crate) fn required_silence(&self, expected: usize, missing: usize) -> RequiredSilence {
        match self.protection {
            Protection::Off => RequiredSilence::Lease,
            // Half of them are seen: it was a real shrink, not the network (MERGE 4*).
            Protection::On { .. } if expected.saturating_sub(missing) * 2 >= expected => {
                RequiredSilence::AtLeast(self.config.release_after)
            }
            Protection::On { .. } => RequiredSilence::Forever,
        }
    }

    pub(crate) fn report(&self, expected: usize, missing: usize, kept: usize) -> ProtectionReport {
        ProtectionReport {
            enabled: self.config.enabled,
            protection: self.protection,
            expected,
            missing,
            tolerated: self.config.threshold.leaves(expected),
            kept,
        }
    }
}

/// How long an instance must have been silent to be evicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequiredSilence {
    /// Its lease.
    Lease,
    /// Its lease, and at least this long.
    AtLeast(Duration),
    /// It is kept.
    Forever,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For each number of instances the smallest number of missing ones that turns protection on (MERGE 4): never for
    /// 0 to 2, two for 3 to 13, three for 14 to 19, four for 20.
    #[test]
    fn table_for_up_to_twenty_instances_and_every_count_of_missing() {
        let usual = Threshold::default();
        for expected in 0..=20 {
            let turns_on_at = match expected {
                0..=2 => usize::MAX,
                3..=13 => 2,
                14..=19 => 3,
                _ => 4,
            };
            for missing in 0..=expected {
                assert_eq!(
                    usual.is_broken(expected, missing),
                    missing >= turns_on_at,
                    "{missing} of {expected} missing"
                );
            }
        }
    }

    #[test]
    fn goes_on_and_off_with_the_numbers_and_says_since_when() {
        let mut state = SelfPreservation::new(SelfPreservationConfig::default());
        let secs = Duration::from_secs;
        assert!(!state.update(10, 1, secs(1)));
        assert!(state.update(10, 2, secs(2)));
        assert!(!state.update(10, 9, secs(3)));
        assert_eq!(
            state.report(10, 0, 0).protection,
            Protection::On { since: secs(2) }
        );
        assert!(state.update(10, 1, secs(4)));
        assert_eq!(state.report(10, 0, 0).protection, Protection::Off);
    }

    #[test]
    fn a_real_shrink_is_let_go_after_a_while_and_a_cut_line_never() {
        let mut state = SelfPreservation::new(SelfPreservationConfig::default());
        state.update(10, 5, Duration::ZERO);
        let release_after = Duration::from_secs(15 * 60);
        assert_eq!(
            state.required_silence(10, 5),
            RequiredSilence::AtLeast(release_after)
        );
        assert_eq!(state.required_silence(10, 6), RequiredSilence::Forever);
    }

    #[test]
    fn disabled_it_neither_protects_nor_caps() {
        let config = SelfPreservationConfig {
            enabled: false,
            ..SelfPreservationConfig::default()
        };
        let mut state = SelfPreservation::new(config);
        assert!(!state.update(100, 100, Duration::ZERO));
        assert_eq!(state.cap(100), usize::MAX);
    }

    #[test]
    fn one_round_takes_what_the_threshold_leaves() {
        let state = SelfPreservation::new(SelfPreservationConfig::default());
        for (expected, cap) in [
            (0, 1),
            (1, 1),
            (6, 1),
            (13, 1),
            (14, 2),
            (20, 3),
            (100, 15),
            (1000, 150),
        ] {
            assert_eq!(state.cap(expected), cap, "{expected}");
        }
    }
}
