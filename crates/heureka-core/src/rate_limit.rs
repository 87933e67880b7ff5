//! How often the registry may be fetched.

use std::time::Duration;

/// What may be fetched how often (server.md 7.4). All classes of clients share the buckets; some are let past them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimiterConfig {
    /// Whether anything is refused.
    pub enabled: bool,
    /// Fetches at once.
    pub burst: u32,
    /// Fetches of any kind a second; zero is no limit.
    pub fetches_per_second: u32,
    /// Fetches of the whole registry a second; zero is no limit.
    pub full_fetches_per_second: u32,
    /// Whether nobody is let past.
    pub throttle_standard_clients: bool,
}

impl Default for RateLimiterConfig {
    fn default() -> Self {
        Self {
            enabled: false,
            burst: 10,
            fetches_per_second: 500,
            full_fetches_per_second: 100,
            throttle_standard_clients: false,
        }
    }
}

/// What is being fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetch {
    /// The whole registry.
    Full,
    /// The window of changes.
    Delta,
    /// One application.
    Application,
}

/// Who is fetching, as far as it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientClass {
    /// A standard client or server of Eureka, or one that the operator named.
    Privileged,
    /// Anybody else.
    Other,
}

/// Decides about fetches of the registry; the rest of the API is never limited by it.
#[derive(Debug)]
pub struct FetchLimiter {
    config: RateLimiterConfig,
    all: TokenBucket,
    full: TokenBucket,
}

impl FetchLimiter {
    /// With full buckets.
    #[must_use]
    pub fn new(config: RateLimiterConfig) -> Self {
        Self {
            config,
            all: TokenBucket::new(config.burst, config.fetches_per_second),
            full: TokenBucket::new(config.burst, config.full_fetches_per_second),
        }
    }

    /// Whether a fetch may go ahead. A full fetch takes from both buckets, also where one of them refuses it
    /// (server.md 7.4).
    pub fn allow(&mut self, fetch: Fetch, class: ClientClass, mono: Duration) -> bool {
        let let_past = class == ClientClass::Privileged && !self.config.throttle_standard_clients;
        if !self.config.enabled || let_past {
            return true;
        }
        let all = self.all.take(mono);
        match fetch {
            Fetch::Full => self.full.take(mono) && all,
            Fetch::Delta | Fetch::Application => all,
        }
    }
}

/// Tokens that come back with time. Time is counted in nanoseconds times rate, so nothing is lost to rounding.
#[derive(Debug)]
struct TokenBucket {
    burst: u32,
    per_second: u32,
    consumed: u32,
    refilled_at: Duration,
}

impl TokenBucket {
    fn new(burst: u32, per_second: u32) -> Self {
        Self {
            burst,
            per_second,
            consumed: 0,
            refilled_at: Duration::ZERO,
        }
    }

    fn take(&mut self, mono: Duration) -> bool {
        if self.burst == 0 || self.per_second == 0 {
            return true;
        }
        self.refill(mono);
        let allowed = self.consumed < self.burst;
        self.consumed += u32::from(allowed);
        allowed
    }

    fn refill(&mut self, mono: Duration) {
        if self.consumed == 0 {
            self.refilled_at = mono;
            return;
        }
        let token = Duration::from_secs(1) / self.per_second;
        let due = mono.saturating_sub(self.refilled_at).as_nanos() / token.as_nanos().max(1);
        let tokens = u32::try_from(due).unwrap_or(u32::MAX);
        self.consumed = self.consumed.saturating_sub(tokens);
        self.refilled_at = self
            .refilled_at
            .saturating_add(token.saturating_mul(tokens));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(change: impl FnOnce(&mut RateLimiterConfig)) -> FetchLimiter {
        let mut config = RateLimiterConfig {
            enabled: true,
            burst: 2,
            fetches_per_second: 1,
            full_fetches_per_second: 1,
            ..RateLimiterConfig::default()
        };
        change(&mut config);
        FetchLimiter::new(config)
    }

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// server.md 7.7
    #[test]
    fn two_pass_and_the_third_of_the_same_second_does_not() {
        let mut limiter = limiter(|_| {});
        let answers: Vec<bool> = [0, 10, 20, 900, 1001, 1002, 2001]
            .into_iter()
            .map(|ms| limiter.allow(Fetch::Delta, ClientClass::Other, at(ms)))
            .collect();
        assert_eq!(answers, [true, true, false, false, true, false, true]);
    }

    #[test]
    fn a_full_fetch_takes_from_both_buckets() {
        let mut limiter = limiter(|config| config.full_fetches_per_second = 0);
        assert!(limiter.allow(Fetch::Full, ClientClass::Other, at(0)));
        assert!(limiter.allow(Fetch::Full, ClientClass::Other, at(0)));
        assert!(!limiter.allow(Fetch::Application, ClientClass::Other, at(0)));
    }

    #[test]
    fn privileged_clients_are_let_past_unless_nobody_is() {
        let mut usual = limiter(|_| {});
        assert!((0..9).all(|_| usual.allow(Fetch::Full, ClientClass::Privileged, at(0))));
        let mut strict = limiter(|config| config.throttle_standard_clients = true);
        let allowed = (0..9).filter(|_| strict.allow(Fetch::Full, ClientClass::Privileged, at(0)));
        assert_eq!(allowed.count(), 2);
    }

    #[test]
    fn off_it_refuses_nothing() {
        let mut limiter = limiter(|config| config.enabled = false);
        assert!((0..99).all(|_| limiter.allow(Fetch::Full, ClientClass::Other, at(0))));
    }
}
