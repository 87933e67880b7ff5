//! What the version in the path changes, and what it does not (wire.md 2.9, DESIGN 2.15).

use heureka_server::ServerConfig;

use crate::support::{TestServer, instance};

#[track_caller]
fn check(path: &str, accept: &str, status: &str) {
    let server = TestServer::start(ServerConfig::default());
    server.register_json("ORDERS", &instance("ORDERS", "a"));
    let out = "/eureka/apps/ORDERS/a/status?value=OUT_OF_SERVICE";
    assert_eq!(server.send("PUT", out, &[], b"").status, 200);
    let shown = server.send("GET", path, &[("Accept", accept)], b"").text();
    let expected = match accept {
        "application/json" => format!(r#""status":"{status}""#),
        _ => format!("<status>{status}</status>"),
    };
    assert!(shown.contains(&expected), "{path} as {accept}: {shown}");
}

#[test]
fn xml_of_version_1_knows_three_statuses() {
    for path in [
        "/eureka/v1/apps",
        "/v1/apps/ORDERS",
        "/eureka/V1/apps/ORDERS/a",
        "/v1/apps/delta",
    ] {
        check(path, "application/xml", "DOWN");
    }
}

#[test]
fn every_other_version_and_json_show_the_status_as_it_is() {
    for path in [
        "/eureka/apps",
        "/eureka/v2/apps/ORDERS",
        "/eureka/apps/ORDERS/a",
        "/v3/apps/delta",
    ] {
        check(path, "application/xml", "OUT_OF_SERVICE");
    }
    for path in ["/eureka/v1/apps", "/eureka/v1/apps/ORDERS/a"] {
        check(path, "application/json", "OUT_OF_SERVICE");
    }
}
