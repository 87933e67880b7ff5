//! A server that runs, and how it ends.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::harness::{Server, heureka, heureka_after};

#[tokio::test]
async fn a_server_says_where_it_is_and_answers_there() {
    let mut server = Server::start(&["--node-name", "n1"]).await;
    let address = server.address.clone();
    assert_eq!(
        server.up,
        format!("heureka is up: clients http://{address}/eureka/  people http://{address}/")
    );
    let log = server.log_until("heureka is up").await;
    assert!(log[0].contains("node=\"n1\""), "{log:#?}");
    assert!(
        log.last()
            .unwrap()
            .contains(&format!("http://{address}/eureka/")),
        "{log:#?}"
    );
    assert_eq!(server.get().await, "HTTP/1.1 200 OK");
}

/// What follows a 304 on its connection is the next answer.
#[tokio::test]
async fn an_answer_to_who_knows_it_is_a_head_and_nothing_else() {
    let server = Server::start(&[]).await;
    let mut connection = TcpStream::connect(&server.address).await.unwrap();
    let request = |more: &str| format!("GET /eureka/apps HTTP/1.1\r\nHost: a\r\n{more}\r\n\r\n");
    let both = request("If-None-Match: *") + &request("Connection: close");
    connection.write_all(both.as_bytes()).await.unwrap();
    let mut answers = String::new();
    connection.read_to_string(&mut answers).await.unwrap();
    let (not_modified, next) = answers.split_once("\r\n\r\n").unwrap();
    assert!(not_modified.starts_with("HTTP/1.1 304 "), "{answers}");
    assert!(not_modified.contains("\r\nEtag: W/\""), "{answers}");
    for absent in ["Content-Length", "Content-Type", "Transfer-Encoding"] {
        assert!(!not_modified.contains(absent), "{answers}");
    }
    assert!(next.starts_with("HTTP/1.1 200 "), "{answers}");
}

#[tokio::test]
async fn a_server_on_all_networks_names_one_that_can_be_reached() {
    let server = Server::up(heureka(&["serve", "--listen", "0.0.0.0:0"])).await;
    assert!(server.address.starts_with("localhost:"), "{}", server.up);
    assert_eq!(server.get().await, "HTTP/1.1 200 OK");
}

#[tokio::test]
async fn the_log_can_be_json() {
    let mut server = Server::start(&["--log-format", "json"]).await;
    for line in server.log_until("heureka is up").await {
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["level"], "INFO", "{line}");
    }
}

#[tokio::test]
async fn signals_end_the_server_in_order() {
    for signal in ["TERM", "INT"] {
        let mut server = Server::start(&[]).await;
        let mut idle = TcpStream::connect(&server.address).await.unwrap();
        assert_eq!(server.get().await, "HTTP/1.1 200 OK");
        let began = Instant::now();
        server.signal(signal).await;
        assert_eq!(idle.read(&mut [0]).await.unwrap(), 0);
        server.log_until("heureka has stopped").await;
        assert_eq!(server.ended().await, Some(0), "{signal}");
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "{:?}",
            began.elapsed()
        );
    }
}

#[tokio::test]
async fn a_second_signal_ends_the_server_at_once() {
    for (signal, code) in [("TERM", 143), ("INT", 130)] {
        let mut server =
            Server::start(&["--header-deadline", "1h", "--drain-deadline", "1h"]).await;
        let mut connection = TcpStream::connect(&server.address).await.unwrap();
        connection.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        assert_eq!(server.get().await, "HTTP/1.1 200 OK");
        server.signal("TERM").await;
        server.log_until("stopping: ").await;
        server.signal(signal).await;
        server.log_until("stopping at once").await;
        assert_eq!(server.ended().await, Some(code), "{signal}");
    }
}

#[tokio::test]
async fn what_hangs_is_aborted_at_the_drain_deadline() {
    let mut server = Server::start(&["--header-deadline", "1h", "--drain-deadline", "500ms"]).await;
    let mut connection = TcpStream::connect(&server.address).await.unwrap();
    connection.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    assert_eq!(server.get().await, "HTTP/1.1 200 OK");
    server.signal("TERM").await;
    let log = server.log_until("heureka has stopped").await;
    assert!(log.last().unwrap().contains("aborted=1"), "{log:#?}");
    assert_eq!(server.ended().await, Some(0));
}

#[tokio::test]
async fn the_limit_of_open_files_bounds_connections() {
    let limits = "ulimit -S -n 64; ulimit -H -n 300";
    let mut server = Server::up(heureka_after(limits)).await;
    let log = server.log_until("heureka is up").await;
    let warning = log.iter().find(|line| line.contains("WARN")).unwrap();
    assert!(warning.contains("max_connections=44"), "{log:#?}");
    assert!(warning.contains("open_files=300"), "{log:#?}");
    assert_eq!(server.get().await, "HTTP/1.1 200 OK");
}
