//! Remote regions over HTTP (server.md 8).

use std::time::Duration;

use heureka_model::AppName;
use heureka_server::ServerConfig;

use crate::region_world::{INTERVAL, World, listing, listing_of};
use crate::support::{TestServer, instance};

#[test]
fn what_a_region_is_asked() {
    let world = World::ready();
    world.answers("http://eu/eureka/apps/delta", 200, &listing(&[], "UP_2_"));
    assert_eq!(
        world.asked(),
        ["http://eu/eureka/apps/", "http://us/eureka/apps/"]
    );
    world.next_fetch();
    let asked = world.script.asked.lock();
    assert_eq!(asked[0].uri(), "http://eu/eureka/apps/delta");
    for (name, value) in [
        ("accept", "application/json"),
        ("accept-encoding", "gzip"),
        ("discoveryidentity-name", "DefaultServer"),
    ] {
        assert_eq!(asked[0].headers().get(name).unwrap(), value);
    }
}

/// server.md R71, R72, G11, G13; wire.md 1.1
#[test]
fn listings_show_regions() {
    let all = &["eu1", "local", "us1", "x"][..];
    for (fallback, query, expected) in [
        (true, "", all),
        (true, "?regions=", all),
        (false, "", &["local"]),
        (false, "?regions=eu", &["eu1", "local", "x"]),
        (true, "?regions=US", &["local", "us1"]),
        (true, "?regions=us,EU", all),
        (true, "?regions=nowhere", &["local"]),
        (true, "?regions=nowhere,us", &["local", "us1"]),
    ] {
        let world = World::ready_with(|settings| settings.follow.fallback = fallback);
        for path in [
            "/eureka/apps",
            "/eureka/apps/",
            "/eureka/apps/delta",
            "/v2/apps",
        ] {
            let path = format!("{path}{query}");
            let (ids, hash) = world.shown(&path);
            assert_eq!(ids, expected, "{path} {fallback}");
            assert_eq!(hash, format!("UP_{}_", expected.len()), "{path}");
        }
    }
}

/// server.md R67 to R69, C17: `regions` is looked at by the two listings only.
#[test]
fn other_reads_look_into_regions_too() {
    let world = World::ready();
    for (path, status) in [
        ("/eureka/apps/EU", 200),
        ("/eureka/apps/eu", 200),
        ("/eureka/apps/NOWHERE", 404),
        ("/eureka/apps/EU/x", 200),
        ("/eureka/apps/ORDERS/eu1", 200),
        ("/eureka/apps/ORDERS/nobody", 404),
        ("/eureka/instances/us1", 200),
        ("/eureka/instances/nobody", 404),
    ] {
        assert_eq!(world.server.get_json(path).status, status, "{path}");
    }
    for path in ["/eureka/vips/orders", "/eureka/vips/orders?regions=eu"] {
        assert_eq!(world.shown(path).0, ["eu1", "local", "us1", "x"], "{path}");
    }
    assert!(world.shown("/eureka/svips/orders").0.is_empty());
}

/// wire.md 1.8, server.md G10
#[test]
fn what_is_only_shown_here_cannot_be_changed_here() {
    let world = World::ready();
    for (method, path, status) in [
        ("PUT", "/eureka/apps/EU/x", 404),
        ("DELETE", "/eureka/apps/EU/x", 404),
        ("PUT", "/eureka/apps/EU/x/status?value=DOWN", 500),
        ("PUT", "/eureka/apps/EU/x/status?value=NONSENSE", 500),
        ("DELETE", "/eureka/apps/EU/x/status", 500),
        ("PUT", "/eureka/apps/EU/x/metadata?a=b", 500),
        ("PUT", "/eureka/apps/EU/nobody/status?value=NONSENSE", 404),
        ("PUT", "/eureka/apps/EU/nobody/metadata?a=b", 404),
    ] {
        assert_eq!(world.status(method, path), status, "{method} {path}");
    }
    assert_eq!(world.shown("/eureka/apps").1, "UP_4_");
}

