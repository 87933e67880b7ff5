//! The attempts of one request (T11), and which servers there are (T20).

use super::*;

const THREE: [&str; 3] = ["a", "b", "c"];

#[test]
fn t11_the_server_that_served_is_asked_first() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut line = line_of(config(profile), &THREE);
        assert_eq!(asked(&mut line, SECOND, up(&["b"])), ["a", "b"]);
        assert_eq!(asked(&mut line, SECOND, up(&THREE)), ["b"]);
        assert_eq!(line.current(), Some(&server("b").url));
    }
}

#[test]
fn t11_a_request_makes_so_many_attempts_and_tells_them_all() {
    let hosts = ["a", "b", "c", "d", "e"];
    for (profile, max_attempts, attempts) in [
        (Profile::Netflix, 3, 3),
        (Profile::Modern, 3, 3),
        (Profile::Modern, 9, 5),
        (Profile::Modern, 0, 1),
    ] {
        let config = LineConfig {
            max_attempts,
            ..config(profile)
        };
        let mut line = line_of(config, &hosts);
        let (asked, result) = run(&mut line, SECOND, RequestKind::Register, |_| refused());
        assert_eq!(asked, hosts[..attempts]);
        let Err(Unserved::AllFailed(told)) = result else {
            panic!("{result:?}");
        };
        let told: Vec<&str> = told.iter().map(|attempt| attempt.server.host()).collect();
        assert_eq!(told, asked);
    }
}

#[test]
fn t11_without_servers_nothing_is_asked() {
    for profile in [Profile::Spring, Profile::Modern] {
        let mut line = line_of(config(profile), &[]);
        let (asked, result) = run(&mut line, SECOND, RequestKind::FetchAll, |_| status(200));
        assert!(asked.is_empty());
        assert_eq!(result, Err(Unserved::NoServers));
    }
}

#[test]
fn t11_java_may_ask_a_server_twice_in_one_request_and_modern_does_not() {
    for (profile, expected) in [
        (Profile::Netflix, &["a", "a", "b"][..]),
        (Profile::Modern, &["a", "b"][..]),
    ] {
        let mut line = line_of(config(profile), &["a", "b"]);
        assert_eq!(asked(&mut line, SECOND, up(&["a"])), ["a"]);
        assert_eq!(asked(&mut line, 2 * SECOND, up(&["b"])), expected);
    }
}

#[test]
fn t11_a_server_that_another_request_found_is_asked_next() {
    let mut line = line_of(config(Profile::Modern), &THREE);
    let mut slow = line.begin(SECOND, RequestKind::FetchAll);
    assert_eq!(next_host(&mut line, SECOND, &mut slow), "a");
    asked(&mut line, SECOND, up(&["c"]));
    let verdict = line.judge(2 * SECOND, &mut slow, refused().as_ref());
    assert_eq!(verdict, Verdict::Again);
    assert_eq!(next_host(&mut line, 2 * SECOND, &mut slow), "c");
}

#[test]
fn t11_modern_does_not_ask_again_where_only_another_request_was_served() {
    let mut line = line_of(config(Profile::Modern), &THREE);
    let mut slow = line.begin(SECOND, RequestKind::FetchAll);
    assert_eq!(next_host(&mut line, SECOND, &mut slow), "a");
    let _ = line.judge(SECOND, &mut slow, refused().as_ref());
    asked(&mut line, SECOND, up(&["a"]));
    assert_eq!(line.current(), Some(&server("a").url));
    assert_eq!(next_host(&mut line, SECOND, &mut slow), "b");
}

#[test]
fn t11_a_failure_that_comes_late_does_not_take_the_server_of_others_away() {
    let mut line = line_of(config(Profile::Modern), &THREE);
    asked(&mut line, SECOND, up(&["a"]));
    let mut slow = line.begin(SECOND, RequestKind::FetchAll);
    line.next(SECOND, &mut slow).unwrap();
    asked(&mut line, SECOND, up(&["b"]));
    let _ = line.judge(2 * SECOND, &mut slow, refused().as_ref());
    assert_eq!(line.current(), Some(&server("b").url));
}

