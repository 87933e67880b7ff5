//! What a server among peers answers: to clients while it starts, to peers, and to those who only say that they are.

use std::time::Duration;

use heureka_model::{NodeId, PeerMessage, PeerReply, UnixMillis};
use heureka_wire::{decode_peer_reply, encode_peer_message, gzip};

use crate::batch::{ACCEPT_JSON, JSON, PATH as BATCH, batch, codes, heartbeat, register};
use crate::peer_world::{OTHER, header, registered_elsewhere, server};
use crate::support::{Answer, TestServer, instance};

const PEER: &str = "/heureka/v1/peer";

const LISTINGS: [&str; 5] = [
    "/eureka/apps",
    "/eureka/apps/delta",
    "/eureka/apps/ORDERS",
    "/eureka/vips/orders",
    "/eureka/svips/orders",
];

fn starting() -> TestServer {
    server(&["http://peer1:8761/eureka/"])
}

/// A server whose peers know each other by `u:p`.
fn guarded() -> TestServer {
    let server = server(&["http://u:p@peer1:8761/eureka/"]);
    server.register_json("ORDERS", &instance("ORDERS", "a"));
    server
}

fn statuses(server: &TestServer) -> Vec<u16> {
    LISTINGS
        .iter()
        .map(|path| server.get_json(path).status)
        .collect()
}

#[test]
fn listings_are_closed_at_the_start_and_everything_else_works() {
    let server = starting();
    let registered = server.register_json("ORDERS", &instance("ORDERS", "a"));
    assert_eq!(registered.status, 204);
    assert_eq!(statuses(&server), [403; 5]);
    for (method, path, status) in [
        ("GET", "/eureka/apps/ORDERS/a", 200),
        ("GET", "/eureka/instances/a", 200),
        ("PUT", "/eureka/apps/ORDERS/a", 200),
        ("PUT", "/eureka/apps/ORDERS/b", 404),
        (
            "PUT",
            "/eureka/apps/ORDERS/a/status?value=OUT_OF_SERVICE",
            200,
        ),
        ("DELETE", "/eureka/apps/ORDERS/a/status", 200),
        ("PUT", "/eureka/apps/ORDERS/a/metadata?k=v", 200),
        ("GET", "/eureka/status", 200),
    ] {
        let answer = server.send(method, path, &[ACCEPT_JSON], b"");
        assert_eq!(answer.status, status, "{method} {path}");
    }
    let items = batch(&[register("b"), heartbeat("b"), heartbeat("c")]);
    let answer = server.send("POST", BATCH, &[JSON, ACCEPT_JSON], items.as_bytes());
    assert_eq!(codes(&answer), [200, 200, 404]);
    server.advance(Duration::from_secs(35));
    assert_eq!(statuses(&server), [200; 5]);
    let listing = server.get_json("/eureka/apps/ORDERS").text();
    for id in ["\"a\"", "\"b\""] {
        assert!(listing.contains(id), "{listing}");
    }
}

#[test]
fn batches_are_taken_with_and_without_a_slash() {
    for path in [
        BATCH,
        "/eureka/peerreplication/batch",
        "/eureka/v2/peerreplication/batch",
        "/v2/peerreplication/batch/",
    ] {
        let server = starting();
        let items = batch(&[register("b"), heartbeat("b")]);
        let answer = server.send("POST", path, &[JSON, ACCEPT_JSON], items.as_bytes());
        assert_eq!(codes(&answer), [200, 200], "{path}");
        assert_eq!(server.get_json("/eureka/apps/ORDERS/b").status, 200);
    }
}

/// The same request without credentials, with wrong ones and with the right ones; only the last changes anything.
#[track_caller]
fn check_guarded(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8], status: u16) {
    let server = guarded();
    let seen = |server: &TestServer| {
        let mut node = server.app.node();
        let report = node.report(server.app.now().mono);
        (report.instances, report.tombstones, node.overrides())
    };
    let before = seen(&server);
    // "u:q" and "u:p" in base64.
    let credentials = |pair| ("Authorization", pair);
    for refused in [None, Some(credentials("Basic dTpx"))] {
        let headers: Vec<_> = headers.iter().copied().chain(refused).collect();
        let answer = server.send(method, path, &headers, body);
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (401, ""),
            "{path} {refused:?}"
        );
        assert_eq!(seen(&server), before, "{path} {refused:?}");
    }
    let headers = [headers, &[credentials("Basic dTpw")]].concat();
    let answer = server.send(method, path, &headers, body);
    assert_eq!(answer.status, status, "{path}: {}", answer.text());
    assert_ne!(seen(&server), before, "{path}");
}

