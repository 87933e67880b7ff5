//! How often a changed status is sent at once.

use std::time::Duration;

use crate::Profile;

/// Lets a few requests through, and refills with time (H12, H13).
#[derive(Debug)]
pub(crate) struct RateLimit {
    per_minute: u64,
    consumed: u64,
    last_refill: Option<Duration>,
}

/// How many may come at once (H12).
const BURST: u64 = 2;
const MINUTE_MS: u64 = 60_000;

impl RateLimit {
    /// For a replicator that runs every `interval`. Java's limit becomes none above two minutes; here it is at least one
    /// request a minute (7.3.6).
    pub(crate) fn new(interval: Duration, profile: Profile) -> Self {
        let per_minute = (60 * BURST).checked_div(interval.as_secs());
        let per_minute = match per_minute {
            Some(per_minute) if profile.keeps_quirks() => per_minute,
            Some(per_minute) => per_minute.max(1),
            // Shorter than a second: as if it were one.
            None => 60 * BURST,
        };
        Self {
            per_minute,
            consumed: 0,
            last_refill: None,
        }
    }

    /// Whether a request may pass now.
    pub(crate) fn acquire(&mut self, mono: Duration) -> bool {
        if self.per_minute == 0 {
            return true;
        }
        self.refill(mono);
        let passes = self.consumed < BURST;
        self.consumed += u64::from(passes);
        passes
    }

    fn refill(&mut self, mono: Duration) {
        let since = self.last_refill.unwrap_or(mono);
        let passed_ms = u64::try_from(mono.saturating_sub(since).as_millis()).unwrap_or(u64::MAX);
        let tokens = passed_ms.saturating_mul(self.per_minute) / MINUTE_MS;
        if self.last_refill.is_none() {
            self.last_refill = Some(mono);
        }
        if tokens > 0 {
            let worth = Duration::from_millis(tokens.saturating_mul(MINUTE_MS) / self.per_minute);
            self.last_refill = Some(since.saturating_add(worth));
            self.consumed = self.consumed.min(BURST).saturating_sub(tokens);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(interval_secs: u64, profile: Profile, at_secs: &[u64]) -> Vec<bool> {
        let mut limit = RateLimit::new(Duration::from_secs(interval_secs), profile);
        let times = at_secs.iter().map(|at| Duration::from_secs(100 + at));
        times.map(|at| limit.acquire(at)).collect()
    }

    #[test]
    fn h12_h13_two_at_once_and_one_more_every_fifteen_seconds() {
        assert_eq!(
            passes(
                30,
                Profile::Netflix,
                &[0, 0, 0, 14, 15, 16, 30, 200, 200, 200]
            ),
            [
                true, true, false, false, true, false, true, true, true, false
            ]
        );
        assert_eq!(
            passes(40, Profile::Netflix, &[0, 0, 19, 20]),
            [true, true, false, true]
        );
    }

    #[test]
    fn h12_above_two_minutes_java_has_no_limit() {
        assert_eq!(passes(121, Profile::Netflix, &[0; 5]), [true; 5]);
    }

    #[test]
    fn deviation_6_there_is_always_a_limit() {
        assert_eq!(
            passes(121, Profile::Modern, &[0, 0, 0, 59, 60]),
            [true, true, false, false, true]
        );
        assert_eq!(passes(0, Profile::Modern, &[0, 0, 0]), [true, true, false]);
    }
}