#[test]
fn a_result_without_an_attempt_changes_nothing() {
    let mut line = line_of(config(Profile::Modern), &["a"]);
    let mut request = line.begin(SECOND, RequestKind::Renew);
    let verdict = line.judge(SECOND, &mut request, status(200).as_ref());
    assert_eq!(verdict, Verdict::Again);
    assert_eq!(line.current(), None);
    assert!(request.failures().is_empty());
}

#[test]
fn failures_are_told_while_the_request_goes_on() {
    let mut line = line_of(config(Profile::Modern), &THREE);
    let mut request = line.begin(SECOND, RequestKind::Register);
    line.next(SECOND, &mut request).unwrap();
    let _ = line.judge(SECOND, &mut request, status(500).as_ref());
    let failures = request.failures();
    assert_eq!(failures[0].server, server("a").url);
    assert_eq!(failures[0].failure, CallFailure::Status(500));
    assert_eq!(request.kind(), RequestKind::Register);
}

#[test]
fn t20_an_empty_list_replaces_the_servers_in_java_alone() {
    for (profile, is_kept) in [
        (Profile::Netflix, false),
        (Profile::Spring, false),
        (Profile::Modern, true),
    ] {
        let mut line = line_of(config(profile), &["a"]);
        line.set_endpoints(Vec::new());
        let is_served = !asked(&mut line, SECOND, up(&["a"])).is_empty();
        assert_eq!(is_served, is_kept, "{profile:?}");
    }
}

#[test]
fn deviation_14_an_empty_result_keeps_the_old_list() {
    let mut line = line_of(config(Profile::Modern), &["a", "b"]);
    line.set_endpoints(Vec::new());
    assert_eq!(asked(&mut line, SECOND, up(&["b"])), ["a", "b"]);
}

#[test]
fn t20_a_new_list_counts_when_the_server_that_serves_fails() {
    let mut line = line_of(config(Profile::Modern), &["a"]);
    asked(&mut line, SECOND, up(&["a"]));
    line.set_endpoints(vec![server("b")]);
    assert_eq!(asked(&mut line, SECOND, up(&["a", "b"])), ["a"]);
    assert_eq!(asked(&mut line, SECOND, up(&["b"])), ["a", "b"]);
    assert_eq!(line.quarantined(), 0, "a is not listed any more");
}

#[test]
fn switches_are_told_once_each() {
    let mut line = line_of(config(Profile::Modern), &["a", "b"]);
    assert_eq!(line.poll_switch(), None);
    asked(&mut line, SECOND, up(&["a"]));
    assert_eq!(line.poll_switch(), Some((None, server("a").url)));
    assert_eq!(line.poll_switch(), None);
    asked(&mut line, SECOND, up(&[]));
    assert_eq!(line.poll_switch(), None, "nobody serves");
    asked(&mut line, SECOND, up(&["a"]));
    assert_eq!(line.poll_switch(), None, "it is the same as before");
    asked(&mut line, SECOND, up(&["b"]));
    let switch = (Some(server("a").url), server("b").url);
    assert_eq!(line.poll_switch(), Some(switch));
}

#[test]
fn deviation_15_a_password_with_colons_goes_to_the_server_whole() {
    for (user_info, user, password) in [
        ("me:a:b:c", "me", "a:b:c"),
        ("me:a%3Ab", "me", "a:b"),
        ("me:", "me", ""),
        ("me", "me", ""),
    ] {
        let mut line = Line::new(config(Profile::Modern), 1);
        line.set_endpoints(vec![Endpoint {
            url: url(&format!("http://{user_info}@a:8761/eureka/")),
            zone: None,
        }]);
        let mut request = line.begin(SECOND, RequestKind::Renew);
        let url = line.next(SECOND, &mut request).unwrap();
        let credentials = url.credentials().unwrap();
        assert_eq!(
            (credentials.user(), credentials.password()),
            (user, password)
        );
    }
}
