//! Servers that send the client to others (T14).

use super::super::redirect::{MAX_REDIRECTS, target, unfollowed};
use super::super::request::Server;
use super::RequestKind::{Cancel, FetchAll, FetchDelta, FetchVip, Register, Renew};
use super::*;

fn following(profile: Profile) -> LineConfig {
    LineConfig {
        allows_redirect: true,
        ..config(profile)
    }
}

fn to(code: u16, location: &str) -> Outcome {
    Ok(Answer {
        location: Some(location.into()),
        ..Answer::of(code)
    })
}

fn at(configured: &str) -> Server {
    let endpoint = Endpoint {
        url: url(configured),
        zone: None,
    };
    let url = endpoint.url.clone();
    Server { endpoint, url }
}

/// Where `location` leads from `http://a:8761/eureka/`.
fn from_a(profile: Profile, kind: RequestKind, location: &str) -> Option<String> {
    let target = target(profile, kind, &at("http://a:8761/eureka/"), location);
    target.map(|url| url.to_string())
}

/// Server a redirects to b, and b does what is said.
fn a_to_b(mut b: impl FnMut() -> Outcome) -> impl FnMut(&ServiceUrl) -> Outcome {
    move |url| match url.host() {
        "a" => to(302, "http://b:8761/eureka/v2/apps/APP/id"),
        _ => b(),
    }
}

#[test]
fn deviation_9_the_base_is_what_comes_before_the_path_of_the_request() {
    for (kind, location, expected) in [
        (
            Register,
            "http://b/eureka/apps/APP",
            Some("http://b/eureka/"),
        ),
        (
            Renew,
            "http://b/eureka/v2/apps/APP/id",
            Some("http://b/eureka/v2/"),
        ),
        (Cancel, "http://b/apps/APP/h%3Aapp%3A80", Some("http://b/")),
        (
            FetchAll,
            "https://b:8443/x/y/apps/",
            Some("https://b:8443/x/y/"),
        ),
        (FetchAll, "HTTP://B/x/apps?regions=eu", Some("http://b/x/")),
        (
            FetchDelta,
            "http://b/x/apps/delta?regions=a,b#c",
            Some("http://b/x/"),
        ),
        (FetchVip, "http://b/x/vips/orders", Some("http://b/x/")),
        // Names that look like the beginning of a path.
        (Renew, "http://b/x/apps/apps/apps", Some("http://b/x/")),
        (FetchVip, "http://b/x/vips/apps", Some("http://b/x/")),
        (FetchAll, "http://b/apps/apps/", Some("http://b/apps/")),
        // The path of another request.
        (Renew, "http://b/eureka/apps", Some("http://b/eureka/")),
        (FetchVip, "http://b/eureka/apps/", Some("http://b/eureka/")),
        // Relative ones.
        (Register, "/other/apps/APP", Some("http://a:8761/other/")),
        (FetchAll, "//b/other/apps/", Some("http://b/other/")),
        (Renew, "../../../v2/apps/APP/id", Some("http://a:8761/v2/")),
        (FetchDelta, "./delta", Some("http://a:8761/eureka/")),
        (FetchDelta, "?again", Some("http://a:8761/eureka/")),
        (FetchAll, "/x/./y/../apps/", Some("http://a:8761/x/")),
        // Nothing that can be asked.
        (Renew, "http://b/login", None),
        (Renew, "http://b", None),
        (Renew, "/login", None),
        (Renew, "http:///apps/APP/id", None),
        (Renew, "http://b:0/apps/APP/id", None),
        (Renew, "ftp://b/apps/APP/id", None),
        (Renew, "http://bad host/apps/APP/id", None),
        (Renew, "http://b/ü/apps/APP/id", None),
    ] {
        let leads_to = from_a(Profile::Modern, kind, location);
        assert_eq!(leads_to.as_deref(), expected, "{kind:?} {location}");
    }
}

#[test]
fn t14_java_finds_a_base_only_before_v2_apps() {
    for (kind, location, expected) in [
        (
            Renew,
            "http://b/eureka/v2/apps/APP/id",
            Some("http://b/eureka/v2/"),
        ),
        (FetchAll, "http://b/v2/apps", Some("http://b/v2/")),
        (
            FetchAll,
            "http://b/v2/apps/x/v2/apps/",
            Some("http://b/v2/apps/x/v2/"),
        ),
        (
            FetchAll,
            "http://b/v2/apps/x/v2/appstore",
            Some("http://b/v2/"),
        ),
        (Renew, "http://b/eureka/apps/APP/id", None),
        (FetchVip, "http://b/v2/vips/orders", None),
    ] {
        let leads_to = from_a(Profile::Netflix, kind, location);
        assert_eq!(leads_to.as_deref(), expected, "{location}");
    }
}

