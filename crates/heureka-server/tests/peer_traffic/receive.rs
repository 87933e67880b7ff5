//! Plays a story to this server, which is the peer in it.

use std::io::Read as _;
use std::time::Duration;

use flate2::read::GzDecoder;
use heureka_server::ServerConfig;
use heureka_wire::{Format, decode_applications, decode_batch_answer};
use serde::Deserialize;

use crate::copy::{Copy, Held};
use crate::recording::{Exchange, Info, Story};
use crate::support::{Answer, TestServer};

/// Receives everything that was sent, at its time. What the recorder answered in our place does not matter: it was
/// often an error on purpose.
pub(crate) fn receive(story: &Story) {
    let server = TestServer::start(ServerConfig::default());
    let (mut copy, mut seconds) = (Copy::default(), 0.0);
    for exchange in &story.0 {
        server.advance(Duration::from_secs_f64(exchange.t - seconds));
        seconds = exchange.t;
        let answer = deliver(&server, exchange);
        if exchange.is_batch() {
            check_codes(exchange, &mut copy, &answer);
            check_what_is_shown(&server, &copy, exchange.t);
        } else {
            check_answer_to_client(exchange, &answer);
        }
    }
}

fn deliver(server: &TestServer, exchange: &Exchange) -> Answer {
    let request = &exchange.request;
    let headers = request.headers.iter();
    let headers: Vec<(&str, &str)> = headers
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    server.send(
        &request.method,
        &request.path,
        &headers,
        request.body.as_bytes(),
    )
}

/// An answer that is not 200 as a whole, or has too few entries, makes a Java peer throw the batch away.
fn check_codes(exchange: &Exchange, copy: &mut Copy, answer: &Answer) {
    assert_eq!(answer.status, 200, "at {} s", exchange.t);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let entries = decode_batch_answer(&answer.body).unwrap();
    let items = exchange.items();
    assert_eq!(entries.len(), items.len(), "at {} s", exchange.t);
    for (item, entry) in items.iter().zip(entries) {
        assert_eq!(
            entry.status_code,
            copy.take(item),
            "{item:?} at {} s",
            exchange.t
        );
        let own = entry.instance.map(|own| own.last_dirty.unwrap().0);
        let is_older = |own| own > item.last_dirty_timestamp.unwrap();
        assert_eq!(
            own.is_some_and(is_older),
            entry.status_code == 409,
            "{item:?}"
        );
    }
}

fn check_what_is_shown(server: &TestServer, copy: &Copy, seconds: f64) {
    for ((app, id), held) in &copy.0 {
        let answer = server.get_json(&format!("/eureka/apps/{app}/{id}"));
        let shown = (answer.status == 200).then(|| shown(&answer));
        assert_eq!(shown, *held, "{app}/{id} at {seconds} s");
    }
}

fn shown(answer: &Answer) -> Held {
    #[derive(Deserialize)]
    struct Wrapped {
        instance: Info,
    }
    let wrapped: Wrapped = serde_json::from_slice(&answer.body).unwrap();
    Held::of(&wrapped.instance)
}

/// A server is also a client of its peer: it registers itself there, renews, fetches and cancels.
fn check_answer_to_client(exchange: &Exchange, answer: &Answer) {
    let request = &exchange.request;
    let expected: &[u16] = match request.method.as_str() {
        "GET" => &[200],
        "POST" => &[204],
        // The first heartbeat comes before the registration where Java's server has failed to start in time.
        "PUT" => &[200, 404],
        "DELETE" => &[200],
        method => panic!("{method}"),
    };
    assert!(
        expected.contains(&answer.status),
        "{} {}: {}",
        request.method,
        request.path,
        answer.status
    );
    if request.method == "GET" {
        assert_eq!(answer.header("content-type"), Some("application/json"));
        decode_applications(&unpacked(answer), Format::Json).unwrap();
    } else {
        // Java's client takes any body of a heartbeat for an instance (wire.md, trap 1).
        assert!(answer.body.is_empty(), "{}", answer.text());
    }
}

fn unpacked(answer: &Answer) -> Vec<u8> {
    let mut plain = Vec::new();
    match answer.header("content-encoding") {
        None => plain.clone_from(&answer.body),
        Some(_) => drop(
            GzDecoder::new(answer.body.as_slice())
                .read_to_end(&mut plain)
                .unwrap(),
        ),
    }
    plain
}
