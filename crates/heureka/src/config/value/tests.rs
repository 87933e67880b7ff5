use std::{fmt::Debug, time::Duration};

use heureka_model::{AppName, RegionName};

use super::{
    ALLOWED_APPS, COUNT, COUNT_OR_OFF, DURATION, DURATION_OR_OFF, HEALTH, Kind, LABEL,
    LEASE_COMPAT, LEASE_GRACE, LISTEN, LOG_FORMAT, LOG_LEVEL, METADATA, NAME, NAMES,
    OPTIONAL_ADDRESS, OPTIONAL_HOST, OPTIONAL_PORT, POSITIVE_DURATION, RATIO, REGION_URLS, SERVERS,
    SIZE, SWITCH, WHOLE_SECONDS,
};
use crate::config::{
    AGENT, SERVE,
    settings::{AllowedApp, LeaseCompat, LeaseGrace, LogFormat, RegionUrl},
};

#[track_caller]
fn check<T: Debug + PartialEq>(kind: &Kind<T>, good: &[(&str, T)], bad: &[&str]) {
    for (text, value) in good {
        assert_eq!((kind.read)(text).as_ref(), Ok(value), "{text:?}");
    }
    for text in bad {
        assert!(
            (kind.read)(text).is_err(),
            "{text:?} was taken for {:?}",
            (kind.read)(text)
        );
    }
}

#[test]
fn durations() {
    let good = [
        ("0s", Duration::ZERO),
        ("500ms", Duration::from_millis(500)),
        ("30s", Duration::from_secs(30)),
        ("15m", Duration::from_secs(900)),
        ("1h", Duration::from_secs(3600)),
        ("8760h", Duration::from_secs(8760 * 3600)),
    ];
    let bad = [
        "",
        "30",
        "s",
        "30 s",
        "1.5s",
        "-1s",
        "+1s",
        "30sec",
        "30S",
        "1d",
        "8761h",
        "1m30s",
        "०s",
        "99999999999999999999ms",
        "9999999999999999999h",
        "auto",
    ];
    check(&DURATION, &good, &bad);
    check(&POSITIVE_DURATION, &good[1..], &bad);
    check(&POSITIVE_DURATION, &[], &["0s", "0ms"]);
}

#[test]
fn sizes() {
    let good = [
        ("1B", 1),
        ("64KiB", 65_536),
        ("1MiB", 1_048_576),
        ("2GiB", 2_147_483_648),
    ];
    let bad = [
        "",
        "1",
        "0B",
        "1kB",
        "1MB",
        "1M",
        "1 MiB",
        "-1B",
        "1.5MiB",
        "99999999999999GiB",
    ];
    check(&SIZE, &good, &bad);
}

#[test]
fn counts() {
    let bad = [
        "",
        "0",
        "-1",
        "+1",
        "1.0",
        "1e3",
        "1_000",
        "many",
        "99999999999999999999",
    ];
    check(&COUNT, &[("1", 1), ("100000", 100_000)], &bad);
    check(&COUNT, &[], &["off"]);
    check(&COUNT_OR_OFF, &[("off", None), ("7", Some(7))], &bad);
}

#[test]
fn switches() {
    let bad = ["", "ON", "true", "yes", "1"];
    check(&SWITCH, &[("on", true), ("off", false)], &bad);
}

#[test]
fn ratios() {
    let good = [
        ("0", 0),
        ("0.0", 0),
        ("0.85", 850_000),
        ("0.000001", 1),
        ("1", 1_000_000),
        ("1.000000", 1_000_000),
    ];
    let bad = [
        "",
        ".",
        ".5",
        "1.",
        "1.1",
        "2",
        "-0.1",
        "85%",
        "0,85",
        "0.0000001",
        "4294967296",
    ];
    check(&RATIO, &good, &bad);
}