#[test]
fn t14_redirects_are_followed_where_that_is_allowed() {
    for (profile, allows_redirect, code, is_followed) in [
        (Profile::Modern, true, 301, true),
        (Profile::Modern, true, 302, true),
        (Profile::Modern, true, 303, false),
        (Profile::Modern, true, 307, true),
        (Profile::Modern, true, 308, true),
        (Profile::Modern, false, 302, false),
        (Profile::Netflix, true, 301, false),
        (Profile::Netflix, true, 302, true),
        (Profile::Netflix, true, 307, false),
        (Profile::Netflix, false, 302, false),
    ] {
        let config = LineConfig {
            allows_redirect,
            ..config(profile)
        };
        let mut line = line_of(config, &["a"]);
        let answer = |url: &ServiceUrl| match url.host() {
            "a" => to(code, "http://b/v2/apps/APP/id"),
            _ => status(200),
        };
        let asked = asked(&mut line, SECOND, answer);
        assert_eq!(
            asked.contains(&"b".to_owned()),
            is_followed,
            "{profile:?} {code}"
        );
    }
}

#[test]
fn t14_the_server_that_was_redirected_to_is_pinned() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut line = line_of(following(profile), &["a"]);
        assert_eq!(asked(&mut line, SECOND, a_to_b(|| status(200))), ["a", "b"]);
        assert_eq!(asked(&mut line, SECOND, a_to_b(|| status(200))), ["b"]);
        assert_eq!(line.current(), Some(&url("http://b:8761/eureka/v2/")));
    }
}

#[test]
fn t14_a_pinned_server_that_fails_is_unpinned_and_the_configured_one_asked() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut line = line_of(following(profile), &["a"]);
        asked(&mut line, SECOND, a_to_b(|| status(200)));
        let moved = |url: &ServiceUrl| match url.host() {
            "a" => to(302, "http://c/v2/apps/APP/id"),
            "b" => refused(),
            _ => status(200),
        };
        assert_eq!(asked(&mut line, SECOND, moved), ["b", "a", "c"]);
        assert_eq!(line.current(), Some(&url("http://c/v2/")));
    }
}

#[test]
fn t14_java_returns_the_redirect_of_a_pinned_server_and_modern_follows_it() {
    for (profile, expected) in [
        (Profile::Netflix, &["b"][..]),
        (Profile::Modern, &["b", "c"][..]),
    ] {
        let mut line = line_of(following(profile), &["a"]);
        asked(&mut line, SECOND, a_to_b(|| status(200)));
        let moved = |url: &ServiceUrl| match url.host() {
            "b" => to(302, "http://c/v2/apps/APP/id"),
            _ => status(200),
        };
        let (asked, result) = run(&mut line, SECOND, Renew, moved);
        assert_eq!(asked, expected, "{profile:?}");
        assert_eq!(result, Ok(()));
    }
}

#[test]
fn t14_a_redirect_that_leads_nowhere_is_a_failure_of_its_server() {
    for (location, shown) in [
        (None, "nowhere"),
        (Some(""), "nowhere"),
        (Some("http://b/login"), "http://b/login"),
    ] {
        let mut line = line_of(following(Profile::Modern), &["a", "c"]);
        let answer = |url: &ServiceUrl| match url.host() {
            "a" => Ok(Answer {
                location: location.map(Box::from),
                ..Answer::of(302)
            }),
            _ => refused(),
        };
        let (asked, result) = run(&mut line, SECOND, Renew, answer);
        assert_eq!(asked, ["a", "c"]);
        let Err(Unserved::AllFailed(attempts)) = result else {
            panic!("{result:?}");
        };
        assert_eq!(attempts[0].failure, CallFailure::Redirect(shown.into()));
    }
}

#[test]
fn t14_a_circle_ends() {
    let circle = |url: &ServiceUrl| match url.host() {
        "a" => to(302, "http://b/v2/apps/APP/id"),
        "b" => to(302, "http://a:8761/eureka/v2/apps/APP/id"),
        _ => status(200),
    };
    // Here /eureka/v2/ is another server than /eureka/, and leads to b again.
    let mut line = line_of(following(Profile::Modern), &["a", "c"]);
    assert_eq!(asked(&mut line, SECOND, circle), ["a", "b", "a", "c"]);
    let mut line = line_of(following(Profile::Netflix), &["a", "c"]);
    assert_eq!(
        asked(&mut line, SECOND, circle).len(),
        1 + MAX_REDIRECTS + 1
    );
}

#[test]
fn t14_no_attempt_follows_more_than_ten_redirects() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut line = line_of(following(profile), &["a", "b"]);
        let mut hops = 0;
        let endless = |url: &ServiceUrl| {
            hops += 1;
            if url.host() == "b" {
                status(200)
            } else {
                to(302, &format!("http://hop{hops}/v2/apps/APP/id"))
            }
        };
        let (asked, result) = run(&mut line, SECOND, Renew, endless);
        assert_eq!(asked.len(), 1 + MAX_REDIRECTS + 1);
        assert_eq!(asked.last().map(String::as_str), Some("b"));
        assert_eq!(result, Ok(()));
    }
}

