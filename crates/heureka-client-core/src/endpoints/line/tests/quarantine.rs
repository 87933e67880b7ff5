//! Servers that have failed (T12, RS9).

use super::super::judgement::MAX_RETRY_AFTER;
use super::super::quarantine::Quarantine;
use super::super::request::InFlight;
use super::*;

fn busy(code: u16, retry_after: Duration) -> Outcome {
    Ok(Answer {
        retry_after: Some(retry_after),
        ..Answer::of(code)
    })
}

fn hosts(candidates: &[Endpoint]) -> Vec<&str> {
    candidates.iter().map(|it| it.url.host()).collect()
}

#[test]
fn t12_java_clears_the_quarantine_at_its_threshold() {
    let listed: Vec<Endpoint> = ["a", "b", "c", "d", "e", "f"].map(server).into();
    for (servers, failures, left) in [
        (1, 0, 1),
        (1, 1, 1),
        (2, 1, 2),
        (3, 1, 3),
        (4, 1, 3),
        (4, 2, 4),
        (5, 2, 3),
        (5, 3, 5),
        (6, 2, 4),
        (6, 3, 6),
    ] {
        let listed = &listed[..servers];
        let mut quarantine = Quarantine::of(&config(Profile::Netflix));
        for endpoint in &listed[..failures] {
            let attempt = InFlight::to_candidate(endpoint.clone());
            quarantine.failed(SECOND, &attempt, None);
        }
        let candidates = quarantine.candidates(SECOND, listed);
        assert_eq!(candidates, listed[servers - left..], "{servers} {failures}");
    }
}

#[test]
fn t12_a_share_that_is_no_number_is_none_and_one_above_1_is_1() {
    for (quarantine_share, quarantined) in [(f64::NAN, 0), (-1.0, 0), (1.0, 1), (7.0, 1)] {
        let config = LineConfig {
            quarantine_share,
            max_attempts: 1,
            ..config(Profile::Netflix)
        };
        let mut line = line_of(config, &["a", "b"]);
        asked(&mut line, SECOND, up(&[]));
        asked(&mut line, SECOND, up(&["a", "b"]));
        assert_eq!(line.quarantined(), quarantined, "{quarantine_share}");
    }
}

#[test]
fn t12_java_quarantines_candidates_and_not_the_server_that_served() {
    let four = ["a", "b", "c", "d"];
    let mut line = line_of(config(Profile::Netflix), &four);
    asked(&mut line, SECOND, up(&["a"]));
    assert_eq!(asked(&mut line, SECOND, up(&["b"])), ["a", "a", "b"]);
    assert_eq!(line.quarantined(), 1, "only as a candidate");
}

#[test]
fn t12_scenario_12_of_two_servers_the_dead_one_is_left_until_the_next_list() {
    let mut line = line_of(config(Profile::Netflix), &["a", "b"]);
    assert_eq!(asked(&mut line, SECOND, up(&["b"])), ["a", "b"]);
    assert_eq!(line.quarantined(), 1);
    assert_eq!(asked(&mut line, SECOND, up(&["b"])), ["b"]);
    // Now b fails as well: a list is made, which clears the quarantine, and a is the first in it again.
    assert_eq!(asked(&mut line, SECOND, up(&[])), ["b", "a", "b"]);
}

#[test]
fn deviation_8_of_two_servers_the_living_one_is_asked_first() {
    let mut line = line_of(config(Profile::Modern), &["a", "b"]);
    assert_eq!(asked(&mut line, SECOND, up(&["b"])), ["a", "b"]);
    assert_eq!(line.quarantined(), 1);
    // The server that served fails once: with Java's quarantine a, which is down, would be the first in the new list.
    line.sticky = None;
    assert_eq!(asked(&mut line, 2 * SECOND, up(&["b"])), ["b"]);
}

#[test]
fn deviation_8_a_server_that_served_and_fails_is_quarantined_too() {
    let mut line = line_of(config(Profile::Modern), &["a", "b", "c"]);
    assert_eq!(asked(&mut line, SECOND, up(&["a"])), ["a"]);
    assert_eq!(asked(&mut line, SECOND, up(&[])), ["a", "b", "c"]);
    assert_eq!(line.quarantined(), 3);
}

