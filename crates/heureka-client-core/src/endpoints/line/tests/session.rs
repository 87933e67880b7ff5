//! For how long one server is kept (T10).

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

/// After how many seconds the server is dropped, with a request each second and no failure.
fn session_secs(profile: Profile, seed: u64) -> u32 {
    let mut line = Line::new(config(profile), seed);
    line.set_endpoints(["a", "b", "c"].map(server).into());
    let all = ["a", "b", "c"];
    asked(&mut line, Duration::ZERO, up(&all));
    let drops = |secs: &u32| {
        let _ = line.begin(*secs * SECOND, RequestKind::Renew);
        line.current().is_none()
    };
    (1..3600).find(drops).unwrap()
}

#[test]
fn t10_scenario_11_a_session_lasts_from_600_to_1800_seconds() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut lengths: Vec<u32> = (0..60).map(|seed| session_secs(profile, seed)).collect();
        lengths.sort_unstable();
        assert!(lengths.iter().all(|secs| (600..=1800).contains(secs)));
        assert!(lengths[0] < 800 && lengths[59] > 1600, "{lengths:?}");
    }
}

#[test]
fn t10_each_session_has_its_own_length() {
    let mut line = line_of(config(Profile::Netflix), &["a"]);
    let mut ends = vec![0];
    for secs in 0..20_000 {
        asked(&mut line, secs * SECOND, up(&["a"]));
        if line.session_age(secs * SECOND) == Some(Duration::ZERO) {
            ends.push(secs);
        }
    }
    let mut lengths: Vec<u32> = ends.windows(2).map(|pair| pair[1] - pair[0]).collect();
    lengths.sort_unstable();
    lengths.dedup();
    assert!(lengths.len() > 5, "{lengths:?}");
}

#[test]
fn t10_the_first_request_begins_a_session_and_time_alone_ends_none() {
    let mut line = line_of(config(Profile::Modern), &["a"]);
    assert_eq!(line.session_age(SECOND), None);
    asked(&mut line, SECOND, up(&["a"]));
    assert_eq!(line.session_age(3 * SECOND), Some(2 * SECOND));
    assert_eq!(line.session_age(99 * MINUTE), Some(99 * MINUTE - SECOND));
    assert!(line.current().is_some());
    asked(&mut line, 99 * MINUTE, up(&["a"]));
    assert_eq!(line.session_age(99 * MINUTE), Some(Duration::ZERO));
}

#[test]
fn t10_a_session_never_ends_between_two_attempts() {
    let mut line = line_of(config(Profile::Modern), &["a", "b"]);
    asked(&mut line, SECOND, up(&["a"]));
    let mut request = line.begin(2 * SECOND, RequestKind::Renew);
    line.next(2 * SECOND, &mut request).unwrap();
    let verdict = line.judge(99 * MINUTE, &mut request, status(200).as_ref());
    assert_eq!(verdict, Verdict::Accepted);
    assert_eq!(line.current(), Some(&server("a").url));
}

#[test]
fn t10_java_forgets_its_quarantine_with_the_session_and_modern_keeps_it() {
    let four = ["a", "b", "c", "d"];
    for (profile, kept) in [(Profile::Netflix, 0), (Profile::Modern, 1)] {
        let config = LineConfig {
            session: 10 * SECOND,
            ..config(profile)
        };
        let mut line = line_of(config, &four);
        asked(&mut line, SECOND, up(&["b"]));
        assert_eq!(line.quarantined(), 1);
        let _ = line.begin(20 * SECOND, RequestKind::Renew);
        assert_eq!(line.current(), None);
        assert_eq!(line.quarantined(), kept, "{profile:?}");
    }
}

#[test]
fn t10_a_new_session_may_have_another_server_of_the_own_zone() {
    let config = LineConfig {
        zone: Some("near".into()),
        ..config(Profile::Modern)
    };
    let mut line = Line::new(config, 1);
    let in_zone = |(host, zone): (&str, &str)| Endpoint {
        zone: Some(zone.into()),
        ..server(host)
    };
    let servers = [("a", "near"), ("b", "near"), ("c", "far")];
    line.set_endpoints(servers.map(in_zone).into());
    let of_session = |session: u32| {
        let asked = asked(&mut line, session * 60 * MINUTE, |_| status(200));
        asked.concat()
    };
    let mut used: Vec<String> = (0..20).map(of_session).collect();
    used.sort_unstable();
    used.dedup();
    assert_eq!(used, ["a", "b"]);
}

#[test]
fn t10_a_line_that_has_just_failed_over_stays_where_it_is() {
    for (profile, age) in [(Profile::Netflix, 599), (Profile::Modern, 0)] {
        let mut line = line_of(config(profile), &["a", "b"]);
        asked(&mut line, Duration::ZERO, up(&["a"]));
        asked(&mut line, 599 * SECOND, up(&["b"]));
        assert_eq!(line.current(), Some(&server("b").url));
        assert_eq!(line.session_age(599 * SECOND), Some(age * SECOND));
    }
}

#[test]
fn t10_what_a_session_that_has_ended_finds_out_counts_for_no_later_one() {
    let mut line = line_of(config(Profile::Modern), &["a", "b"]);
    let mut old = line.begin(SECOND, RequestKind::FetchAll);
    line.next(SECOND, &mut old).unwrap();
    let _ = line.begin(99 * MINUTE, RequestKind::Renew);
    let verdict = line.judge(99 * MINUTE, &mut old, status(200).as_ref());
    assert_eq!(verdict, Verdict::Accepted);
    assert_eq!(line.current(), None);
}

#[test]
fn a_session_without_end_is_one() {
    let config = LineConfig {
        session: Duration::MAX,
        ..config(Profile::Modern)
    };
    let mut line = line_of(config, &["a"]);
    asked(&mut line, SECOND, up(&["a"]));
    asked(&mut line, 1_000_000 * MINUTE, up(&["a"]));
    assert!(line.session_age(1_000_000 * MINUTE) > Some(MINUTE));
}
