//! URLs of servers: what is read, in which form it is kept, and what is refused.

use std::collections::BTreeSet;

use heureka_model::InvalidServiceUrl::{self, Host, Path, Port, Query, TooLong};
use heureka_model::{MAX_SERVICE_URL_BYTES, Scheme, ServiceUrl};

fn url(text: &str) -> ServiceUrl {
    ServiceUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn urls_are_kept_in_one_form() {
    for (given, kept) in [
        ("http://peer1:8761/eureka/", "http://peer1:8761/eureka/"),
        ("http://peer1:8761/eureka", "http://peer1:8761/eureka/"),
        ("http://peer1:8761/eureka//", "http://peer1:8761/eureka/"),
        ("  http://peer1/eureka/v2 \n", "http://peer1/eureka/v2/"),
        (
            "HTTP://Peer1.Example.COM/Eureka",
            "http://peer1.example.com/Eureka/",
        ),
        ("http://peer1", "http://peer1/"),
        ("http://peer1:", "http://peer1/"),
        ("http://peer1:80/", "http://peer1/"),
        ("http://peer1:443/", "http://peer1:443/"),
        ("https://peer1:443/", "https://peer1/"),
        ("https://peer1:80/", "https://peer1:80/"),
        ("https://peer1:08761/", "https://peer1:8761/"),
        (
            "http://10.0.0.7:8761/eureka/",
            "http://10.0.0.7:8761/eureka/",
        ),
        ("http://[::1]:8761/eureka/", "http://[::1]:8761/eureka/"),
        ("http://[2001:DB8:0:0::7]/", "http://[2001:db8::7]/"),
        ("http://eureka_peer-1.svc./", "http://eureka_peer-1.svc./"),
        ("http://u:p@peer1/a%20b/", "http://peer1/a%20b/"),
        ("http://@peer1/", "http://peer1/"),
    ] {
        assert_eq!(url(given).to_string(), kept, "{given}");
        assert_eq!(url(kept), url(given), "{given}");
    }
}

#[test]
fn parts_are_told() {
    for (text, scheme, host, port, path, authority) in [
        (
            "http://Peer1/eureka",
            Scheme::Http,
            "peer1",
            80,
            "/eureka/",
            "peer1",
        ),
        ("https://peer1", Scheme::Https, "peer1", 443, "/", "peer1"),
        ("http://peer1:1/", Scheme::Http, "peer1", 1, "/", "peer1:1"),
        (
            "https://[::1]:65535/",
            Scheme::Https,
            "::1",
            65535,
            "/",
            "[::1]:65535",
        ),
        ("http://[::1]", Scheme::Http, "::1", 80, "/", "[::1]"),
    ] {
        let url = url(text);
        assert_eq!((url.scheme(), url.host(), url.port()), (scheme, host, port));
        assert_eq!(
            (url.base_path(), url.authority().as_str()),
            (path, authority)
        );
    }
    assert_eq!(url("http://[::1]/").address(), "::1".parse().ok());
    assert_eq!(url("http://10.0.0.7/").address(), "10.0.0.7".parse().ok());
    assert_eq!(url("http://peer1/").address(), None);
}

#[test]
fn other_texts_are_refused() {
    let long = format!("http://peer1/{}", "a".repeat(MAX_SERVICE_URL_BYTES));
    let long_label = format!("http://{}/", "a".repeat(64));
    let longest_name = format!("http://{}/", "a.".repeat(127));
    let long_name = format!("http://{}aa/", "a.".repeat(126));
    for (text, error) in [
        ("", InvalidServiceUrl::Scheme),
        ("peer1:8761/eureka/", InvalidServiceUrl::Scheme),
        ("ftp://peer1/", InvalidServiceUrl::Scheme),
        ("http:/peer1/", InvalidServiceUrl::Scheme),
        ("http://", Host),
        ("http:///eureka/", Host),
        ("http://:8761/", Host),
        ("http://a b/", Host),
        ("http://a,http", Host),
        ("http://a..b/", Host),
        ("http://.a/", Host),
        ("http://grüsse/", Host),
        ("http://10.0.0.256/", Host),
        ("http://10.1/", Host),
        ("http://[10.0.0.1]/", Host),
        ("http://[::1/", Host),
        ("http://[::1]x/", Host),
        ("http://[fe80::1%25eth0]/", Host),
        (&long_label, Host),
        (&long_name, Host),
        ("http://peer1:0/", Port),
        ("http://peer1:65536/", Port),
        ("http://peer1:+80/", Port),
        ("http://peer1:http/", Port),
        ("http://user:pa/ss@peer1/", Port),
        ("http://user:1/ss@peer1/", Path),
        ("http://peer1/a b/", Path),
        ("http://peer1/grüsse/", Path),
        ("http://peer1/\r\nX: y", Path),
        ("http://peer1/eureka?a=b", Query),
        ("http://peer1/#top", Query),
        ("http://user:pa?ss@peer1/", Query),
        ("http://us%3Aer:pass@peer1/", InvalidServiceUrl::Credentials),
        ("http://user:%0d%0a@peer1/", InvalidServiceUrl::Credentials),
        ("http://user:%ff@peer1/", InvalidServiceUrl::Credentials),
        (&long, TooLong),
    ] {
        assert_eq!(ServiceUrl::parse(text), Err(error), "{text}");
        assert_eq!(text.parse::<ServiceUrl>(), Err(error), "{text}");
    }
    assert_eq!(url(&longest_name).host().len(), 254);
}

#[test]
fn credentials_are_decoded_and_never_shown() {
    for (text, user, password) in [
        ("http://user:pass@peer1/", "user", "pass"),
        ("http://user@peer1/", "user", ""),
        ("http://:pass@peer1/", "", "pass"),
        ("http://user:p%40ss%2F@peer1/", "user", "p@ss/"),
        ("http://user:p@ss@peer1/", "user", "p@ss"),
        ("http://user:a:b@peer1/", "user", "a:b"),
        ("http://user:gr%C3%BCsse@peer1/", "user", "grüsse"),
    ] {
        let url = url(text);
        let credentials = url.credentials().expect(text);
        assert_eq!(
            (credentials.user(), credentials.password()),
            (user, password)
        );
        assert_eq!(format!("{url}"), "http://peer1/");
        assert_eq!(format!("{url:?}"), "http://peer1/");
        assert_eq!(format!("{credentials:?}"), "Credentials(hidden)");
    }
    assert!(url("http://peer1/").credentials().is_none());
}

#[test]
fn no_complaint_repeats_a_password() {
    for text in [
        "user:hunter2@peer1",
        "http://user:hunter2@",
        "http://user:hunter2/@peer1/",
        "http://user:hunter2?@peer1/",
        "http://user:hunter2%ff@peer1/",
        "http://user:hunter2@peer1:x/",
    ] {
        let error = ServiceUrl::parse(text).expect_err(text);
        let told = format!("{error} {error:?}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[test]
fn identity_is_the_place_without_credentials() {
    let one: BTreeSet<ServiceUrl> = [
        "http://peer1:80/eureka/",
        "http://PEER1/eureka",
        "http://user:pass@peer1/eureka/",
    ]
    .map(url)
    .into();
    assert_eq!(one.len(), 1);
    let others: BTreeSet<ServiceUrl> = [
        "http://peer1/eureka/",
        "https://peer1/eureka/",
        "http://peer2/eureka/",
        "http://peer1:81/eureka/",
        "http://peer1/Eureka/",
        "http://peer1/",
    ]
    .map(url)
    .into();
    assert_eq!(others.len(), 6);
}

#[test]
fn paths_are_joined_with_one_slash() {
    for (base, path, target) in [
        ("http://peer1/eureka", "apps/", "/eureka/apps/"),
        (
            "http://peer1/eureka/",
            "/apps/A%20B?x=y",
            "/eureka/apps/A%20B?x=y",
        ),
        (
            "http://peer1",
            "peerreplication/batch/",
            "/peerreplication/batch/",
        ),
        ("http://peer1/eureka/v2/", "", "/eureka/v2/"),
    ] {
        assert_eq!(url(base).join(path), target);
    }
}

#[test]
fn the_same_url_on_another_machine() {
    let base = url("https://user:pass@peers.example.com:8761/eureka/");
    for (host, port, told) in [
        ("10.0.0.7", 8761, "https://10.0.0.7:8761/eureka/"),
        ("::1", 443, "https://[::1]/eureka/"),
        ("[::1]", 443, "https://[::1]/eureka/"),
        (
            "Peer1.Example.com",
            1,
            "https://peer1.example.com:1/eureka/",
        ),
    ] {
        let moved = base.at(host, port).expect(host);
        assert_eq!(moved.to_string(), told);
        assert_eq!(moved.credentials(), base.credentials());
    }
    assert_eq!(base.at("a b", 1), Err(Host));
    assert_eq!(base.at("u:p@a", 1), Err(Host));
    assert_eq!(base.at("a", 0), Err(Port));
}
