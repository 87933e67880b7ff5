//! Which URLs name services, and what stays of a request.

use std::collections::BTreeSet;

use heureka_client::Instance;
use heureka_client::balance::{Addressing, AffinityKey, Balancing, NoInstance};
use heureka_client::reqwest::{EurekaMiddleware, UnknownHosts, UnknownService};
use serde_json::json;

use super::{cause, http, started, text, with_middleware};
use crate::registry::{instance, on_port, order, with};
use crate::servers::{Servers, closed_port};

#[tokio::test]
async fn rs7_urls_name_services_in_any_case() {
    let mut servers = Servers::default();
    let port = servers.named("o1").await;
    let odd = on_port(instance("my_shop", "s1"), servers.named("s1").await);
    let running = started([on_port(order("o1"), port), odd]).await;
    let http = http(&running);
    for (url, expected) in [
        (
            "http://orders/stock?id=7&x=%20",
            "o1: GET /stock?id=7&x=%20",
        ),
        ("http://ORDERS/a%2Fb", "o1: GET /a%2Fb"),
        ("http://Orders", "o1: GET /"),
        ("lb://orders/stock?id=7", "o1: GET /stock?id=7"),
        ("lb://ORDERS", "o1: GET /"),
        ("lb://orders:8080/stock", "o1: GET /stock"),
        ("http://orders.vip/by/vip", "o1: GET /by/vip"),
        ("http://my_shop/", "s1: GET /"),
        ("http://MY_SHOP/", "s1: GET /"),
    ] {
        assert_eq!(text(&http, url).await, expected, "{url}");
    }
}

#[tokio::test]
async fn rs7_headers_and_body_stay() {
    let mut servers = Servers::default();
    let echo = axum::Router::new().fallback(async |headers: http::HeaderMap, body: String| {
        let header = |name: &str| {
            headers
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        format!(
            "{:?} {:?} {body}",
            header("x-user"),
            header("authorization")
        )
    });
    let port = servers.serving(echo).await;
    let running = started([on_port(order("o1"), port)]).await;
    let request = http(&running)
        .post("http://ann:secret@orders/")
        .header("x-user", "7")
        .body("all of it");
    let answer = request.send().await.unwrap().text().await.unwrap();
    assert_eq!(
        answer,
        r#"Some("7") Some("Basic YW5uOnNlY3JldA==") all of it"#
    );
}

#[tokio::test]
async fn rs7_instances_take_turns() {
    let mut servers = Servers::default();
    let (a, b) = (servers.named("a").await, servers.named("b").await);
    let running = started([on_port(order("a"), a), on_port(order("b"), b)]).await;
    let http = http(&running);
    let mut answers = Vec::new();
    for _ in 0..4 {
        let response = http.get("http://orders/").send().await.unwrap();
        let by = response
            .extensions()
            .get::<Instance>()
            .unwrap()
            .id()
            .to_string();
        assert_eq!(response.text().await.unwrap(), format!("{by}: GET /"));
        answers.push(by);
    }
    assert_eq!(answers[..2], answers[2..]);
    assert_ne!(answers[0], answers[1]);
}

#[tokio::test]
async fn rs7_hosts_that_are_no_services_are_left_alone() {
    let mut servers = Servers::default();
    let port = servers.named("host").await;
    let running = started([on_port(order("o1"), closed_port().await)]).await;
    let http = http(&running);
    let url = format!("http://localhost:{port}/as/it/is");
    assert_eq!(text(&http, &url).await, "host: GET /as/it/is");
    let with_port = format!("http://orders:{port}/");
    let error = http.get(with_port).send().await.unwrap_err();
    assert!(error.is_connect(), "a port makes it a host: {error}");
}

#[tokio::test]
async fn rs7_unknown_hosts_are_refused_if_that_is_wanted() {
    let mut servers = Servers::default();
    let port = servers.named("host").await;
    let running = started([]).await;
    let strict = EurekaMiddleware::new(&running).unknown_hosts(UnknownHosts::Refuse);
    let strict = with_middleware(strict);
    for (http, url) in [
        (&strict, "http://nobody/"),
        (&strict, "https://nobody/"),
        (&strict, "lb://nobody/"),
        (&http(&running), "lb://nobody/"),
    ] {
        let error = http.get(url).send().await.unwrap_err();
        assert_eq!(
            &*cause::<UnknownService>(&error).unwrap().name,
            "nobody",
            "{url}"
        );
    }
    let by_address = format!("http://127.0.0.1:{port}/");
    assert_eq!(text(&strict, &by_address).await, "host: GET /");
}

#[tokio::test]
async fn rs7_a_service_without_instances_is_told() {
    let down = with(order("o1"), json!({ "status": "DOWN" }));
    let running = started([down]).await;
    let error = http(&running)
        .get("http://orders/")
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        cause::<NoInstance>(&error).unwrap().service.as_str(),
        "ORDERS"
    );
}

#[tokio::test]
async fn rs7_https_is_never_sent_without_tls() {
    let mut servers = Servers::default();
    let port = servers.named("plain").await;
    let running = started([on_port(order("o1"), port)]).await;
    let error = http(&running)
        .get("https://orders/")
        .send()
        .await
        .unwrap_err();
    let none = cause::<NoInstance>(&error).unwrap();
    assert_eq!(
        (none.offered, none.fitting),
        (1, 0),
        "it has no port for TLS"
    );
}

#[tokio::test]
async fn rs7_addresses_and_tls_are_preferred_if_that_is_wanted() {
    let mut servers = Servers::default();
    let port = servers.named("o1").await;
    let nowhere = with(
        on_port(order("o1"), port),
        json!({ "hostName": "nowhere.invalid" }),
    );
    let running = started([nowhere]).await;
    let rules = Balancing::new().addressing(Addressing::new().prefer_ip(true));
    let http = with_middleware(EurekaMiddleware::with_rules(&running, &rules));
    assert_eq!(text(&http, "http://orders/").await, "o1: GET /");
    let both = json!({ "securePort": { "$": port, "@enabled": "true" } });
    let running = started([with(on_port(order("o1"), closed_port().await), both)]).await;
    let rules = Balancing::new().addressing(Addressing::new().prefer_secure(true));
    let http = with_middleware(EurekaMiddleware::with_rules(&running, &rules));
    let error = http.get("http://orders/").send().await.unwrap_err();
    let url = error.url().unwrap().to_string();
    assert_eq!(
        url,
        format!("https://localhost:{port}/"),
        "this reqwest has no TLS"
    );
}

#[tokio::test]
async fn rs7_a_request_goes_where_its_key_belongs() {
    let mut servers = Servers::default();
    let names = ["a", "b", "c", "d"];
    let mut listed = Vec::new();
    for name in names {
        listed.push(on_port(order(name), servers.named(name).await));
    }
    let running = started(listed).await;
    let http = http(&running);
    let mut seen = BTreeSet::new();
    for _ in 0..6 {
        let request = http
            .get("http://orders/")
            .with_extension(AffinityKey::new("ann"));
        seen.insert(request.send().await.unwrap().text().await.unwrap());
    }
    assert_eq!(seen.len(), 1, "{seen:?}");
}
