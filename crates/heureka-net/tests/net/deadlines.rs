//! Slow clients.

use std::time::Duration;

use tokio::{
    io::AsyncReadExt,
    time::{Instant, sleep},
};

use crate::harness::{LARGE_BYTES, Server, assert_elapsed, closes, get};

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_end_is_answered_408_at_its_deadline() {
    let server = Server::start();
    let mut client = server.connect().await;
    sleep(Duration::from_secs(5)).await;
    client.send("GET / HTTP/1.1\r\n").await;
    let began = Instant::now();
    for _ in 0..9 {
        sleep(Duration::from_secs(1)).await;
        client.send("X: y\r\n").await;
    }
    let answer = client.rest().await;
    assert_elapsed(began, 10);
    assert!(
        answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"),
        "{answer}"
    );
    assert!(closes(&answer), "{answer}");
    assert_eq!(server.counters.header_timeouts.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_never_speaks_is_closed_without_a_word() {
    let server = Server::start();
    let began = Instant::now();
    assert_eq!(server.connect().await.rest().await, "");
    assert_elapsed(began, 10);
    assert_eq!(server.counters.header_timeouts.get(), 1);
    assert_eq!(server.counters.open.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_pooled_connection_may_rest_but_not_for_ever() {
    let server = Server::start();
    let mut client = server.connect().await;
    for _ in 0..3 {
        client.exchange("/").await;
        sleep(Duration::from_secs(74)).await;
    }
    client.exchange("/").await;
    let began = Instant::now();
    assert_eq!(client.rest().await, "");
    assert_elapsed(began, 75);
    assert_eq!(server.counters.idle_closed.get(), 1);
    assert_eq!(server.counters.header_timeouts.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_second_head_has_its_own_deadline() {
    let server = Server::start();
    let mut client = server.connect().await;
    client.exchange("/").await;
    sleep(Duration::from_secs(30)).await;
    client.send("GET").await;
    let began = Instant::now();
    assert!(client.rest().await.starts_with("HTTP/1.1 408 "));
    assert_elapsed(began, 10);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_end_fails_at_its_deadline() {
    for framing in [
        "Content-Length: 100\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n64\r\n",
    ] {
        let server = Server::start();
        let mut client = server.connect().await;
        client
            .send(&format!("POST /apps/A HTTP/1.1\r\n{framing}"))
            .await;
        let began = Instant::now();
        for _ in 0..9 {
            sleep(Duration::from_secs(1)).await;
            client.send("x").await;
        }
        let answer = client.answer().await;
        assert_elapsed(began, 10);
        assert!(
            answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"),
            "{answer}"
        );
        assert!(closes(&answer), "{answer}");
        assert_eq!(client.rest().await, "");
        assert_eq!(server.counters.body_timeouts.get(), 1);
        assert_eq!(server.seen(), Vec::<String>::new());
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_comes_in_time_is_read() {
    let server = Server::start();
    let mut client = server.connect().await;
    client
        .send("POST /apps/A HTTP/1.1\r\nContent-Length: 2\r\n\r\n")
        .await;
    sleep(Duration::from_secs(9)).await;
    client.send("ab").await;
    assert!(client.answer().await.ends_with("ok"));
    client.exchange("/").await;
    assert_eq!(server.seen(), ["POST /apps/A ab", "GET /"]);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_is_closed() {
    let server = Server::start();
    let mut client = server.connect().await;
    client.send(&get("/large")).await;
    sleep(Duration::from_secs(14)).await;
    assert_eq!(server.counters.open.get(), 1);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(server.counters.open.get(), 0);
    assert_eq!(server.counters.write_timeouts.get(), 1);
}

/// Reads `bytes` each second, for `seconds` at most; says how much came.
async fn read_slowly(bytes: usize, seconds: u32) -> (usize, Server) {
    let server = Server::start();
    let mut client = server.connect().await;
    client.send(&get("/large")).await;
    let (mut piece, mut sum) = (vec![0; bytes], 0);
    for _ in 0..seconds {
        sleep(Duration::from_secs(1)).await;
        match client.io.read(&mut piece).await {
            Ok(0) | Err(_) => break,
            Ok(read) => sum += read,
        }
    }
    (sum, server)
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_byte_by_byte_is_closed() {
    let (_, server) = read_slowly(1, 60).await;
    assert_eq!(server.counters.write_timeouts.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_slowly_but_steadily_gets_its_answer() {
    let (read, server) = read_slowly(LARGE_BYTES / 40, 60).await;
    assert!(read > LARGE_BYTES);
    assert_eq!(server.counters.write_timeouts.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_steadily_but_takes_minutes_over_one_answer_is_closed() {
    let began = Instant::now();
    let (read, server) = read_slowly(LARGE_BYTES / 400, 400).await;
    // What the pipe held at the deadline could still be read.
    let seconds = began.elapsed().as_secs();
    assert!((120..140).contains(&seconds), "{seconds} s");
    assert!(read < LARGE_BYTES, "{read} bytes");
    assert_eq!(server.counters.answer_timeouts.get(), 1);
    assert_eq!(server.counters.write_timeouts.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn each_answer_has_a_deadline_of_its_own() {
    let server = Server::start();
    let mut client = server.connect().await;
    for _ in 0..3 {
        client.send(&get("/large")).await;
        sleep(Duration::from_secs(14)).await;
        assert!(client.answer().await.len() > LARGE_BYTES);
        sleep(Duration::from_secs(70)).await;
    }
    assert_eq!(server.counters.answer_timeouts.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_service_may_take_its_time() {
    let server = Server::start();
    let mut client = server.connect().await;
    client.exchange("/wait/300").await;
    client.exchange("/").await;
}
