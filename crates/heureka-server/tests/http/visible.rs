//! What was answered before a read is in the read.

use std::time::Duration;

use heureka_server::ServerConfig;

use crate::support::{TestServer, instance};

/// Every listing that shows ORDERS.
const READS: [&str; 4] = [
    "/eureka/apps",
    "/eureka/apps/delta",
    "/eureka/apps/ORDERS",
    "/eureka/vips/orders",
];

fn shown(server: &TestServer, path: &str, accept: &str) -> String {
    server.send("GET", path, &[("Accept", accept)], b"").text()
}

#[test]
fn what_is_acknowledged_is_in_every_read() {
    let server = TestServer::start(ServerConfig::default());
    for round in 0..50 {
        let id = format!("host-{round}");
        assert_eq!(
            server
                .register_json("ORDERS", &instance("ORDERS", &id))
                .status,
            204
        );
        for path in READS {
            for accept in ["application/json", "application/xml"] {
                assert!(
                    shown(&server, path, accept).contains(&id),
                    "{path} {accept}"
                );
            }
        }
        if round % 3 == 0 {
            let gone = format!("/eureka/apps/ORDERS/{id}");
            assert_eq!(server.send("DELETE", &gone, &[], b"").status, 200);
            let full = shown(&server, "/eureka/apps", "application/json");
            assert!(!full.contains(&format!("\"{id}\"")));
            let delta = shown(&server, "/eureka/apps/delta", "application/json");
            assert!(delta.contains("\"actionType\":\"DELETED\""));
        }
    }
}

/// Nobody reads for longer than the registry remembers what has changed.
#[test]
fn a_read_after_a_long_time_shows_what_is_there() {
    let server = TestServer::start(ServerConfig::default());
    server.register_json("ORDERS", &instance("ORDERS", "a"));
    assert!(shown(&server, "/eureka/apps", "application/json").contains("\"a\""));
    server.advance(Duration::from_secs(3600));
    for path in ["/eureka/apps", "/eureka/apps/delta"] {
        assert!(
            !shown(&server, path, "application/json").contains("\"a\""),
            "{path}"
        );
    }
    server.register_json("ORDERS", &instance("ORDERS", "b"));
    for path in READS {
        assert!(
            shown(&server, path, "application/json").contains("\"b\""),
            "{path}"
        );
    }
}
