//! Connections that rest between requests (fault F17).

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use heureka_net::{AnswerLimits, DialConfig};
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
    let net = Net::of(|before, mut io: DuplexStream| async move {
        request_on(&mut io).await;
        say(&mut io, OK).await;
        let began = Instant::now();
        closed(&mut io).await;
        if before == 0 {
            let rested = began.elapsed();
            assert!(rested >= DialConfig::IDLE_TIMEOUT, "{rested:?}");
            assert!(rested <= 2 * DialConfig::IDLE_TIMEOUT, "{rested:?}");
        }
    });
    assert_eq!(net.text().await.as_deref(), Ok("ok"));
    sleep(DialConfig::IDLE_TIMEOUT + Duration::from_millis(1)).await;
    assert_eq!(net.text().await.as_deref(), Ok("ok"));
    assert_eq!(net.dialled(), 2);
}

#[tokio::test(start_paused = true)]
async fn few_connections_rest() {
    let open = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&open);
    let net = Net::of(move |_, mut io: DuplexStream| {
        let open = Arc::clone(&counted);
        async move {
            open.fetch_add(1, Ordering::Relaxed);
            while request_on(&mut io).await.is_some() {
                sleep(Duration::from_secs(1)).await;
                say(&mut io, OK).await;
            }
            open.fetch_sub(1, Ordering::Relaxed);
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
    sleep(Duration::from_millis(1)).await;
    assert_eq!(net.dialled(), 8);
    assert_eq!(open.load(Ordering::Relaxed), DialConfig::MAX_IDLE_PER_HOST);
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
    let open = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&open);
    let net = Net::of(move |before, mut io: DuplexStream| {
        let open = Arc::clone(&counted);
        async move {
            open.fetch_add(1, Ordering::Relaxed);
            request_on(&mut io).await;
            if before == 0 {
                say(&mut io, OK).await;
            }
            closed(&mut io).await;
            open.fetch_sub(1, Ordering::Relaxed);
        }
    });
    assert_eq!(net.text().await.as_deref(), Ok("ok"));
    let began = Instant::now();
    net.client.close().await;
    sleep(Duration::from_millis(1)).await;
    assert_eq!(open.load(Ordering::Relaxed), 0);
    assert_elapsed(began, Duration::from_millis(1));
}