#[test]
fn addresses() {
    let bad = [
        "",
        "8761",
        ":8761",
        "localhost",
        "localhost:",
        "localhost:x",
        "localhost:+1",
        "127.0.0.1:65536",
        "::1:8761",
        "[::1]",
        "[127.0.0.1]:1",
        "a b:1",
        "http://a:1",
        "a/b:1",
    ];
    for (text, host, port) in [
        ("127.0.0.1:8761", "127.0.0.1", 8761),
        ("localhost:0", "localhost", 0),
        ("node-1.eureka.svc:80", "node-1.eureka.svc", 80),
        ("[::1]:8761", "::1", 8761),
    ] {
        let address = (LISTEN.read)(text).unwrap();
        assert_eq!((address.host.as_str(), address.port), (host, port));
        assert_eq!(address.to_string(), text);
    }
    check(&LISTEN, &[], &bad);
}

#[test]
fn names_and_labels() {
    let long = "n".repeat(129);
    let good = [("node-1.eu:8761_a", "node-1.eu:8761_a".to_owned())];
    check(&NAME, &good, &["", "a b", "ä", "a\n", "a/b", &long]);
    check(
        &LABEL,
        &[("Zürich (west)", "Zürich (west)".to_owned())],
        &["", "a\nb", "\x1b[2J", &long],
    );
    let names = vec!["a".to_owned(), "b c".to_owned()];
    check(&NAMES, &[("", Vec::new()), ("a, b c,", names)], &[]);
}

#[test]
fn choices() {
    let grace = [
        ("auto", LeaseGrace::TwiceRenewalInterval),
        ("0s", LeaseGrace::Fixed(Duration::ZERO)),
        ("60s", LeaseGrace::Fixed(Duration::from_secs(60))),
    ];
    check(&LEASE_GRACE, &grace, &["", "off", "60"]);
    let rules = [
        ("heureka", LeaseCompat::Heureka),
        ("netflix", LeaseCompat::Netflix),
    ];
    check(&LEASE_COMPAT, &rules, &["", "Netflix", "spring"]);
    check(
        &LOG_FORMAT,
        &[("text", LogFormat::Text), ("json", LogFormat::Json)],
        &["", "JSON"],
    );
}

#[test]
fn regions() {
    let region = |name: &str, url: &str| RegionUrl {
        region: RegionName::new(name),
        url: url.parse().unwrap(),
    };
    let good = [
        ("", vec![]),
        ("eu=http://h", vec![region("eu", "http://h/")]),
        (
            "EU=http://h:8761/eureka, us-1 = http://[::1]:1/a/b/",
            vec![
                region("eu", "http://h:8761/eureka/"),
                region("us-1", "http://[::1]:1/a/b/"),
            ],
        ),
        ("eu=http://h/a=b/", vec![region("eu", "http://h/a=b/")]),
        (
            "eu=https://user:password@h/",
            vec![region("eu", "https://user:password@h/")],
        ),
    ];
    let bad = [
        "eu",
        "eu=",
        "=http://h",
        "eu=h:8761",
        "eu=http://",
        "eu=http:///eureka",
        "eu=ftp://h",
        "eu=dns+http://h",
        "eu=http://us%3Aer:password@h/",
        "eu=http://user:pass,word@h/",
        "eu=http://h/?a",
        "eu=http://h/#a",
        "eu=http://h/a b",
        "eu=http://h/\u{1b}",
        "e u=http://h",
        "*=http://h",
        "eu=http://h,EU=http://i",
    ];
    check(&REGION_URLS, &good, &bad);
}

#[test]
fn regions_that_want_to_know_who_asks() {
    let text = "eu=https://user:p%2Cass=word@h/, us=http://h/";
    let regions = (REGION_URLS.read)(text).unwrap();
    let known_as = |region: &RegionUrl| {
        let credentials = region.url.credentials()?;
        Some((
            credentials.user().to_owned(),
            credentials.password().to_owned(),
        ))
    };
    let known_as: Vec<_> = regions.iter().map(known_as).collect();
    let user = ("user".to_owned(), "p,ass=word".to_owned());
    assert_eq!(known_as, [Some(user), None]);
    assert!(!format!("{regions:?}").contains("word"), "{regions:?}");
}

#[test]
fn allowed_applications() {
    let allowed = |region: Option<&str>, app: &str| AllowedApp {
        region: region.map(RegionName::new),
        app: AppName::new(app),
    };
    let good = [
        ("", vec![]),
        (
            "EU=orders, eu=BILLING,*=auth",
            vec![
                allowed(Some("eu"), "ORDERS"),
                allowed(Some("eu"), "BILLING"),
                allowed(None, "AUTH"),
            ],
        ),
        ("eu=", vec![allowed(Some("eu"), "")]),
    ];
    check(&ALLOWED_APPS, &good, &["ORDERS", "=ORDERS", "e u=A"]);
}

