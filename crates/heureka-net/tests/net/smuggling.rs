//! Requests whose end two parsers may see in different places.
//!
//! In each case a second request stands behind the first, and must not be executed. It is sent
//! together with the first one, and after a pause.

use std::time::Duration;

use tokio::{io::AsyncWriteExt, time::sleep};

use crate::harness::{Server, closes, get};

/// Sends `first` and then a `GET /smuggled` on the same connection; returns all answers.
async fn probe(server: &Server, first: &str, pause: Duration) -> String {
    let mut client = server.connect().await;
    client.send(first).await;
    sleep(pause).await;
    // The connection may be closed already, which is as good an end as any.
    let _ = client.io.write_all(get("/smuggled").as_bytes()).await;
    client.rest().await
}

/// Asserts that `first` is answered with `status`, or only closed for `""`, and `GET /smuggled`
/// behind it is not executed.
async fn check(first: &str, status: &str) {
    for pause in [Duration::ZERO, Duration::from_millis(10)] {
        let server = Server::start();
        let answer = probe(&server, first, pause).await;
        assert!(
            answer.starts_with(status),
            "{first:?} was answered {answer:?}"
        );
        assert!(
            answer.matches("HTTP/1.").count() <= 1,
            "{first:?} was answered {answer:?}"
        );
        assert!(
            answer.is_empty() || closes(&answer),
            "{first:?} was answered {answer:?}"
        );
        let seen = server.seen();
        assert!(
            !seen.iter().any(|seen| seen.contains("smuggled ")),
            "{first:?}: {seen:?}"
        );
        assert!(
            !seen.iter().any(|seen| seen.ends_with("smuggled")),
            "{first:?}: {seen:?}"
        );
        server.connect().await.exchange("/alive").await;
    }
}

const OK: &str = "HTTP/1.1 200 ";
const BAD_REQUEST: &str = "HTTP/1.1 400 ";

