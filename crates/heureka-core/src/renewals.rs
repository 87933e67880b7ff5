//! How many heartbeats came in the last minute.

use std::time::Duration;

const SECONDS: usize = 60;

/// Heartbeats of the last 60 seconds, second by second: a number for people. Self-preservation counts instances
/// instead, because the number of heartbeats says nothing where clients have different intervals (server.md D-56, D-57).
#[derive(Debug)]
pub(crate) struct RenewalRate {
    by_second: [u64; SECONDS],
    newest_second: u64,
}

impl RenewalRate {
    pub(crate) fn new() -> Self {
        Self {
            by_second: [0; SECONDS],
            newest_second: 0,
        }
    }

    pub(crate) fn count(&mut self, mono: Duration) {
        self.advance(mono);
        if let Some(slot) = self.by_second.get_mut(index(self.newest_second)) {
            *slot += 1;
        }
    }

    pub(crate) fn last_minute(&mut self, mono: Duration) -> u64 {
        self.advance(mono);
        self.by_second.iter().sum()
    }

    fn advance(&mut self, mono: Duration) {
        let second = mono.as_secs();
        let passed = second.saturating_sub(self.newest_second);
        for offset in 1..=passed.min(SECONDS as u64) {
            if let Some(slot) = self.by_second.get_mut(index(self.newest_second + offset)) {
                *slot = 0;
            }
        }
        self.newest_second = self.newest_second.max(second);
    }
}

fn index(second: u64) -> usize {
    usize::try_from(second % SECONDS as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_sixty_seconds_and_forgets_the_rest() {
        let mut rate = RenewalRate::new();
        for second in [0, 0, 10, 59] {
            rate.count(Duration::from_secs(second));
        }
        for (second, expected) in [
            (59, 4),
            (60, 2),
            (69, 2),
            (70, 1),
            (118, 1),
            (119, 0),
            (9999, 0),
        ] {
            assert_eq!(
                rate.last_minute(Duration::from_secs(second)),
                expected,
                "at {second} s"
            );
        }
    }
}