/// server.md P9, G14, D-58
#[test]
fn until_all_regions_were_fetched_requests_that_name_regions_are_refused() {
    let world = World::new();
    world
        .server
        .register_json("ORDERS", &instance("ORDERS", "local"));
    let check = |named: u16| {
        for path in ["/eureka/apps", "/eureka/apps/delta"] {
            for regions in ["eu", "us", "nowhere"] {
                let path = format!("{path}?regions={regions}");
                let answer = world.server.get_json(&path);
                assert_eq!(answer.status, named, "{path}");
                assert!(named == 200 || answer.body.is_empty());
            }
            assert_eq!(world.status("GET", path), 200);
        }
        assert_eq!(world.status("GET", "/eureka/apps/ORDERS?regions=eu"), 200);
        assert_eq!(world.status("GET", "/eureka/vips/orders?regions=eu"), 200);
    };
    check(403);
    world.fetch();
    check(403);
    world.answers(
        "http://eu/eureka/apps/",
        200,
        &listing(&["ORDERS/eu1"], "UP_1_"),
    );
    world.next_fetch();
    check(403);
    assert_eq!(world.shown("/eureka/apps").0, ["eu1", "local"]);
    world.answers("http://us/eureka/apps/", 200, &listing(&[], ""));
    world.server.advance(INTERVAL);
    world.next_fetch();
    check(200);
}

/// Whatever a region answers, what is known of it stays, and the server goes on.
#[test]
fn answers_that_are_no_listing() {
    let bomb = heureka_wire::gzip(&vec![b' '; 8 << 20]);
    let html = b"<html>\x1b[2J bad gateway".to_vec();
    let huge = listing(&["ORDERS/big"; 400], "UP_1_").into_bytes();
    for (status, body, is_packed, limit) in [
        (403, vec![], false, None),
        (404, vec![], false, None),
        (503, vec![], false, None),
        (302, vec![], false, None),
        (204, vec![], false, None),
        (200, vec![], false, None),
        (200, html, false, None),
        (200, b"null".to_vec(), false, None),
        (200, b"{\"applications\":[1,2]}".to_vec(), false, None),
        (200, b"not gzip".to_vec(), true, None),
        (200, bomb, true, Some("remote-region-max-body")),
        (200, huge, false, Some("remote-region-max-body")),
    ] {
        let world = World::ready_with(|settings| settings.max_body_bytes = 100_000);
        for path in ["apps/", "apps/delta"] {
            let url = format!("http://eu/eureka/{path}");
            world.answers_bytes(&url, status, body.clone(), is_packed);
        }
        world.asked();
        world.next_fetch();
        let to_eu = world
            .asked()
            .iter()
            .filter(|url| url.contains("//eu/"))
            .count();
        assert!((1..=2).contains(&to_eu), "{status}: no loop");
        assert_eq!(
            world.shown("/eureka/apps?regions=eu").0,
            ["eu1", "local", "x"]
        );
        let metrics = world.metrics();
        if let Some(limit) = limit {
            let reached = format!("heureka_limit_reached_total{{limit=\"{limit}\"}}");
            assert!(metrics.contains(&reached), "{metrics}");
        }
        let page = world.server.send("GET", "/", &[], b"").text();
        assert!(
            page.contains("<h2>Remote regions</h2>") && !page.contains('\u{1b}'),
            "{page}"
        );
    }
}

#[test]
fn an_empty_listing_is_an_empty_region() {
    let world = World::ready();
    world.answers("http://eu/eureka/apps/", 200, "{\"applications\":{}}");
    world.next_fetch();
    assert_eq!(
        world.shown("/eureka/apps?regions=eu").0,
        ["eu1", "local", "x"]
    );
    world.server.advance(INTERVAL);
    world.next_fetch();
    assert_eq!(world.shown("/eureka/apps?regions=eu").0, ["local"]);
    let (delta, hash) = world.shown("/eureka/apps/delta?regions=eu");
    assert_eq!(
        (delta, hash.as_str()),
        (
            vec!["eu1".to_owned(), "local".to_owned(), "x".to_owned()],
            "UP_1_"
        )
    );
}