#[tokio::test(start_paused = true)]
async fn content_length_together_with_transfer_encoding() {
    for lengths in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
    ] {
        check(
            &format!("POST / HTTP/1.1\r\nHost: a\r\n{lengths}\r\n\r\n0\r\n\r\n"),
            OK,
        )
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_request_is_read_by_its_chunks() {
    let server = Server::start();
    let first = "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n\
                 1\r\na\r\n0\r\n\r\n";
    probe(&server, first, Duration::ZERO).await;
    assert_eq!(server.seen(), ["POST / a"]);
}

#[tokio::test(start_paused = true)]
async fn transfer_encoding_alone_is_the_last_as_well() {
    check(
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        OK,
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn obfuscated_transfer_encodings() {
    for line in [
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding:\r\n chunked",
        "X: y\r\n Transfer-Encoding: chunked",
        "Transfer-Encoding\r\n: chunked",
    ] {
        check(
            &format!("POST / HTTP/1.1\r\n{line}\r\n\r\n0\r\n\r\n"),
            BAD_REQUEST,
        )
        .await;
    }
    for line in [
        "Transfer-Encoding: x, chunked",
        "transfer-encoding:\tChunked",
    ] {
        check(&format!("POST / HTTP/1.1\r\n{line}\r\n\r\n0\r\n\r\n"), OK).await;
    }
}

#[tokio::test(start_paused = true)]
async fn bare_line_feeds() {
    for head in [
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nX: y\nContent-Length: 5\r\n\r\nhello",
    ] {
        check(head, BAD_REQUEST).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_bare_line_feed_in_a_request_that_was_sent_ahead() {
    let server = Server::start();
    let mut client = server.connect().await;
    client
        .send(&(get("/first") + "GET /smuggled HTTP/1.1\nHost: a\r\n\r\n"))
        .await;
    assert!(client.answer().await.starts_with(OK));
    assert!(client.rest().await.starts_with(BAD_REQUEST));
    assert_eq!(server.seen(), ["GET /first"]);
}

#[tokio::test(start_paused = true)]
async fn a_bare_line_feed_in_a_head_of_which_a_part_was_sent_ahead() {
    let server = Server::start();
    let mut client = server.connect().await;
    client
        .send(&(get("/first") + "GET /smuggled HTTP/1.1\nHost: a"))
        .await;
    assert!(client.answer().await.starts_with(OK));
    client.send("\r\n\r\n").await;
    assert!(client.rest().await.starts_with(BAD_REQUEST));
    assert_eq!(server.seen(), ["GET /first"]);
    assert_eq!(server.counters.malformed_heads.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn lines_of_a_body_are_not_lines_of_the_next_head() {
    let server = Server::start();
    let mut client = server.connect().await;
    let post = "POST /first HTTP/1.1\r\nContent-Length: 4\r\n\r\n{\n}\n";
    client.send(&(post.to_owned() + &get("/second"))).await;
    for _ in 0..2 {
        assert!(client.answer().await.starts_with(OK));
    }
    client.exchange("/third").await;
    assert_eq!(server.seen()[1..], ["GET /second", "GET /third"]);
}

#[tokio::test(start_paused = true)]
async fn bare_carriage_returns_and_other_control_characters() {
    for head in [
        "GET / HTTP/1.1\rHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\0\r\n\r\n",
        "GET /\u{b} HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        check(head, BAD_REQUEST).await;
    }
}

#[tokio::test(start_paused = true)]
async fn contradictory_or_odd_lengths() {
    for lengths in [
        "Content-Length: 0\r\nContent-Length: 36",
        "Content-Length: 36\r\nContent-Length: 0",
        "Content-Length: 0, 36",
        "Content-Length: +0",
        "Content-Length: -1",
        "Content-Length: 0x10",
        "Content-Length: 1 1",
        "Content-Length: 99999999999999999999999",
        "Content-Length:",
    ] {
        check(
            &format!("POST / HTTP/1.1\r\n{lengths}\r\n\r\n"),
            BAD_REQUEST,
        )
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn chunks_that_are_not_well_formed() {
    for chunks in [
        "FFFFFFFFFFFFFFFF1\r\nx\r\n0\r\n\r\n",
        "10000000000000000\r\nx\r\n0\r\n\r\n",
        "FFFFFFFFFFFFFFFF\r\nx",
        "-1\r\nx\r\n0\r\n\r\n",
        "0x1\r\nx\r\n0\r\n\r\n",
        "1;a\nb\r\nx\r\n0\r\n\r\n",
        "1\r\nxx\r\n0\r\n\r\n",
        "1\nx\n0\n\n",
    ] {
        let first = format!("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
        check(&first, "").await;
    }
}

#[tokio::test(start_paused = true)]
async fn http_1_0_is_not_kept_alive() {
    check(
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "HTTP/1.0 200 ",
    )
    .await;
    check(
        "POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
        "HTTP/1.0 200 ",
    )
    .await;
    check(
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        BAD_REQUEST,
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn other_versions_and_protocols() {
    check("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "").await;
    check("GET / HTTP/2.0\r\n\r\n", BAD_REQUEST).await;
    check("GET / HTTP/0.9\r\n\r\n", BAD_REQUEST).await;
    check("GET /\r\n\r\n", BAD_REQUEST).await;
    check("\x16\x03\x01\x02\0\x01\0\x01\r\n\r\n", BAD_REQUEST).await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_nobody_read_is_not_taken_for_a_request() {
    let server = Server::start();
    let smuggled = get("/smuggled");
    let first = format!(
        "POST /unread/413 HTTP/1.1\r\nContent-Length: {}\r\n\r\n",
        smuggled.len()
    );
    let answer = probe(&server, &first, Duration::ZERO).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert_eq!(server.seen(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn honest_requests_may_be_sent_ahead() {
    let server = Server::start();
    let mut client = server.connect().await;
    let post = "POST /two HTTP/1.1\r\nContent-Length: 4\r\n\r\n{\r\n}";
    client.send(&(get("/one") + post + &get("/three"))).await;
    for _ in 0..3 {
        assert!(client.answer().await.starts_with(OK));
    }
    assert_eq!(
        server.seen(),
        ["GET /one", "POST /two {\r\n}", "GET /three"]
    );
}
