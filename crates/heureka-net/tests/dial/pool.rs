//! Connections that rest between requests (fault F17).

use bytes::Bytes;
use heureka_net::{AnswerLimits, DialConfig, DialError};
use http::Request;
use tokio::{
    io::DuplexStream,
    task::JoinSet,
    time::{Duration, Instant, sleep},
};

use crate::harness::{
    Net, OK, PEER, assert_elapsed, closed, get, request_on, say, url, well_behaved,
};

#[tokio::test(start_paused = true)]
async fn a_connection_is_used_again() {
    let net = Net::of(|_, io| well_behaved(io));
    for _ in 0..10 {
        assert_eq!(net.text().await.as_deref(), Ok("ok"));
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(net.dialled(), 1);
}

#[tokio::test(start_paused = true)]
async fn each_host_has_its_own_connections() {
    let net = Net::of(|_, io| well_behaved(io));
    for (to, dialled) in [
        (PEER, 1),
        ("http://peer1:8761/other/", 1),
        ("http://peer2:8761/eureka/", 2),
        ("http://peer1:8762/eureka/", 3),
    ] {
        assert_eq!(net.ask(to, get("/")).await.as_deref(), Ok("ok"));
        assert_eq!(net.dialled(), dialled, "{to}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_does_not_rest_for_long() {
    let net = Net::of(|_, io| well_behaved(io));
    assert_eq!(net.text().await.as_deref(), Ok("ok"));
    sleep(DialConfig::IDLE_TIMEOUT - Duration::from_millis(10)).await;
    assert_eq!(net.open().await, 1);
    // hyper looks once in an interval, so what is too old may be there for another one, unused.
    sleep(DialConfig::IDLE_TIMEOUT + Duration::from_millis(20)).await;
    assert_eq!(net.open().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_rested_too_long_is_not_used() {
    let net = Net::of(|_, io| well_behaved(io));
    for dialled in 1..=3 {
        assert_eq!(net.text().await.as_deref(), Ok("ok"));
        assert_eq!(net.dialled(), dialled);
        sleep(DialConfig::IDLE_TIMEOUT + Duration::from_millis(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn few_connections_rest() {
    let net = Net::of(|_, mut io: DuplexStream| async move {
        while request_on(&mut io).await.is_some() {
            sleep(Duration::from_secs(1)).await;
            say(&mut io, OK).await;
        }
    });
    let mut requests = JoinSet::new();
    for _ in 0..8 {
        let client = net.client.clone();
        requests.spawn(async move {
            let limits = AnswerLimits::default();
            client.send(&url(PEER), get("/"), limits).await.unwrap()
        });
    }
    requests.join_all().await;
    let resting = DialConfig::MAX_IDLE_PER_HOST;
    assert_eq!((net.dialled(), net.open().await), (8, resting));
}

/// The server closes after each answer without saying so, as one does that stops or has a shorter
/// idle timeout than ours.
#[tokio::test(start_paused = true)]
async fn a_connection_that_was_closed_meanwhile_is_replaced() {
    let net = Net::of(|_, mut io: DuplexStream| async move {
        request_on(&mut io).await;
        say(&mut io, OK).await;
    });
    for sent in 1..=20 {
        let request = Request::post("/eureka/peerreplication/batch/");
        let request = request.body(Bytes::from_static(b"{}")).unwrap();
        assert_eq!(net.ask(PEER, request).await.as_deref(), Ok("ok"));
        assert_eq!(net.dialled(), sent);
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_closed_leaves_no_connection() {
    let net = Net::of(|before, mut io: DuplexStream| async move {
        request_on(&mut io).await;
        if before == 0 {
            say(&mut io, OK).await;
        }
        closed(&mut io).await;
    });
    assert_eq!(net.text().await.as_deref(), Ok("ok"));
    assert_eq!(net.open().await, 1);
    let began = Instant::now();
    net.client.close().await;
    assert_eq!(net.open().await, 0);
    assert_elapsed(began, Duration::from_millis(1));
}

/// Requests that wait for an answer break off with the client, rather than at their deadline.
#[tokio::test(start_paused = true)]
async fn a_request_under_way_ends_with_the_client() {
    let net = Net::of(|_, mut io: DuplexStream| async move { closed(&mut io).await });
    let client = net.client.clone();
    let mut requests = JoinSet::new();
    let began = Instant::now();
    requests.spawn(async move {
        let limits = AnswerLimits::default();
        client.send(&url(PEER), get("/"), limits).await
    });
    assert_eq!(net.open().await, 1);
    net.client.close().await;
    let answer = requests.join_next().await.unwrap().unwrap();
    assert!(matches!(answer, Err(DialError::Broken(_))), "{answer:?}");
    assert_elapsed(began, Duration::from_millis(1));
}