/// server.md G6
#[test]
fn a_delta_whose_hash_is_wrong() {
    let world = World::ready();
    let delta = |keys: &[&str], hash: &str| {
        world.answers(
            "http://eu/eureka/apps/delta",
            200,
            &listing_of(keys, hash, "DELETED"),
        );
    };
    delta(&["EU/x"], "UP_1_");
    world.next_fetch();
    assert_eq!(world.shown("/eureka/apps?regions=eu").0, ["eu1", "local"]);
    // Wrong, and wrong again: everything is fetched each time, and then the region is left alone for an interval.
    for _ in 0..2 {
        delta(&["ORDERS/eu1"], "UP_7_");
        world.answers(
            "http://eu/eureka/apps/",
            200,
            &listing(&["ORDERS/eu2"], "UP_9_"),
        );
        world.asked();
        world.next_fetch();
        let asked = world.asked();
        let to_eu: Vec<_> = asked.iter().filter(|url| url.contains("//eu/")).collect();
        assert_eq!(
            to_eu,
            ["http://eu/eureka/apps/delta", "http://eu/eureka/apps/"]
        );
        assert_eq!(world.shown("/eureka/apps?regions=eu").0, ["eu2", "local"]);
    }
    let metrics = world.metrics();
    for line in [
        "heureka_region_fetches_total{region=\"eu\",kind=\"delta\",outcome=\"mismatch\"} 2",
        "heureka_region_fetches_total{region=\"eu\",kind=\"full\",outcome=\"success\"} 3",
    ] {
        assert!(metrics.contains(line), "{metrics}");
    }
}

#[test]
fn packed_listings_and_instances_without_a_name() {
    let world = World::new();
    let with_nameless = listing(&["ORDERS/eu1", "ORDERS/y", "/z"], "UP_3_")
        .replace("\"instanceId\":\"y\"", "\"instanceId\":\"\"")
        .replace("\"hostName\":\"host1\"", "\"hostName\":\"\"");
    let packed = heureka_wire::gzip(with_nameless.as_bytes());
    world.answers_bytes("http://eu/eureka/apps/", 200, packed, true);
    world.fetch();
    assert_eq!(world.shown("/eureka/apps").0, ["eu1"]);
}

/// server.md R73, G12
#[test]
fn an_application_that_is_not_allowed_is_not_listed() {
    let world = World::ready_with(|settings| {
        settings.follow.allowed_apps = Some([AppName::new("orders")].into());
    });
    let expected = (
        vec!["eu1".to_owned(), "local".to_owned(), "us1".to_owned()],
        "UP_3_".to_owned(),
    );
    for path in [
        "/eureka/apps",
        "/eureka/apps/delta",
        "/eureka/apps?regions=eu,us",
    ] {
        assert_eq!(world.shown(path), expected, "{path}");
    }
}

/// server.md G10: what is copied from here is only what is registered here.
#[test]
fn a_server_that_copies_the_registry_is_shown_no_other_region() {
    let world = World::ready();
    for (header, is_of_server) in [
        (("DiscoveryIdentity-Name", "DefaultServer"), true),
        (("DiscoveryIdentity-Name", "DefaultClient"), false),
        (("DiscoveryIdentity-Name", "orders"), false),
        (("Accept", "application/json"), false),
    ] {
        for path in ["/eureka/apps", "/eureka/apps/delta"] {
            let answer = world.server.send("GET", path, &[header], b"").text();
            let hash = if is_of_server { "UP_1_" } else { "UP_4_" };
            assert!(answer.contains(hash), "{header:?}: {answer}");
            assert_eq!(answer.contains("eu1"), !is_of_server, "{header:?}");
        }
    }
}

#[test]
fn people_and_machines_are_told_how_regions_are() {
    let world = World::new();
    world
        .server
        .register_json("ORDERS", &instance("ORDERS", "local"));
    world.answers(
        "http://eu/eureka/apps/",
        200,
        &listing(&["ORDERS/eu1"], "UP_1_"),
    );
    world.fetch();
    world.server.advance(Duration::from_secs(20));
    let page = world.server.send("GET", "/", &[], b"").text();
    for text in ["20 s ago", "not ready", "never", "nobody listens", "eu1"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let metrics = world.metrics();
    for line in [
        "heureka_region_ready{region=\"eu\"} 1",
        "heureka_region_ready{region=\"us\"} 0",
        "heureka_region_instances{region=\"eu\"} 1",
        "heureka_region_last_success_timestamp_seconds{region=\"eu\"} 1888888888",
        "heureka_region_fetches_total{region=\"us\",kind=\"full\",outcome=\"failure\"} 1",
        "heureka_instances 1",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    let alone = TestServer::start(ServerConfig::default());
    let page = alone.send("GET", "/", &[], b"").text();
    assert!(!page.contains("Remote regions"));
}
