//! Waiting for instances, and hearing of them.

use heureka_client::test_util::FakeEureka;
use heureka_client::{Change, Error, InstanceStatus};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use crate::support::{ids, secs, sleep_secs, with_orders};

/// What a change says, in short.
fn short(change: Option<Change>) -> String {
    match change {
        Some(Change::Added(one)) => format!("+{}", one.id()),
        Some(Change::Removed(one)) => format!("-{}", one.id()),
        Some(Change::Modified { after, .. }) => format!("={}", after.id()),
        None => "end".to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn q1_what_is_not_known_is_nobody() {
    let eureka = with_orders();
    let client = eureka.client().start().await.unwrap();
    assert!(client.instances("nobody").is_empty());
    assert!(client.vip("nobody").is_empty());
    assert!(client.instance("orders", "o-9").is_none());
    assert_eq!(client.vip("orders").len(), 1);
    assert_eq!(client.services().len(), 1);
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn wait_for_is_done_at_once_where_there_are_enough() {
    let eureka = with_orders();
    let client = eureka.client().start().await.unwrap();
    let began = Instant::now();
    let found = client.wait_for("orders", 1, secs(10)).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(began.elapsed(), secs(0));
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn wait_for_waits_for_those_that_are_missing() {
    let eureka = with_orders();
    let client = eureka.client().start().await.unwrap();
    let (waiting, put) = tokio::join!(client.wait_for("orders", 2, secs(300)), async {
        sleep_secs(100).await;
        eureka.put("orders", "o-2", 8080);
        Instant::now()
    });
    assert_eq!(waiting.unwrap().len(), 2);
    // As soon as a fetch brought it.
    assert!(put.elapsed() <= secs(35), "{:?}", put.elapsed());
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn wait_for_says_how_many_there_are_when_the_time_is_up() {
    let eureka = with_orders();
    let client = eureka.client().start().await.unwrap();
    let began = Instant::now();
    let error = client.wait_for("orders", 3, secs(45)).await.unwrap_err();
    assert_eq!(began.elapsed(), secs(45));
    let Error::NotFound { wanted, found, .. } = error else {
        panic!("{error}");
    };
    assert_eq!((wanted, found), (3, 1));
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn wait_for_ends_with_the_client() {
    let eureka = with_orders();
    let running = eureka.client().start().await.unwrap();
    let client = running.client().clone();
    let (waiting, ()) = tokio::join!(client.wait_for("orders", 9, secs(3600)), async {
        sleep_secs(10).await;
        running.shutdown().await.unwrap();
    });
    let error = waiting.unwrap_err();
    assert!(matches!(error, Error::ShutDown), "{error}");
}

#[tokio::test(start_paused = true)]
async fn rs4_changes_begin_with_what_is_there_and_go_on_in_order() {
    let eureka = with_orders();
    let running = eureka.client().start().await.unwrap();
    let mut changes = running.changes("orders");
    assert_eq!(short(changes.next().await), "+o-1");
    eureka.put("orders", "o-2", 8080);
    assert_eq!(short(changes.next().await), "+o-2");
    eureka.put("orders", "o-2", 9090);
    assert_eq!(short(changes.next().await), "=o-2");
    eureka.set_status("orders", "o-1", InstanceStatus::Down);
    assert_eq!(short(changes.next().await), "-o-1");
    eureka.remove("orders", "o-2");
    assert_eq!(short(changes.next().await), "-o-2");
    running.shutdown().await.unwrap();
    assert_eq!(short(changes.next().await), "end");
    assert_eq!(short(changes.next().await), "end");
}

#[tokio::test(start_paused = true)]
async fn rs4_who_asks_for_changes_late_hears_what_is_different_now() {
    let eureka = with_orders();
    let client = eureka.client().start().await.unwrap();
    let mut changes = client.changes("orders");
    assert_eq!(short(changes.next().await), "+o-1");
    for number in 2..100 {
        eureka.put("orders", &format!("o-{number}"), 8080);
        sleep_secs(31).await;
        eureka.remove("orders", &format!("o-{number}"));
    }
    eureka.put("orders", "last", 8080);
    sleep_secs(120).await;
    assert_eq!(short(changes.next().await), "+last");
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rs4_a_slow_watcher_sees_the_latest_snapshot_alone() {
    let eureka = with_orders();
    let client = eureka.client().start().await.unwrap();
    let mut snapshots = client.watch();
    snapshots.borrow_and_update();
    for number in 2..10 {
        eureka.put("orders", &format!("o-{number}"), 8080);
        sleep_secs(35).await;
    }
    snapshots.changed().await.unwrap();
    assert_eq!(snapshots.borrow_and_update().instances("orders").len(), 9);
    assert!(!snapshots.has_changed().unwrap());
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rs4_nobody_who_is_slow_delays_a_fetch() {
    let eureka = with_orders();
    let client = eureka
        .client()
        .on_event(|_| panic!("a listener's own fault"));
    let client = client.start().await.unwrap();
    // All of these are held and never read.
    let _changes = client.changes("orders");
    let _snapshots = client.watch();
    let mut events = client.events();
    let _held = client.registry();
    let _ = eureka.take_requests();
    for number in 0..1000 {
        eureka.put("orders", &format!("n-{number}"), 8080);
        sleep_secs(30).await;
    }
    let fetches = eureka.take_requests().len();
    assert!((999..=1001).contains(&fetches), "{fetches}");
    // Who reads events at last is told how many it missed.
    assert!(matches!(events.recv().await, Err(RecvError::Lagged(_))));
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rs2_clients_in_one_process_know_nothing_of_each_other() {
    let (one, other) = (with_orders(), FakeEureka::new());
    other.put("orders", "elsewhere", 8080);
    let first = one.client().start().await.unwrap();
    let second = other.client().start().await.unwrap();
    let third = one.client().start().await.unwrap();
    assert_eq!(ids(&first, "orders"), ["o-1"]);
    assert_eq!(ids(&second, "orders"), ["elsewhere"]);
    first.shutdown().await.unwrap();
    one.put("orders", "o-2", 8080);
    sleep_secs(60).await;
    assert_eq!(ids(&third, "orders"), ["o-1", "o-2"]);
    assert_eq!(ids(&second, "orders"), ["elsewhere"]);
    second.shutdown().await.unwrap();
    third.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_refresh_fetches_at_once() {
    let eureka = with_orders();
    let client = eureka.client().start().await.unwrap();
    eureka.put("orders", "o-2", 8080);
    let began = Instant::now();
    client.refresh().unwrap();
    client.wait_for("orders", 2, secs(1)).await.unwrap();
    assert!(began.elapsed() < secs(1));
    client.shutdown().await.unwrap();
}
