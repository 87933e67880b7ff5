//! What people and machines are shown of the peers.

use std::time::Duration;

use heureka_wire::encode_peer_message;

use crate::batch::JSON;
use crate::peer_world::{
    OTHER, answer_calls, answer_calls_without, find, header, registered_elsewhere, server,
};
use crate::support::{TestServer, instance};

const PEERS: [&str; 4] = [
    "http://user:secret@heureka:8761/eureka/",
    "http://gone:8761/eureka/",
    "http://java:8761/eureka/",
    "http://self:8761/eureka/",
];

/// A server that has called its peers once, three seconds ago.
fn seen() -> TestServer {
    let server = server(&PEERS);
    find(&server, &PEERS);
    answer_calls(&server);
    server.advance(Duration::from_secs(3));
    server
}

fn page(server: &TestServer) -> String {
    server.send("GET", "/", &[], b"").text()
}

/// The rows of the table of peers, without their markup.
fn rows(html: &str) -> Vec<String> {
    let (_, behind) = html.split_once("<h2>Peers</h2>").unwrap_or_default();
    let (table, _) = behind.split_once("</table>").unwrap_or_default();
    let rows = table.split("<tr>").skip(2);
    rows.map(|row| {
        let cells = row.replace("</td>", "|").replace("</th>", "|");
        let texts = cells.split('<').map(|part| match part.split_once('>') {
            Some((_, text)) => text,
            None => part,
        });
        texts.collect::<String>().trim().to_owned()
    })
    .collect()
}

#[test]
fn the_status_page_has_a_row_for_each_peer() {
    let html = page(&seen());
    assert_eq!(
        rows(&html),
        [
            "http://heureka:8761/eureka/|heureka 9.8.7, &#60;b&#62;eu-1&#60;/b&#62;, listings closed|reached for 3 s|no|0|3 s ago|3 s ago|2000 ms|0|",
            "http://gone:8761/eureka/|not known yet|gone for 3 s|yes|0|never|never|unknown|1 (last: nobody listens there)|",
            "http://java:8761/eureka/|Java server|reached for 3 s|no|0|3 s ago|never|unknown|0|",
            "http://self:8761/eureka/|this server itself|reached for 3 s|no|0|3 s ago|never|unknown|0|",
        ]
    );
    assert!(!html.contains("secret"));
}

#[test]
fn the_status_page_says_why_listings_are_closed() {
    let html = page(&seen());
    for text in [
        "Listings are closed, because this server has just started",
        "No peer has been found yet whose registry can be taken over.",
        "Listings open in 32 s at the latest.",
    ] {
        assert!(html.contains(text), "{text}: {html}");
    }
    let alone = TestServer::start(heureka_server::ServerConfig::default());
    let html = page(&alone);
    assert!(!html.contains("Listings are closed"), "{html}");
    assert!(!html.contains("<h2>Peers</h2>"), "{html}");
    assert!(!html.contains("are not all connected"), "{html}");
}

#[test]
fn the_status_page_says_from_whom_the_registry_is_taken_over() {
    let server = server(&["http://open:8761/eureka/"]);
    find(&server, &["http://open:8761/eureka/"]);
    server.register_json("ORDERS", &instance("ORDERS", "a"));
    answer_calls(&server);
    server.advance(Duration::from_secs(5));
    let html = page(&server);
    for text in [
        "The registry is being taken over from http://open:8761/eureka/ (instances here so far: 1, questions ",
        "Listings open in 30 s at the latest.",
    ] {
        assert!(html.contains(text), "{text}: {html}");
    }
}

#[test]
fn the_queue_grows_while_a_peer_is_gone() {
    let server = seen();
    server.register_json("ORDERS", &instance("ORDERS", "a"));
    let row = rows(&page(&server)).remove(1);
    assert!(row.contains("|gone for 3 s|yes|1|"), "{row}");
    let queued = "heureka_peer_queue_keys{peer=\"http://gone:8761/eureka/\"} 1".to_owned();
    assert!(metrics(&server).contains(&queued));
}

/// What renewed at a peer is kept while that is silent, as the page says, and everybody is when most are.
#[test]
fn the_status_page_says_why_instances_are_kept() {
    for (peers, reason) in [
        (
            &PEERS[..],
            "Who renewed at a peer that is silent now (http://heureka:8761/eureka/) may be alive there, and is kept for \
             up to 10 min 0 s past the lease.",
        ),
        (
            &PEERS[..1],
            "Most peers are silent, so this server may be the one that is cut off, and keeps everybody for up to \
             10 min 0 s past the lease.",
        ),
    ] {
        let server = server(peers);
        find(&server, peers);
        answer_calls(&server);
        let changes = encode_peer_message(&header(OTHER), &registered_elsewhere("ORDERS", "b"));
        let credentials = ("Authorization", "Basic dXNlcjpzZWNyZXQ=");
        let told = server.send("POST", "/heureka/v1/peer", &[JSON, credentials], &changes);
        assert_eq!(told.status, 200);
        server.advance(Duration::from_secs(35));
        answer_calls_without(&server, "heureka");
        server.advance(Duration::from_secs(200));
        let html = page(&server);
        let kept = "Kept although their lease has ended (1): <bdi>ORDERS/b</bdi>. ";
        assert!(html.contains(&format!("{kept}{reason}</p>")), "{html}");
        server.advance(Duration::from_secs(600));
        assert!(!page(&server).contains("Kept although"));
    }
}

#[test]
fn the_status_page_warns_of_nodes_that_are_not_called_from_here() {
    let server = seen();
    let html = page(&server);
    let warning =
        "other peers reach a server that this server does not call (run 00000000000077a0)";
    assert!(html.contains(warning), "{html}");
    find(&server, &PEERS[1..]);
    assert!(!page(&server).contains("are not all connected"));
}

