//! Too many, too large, and what the loop survives.

use std::{io, time::Duration};

use heureka_net::Limits;
use tokio::{
    task::yield_now,
    time::{Instant, sleep},
};

use crate::harness::{Server, assert_elapsed, closes, get};

fn two_connections() -> Limits {
    Limits {
        max_connections: 2,
        ..Limits::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_over_the_cap_is_told_to_come_back() {
    let server = Server::with(two_connections());
    let mut first = server.connect().await;
    let mut second = server.connect().await;
    first.exchange("/").await;
    second.exchange("/").await;

    let mut third = server.connect().await;
    third.send(&get("/third")).await;
    assert_eq!(
        third.rest().await,
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n\
         Connection: close\r\nContent-Length: 0\r\n\r\n"
    );
    assert_eq!(server.counters.refused_over_cap.get(), 1);
    assert_eq!(server.counters.accepted.get(), 3);
    assert_eq!(server.counters.open.get(), 2);

    drop(first);
    sleep(Duration::from_millis(1)).await;
    server.connect().await.exchange("/fourth").await;
    second.exchange("/").await;
    assert!(!server.seen().contains(&"GET /third".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn clients_that_ignore_their_refusal_hold_nothing_up() {
    let server = Server::with(two_connections());
    let mut first = server.connect().await;
    let mut others = Vec::new();
    for _ in 0..1000 {
        others.push(server.connect().await);
    }
    let began = Instant::now();
    first.exchange("/").await;
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(server.counters.refused_over_cap.get(), 999);
}

#[tokio::test(start_paused = true)]
async fn failures_to_accept_neither_end_nor_stall_the_loop() {
    let server = Server::start();
    let began = Instant::now();
    for _ in 0..20 {
        // EMFILE and ENFILE: too many open files, in this process and in the system.
        server
            .fail_to_accept(io::Error::from_raw_os_error(24))
            .await;
        server
            .fail_to_accept(io::Error::from_raw_os_error(23))
            .await;
    }
    server.connect().await.exchange("/").await;
    assert_elapsed(began, 2);
    assert_eq!(server.counters.accept_errors.get(), 40);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_left_early_costs_no_time() {
    let server = Server::start();
    let began = Instant::now();
    for _ in 0..1000 {
        server
            .fail_to_accept(io::ErrorKind::ConnectionAborted.into())
            .await;
    }
    server.connect().await.exchange("/").await;
    assert_elapsed(began, 0);
    assert_eq!(server.counters.accept_errors.get(), 1000);
}

#[tokio::test(start_paused = true)]
async fn a_large_head_is_answered_431() {
    let server = Server::start();
    let mut client = server.connect().await;
    client.send("GET / HTTP/1.1\r\nX: ").await;
    client.send(&"y".repeat(Limits::HEADER_BYTES)).await;
    let answer = client.rest().await;
    assert!(
        answer.starts_with("HTTP/1.1 431 Request Header Fields Too Large\r\n"),
        "{answer}"
    );
    assert!(closes(&answer), "{answer}");
    drop(client);
    while server.counters.open.get() > 0 {
        yield_now().await;
    }
    assert_eq!(server.counters.heads_too_large.get(), 1);
    assert_eq!(server.counters.malformed_heads.get(), 0);

    let mut client = server.connect().await;
    let fits = "y".repeat(Limits::HEADER_BYTES - 100);
    client
        .send(&format!("GET / HTTP/1.1\r\nX: {fits}\r\n\r\n"))
        .await;
    assert!(client.answer().await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test(start_paused = true)]
async fn a_long_target_is_answered_414() {
    let server = Server::start();
    let mut client = server.connect().await;
    client
        .exchange(&format!("/{}", "a".repeat(Limits::TARGET_BYTES - 1)))
        .await;
    client
        .send(&get(&format!(
            "/{}?b",
            "a".repeat(Limits::TARGET_BYTES - 2)
        )))
        .await;
    let answer = client.rest().await;
    assert!(
        answer.starts_with("HTTP/1.1 414 URI Too Long\r\n"),
        "{answer}"
    );
    assert_eq!(server.counters.targets_too_long.get(), 1);
    assert!(answer.contains("\r\nContent-Length: 0\r\n"), "{answer}");
    assert!(closes(&answer), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn some_answers_are_the_last_of_their_connection() {
    let server = Server::start();
    for status in [400, 408, 413, 414, 431, 500, 501] {
        let mut client = server.connect().await;
        client
            .send(&(get(&format!("/status/{status}")) + &get("/next")))
            .await;
        let answer = client.rest().await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        assert!(closes(&answer), "{answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    }
    for status in [200, 204, 403, 404, 405, 406, 409, 429, 503] {
        let mut client = server.connect().await;
        client
            .send(&(get(&format!("/status/{status}")) + &get("/kept")))
            .await;
        let answer = client.answer().await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        assert!(!closes(&answer), "{answer}");
        assert!(client.answer().await.ends_with("ok"));
    }
    let seen = server.seen();
    assert_eq!(seen.iter().filter(|seen| *seen == "GET /next").count(), 0);
    assert_eq!(seen.iter().filter(|seen| *seen == "GET /kept").count(), 9);
}

/// Whoever sends it learns that it has to connect anew for the next request.
#[tokio::test(start_paused = true)]
async fn an_answer_to_a_request_that_was_not_read_is_the_last_of_its_connection() {
    for (body, sent) in [(5, 5), (100_000, 0), (100_000, 50_000)] {
        let server = Server::start();
        let mut client = server.connect().await;
        let head = format!("POST /unread/404 HTTP/1.1\r\nContent-Length: {body}\r\n\r\n");
        client.send(&(head + &"x".repeat(sent))).await;
        let answer = client.rest().await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
        assert!(closes(&answer), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_offer_to_upgrade_is_ignored() {
    // What the HTTP client of the JDK sends with each request unless told otherwise.
    let offer = "GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\n\
                 HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\nUpgrade: h2c\r\n\r\n";
    let server = Server::start();
    let mut client = server.connect().await;
    for _ in 0..3 {
        client.send(offer).await;
        let answer = client.answer().await;
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n") && !closes(&answer),
            "{answer}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_service_costs_one_connection() {
    let server = Server::start();
    let mut bystander = server.connect().await;
    bystander.exchange("/").await;
    let mut client = server.connect().await;
    client.send(&get("/panic")).await;
    assert_eq!(client.rest().await, "");
    bystander.exchange("/").await;
    server.connect().await.exchange("/").await;
    assert_eq!(server.counters.panics.get(), 1);
}
