//! Reads of who may know already what there is to read: `ETag` and `If-None-Match`.

use std::time::Duration;

use heureka_server::ServerConfig;

use crate::support::{Answer, TestServer, instance};

const JSON: (&str, &str) = ("Accept", "application/json");

/// Every resource whose answers have a tag, as far as ORDERS is concerned.
const READS: [&str; 5] = [
    "/eureka/apps",
    "/eureka/apps/delta",
    "/eureka/apps/ORDERS",
    "/eureka/vips/orders",
    "/eureka/svips/orders-secure",
];

fn register(server: &TestServer, id: &str) {
    let vip = r#""vipAddress":"orders""#;
    let both = format!(r#"{vip},"secureVipAddress":"orders-secure""#);
    let body = instance("ORDERS", id).replace(vip, &both);
    assert_eq!(server.register_json("ORDERS", &body).status, 204);
}

fn server_with(ids: &[&str]) -> TestServer {
    let server = TestServer::start(ServerConfig::default());
    ids.iter().for_each(|id| register(&server, id));
    server
}

fn read(server: &TestServer, path: &str, if_none_match: &str) -> Answer {
    server.send("GET", path, &[JSON, ("If-None-Match", if_none_match)], b"")
}

fn tag(server: &TestServer, path: &str) -> String {
    let answer = server.get_json(path);
    assert_eq!(answer.status, 200, "{path}");
    let tag = answer.header("ETag").unwrap().to_owned();
    assert!(tag.starts_with("W/\"") && tag.ends_with('"'), "{tag}");
    tag
}

fn tags(server: &TestServer) -> Vec<String> {
    READS.iter().map(|path| tag(server, path)).collect()
}

#[test]
fn who_knows_what_is_shown_is_told_nothing_else() {
    let server = server_with(&["a", "b"]);
    for path in READS {
        let tag = tag(&server, path);
        for method in ["GET", "HEAD"] {
            let known = server.send(method, path, &[JSON, ("If-None-Match", &tag)], b"");
            assert_eq!((known.status, known.body.len()), (304, 0), "{path}");
            assert_eq!(known.header("ETag"), Some(tag.as_str()));
            assert_eq!(known.header("Content-Length"), None);
        }
        register(&server, "c");
        assert_eq!(read(&server, path, &tag).status, 200, "{path}");
        server.send("DELETE", "/eureka/apps/ORDERS/c", &[], b"");
        assert_eq!(
            read(&server, path, &tag).status,
            304,
            "{path}: it is as it was"
        );
    }
}

#[test]
fn times_and_heartbeats_and_the_order_of_arrival_do_not_move_a_tag() {
    let server = server_with(&["a", "b"]);
    let before = tags(&server);
    server.advance(Duration::from_secs(20));
    server.send("PUT", "/eureka/apps/ORDERS/a?status=UP", &[], b"");
    assert_eq!(tags(&server), before);
    let other = TestServer::start(ServerConfig::default());
    other.advance(Duration::from_secs(1234));
    register(&other, "b");
    register(&other, "a");
    assert_eq!(
        tags(&other),
        before,
        "another node, or this one after a restart"
    );
}

#[test]
fn what_clients_act_on_moves_every_tag() {
    let changes: [(&str, &str, u16); 4] = [
        (
            "PUT",
            "/eureka/apps/ORDERS/a/status?value=OUT_OF_SERVICE",
            200,
        ),
        ("DELETE", "/eureka/apps/ORDERS/a/status?value=UP", 200),
        ("PUT", "/eureka/apps/ORDERS/a/metadata?k=v", 200),
        ("DELETE", "/eureka/apps/ORDERS/a", 200),
    ];
    let server = server_with(&["a", "b"]);
    for (method, path, status) in changes {
        let before = tags(&server);
        assert_eq!(server.send(method, path, &[], b"").status, status);
        for (before, after) in before.iter().zip(tags(&server)) {
            assert_ne!(*before, after, "{method} {path}");
        }
    }
}

#[test]
fn each_form_has_a_tag_of_its_own_and_packing_makes_no_difference() {
    let server = server_with(&["a"]);
    let compact = ("X-Eureka-Accept", "compact");
    let xml = ("Accept", "application/xml");
    let gzip = ("Accept-Encoding", "gzip");
    let tag_of = |path: &str, headers: &[(&str, &str)]| {
        let answer = server.send("GET", path, headers, b"");
        answer.header("ETag").unwrap().to_owned()
    };
    let plain = tag_of("/eureka/apps", &[JSON]);
    assert_eq!(tag_of("/eureka/apps", &[JSON, gzip]), plain);
    assert_eq!(tag_of("/eureka/v2/apps", &[JSON]), plain);
    let others = [
        tag_of("/eureka/apps", &[JSON, compact]),
        tag_of("/eureka/apps", &[xml]),
        tag_of("/eureka/apps", &[xml, compact]),
        tag_of("/eureka/v1/apps", &[xml]),
        tag_of("/eureka/apps/delta", &[JSON]),
    ];
    for other in others {
        assert_ne!(other, plain);
    }
}

#[test]
fn the_tag_of_a_delta_moves_when_a_change_enters_and_not_when_one_leaves() {
    let server = server_with(&["a"]);
    let path = "/eureka/apps/delta";
    let first = tag(&server, path);
    server.advance(Duration::from_secs(60));
    register(&server, "b");
    let second = tag(&server, path);
    assert_ne!(first, second);
    for _ in 0..5 {
        for id in ["a", "b"] {
            let path = format!("/eureka/apps/ORDERS/{id}");
            assert_eq!(server.send("PUT", &path, &[], b"").status, 200);
        }
        server.advance(Duration::from_secs(25));
    }
    let shown = server.get_json(path);
    assert!(
        !shown.text().contains("\"instanceId\":\"a\""),
        "a has left the window"
    );
    assert_eq!(shown.header("ETag"), Some(second.as_str()));
    assert_eq!(read(&server, path, &second).status, 304);
}

#[test]
fn conditions_that_make_no_sense_are_not_met() {
    let server = server_with(&["a"]);
    let strong = tag(&server, "/eureka/apps")
        .trim_start_matches("W/")
        .to_owned();
    for (condition, status) in [
        ("*", 304),
        (strong.as_str(), 304),
        (&format!("\"x\",,{strong} "), 304),
        ("", 200),
        ("\"", 200),
        ("W/", 200),
        ("W/\"\"", 200),
        ("nonsense", 200),
        (strong.trim_matches('"'), 200),
        (&strong.to_uppercase(), 200),
        (&"\"a\",".repeat(3000), 200),
    ] {
        assert_eq!(
            read(&server, "/eureka/apps", condition).status,
            status,
            "{condition}"
        );
    }
    let two = [
        JSON,
        ("If-None-Match", "\"x\""),
        ("If-None-Match", strong.as_str()),
    ];
    assert_eq!(server.send("GET", "/eureka/apps", &two, b"").status, 304);
    for (name, value) in [
        ("If-Match", "\"x\""),
        ("If-Modified-Since", "Sat, 29 Oct 2094 19:43:31 GMT"),
        ("If-Unmodified-Since", "yesterday"),
        ("If-Range", "\"x\""),
        ("Range", "bytes=0-9"),
        ("Range", "bytes=-1,5-2,9999999999999999999-"),
    ] {
        let answer = server.send("GET", "/eureka/apps", &[JSON, (name, value)], b"");
        assert_eq!(answer.status, 200, "{name}: {value}");
        assert_eq!(answer.body, server.get_json("/eureka/apps").body);
    }
}

#[test]
fn a_missing_application_has_no_tag_and_an_empty_vip_has_one() {
    let server = server_with(&["a"]);
    let missing = read(&server, "/eureka/apps/NONE", "*");
    assert_eq!((missing.status, missing.header("ETag")), (404, None));
    let path = "/eureka/vips/none";
    assert_eq!(read(&server, path, &tag(&server, path)).status, 304);
}

/// A cache that gave one client what it holds for another would give gzip to those who cannot read it: the tag is the same.
#[test]
fn caches_are_told_what_an_answer_depends_on() {
    let server = server_with(&["a"]);
    for path in READS {
        let known = tag(&server, path);
        for (answer, status) in [
            (server.get_json(path), 200),
            (read(&server, path, &known), 304),
        ] {
            assert_eq!(answer.status, status, "{path}");
            let vary = "Accept, Accept-Encoding, X-Eureka-Accept, DiscoveryIdentity-Name";
            assert_eq!(answer.header("Vary"), Some(vary), "{path}");
        }
    }
}

#[test]
fn what_is_accepted_may_be_said_on_several_lines() {
    let server = server_with(&["a"]);
    let html = ("Accept", "text/html");
    let (br, gzip) = (("Accept-Encoding", "br"), ("Accept-Encoding", "gzip"));
    for (headers, status, packed) in [
        (&[html][..], 406, None),
        (&[html, JSON], 200, None),
        (&[JSON, html], 200, None),
        (&[JSON, br], 200, None),
        (&[JSON, br, gzip], 200, Some("gzip")),
        (&[html, JSON, gzip, br], 200, Some("gzip")),
    ] {
        let answer = server.send("GET", "/eureka/apps", headers, b"");
        assert_eq!(answer.status, status, "{headers:?}");
        assert_eq!(answer.header("Content-Encoding"), packed, "{headers:?}");
        let heartbeat = server.send("PUT", "/eureka/apps/ORDERS/a", headers, b"");
        assert_eq!(heartbeat.status, status, "{headers:?}");
    }
}

/// Long enough to be packed, and the second so long that it is made beside the connections; read packed as an application and
/// under their names.
#[test]
fn packed_parts_unpack_to_what_is_answered_plain_in_whatever_order_they_are_asked_for() {
    check_packed_parts(60);
    check_packed_parts(600);
}

fn check_packed_parts(instances: usize) {
    let gzip = ("Accept-Encoding", "gzip");
    let paths = [
        "/eureka/apps/ORDERS",
        "/eureka/vips/orders",
        "/eureka/svips/orders-secure",
    ];
    for first in 0..paths.len() {
        let server = TestServer::start(ServerConfig::default());
        (0..instances).for_each(|id| register(&server, &format!("host-{id}")));
        for path in paths.iter().cycle().skip(first).take(paths.len()) {
            let packed = server.send("GET", path, &[JSON, gzip], b"");
            assert_eq!(packed.header("Content-Encoding"), Some("gzip"), "{path}");
            let unpacked = heureka_wire::gunzip(&packed.body, usize::MAX);
            assert!(
                unpacked == Ok(server.get_json(path).body.to_vec()),
                "{path}"
            );
        }
    }
}

/// A server with two instances, whose delta shows so many changes at most.
fn remembering(max_changes: usize) -> TestServer {
    let mut config = ServerConfig::default();
    config.node.delta.max_changes = max_changes;
    let server = TestServer::start(config);
    ["a", "b"].iter().for_each(|id| register(&server, id));
    server
}

#[test]
fn who_has_everything_needs_no_delta_that_would_tell_everything() {
    let server = remembering(2);
    let path = "/eureka/apps/delta";
    let known = tag(&server, path);
    register(&server, "c");
    assert_eq!(
        read(&server, path, &known).status,
        403,
        "the change of a is missing"
    );
    server.send("DELETE", "/eureka/apps/ORDERS/c", &[], b"");
    assert_eq!(read(&server, path, &known).status, 304);
    assert_eq!(server.get_json(path).status, 403);
}

#[test]
fn no_delta_is_no_line_in_the_log() {
    let server = remembering(1);
    let (answer, lines) = server.send_logged("GET", "/eureka/apps/delta", &[JSON], b"");
    assert_eq!((answer.status, lines), (403, vec![]));
    let metrics = server.send("GET", "/metrics", &[], b"").text();
    assert!(metrics.contains("limit=\"delta-max-changes\""), "{metrics}");
}
