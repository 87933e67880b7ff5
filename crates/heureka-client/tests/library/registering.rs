//! What servers hear of this instance, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use heureka_client::test_util::{Behaviour, FakeEureka};
use heureka_client::{Event, InstanceStatus, LeaseSettings};

use crate::support::{happened, secs, shop, sleep_secs};

/// The requests that are no fetches, since the last call.
fn told(eureka: &FakeEureka) -> Vec<String> {
    let requests = eureka.take_requests();
    let told = requests.iter().map(|request| request.what());
    told.filter(|what| !what.starts_with("GET")).collect()
}

#[tokio::test(start_paused = true)]
async fn r1_the_start_is_over_when_the_instance_is_listed() {
    let eureka = FakeEureka::new();
    let client = eureka.client().register(shop("s-1")).start().await.unwrap();
    assert!(client.is_ready());
    let listed = eureka.instance("shop", "s-1").unwrap();
    assert_eq!(listed.status, InstanceStatus::Up);
    assert_eq!(listed.document.host_name(), "shop.test");
    assert_eq!(told(&eureka), ["POST apps/SHOP"]);
    client.shutdown().await.unwrap();
    assert_eq!(told(&eureka), ["DELETE apps/SHOP/s-1"]);
}

#[tokio::test(start_paused = true)]
async fn r3_the_lease_is_renewed_for_as_long_as_the_client_runs() {
    let eureka = FakeEureka::new();
    let client = eureka.client().register(shop("s-1")).start().await.unwrap();
    let _ = told(&eureka);
    for _ in 0..120 {
        sleep_secs(30).await;
        assert!(
            eureka.instance("shop", "s-1").is_some(),
            "{:?}",
            eureka.uptime()
        );
    }
    let heartbeats = told(&eureka);
    assert!(
        heartbeats.iter().all(|what| what == "PUT apps/SHOP/s-1"),
        "{heartbeats:?}"
    );
    assert!(
        (119..=121).contains(&heartbeats.len()),
        "{}",
        heartbeats.len()
    );
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn h2_a_status_is_told_at_once() {
    let eureka = FakeEureka::new();
    let client = eureka.client().register(shop("s-1")).start().await.unwrap();
    for status in [InstanceStatus::Down, InstanceStatus::Up] {
        client.set_status(status).unwrap();
        sleep_ms(1).await;
        assert_eq!(eureka.instance("shop", "s-1").unwrap().status, status);
        assert_eq!(client.document().unwrap().status, status);
    }
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn i8_metadata_is_told_at_once_and_the_rest_of_it_stays() {
    let eureka = FakeEureka::new();
    let spec = shop("s-1").metadata("zone", "a");
    let client = eureka.client().register(spec).start().await.unwrap();
    client.set_metadata(&[("version", "7")]).unwrap();
    sleep_ms(1).await;
    let listed = eureka.instance("shop", "s-1").unwrap();
    assert_eq!(listed.document.metadata.get("zone"), Some("a"));
    assert_eq!(listed.document.metadata.get("version"), Some("7"));
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn deviation_4_another_lease_counts_from_now_on() {
    let eureka = FakeEureka::new();
    let client = eureka.client().register(shop("s-1")).start().await.unwrap();
    client.set_lease(LeaseSettings::new(2, 6)).unwrap();
    sleep_secs(5).await;
    let _ = told(&eureka);
    sleep_secs(20).await;
    let heartbeats = told(&eureka).len();
    assert!((9..=11).contains(&heartbeats), "{heartbeats}");
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn r2_who_was_taken_out_is_back_after_a_heartbeat() {
    let eureka = FakeEureka::new();
    let client = eureka.client().register(shop("s-1")).start().await.unwrap();
    let mut events = client.events();
    assert!(eureka.remove("shop", "s-1"));
    sleep_secs(31).await;
    assert!(eureka.instance("shop", "s-1").is_some());
    let is_again = |event: &Event| matches!(event, Event::Registered { again: true, .. });
    assert!(happened(&mut events).iter().any(is_again));
    assert_eq!(client.stats().counts.registrations_again, 1);
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn r2_servers_that_have_forgotten_everything_hear_of_it_again() {
    let eureka = FakeEureka::with_servers(3);
    let client = eureka.client().register(shop("s-1")).start().await.unwrap();
    eureka.restart();
    sleep_secs(31).await;
    assert!(eureka.instance("shop", "s-1").is_some());
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn d2_an_override_is_noticed_and_its_end_too() {
    let eureka = FakeEureka::new();
    let client = eureka.client().register(shop("s-1")).start().await.unwrap();
    sleep_secs(31).await;
    assert_eq!(client.remote_status(), InstanceStatus::Up);
    eureka.override_status("shop", "s-1", Some(InstanceStatus::OutOfService));
    sleep_secs(31).await;
    assert_eq!(client.remote_status(), InstanceStatus::OutOfService);
    assert_eq!(client.document().unwrap().status, InstanceStatus::Up);
    eureka.override_status("shop", "s-1", None);
    sleep_secs(91).await;
    assert_eq!(client.remote_status(), InstanceStatus::Up);
    client.shutdown().await.unwrap();
}

/// With a lease of 3 s and heartbeats every second, whichever of three servers fails, and however.
#[tokio::test(start_paused = true)]
async fn rs9_a_short_lease_outlives_any_one_server() {
    for behaviour in [
        Behaviour::Refuse,
        Behaviour::Hang,
        Behaviour::Status(500),
        Behaviour::BreakOff,
    ] {
        let eureka = FakeEureka::with_servers(3);
        let spec = shop("s-1").lease(LeaseSettings::new(1, 3));
        let client = eureka.client().register(spec).start().await.unwrap();
        for server in [0, 1, 2, 1, 0] {
            eureka.behave(server, behaviour.clone());
            for _ in 0..50 {
                sleep_ms(100).await;
                let age = client.stats().last_heartbeat.unwrap().ago;
                assert!(age <= secs(2), "{behaviour:?}: {age:?}");
                assert!(eureka.instance("shop", "s-1").is_some(), "{behaviour:?}");
            }
            eureka.behave(server, Behaviour::Answer);
        }
        client.shutdown().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_no_server_hears_of_for_too_long_is_back_afterwards() {
    let eureka = FakeEureka::with_servers(2);
    let client = eureka.client().register(shop("s-1")).start().await.unwrap();
    sleep_secs(31).await;
    eureka.all_behave(Behaviour::Hang);
    sleep_secs(600).await;
    assert!(eureka.instance("shop", "s-1").is_none());
    assert!(client.stats().counts.heartbeats_failed > 5);
    eureka.all_behave(Behaviour::Answer);
    sleep_secs(35).await;
    assert!(eureka.instance("shop", "s-1").is_some());
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rs11_a_health_check_decides_on_the_status() {
    let eureka = FakeEureka::new();
    let is_well = Arc::new(AtomicBool::new(true));
    let asked = Arc::clone(&is_well);
    let check = move || std::future::ready(asked.load(Ordering::Relaxed));
    let client = eureka.client().register(shop("s-1")).health(check);
    let client = client.start().await.unwrap();
    for (well, expected) in [(false, InstanceStatus::Down), (true, InstanceStatus::Up)] {
        is_well.store(well, Ordering::Relaxed);
        sleep_secs(61).await;
        assert_eq!(eureka.instance("shop", "s-1").unwrap().status, expected);
    }
    client.shutdown().await.unwrap();
}

/// The wall clock is data: nothing waits by it.
#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_changes_no_lease() {
    let eureka = FakeEureka::new();
    let client = eureka.client().register(shop("s-1")).start().await.unwrap();
    for _ in 0..10 {
        eureka.clock().set_forward(secs(86_400));
        sleep_secs(31).await;
        eureka.clock().set_back(secs(2 * 86_400));
        sleep_secs(31).await;
        assert!(eureka.instance("shop", "s-1").is_some());
    }
    client.set_status(InstanceStatus::Down).unwrap();
    sleep_secs(31).await;
    assert_eq!(
        eureka.instance("shop", "s-1").unwrap().status,
        InstanceStatus::Down
    );
    client.shutdown().await.unwrap();
}

async fn sleep_ms(ms: u64) {
    tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
}
