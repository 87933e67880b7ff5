//! What is sent, and what counts as an answer.

use std::sync::Arc;

use bytes::Bytes;
use heureka_net::AnswerLimits;
use http::{Request, StatusCode};
use parking_lot::Mutex;
use tokio::io::DuplexStream;

use crate::harness::{Net, OK, PEER, get, request_on, say, text_of, url};

/// Sends `request` to `to` and says what was on the wire.
async fn on_the_wire(to: &str, request: Request<Bytes>) -> String {
    let seen = Arc::new(Mutex::new(String::new()));
    let log = Arc::clone(&seen);
    let net = Net::of(move |_, mut io: DuplexStream| {
        let log = Arc::clone(&log);
        async move {
            let request = request_on(&mut io).await.unwrap();
            *log.lock() = request;
            say(&mut io, OK).await;
        }
    });
    assert_eq!(net.ask(to, request).await.as_deref(), Ok("ok"));
    seen.lock().clone()
}

#[tokio::test(start_paused = true)]
async fn a_request_is_sent_as_it_is() {
    let request = Request::post(url(PEER).join("peerreplication/batch/?a=%20b"))
        .header("Content-Type", "application/json")
        .header("Content-Encoding", "gzip")
        .body(Bytes::from_static(b"{}"))
        .unwrap();
    assert_eq!(
        on_the_wire(PEER, request).await,
        "POST /eureka/peerreplication/batch/?a=%20b HTTP/1.1\r\ncontent-type: application/json\r\n\
         content-encoding: gzip\r\nhost: peer1:8761\r\ncontent-length: 2\r\n\r\n{}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_host_is_that_of_the_url() {
    for (to, target, line, host) in [
        (PEER, "/a?b=c", "GET /a?b=c HTTP/1.1", "host: peer1:8761"),
        ("http://peer1/", "/", "GET / HTTP/1.1", "host: peer1"),
        (
            "http://[::1]:8761/",
            "/",
            "GET / HTTP/1.1",
            "host: [::1]:8761",
        ),
        (
            "http://eureka_peer:1/",
            "/",
            "GET / HTTP/1.1",
            "host: eureka_peer:1",
        ),
        (
            PEER,
            "http://elsewhere:1/a",
            "GET /a HTTP/1.1",
            "host: peer1:8761",
        ),
    ] {
        let seen = on_the_wire(to, get(target)).await;
        assert_eq!(seen.lines().next(), Some(line));
        assert!(seen.lines().any(|line| line == host), "{seen}");
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_are_sent_unless_the_request_has_its_own() {
    for (to, own, sent) in [
        (PEER, None, None),
        ("http://user:pass@peer1/", None, Some("Basic dXNlcjpwYXNz")),
        ("http://user@peer1/", None, Some("Basic dXNlcjo=")),
        (
            "http://user:gr%C3%BC%C3%9Fe@peer1/",
            None,
            Some("Basic dXNlcjpncsO8w59l"),
        ),
        (
            "http://user:pass@peer1/",
            Some("Bearer x"),
            Some("Bearer x"),
        ),
    ] {
        let mut request = get("/");
        if let Some(own) = own {
            let value = own.parse().unwrap();
            request.headers_mut().insert("authorization", value);
        }
        let seen = on_the_wire(to, request).await;
        let header = seen
            .lines()
            .find_map(|line| line.strip_prefix("authorization: "));
        assert_eq!(header, sent, "{to}");
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_has_a_status_is_an_answer() {
    for (head, status) in [
        ("200 OK\r\nContent-Encoding: gzip", 200),
        ("301 Moved\r\nLocation: http://elsewhere/", 301),
        ("302 Found\r\nLocation: /eureka/", 302),
        ("308 Moved\r\nLocation: http://elsewhere/", 308),
        ("401 Unauthorized", 401),
        ("429 Slow Down\r\nRetry-After: 3", 429),
        ("500 Oops", 500),
        ("503 Busy", 503),
    ] {
        let net = Net::of(move |_, mut io| async move {
            while request_on(&mut io).await.is_some() {
                let answer = format!("HTTP/1.1 {head}\r\nContent-Length: 4\r\n\r\nbody");
                say(&mut io, &answer).await;
            }
        });
        let answer = net.get(AnswerLimits::default()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::from_u16(status).unwrap());
        for line in head.lines().skip(1) {
            let (name, value) = line.split_once(": ").unwrap();
            assert_eq!(answer.headers()[name], value);
        }
        assert_eq!(text_of(answer), "body");
        assert_eq!(net.dialled(), 1, "nothing is followed: {head}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_framing_is_read() {
    for (answer, text) in [
        (OK, "ok"),
        ("HTTP/1.1 204 No Content\r\n\r\n", ""),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
        ("HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end"),
        ("HTTP/1.0 200 OK\r\n\r\nold", "old"),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
            "x",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n",
            "abcde",
        ),
    ] {
        let net = Net::of(move |_, mut io| async move {
            request_on(&mut io).await;
            say(&mut io, answer).await;
        });
        assert_eq!(net.text().await.as_deref(), Ok(text), "{answer}");
    }
}
