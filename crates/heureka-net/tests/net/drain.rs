//! The graceful end.

use std::time::Duration;

use heureka_net::Drained;
use tokio::{
    task::{JoinSet, yield_now},
    time::{Instant, sleep},
};

use crate::harness::{Server, assert_elapsed, closes, get};

#[tokio::test(start_paused = true)]
async fn requests_in_flight_are_answered() {
    let server = Server::start();
    let mut clients = Vec::new();
    for seconds in 1..=8 {
        let mut client = server.connect().await;
        client.exchange("/").await;
        client.send(&get(&format!("/wait/{seconds}"))).await;
        clients.push(client);
    }
    server.stop.cancel();
    for mut client in clients {
        let answer = client.rest().await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(closes(&answer) && answer.ends_with("waited"), "{answer}");
    }
    assert_eq!(
        server.drained().await,
        Drained {
            finished: 8,
            aborted: 0
        }
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_that_hangs_is_aborted_at_the_deadline() {
    let server = Server::start();
    let mut hanging = server.connect().await;
    hanging.send(&get("/hang")).await;
    let mut idle = server.connect().await;
    idle.exchange("/").await;
    let began = Instant::now();
    server.stop.cancel();
    assert_eq!(hanging.rest().await, "");
    assert_elapsed(began, 9);
    assert_eq!(
        server.drained().await,
        Drained {
            finished: 1,
            aborted: 1
        }
    );
    assert_elapsed(began, 9);
}

#[tokio::test(start_paused = true)]
async fn idle_and_silent_connections_are_closed_soon() {
    let server = Server::start();
    let mut idle = server.connect().await;
    idle.exchange("/").await;
    let mut silent = server.connect().await;
    sleep(Duration::from_millis(1)).await;
    server.stop.cancel();
    let began = Instant::now();
    assert_eq!(idle.rest().await, "");
    assert_eq!(silent.rest().await, "");
    assert_eq!(
        server.drained().await,
        Drained {
            finished: 2,
            aborted: 0
        }
    );
    assert!(
        began.elapsed() < Duration::from_millis(200),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_on_its_way_is_answered() {
    let server = Server::start();
    let mut idle = server.connect().await;
    idle.exchange("/").await;
    let mut waiting_to_be_accepted = server.connect().await;
    waiting_to_be_accepted.send(&get("/early")).await;
    server.stop.cancel();
    sleep(Duration::from_millis(50)).await;
    idle.send(&get("/late")).await;
    for mut client in [idle, waiting_to_be_accepted] {
        let answer = client.rest().await;
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n") && closes(&answer),
            "{answer}"
        );
    }
    assert_eq!(
        server.drained().await,
        Drained {
            finished: 2,
            aborted: 0
        }
    );
}

#[tokio::test(start_paused = true)]
async fn a_stop_under_load_loses_no_answer() {
    let server = Server::start();
    let mut clients = JoinSet::new();
    for _ in 0..64 {
        let mut client = server.connect().await;
        clients.spawn(async move {
            loop {
                client.send(&get("/")).await;
                let answer = client.answer().await;
                assert!(answer.ends_with("ok"), "{answer}");
                if closes(&answer) {
                    assert_eq!(client.rest().await, "");
                    return;
                }
            }
        });
    }
    for _ in 0..100 {
        yield_now().await;
    }
    server.stop.cancel();
    while let Some(ended) = clients.join_next().await {
        ended.unwrap();
    }
    assert!(server.seen().len() > 64);
    assert_eq!(
        server.drained().await,
        Drained {
            finished: 64,
            aborted: 0
        }
    );
}

#[tokio::test(start_paused = true)]
async fn a_head_that_has_begun_is_waited_for() {
    let server = Server::start();
    let mut client = server.connect().await;
    client.send("GET / HTTP/1.1\r\n").await;
    sleep(Duration::from_millis(1)).await;
    server.stop.cancel();
    sleep(Duration::from_secs(3)).await;
    client.send("\r\n").await;
    let answer = client.rest().await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && closes(&answer),
        "{answer}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_listener_is_closed_at_once() {
    let server = Server::start();
    let mut busy = server.connect().await;
    busy.send(&get("/wait/5")).await;
    sleep(Duration::from_millis(1)).await;
    assert!(server.is_listening());
    server.stop.cancel();
    sleep(Duration::from_millis(1)).await;
    assert!(!server.is_listening());
    assert!(busy.rest().await.ends_with("waited"));
}