/// The lines of the metrics that are about peers, in order of the alphabet.
fn metrics(server: &TestServer) -> Vec<String> {
    let page = server.send("GET", "/metrics", &[], b"").text();
    assert!(page.ends_with("# EOF\n"), "{page}");
    assert_eq!(page.matches("# EOF").count(), 1, "{page}");
    let is_ours = |line: &&str| {
        ["heureka_peer_", "heureka_open", "heureka_not_meshed"]
            .iter()
            .any(|name| line.starts_with(name))
    };
    let mut lines: Vec<String> = page.lines().filter(is_ours).map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn the_metrics_have_the_peers_that_are_in_the_list() {
    let server = seen();
    assert_eq!(
        metrics(&server),
        [
            "heureka_not_meshed_nodes 1",
            "heureka_open 0",
            "heureka_peer_answer_age_seconds{peer=\"http://heureka:8761/eureka/\"} 3.0",
            "heureka_peer_answer_age_seconds{peer=\"http://java:8761/eureka/\"} 3.0",
            "heureka_peer_behind{peer=\"http://gone:8761/eureka/\"} 1",
            "heureka_peer_behind{peer=\"http://heureka:8761/eureka/\"} 0",
            "heureka_peer_behind{peer=\"http://java:8761/eureka/\"} 0",
            "heureka_peer_calls_total{peer=\"http://gone:8761/eureka/\",call=\"hello\",outcome=\"failure\"} 1",
            "heureka_peer_calls_total{peer=\"http://heureka:8761/eureka/\",call=\"compare\",outcome=\"success\"} 1",
            "heureka_peer_calls_total{peer=\"http://heureka:8761/eureka/\",call=\"hello\",outcome=\"success\"} 1",
            "heureka_peer_calls_total{peer=\"http://java:8761/eureka/\",call=\"hello\",outcome=\"success\"} 1",
            "heureka_peer_calls_total{peer=\"http://java:8761/eureka/\",call=\"listing\",outcome=\"success\"} 1",
            "heureka_peer_equal_age_seconds{peer=\"http://heureka:8761/eureka/\"} 3.0",
            "heureka_peer_queue_keys{peer=\"http://gone:8761/eureka/\"} 0",
            "heureka_peer_queue_keys{peer=\"http://heureka:8761/eureka/\"} 0",
            "heureka_peer_queue_keys{peer=\"http://java:8761/eureka/\"} 0",
            "heureka_peer_reached{peer=\"http://gone:8761/eureka/\"} 0",
            "heureka_peer_reached{peer=\"http://heureka:8761/eureka/\"} 1",
            "heureka_peer_reached{peer=\"http://java:8761/eureka/\"} 1",
            "heureka_peer_skew_seconds{peer=\"http://heureka:8761/eureka/\"} 2.0",
            "heureka_peer_state{peer=\"http://gone:8761/eureka/\",kind=\"unknown\",reach=\"gone\"} 1",
            "heureka_peer_state{peer=\"http://heureka:8761/eureka/\",kind=\"heureka\",reach=\"reached\"} 1",
            "heureka_peer_state{peer=\"http://java:8761/eureka/\",kind=\"java\",reach=\"reached\"} 1",
        ]
    );
    find(&server, &PEERS[3..]);
    answer_calls(&server);
    assert_eq!(
        metrics(&server),
        ["heureka_not_meshed_nodes 0", "heureka_open 1"]
    );
}

#[test]
fn the_metrics_count_the_changes_that_were_told_and_that_were_not() {
    let server = seen();
    server.register_json("ORDERS", &instance("ORDERS", "a"));
    answer_calls_without(&server, "java");
    let lines = metrics(&server);
    for (peer, outcome) in [("heureka", "success"), ("java", "failure")] {
        let labels =
            format!("peer=\"http://{peer}:8761/eureka/\",call=\"changes\",outcome=\"{outcome}\"");
        let line = format!("heureka_peer_calls_total{{{labels}}} 1");
        assert!(lines.contains(&line), "{line}: {lines:?}");
    }
}

#[test]
fn the_status_resource_names_replicas_with_javas_commas() {
    let body = seen().get_json("/eureka/status").text();
    for text in [
        r#""registered-replicas":"http://heureka:8761/eureka/, http://gone:8761/eureka/, http://java:8761/eureka/""#,
        r#""available-replicas":"http://heureka:8761/eureka/,http://java:8761/eureka/,""#,
        r#""unavailable-replicas":"http://gone:8761/eureka/,""#,
    ] {
        assert!(body.contains(text), "{text}: {body}");
    }
}

#[test]
fn a_server_is_ready_when_its_listings_are_open() {
    let server = seen();
    for (path, status, body) in [
        (
            "/actuator/health/readiness",
            503,
            r#"{"status":"OUT_OF_SERVICE"}"#,
        ),
        (
            "/actuator/health",
            200,
            r#"{"groups":["liveness","readiness"],"status":"UP"}"#,
        ),
        ("/eureka/healthcheck", 200, ""),
        ("/actuator/health/liveness", 200, r#"{"status":"UP"}"#),
    ] {
        let answer = server.send("GET", path, &[], b"");
        assert_eq!((answer.status, &*answer.text()), (status, body), "{path}");
    }
    server.advance(Duration::from_secs(32));
    let answer = server.send("GET", "/actuator/health/readiness", &[], b"");
    assert_eq!(
        (answer.status, &*answer.text()),
        (200, r#"{"status":"UP"}"#)
    );
}
