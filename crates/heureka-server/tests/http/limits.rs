//! Limits that an operator sets, and what they answer.

use heureka_core::RateLimiterConfig;
use heureka_server::ServerConfig;

use crate::support::{TestServer, instance};

#[test]
fn a_rate_limited_fetch_is_told_to_come_back() {
    let rate_limiter = RateLimiterConfig {
        enabled: true,
        burst: 2,
        fetches_per_second: 1,
        full_fetches_per_second: 1,
        ..RateLimiterConfig::default()
    };
    let server = TestServer::start(ServerConfig {
        rate_limiter,
        ..ServerConfig::default()
    });
    let fetch = |name: &str| {
        server.send(
            "GET",
            "/eureka/apps",
            &[("DiscoveryIdentity-Name", name)],
            b"",
        )
    };
    let statuses: Vec<u16> = (0..4).map(|_| fetch("someone").status).collect();
    assert_eq!(statuses, [200, 200, 503, 503]);
    assert_eq!(fetch("someone").header("retry-after"), Some("1"));
    assert_eq!(fetch("DefaultClient").status, 200);
    assert_eq!(server.send("GET", "/eureka/vips/x", &[], b"").status, 200);
    let metrics = server.send("GET", "/metrics", &[], b"").text();
    let limit = r#"heureka_limit_reached_total{limit="rate-limiter"} 3"#;
    assert!(metrics.contains(limit), "{metrics}");
}

#[test]
fn a_full_registry_refuses_the_new_and_keeps_the_old() {
    let mut config = ServerConfig::default();
    config.node.limits.max_instances = Some(2);
    let server = TestServer::start(config);
    for (id, status) in [("a", 204), ("b", 204), ("c", 503), ("a", 204)] {
        assert_eq!(
            server
                .register_json("ORDERS", &instance("ORDERS", id))
                .status,
            status,
            "{id}"
        );
    }
    assert_eq!(
        server.send("PUT", "/eureka/apps/ORDERS/a", &[], b"").status,
        200
    );
    let metrics = server.send("GET", "/metrics", &[], b"").text();
    assert!(
        metrics.contains(r#"heureka_limit_reached_total{limit="max-instances"} 1"#),
        "{metrics}"
    );
}

#[test]
fn unknown_names_store_nothing() {
    let server = TestServer::start(ServerConfig::default());
    server.register_json("ORDERS", &instance("ORDERS", "a"));
    // Of the node alone: that requests are counted is no harm.
    let before = format!("{:?}", *server.app.node());
    for n in 0..1000 {
        for path in [
            format!("/eureka/apps/NOBODY{n}"),
            format!("/eureka/apps/ORDERS/nobody{n}"),
            format!("/eureka/instances/nobody{n}"),
            format!("/eureka/vips/nobody{n}"),
            format!("/eureka/svips/nobody{n}"),
            format!("/eureka/apps?regions=nowhere{n}"),
            format!("/eureka/apps/delta?regions=nowhere{n}"),
        ] {
            assert!(matches!(server.get_json(&path).status, 200 | 404), "{path}");
        }
    }
    assert_eq!(format!("{:?}", *server.app.node()), before);
}

#[test]
fn no_application_name_is_magic() {
    let server = TestServer::start(ServerConfig::default());
    server.register_json("ORDERS", &instance("ORDERS", "a"));
    for name in ["ALL_APPS", "ALL_APPS_DELTA"] {
        assert_eq!(server.get_json(&format!("/eureka/apps/{name}")).status, 404);
    }
}
