//! Who may be picked at all.

use std::collections::BTreeSet;

use heureka_client::balance::{Addressing, Balancing, NoInstance, Strategy};
use heureka_client::{InstanceSpec, InstanceStatus, ServiceName};
use serde_json::json;

use super::{balancer, frequencies, ids, rules};
use crate::registry::{Listed, instance, order, with, with_metadata};

#[tokio::test(start_paused = true)]
async fn rs5_the_own_zone_comes_first() {
    let zoned = [
        with_metadata(order("near1"), "zone", "a"),
        with_metadata(order("near2"), "zone", "a"),
        with_metadata(order("far"), "zone", "b"),
        order("nowhere"),
    ];
    let listed = Listed::of(zoned);
    let spec = InstanceSpec::new("shop")
        .port(1)
        .host_name("shop")
        .ip_addr("10.0.0.9");
    let running = listed
        .client()
        .register(spec.metadata("zone", "a"))
        .start()
        .await
        .unwrap();
    let picks = |rules: Balancing| {
        let balancer = running.balancer_with("orders", rules);
        ids(&balancer, 40)
            .into_iter()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    };
    let rules = || rules(Strategy::Random);
    let all = ["far", "near1", "near2", "nowhere"];
    assert_eq!(picks(rules()), all);
    assert_eq!(picks(rules().own_zone_first()), ["near1", "near2"]);
    assert_eq!(picks(rules().zone_first("b")), ["far"]);
    assert_eq!(picks(rules().zone_first("c")), all, "nobody is there");
    assert_eq!(
        picks(rules().own_zone_first().at_least_near(2)),
        ["near1", "near2"]
    );
    assert_eq!(
        picks(rules().own_zone_first().at_least_near(3)),
        all,
        "too few are there"
    );
    assert_eq!(picks(rules().only_zone("b")), ["far"]);
}

#[tokio::test(start_paused = true)]
async fn rs5_filters_by_status_metadata_and_anything() {
    let listed = Listed::of([
        with(order("down"), json!({ "status": "DOWN" })),
        with(order("out"), json!({ "status": "OUT_OF_SERVICE" })),
        with_metadata(order("v1"), "version", "1"),
        with_metadata(order("v2"), "version", "2"),
    ]);
    let running = listed.client().only_up(false).start().await.unwrap();
    let picks = |rules: Balancing| {
        let balancer = running.balancer_with("orders", rules);
        frequencies(ids(&balancer, 12))
            .into_keys()
            .collect::<Vec<_>>()
    };
    let rules = Balancing::new;
    assert_eq!(picks(rules()), ["v1", "v2"], "those that are up");
    let statuses = [InstanceStatus::Down, InstanceStatus::Up];
    assert_eq!(picks(rules().statuses(&statuses)), ["down", "v1", "v2"]);
    assert_eq!(picks(rules().only_metadata("version", "2")), ["v2"]);
    assert_eq!(
        picks(rules().only(|instance| instance.id().as_str() < "v2")),
        ["v1"]
    );
}

#[tokio::test(start_paused = true)]
async fn rs5_whoever_cannot_be_reached_is_not_picked() {
    let no_port = with(
        order("mute"),
        json!({ "port": { "$": 8080, "@enabled": "false" } }),
    );
    let (running, balancer) = balancer([no_port, order("o1")], Balancing::new()).await;
    assert_eq!(ids(&balancer, 2), ["o1", "o1"]);
    let secure = Balancing::new().addressing(Addressing::new().only_secure());
    let none = running.balancer_with("orders", secure).pick().unwrap_err();
    assert_eq!((none.offered, none.fitting), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn rs14_nobody_is_told_with_what_to_look_at() {
    let running = Listed::of([]).started().await;
    let none: NoInstance = running.balancer("orders").pick().unwrap_err();
    let told = none.to_string();
    assert!(
        told.contains("no instance of ORDERS can be picked: 0 are offered"),
        "{told}"
    );
}

#[tokio::test(start_paused = true)]
async fn rs5_by_application_vip_and_secure_vip() {
    let listed = Listed::of([
        order("o1"),
        with(
            instance("stock", "s1"),
            json!({ "secureVipAddress": "stock.tls" }),
        ),
    ]);
    let running = listed.started().await;
    for (service, expected) in [
        (ServiceName::from("Orders"), Some("o1")),
        (ServiceName::vip("orders.VIP"), Some("o1")),
        (ServiceName::secure_vip("stock.tls"), Some("s1")),
        (ServiceName::vip("stock.tls"), None),
    ] {
        let picked = running.balancer(service.clone()).pick().ok();
        assert_eq!(
            picked.as_ref().map(|picked| picked.id().as_str()),
            expected,
            "{service}"
        );
    }
}