#[test]
fn log_levels() {
    let good = [
        "info",
        "off",
        "warn,heureka=debug",
        "info,heureka_net[{peer}]=trace",
    ];
    let good = good.map(|text| (text, text.to_owned()));
    check(
        &LOG_LEVEL,
        &good,
        &["", "inof", "heureka=loud", "info,heureka"],
    );
}

#[test]
fn every_default_is_a_value() {
    let settings = SERVE.settings().chain(AGENT.settings());
    for setting in settings.filter(|setting| !setting.entry().is_required()) {
        let default = setting.entry().given_by_default().text;
        assert_eq!(setting.check(&default), Ok(()), "{}", setting.entry().key);
    }
}

#[test]
fn servers_of_the_agent() {
    for text in ["", ",", "eureka:8761", "http://a/,ftp://b/"] {
        assert!((SERVERS.read)(text).is_err(), "{text:?}");
    }
    let servers = (SERVERS.read)("http://u:p@a:1/eureka, https://b/eureka/").unwrap();
    assert_eq!(
        format!("{servers:?}"),
        "[http://a:1/eureka/, https://b/eureka/]"
    );
}

#[test]
fn what_may_be_left_out() {
    let ports = [("", None), ("1", Some(1)), ("65535", Some(65535))];
    check(&OPTIONAL_PORT, &ports, &["0", "65536", "+1", "http", " 1"]);
    let host = |host: &str| Some(host.to_owned());
    let hosts = [
        ("", None),
        ("a-b.c_d", host("a-b.c_d")),
        ("::1", host("::1")),
    ];
    check(&OPTIONAL_HOST, &hosts, &["a b", "a/b", "ä"]);
    let addresses = [("", None), ("10.0.0.7", "10.0.0.7".parse().ok())];
    check(&OPTIONAL_ADDRESS, &addresses, &["10.0.0", "localhost"]);
    let durations = [("off", None), ("0s", Some(Duration::ZERO))];
    check(&DURATION_OR_OFF, &durations, &["", "on", "5", "8761h"]);
}

#[test]
fn seconds() {
    let bad = ["", "0s", "500ms", "1500ms", "30", "8761h"];
    check(
        &WHOLE_SECONDS,
        &[("1000ms", 1), ("30s", 30), ("2m", 120)],
        &bad,
    );
}

#[test]
fn metadata() {
    let pairs = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter();
        pairs
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect::<Vec<_>>()
    };
    let good = [
        ("", pairs(&[])),
        ("a=1", pairs(&[("a", "1")])),
        ("a=1, b=2,", pairs(&[("a", "1"), ("b", "2")])),
        ("a=1,2\n", pairs(&[("a", "1,2")])),
        ("a=1,2\nb=x=y\n", pairs(&[("a", "1,2"), ("b", "x=y")])),
        ("a=", pairs(&[("a", "")])),
    ];
    check(&METADATA, &good, &["a", "=1", "a=1,b", "a=1\nb"]);
}

#[test]
fn health_checks() {
    let bad = [
        "localhost:80",
        "tcp://localhost",
        "tcp://localhost:0",
        "exec:",
        "exec: ",
        "ftp://a/",
        "http://",
        "http:///x",
        "http://a/#b",
        "http://a/b c",
        "http://u:p/w@a/",
    ];
    for text in bad {
        assert!((HEALTH.read)(text).is_err(), "{text:?}");
    }
    for (text, shown) in [
        ("http://u:p@A:81/health?token=t", "http://a:81/health"),
        ("https://a", "https://a/"),
        ("http://a?x", "http://a/"),
        ("tcp://localhost:80", "tcp://localhost:80"),
        ("tcp://[::1]:80", "tcp://[::1]:80"),
        ("exec:test -f /tmp/secret", "exec"),
    ] {
        let target = (HEALTH.read)(text).unwrap().unwrap();
        assert_eq!(target.to_string(), shown, "{text:?}");
    }
}
