//! How often the registry may be fetched (server.md 7.1).

use heureka_core::{ClientClass, Fetch, FetchLimiter, RateLimiterConfig};

use crate::builders::{millis, secs};

fn limiter(burst: u32, fetches_per_second: u32, full_fetches_per_second: u32) -> FetchLimiter {
    FetchLimiter::new(RateLimiterConfig {
        enabled: true,
        burst,
        fetches_per_second,
        full_fetches_per_second,
        throttle_standard_clients: false,
    })
}

/// How many of a thousand fetches pass at so many milliseconds after the start.
fn passing(limiter: &mut FetchLimiter, fetch: Fetch, ms: u64) -> usize {
    let mut allow = || limiter.allow(fetch, ClientClass::Other, secs(1000) + millis(ms));
    (0..1000).filter(|_| allow()).count()
}

/// How many pass at each of these moments.
#[track_caller]
fn check(mut limiter: FetchLimiter, fetch: Fetch, moments: &[(u64, usize)]) {
    for (ms, expected) in moments {
        assert_eq!(passing(&mut limiter, fetch, *ms), *expected, "at {ms} ms");
    }
}

// server.md 7.6
#[test]
fn after_a_burst_fetches_pass_at_the_rate() {
    let moments = [
        (0, 10),
        (1, 0),
        (2, 1),
        (3, 0),
        (4, 1),
        (24, 10),
        (3_600_000, 10),
    ];
    check(limiter(10, 500, 0), Fetch::Delta, &moments);
    check(limiter(10, 500, 0), Fetch::Application, &moments);
    check(
        limiter(2, 1, 0),
        Fetch::Delta,
        &[(0, 2), (999, 0), (1000, 1), (2500, 1), (3000, 1)],
    );
    check(
        limiter(3, 3, 0),
        Fetch::Delta,
        &[(0, 3), (333, 0), (334, 1), (1000, 2)],
    );
}

// server.md 7.6: no burst or no rate is no limit.
#[test]
fn without_a_burst_or_a_rate_everything_passes() {
    check(limiter(0, 1, 1), Fetch::Full, &[(0, 1000)]);
    check(limiter(1, 0, 0), Fetch::Full, &[(0, 1000)]);
    check(limiter(1, 0, 1), Fetch::Delta, &[(0, 1000)]);
}

// server.md 7.4: one bucket for all, one for full fetches, and a refused full fetch takes from the other all the same.
#[test]
fn a_full_fetch_takes_from_both_buckets() {
    check(
        limiter(5, 500, 1),
        Fetch::Full,
        &[(0, 5), (500, 0), (1000, 1)],
    );
    check(
        limiter(5, 1, 500),
        Fetch::Full,
        &[(0, 5), (500, 0), (1000, 1)],
    );
    let mut both = limiter(5, 1, 1);
    assert_eq!(passing(&mut both, Fetch::Full, 0), 5);
    assert_eq!(passing(&mut both, Fetch::Delta, 0), 0);
    let mut in_vain = limiter(5, 10, 1);
    assert_eq!(passing(&mut in_vain, Fetch::Delta, 0), 5);
    assert_eq!(passing(&mut in_vain, Fetch::Full, 0), 0);
    let passing_later = passing(&mut in_vain, Fetch::Full, 1000);
    assert_eq!(passing_later, 1, "those that were refused took from it");
}

// server.md 7.3
#[test]
fn privileged_fetches_take_nothing_from_the_buckets() {
    let mut limiter = limiter(5, 1, 1);
    assert!((0..100).all(|_| limiter.allow(Fetch::Full, ClientClass::Privileged, secs(1000))));
    assert_eq!(passing(&mut limiter, Fetch::Full, 0), 5);
}