#[test]
fn t14_a_redirect_never_leaves_tls() {
    let configured = at("https://a/eureka/");
    for (location, is_followed) in [
        ("http://a/eureka/apps/", false),
        ("http://b/v2/apps/", false),
        ("https://b/v2/apps/", true),
        ("//b/v2/apps/", true),
    ] {
        for profile in [Profile::Netflix, Profile::Modern] {
            let location = location.replace("/eureka/", "/eureka/v2/");
            let target = target(profile, FetchAll, &configured, &location);
            assert_eq!(target.is_some(), is_followed, "{location}");
        }
    }
}

#[test]
fn t14_tls_that_a_redirect_began_is_not_left_by_the_next_one() {
    let mut line = line_of(following(Profile::Modern), &["a"]);
    let answer = |url: &ServiceUrl| match url.host() {
        "a" => to(308, "https://b/eureka/apps/APP/id"),
        "b" => to(308, "http://c/eureka/apps/APP/id"),
        _ => status(200),
    };
    assert_eq!(asked(&mut line, SECOND, answer), ["a", "b"]);
}

#[test]
fn t14_credentials_go_to_the_place_they_were_configured_for_and_no_other() {
    let configured = at("https://me:p%40ss:w%2Ford@a:8443/eureka/");
    for (location, has_credentials) in [
        ("https://a:8443/other/apps/", true),
        ("https://A:8443/other/apps/", true),
        ("/other/apps/", true),
        ("https://other:creds@a:8443/other/apps/", true),
        ("https://a/other/apps/", false),
        ("https://b:8443/other/apps/", false),
        ("https://other:creds@b:8443/other/apps/", false),
        ("https://a:8443@b/other/apps/", false),
    ] {
        let target = target(Profile::Modern, FetchAll, &configured, location).unwrap();
        assert_eq!(target.base_path(), "/other/");
        let sent = target.credentials().map(|it| (it.user(), it.password()));
        let own = has_credentials.then_some(("me", "p@ss:w/ord"));
        assert_eq!(sent, own, "{location}");
    }
}

#[test]
fn t14_a_redirect_of_a_redirect_may_lead_back_to_the_credentials() {
    let mut line = Line::new(following(Profile::Modern), 1);
    line.set_endpoints(vec![at("http://me:pw@a/eureka/").endpoint]);
    let mut seen = Vec::new();
    let answer = |url: &ServiceUrl| {
        seen.push(url.credentials().is_some());
        match (url.host(), url.base_path()) {
            ("a", "/eureka/") => to(302, "http://b/x/apps/APP/id"),
            ("b", _) => to(302, "http://a/y/apps/APP/id"),
            _ => status(200),
        }
    };
    asked(&mut line, SECOND, answer);
    assert_eq!(seen, [true, false, true]);
}

#[test]
fn rs9_a_server_that_redirects_to_a_dead_one_is_tried_after_the_others() {
    let mut line = line_of(following(Profile::Modern), &["a", "b", "c"]);
    let to_dead_b = |url: &ServiceUrl| match url.host() {
        "a" => to(302, "http://b:8761/eureka/apps/APP/id"),
        "b" => refused(),
        _ => status(200),
    };
    assert_eq!(asked(&mut line, SECOND, to_dead_b), ["a", "b", "c"]);
    assert_eq!(
        line.quarantined(),
        2,
        "both that redirects and that is dead"
    );
}

#[test]
fn rs9_a_server_that_is_not_listed_is_in_no_quarantine() {
    let mut line = line_of(following(Profile::Modern), &["a", "c"]);
    assert_eq!(asked(&mut line, SECOND, a_to_b(refused)), ["a", "b", "c"]);
    let listed = [server("a").url, server("c").url];
    assert_eq!(line.quarantined(), listed.len());
}

#[test]
fn rs9_a_server_that_serves_by_a_redirect_is_in_quarantine_no_more() {
    let mut line = line_of(following(Profile::Modern), &["b", "a"]);
    let b_is = |outcome: Outcome| {
        move |url: &ServiceUrl| match url.host() {
            "a" => to(302, "http://b:8761/eureka/apps/APP/id"),
            _ => outcome.clone(),
        }
    };
    assert_eq!(asked(&mut line, SECOND, b_is(refused())), ["b", "a"]);
    assert_eq!(line.quarantined(), 2);
    line.listed.reverse();
    assert_eq!(asked(&mut line, SECOND, b_is(status(200))), ["a", "b"]);
    assert_eq!(line.quarantined(), 0);
}

#[test]
fn a_redirect_belongs_to_its_attempt() {
    let config = LineConfig {
        max_attempts: 1,
        ..following(Profile::Modern)
    };
    let mut line = line_of(config, &["a", "c"]);
    assert_eq!(asked(&mut line, SECOND, a_to_b(|| status(200))), ["a", "b"]);
}

#[test]
fn what_is_told_of_a_location_has_a_limit() {
    let long = format!("http://b/{}", "x".repeat(9000));
    let CallFailure::Redirect(shown) = unfollowed(&long) else {
        panic!("another failure");
    };
    assert_eq!(shown.len(), 200);
}
