//! How much a batch may hold, and how much its answer.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use heureka_server::ServerConfig;

use crate::batch::{
    ACCEPT_JSON, JSON, PATH, batch, check_batch, codes, heartbeat, register, send, server,
};
use crate::support::TestServer;

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn packed_bodies() {
    let server = server();
    let gzip = ("Content-Encoding", "gzip");
    check_batch(&server, &[JSON, ACCEPT_JSON, gzip], b"no gzip", 400, "");
    check_batch(
        &server,
        &[JSON, ACCEPT_JSON, ("Content-Encoding", "br")],
        b"x",
        415,
        "",
    );
    let bomb = pack(&vec![b' '; 64 * 1024 * 1024]);
    check_batch(&server, &[JSON, ACCEPT_JSON, gzip], &bomb, 413, "");
    let packed = pack(batch(&[register("new")]).as_bytes());
    let read = server.send("POST", PATH, &[JSON, ACCEPT_JSON, gzip], &packed);
    assert_eq!(codes(&read), [200]);
    assert_eq!(server.get_json("/eureka/apps/ORDERS/new").status, 200);
}

#[test]
fn a_body_over_the_limit_is_refused_whole() {
    let server = TestServer::start(ServerConfig {
        max_batch_body_bytes: 1000,
        ..ServerConfig::default()
    });
    let of_length = |bytes: usize| {
        let body = batch(&[heartbeat("nobody")]);
        format!("{body}{}", " ".repeat(bytes - body.len()))
    };
    assert_eq!(codes(&send(&server, &of_length(1000))), [404]);
    check_batch(
        &server,
        &[JSON, ACCEPT_JSON],
        of_length(1001).as_bytes(),
        413,
        "",
    );
    let metrics = server.send("GET", "/metrics", &[], b"").text();
    let limit = r#"heureka_limit_reached_total{limit="max-batch-body"} 1"#;
    assert!(metrics.contains(limit), "{metrics}");
}

/// The largest batches are answered completely, whatever becomes of their items.
#[test]
fn a_batch_of_100_000_items() {
    let server = server();
    let items: Vec<String> = (0..100_000)
        .map(|n| heartbeat(if n % 2 == 0 { "good" } else { "nobody" }))
        .collect();
    let answered = codes(&send(&server, &batch(&items)));
    assert_eq!(answered.len(), 100_000);
    assert!(answered.chunks(2).all(|pair| pair == [200, 404]));
    let refused = vec![r#"{"action":"Heartbeat"}"#.to_owned(); 100_000];
    let body = batch(&refused);
    let (answer, log) = server.send_logged("POST", PATH, &[JSON, ACCEPT_JSON], body.as_bytes());
    assert!(codes(&answer).iter().all(|code| *code == 500));
    assert_eq!(log.len(), 1);
    assert!(log[0].contains("100000 of the 100000 items"), "{log:?}");
}

/// A stale heartbeat is answered with our instance, which may be a thousand times as long.
#[test]
fn stale_heartbeats_are_not_answered_without_limit() {
    let server = server();
    let stale = r#"{"appName":"ORDERS","id":"good","lastDirtyTimestamp":1,"action":"Heartbeat"}"#;
    let answer = send(&server, &batch(&vec![stale.to_owned(); 1000]));
    assert_eq!(codes(&answer), vec![409; 1000]);
    assert_eq!(answer.text().matches("responseEntity").count(), 250);
    let metrics = server.send("GET", "/metrics", &[], b"").text();
    let limit = r#"heureka_limit_reached_total{limit="batch-instances"} 1"#;
    assert!(metrics.contains(limit), "{metrics}");
}

/// What does not fit is told item by item, and a Java peer tries again with the next heartbeat.
#[test]
fn a_full_registry_refuses_items_that_are_new() {
    let mut config = ServerConfig::default();
    config.node.limits.max_instances = Some(2);
    let server = TestServer::start(config);
    let items = ["a", "b", "c", "a"].map(register);
    assert_eq!(codes(&send(&server, &batch(&items))), [200, 200, 503, 200]);
    let metrics = server.send("GET", "/metrics", &[], b"").text();
    let limit = r#"heureka_limit_reached_total{limit="max-instances"} 1"#;
    assert!(metrics.contains(limit), "{metrics}");
}