#[test]
fn who_speaks_as_a_peer_needs_the_peers_credentials() {
    let replicated = ("x-netflix-discovery-replication", "true");
    let (id, body) = ("/eureka/apps/ORDERS/a", instance("ORDERS", "b"));
    let register = ("/eureka/apps/ORDERS", [JSON, replicated], body.into_bytes());
    check_guarded("POST", register.0, &register.1, &register.2, 204);
    check_guarded("DELETE", id, &[replicated], b"", 200);
    let status = "/eureka/apps/ORDERS/a/status?value=DOWN";
    check_guarded("PUT", status, &[replicated], b"", 200);
    let items = batch(&[crate::batch::register("b")]);
    check_guarded("POST", BATCH, &[JSON, ACCEPT_JSON], items.as_bytes(), 200);
    let changes = encode_peer_message(&header(OTHER), &registered_elsewhere("ORDERS", "b"));
    check_guarded("POST", PEER, &[JSON], &changes, 200);
}

#[test]
fn a_client_needs_no_credentials() {
    let server = guarded();
    let beat = server.send("PUT", "/eureka/apps/ORDERS/a", &[], b"");
    assert_eq!(beat.status, 200);
    let not_replicated = [("x-netflix-discovery-replication", "false")];
    let beat = server.send("PUT", "/eureka/apps/ORDERS/a", &not_replicated, b"");
    assert_eq!(beat.status, 200);
}

fn say(server: &TestServer, from: NodeId, message: &PeerMessage) -> Answer {
    let body = encode_peer_message(&header(from), message);
    server.send("POST", PEER, &[JSON], &body)
}

#[test]
fn what_is_no_message_is_refused() {
    let server = starting();
    let hello = encode_peer_message(&header(OTHER), &PeerMessage::Hello);
    let unknown = String::from_utf8(hello.clone())
        .unwrap()
        .replace("hello", "dance");
    let too_large = vec![b' '; 64 * 1024 + 1];
    let bomb = gzip(&vec![b' '; 1024 * 1024]);
    let (packed, plain): (&[_], &[_]) = (&[("Content-Encoding", "gzip")], &[]);
    for (method, headers, body, status) in [
        ("POST", plain, &hello[..], 200),
        ("POST", packed, &gzip(&hello), 200),
        ("POST", plain, b"", 400),
        ("POST", plain, b"garbage", 400),
        ("POST", plain, b"{}", 400),
        ("POST", plain, b"[[[[[[", 400),
        ("POST", plain, b"\xff\xfe", 400),
        ("POST", plain, unknown.as_bytes(), 400),
        ("POST", plain, &hello[..hello.len() - 1], 400),
        ("POST", packed, &hello, 400),
        ("POST", &[("Content-Encoding", "br")], &hello, 415),
        ("POST", plain, &too_large, 413),
        ("POST", packed, &bomb, 413),
        ("GET", plain, b"", 405),
        ("PUT", plain, &hello, 405),
        ("DELETE", plain, b"", 405),
    ] {
        let answer = server.send(method, PEER, headers, body);
        let shown = String::from_utf8_lossy(body.get(..100).unwrap_or(body));
        assert_eq!(answer.status, status, "{method} {headers:?} {shown}");
    }
}

#[test]
fn a_hello_is_answered_with_who_this_is() {
    let server = starting();
    let answer = say(&server, OTHER, &PeerMessage::Hello);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let limits = heureka_model::DocumentLimits::default();
    let reply = decode_peer_reply(&answer.body, UnixMillis(0), &limits).unwrap();
    assert_eq!(reply.header.node, server.app.node().id());
    assert!(!reply.header.is_open);
    assert_eq!(reply.body, PeerReply::Noted);
}

#[test]
fn what_another_node_says_is_shown() {
    let server = starting();
    let answer = say(&server, OTHER, &registered_elsewhere("ORDERS", "b"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let shown = server.get_json("/eureka/apps/ORDERS/b");
    assert_eq!(shown.status, 200);
    assert!(shown.text().contains("10.0.0.1"), "{}", shown.text());
    server.advance(Duration::from_secs(35));
    let listing = server.get_json("/eureka/apps").text();
    assert!(listing.contains("\"b\""), "{listing}");
}

/// A message in this node's own name is its own echo.
#[test]
fn what_the_node_says_to_itself_changes_nothing() {
    let server = starting();
    let own = server.app.node().id();
    let answer = say(&server, own, &registered_elsewhere("ORDERS", "b"));
    assert_eq!(answer.status, 200);
    assert_eq!(server.get_json("/eureka/apps/ORDERS/b").status, 404);
}