#[test]
fn deviation_8_with_all_down_each_is_tried_and_the_oldest_first() {
    let mut line = line_of(
        LineConfig {
            max_attempts: 2,
            ..config(Profile::Modern)
        },
        &["a", "b", "c"],
    );
    for (secs, expected) in [(1, ["a", "b"]), (2, ["c", "a"]), (3, ["b", "a"])] {
        assert_eq!(asked(&mut line, secs * SECOND, up(&[])), expected);
    }
    assert_eq!(line.quarantined(), 3);
}

#[test]
fn deviation_8_quarantine_ends_with_its_time_and_with_a_success() {
    let mut line = line_of(config(Profile::Modern), &["a", "b"]);
    asked(&mut line, SECOND, up(&["b"]));
    line.sticky = None;
    let mut request = line.begin(30 * SECOND, RequestKind::Renew);
    assert_eq!(next_host(&mut line, 30 * SECOND, &mut request), "b");
    assert_eq!(line.quarantined(), 1);
    assert_eq!(asked(&mut line, 31 * SECOND, up(&["a"])), ["a"]);
    assert_eq!(line.quarantined(), 0);

    asked(&mut line, 32 * SECOND, up(&[]));
    assert_eq!(line.quarantined(), 2);
    assert_eq!(asked(&mut line, 33 * SECOND, up(&["a"])), ["a"]);
    assert_eq!(line.quarantined(), 1);
}

#[test]
fn rs9_a_server_that_asks_for_time_gets_it() {
    let long = MAX_RETRY_AFTER + SECOND;
    for (code, retry_after, quarantined_for) in [
        (429, 60 * SECOND, 60 * SECOND),
        (503, 60 * SECOND, 60 * SECOND),
        (503, SECOND, 30 * SECOND),
        (500, 60 * SECOND, 30 * SECOND),
        (429, long, MAX_RETRY_AFTER),
        (429, Duration::MAX, MAX_RETRY_AFTER),
    ] {
        let mut line = line_of(config(Profile::Modern), &["a"]);
        asked(&mut line, SECOND, |_| busy(code, retry_after));
        let ends = SECOND + quarantined_for;
        let _ = line.begin(ends - Duration::from_nanos(1), RequestKind::Renew);
        assert_eq!(line.quarantined(), 1, "{code} {retry_after:?}");
        let _ = line.begin(ends, RequestKind::Renew);
        assert_eq!(line.quarantined(), 0, "{code} {retry_after:?}");
    }
}

#[test]
fn rs9_a_later_failure_does_not_shorten_the_time_that_was_asked_for() {
    let mut line = line_of(config(Profile::Modern), &["a", "b"]);
    asked(&mut line, SECOND, |url| match url.host() {
        "a" => busy(429, 60 * SECOND),
        _ => refused(),
    });
    asked(&mut line, 2 * SECOND, up(&[]));
    let candidates = line.quarantine.candidates(40 * SECOND, &line.listed);
    assert_eq!(hosts(&candidates), ["b", "a"]);
}

#[test]
fn rs9_a_living_server_behind_more_dead_ones_than_a_request_tries_is_found() {
    let hosts = ["a", "b", "c", "d", "e", "f", "g"];
    for alive in hosts {
        let mut line = line_of(config(Profile::Modern), &hosts);
        // As far apart as the back-off makes them, so that the quarantines have ended.
        let mut tries = (1..=3).map(|n| {
            let mono = 45 * n * SECOND;
            run(&mut line, mono, RequestKind::Renew, up(&[alive])).1
        });
        assert!(tries.any(|result| result.is_ok()), "{alive}");
    }
}

#[test]
fn rs9_a_server_that_comes_back_among_dead_ones_is_found_by_the_second_request() {
    let hosts = ["a", "b", "c", "d", "e"];
    // Within the quarantine, and after its end.
    for apart in [20 * SECOND, 45 * SECOND] {
        for (alive, tries_before) in hosts
            .into_iter()
            .flat_map(|host| (0..9).map(move |n| (host, n)))
        {
            let mut line = line_of(config(Profile::Modern), &hosts);
            for n in 0..tries_before {
                asked(&mut line, apart * n, up(&[]));
            }
            let mut tries = (tries_before..tries_before + 2)
                .map(|n| run(&mut line, apart * n, RequestKind::Renew, up(&[alive])).1);
            assert!(
                tries.any(|result| result.is_ok()),
                "{alive} after {tries_before} every {apart:?}"
            );
        }
    }
}
