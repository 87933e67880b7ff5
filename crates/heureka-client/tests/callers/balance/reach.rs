//! Where instances are reached, and which names are those of services.

use heureka_client::balance::{Addressing, Balancers, Balancing};
use serde_json::json;

use crate::registry::{Listed, instance, order, refresh, with, with_metadata};

#[tokio::test(start_paused = true)]
async fn rs7_services_are_found_by_the_names_of_hosts() {
    let listed = Listed::of([order("o1")]);
    let running = listed.started().await;
    let balancers = Balancers::new(&running, Balancing::new());
    for (name, is_service) in [
        ("orders", true),
        ("ORDERS", true),
        ("orders.vip", true),
        ("localhost", false),
    ] {
        let found = balancers.find(name);
        assert_eq!(
            found.is_some_and(|balancer| balancer.pick().is_ok()),
            is_service,
            "{name}"
        );
    }
    listed.list([instance("stock", "s1")]);
    refresh(&running).await;
    let gone = balancers.find("Orders").unwrap();
    assert!(
        gone.pick().is_err(),
        "a name that was a service's does not become a host's"
    );
}

#[tokio::test(start_paused = true)]
async fn rs7_where_an_instance_is_reached() {
    let plain = order("o1");
    let both = with(
        order("o1"),
        json!({ "securePort": { "$": 8443, "@enabled": "true" } }),
    );
    let six = with(order("o1"), json!({ "ipAddr": "fe80::1" }));
    let other_port = with_metadata(order("o1"), "grpc", "9090");
    let by_name = Addressing::new;
    for (listed, addressing, expected) in [
        (&plain, by_name(), Some("http://o1.test:8080")),
        (
            &plain,
            by_name().prefer_ip(true),
            Some("http://10.0.0.1:8080"),
        ),
        (
            &six,
            by_name().prefer_ip(true),
            Some("http://[fe80::1]:8080"),
        ),
        (
            &plain,
            by_name().prefer_secure(true),
            Some("http://o1.test:8080"),
        ),
        (
            &both,
            by_name().prefer_secure(true),
            Some("https://o1.test:8443"),
        ),
        (&both, by_name(), Some("http://o1.test:8080")),
        (&plain, by_name().only_secure(), None),
        (&both, by_name().only_secure(), Some("https://o1.test:8443")),
        (
            &other_port,
            by_name().port_in_metadata("grpc"),
            Some("http://o1.test:9090"),
        ),
        (&plain, by_name().port_in_metadata("grpc"), None),
    ] {
        let running = Listed::of([listed.clone()]).started().await;
        let instance = &running.instances("orders")[0];
        let base = addressing.reach(instance).map(|base| base.to_string());
        assert_eq!(base.as_deref(), expected, "{addressing:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn rs7_what_is_no_host_is_not_reached() {
    for host in ["user@host", "host/path", "host:1", "a b", "host?x", "[::1"] {
        let odd = with(order("o1"), json!({ "hostName": host }));
        let running = Listed::of([odd]).started().await;
        let instance = &running.instances("orders")[0];
        assert_eq!(Addressing::new().reach(instance), None, "{host}");
    }
}

#[tokio::test(start_paused = true)]
async fn rs7_path_and_query_stay() {
    let running = Listed::of([order("o1")]).started().await;
    let base = Addressing::new()
        .reach(&running.instances("orders")[0])
        .unwrap();
    assert_eq!(base.uri().to_string(), "http://o1.test:8080/");
    for (uri, expected) in [
        (
            "http://orders/stock?id=7&x=%20",
            "http://o1.test:8080/stock?id=7&x=%20",
        ),
        ("/stock", "http://o1.test:8080/stock"),
        ("http://orders", "http://o1.test:8080/"),
    ] {
        assert_eq!(base.rebase(&uri.parse().unwrap()).to_string(), expected);
    }
}
