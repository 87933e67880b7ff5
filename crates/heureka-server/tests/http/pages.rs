//! Pages for people and numbers for machines.

use std::time::Duration;

use heureka_server::ServerConfig;

use crate::support::{TestServer, instance};

#[test]
fn hostile_names_are_only_text() {
    let server = TestServer::start(ServerConfig::default());
    let hostile = [
        ("<script>alert(1)</script>", "http://ok/"),
        (r#"\"><img src=x onerror=alert(1)>"#, "javascript:alert(1)"),
        ("{{7*7}}", "data:text/html,x"),
        ("plain", r#"http://x\" onmouseover=\"alert(1)"#),
    ];
    for (id, url) in hostile {
        let body = instance("ORDERS", id).replace(
            r#""vipAddress""#,
            &format!(r#""statusPageUrl":"{url}","vipAddress""#),
        );
        assert_eq!(server.register_json("ORDERS", &body).status, 204, "{id}");
    }
    for path in ["/", "/lastn"] {
        let page = server.send("GET", path, &[], b"");
        let html = page.text();
        for active in [
            "<script",
            "<img",
            "javascript:",
            "data:text",
            " onmouseover",
            "onerror=alert(1)>\"",
        ] {
            assert!(!html.contains(active), "{path} holds {active}");
        }
        assert!(
            html.contains("{{7*7}}") || html.contains("&#123;&#123;7*7"),
            "{path}"
        );
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert!(
            page.header("content-security-policy")
                .is_some_and(|csp| csp.contains("default-src 'none'"))
        );
    }
}

#[test]
fn the_status_page_says_why_nothing_is_evicted() {
    let server = TestServer::start(ServerConfig::default());
    for id in ["a", "b", "c"] {
        server.register_json("ORDERS", &instance("ORDERS", id));
    }
    assert!(
        !server
            .send("GET", "/", &[], b"")
            .text()
            .contains("Self-preservation is on")
    );
    server.advance(Duration::from_secs(200));
    let html = server.send("GET", "/", &[], b"").text();
    for text in [
        "Self-preservation is on: 3 of 3 instances",
        "It ends when no more than 1 are missing",
        "ORDERS/a",
        "</bdi>. Self-preservation is on.</p>",
    ] {
        assert!(html.contains(text), "{text}: {html}");
    }
}

#[test]
fn probes_and_scrapers_find_what_they_look_for() {
    let server = TestServer::start(ServerConfig::default());
    server.register_json("ORDERS", &instance("ORDERS", "a"));
    for (path, text) in [
        ("/actuator/health", r#""status":"UP""#),
        ("/actuator/health/liveness", r#""status":"UP""#),
        ("/actuator/health/readiness", r#""status":"UP""#),
        ("/metrics", "heureka_instances 1"),
        ("/metrics", "heureka_connections_accepted_total 0"),
        (
            "/metrics",
            "heureka_requests_total{resource=\"app\",method=\"POST\",status=\"204\"} 1",
        ),
        ("/eureka/healthcheck", ""),
        ("/healthcheck", ""),
    ] {
        let answer = server.send("GET", path, &[], b"");
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.text().contains(text), "{path}: {}", answer.text());
    }
}

/// faults-and-attacks.md S28: no cross-origin reading, and nothing is written by GET.
#[test]
fn browsers_get_no_rights() {
    let server = TestServer::start(ServerConfig::default());
    let answer = server.send("OPTIONS", "/eureka/apps", &[("Origin", "http://evil")], b"");
    assert!(
        answer
            .headers
            .iter()
            .all(|(name, _)| !name.starts_with("access-control"))
    );
}

#[test]
fn a_large_application_is_counted_and_not_all_named() {
    let server = TestServer::start(ServerConfig::default());
    for n in 0..150 {
        server.register_json("ORDERS", &instance("ORDERS", &format!("host{n:03}")));
    }
    let html = server.send("GET", "/", &[], b"").text();
    assert!(html.contains("UP (150)"));
    assert_eq!(html.matches("<bdi>host").count(), 100);
}
