//! Names of services taken for those of hosts.

use heureka_client::reqwest::EurekaResolver;
use reqwest::Client;
use serde_json::json;

use super::started;
use crate::registry::{on_port, order, with};
use crate::servers::{Servers, closed_port, until_all_answer};

#[tokio::test]
async fn rs7_a_plain_client_resolves_services() {
    let mut servers = Servers::default();
    let (a, b) = (servers.named("a").await, servers.named("b").await);
    let running = started([
        on_port(order("a"), a),
        with(on_port(order("b"), b), json!({ "ipAddr": "no address" })),
    ])
    .await;
    let resolving = || {
        let client = Client::builder().no_proxy().pool_max_idle_per_host(0);
        client
            .dns_resolver(EurekaResolver::new(&running))
            .build()
            .unwrap()
    };
    let http = resolving();
    let ask = async || {
        http.get("http://orders/x")
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    };
    assert_eq!(until_all_answer(2, ask).await, ["a: GET /x", "b: GET /x"]);
    let by_host = format!("http://localhost:{a}/");
    assert_eq!(
        http.get(by_host)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap(),
        "a: GET /"
    );
    let running = started([
        on_port(order("bad"), closed_port().await),
        on_port(order("a"), a),
    ])
    .await;
    let http = Client::builder()
        .no_proxy()
        .dns_resolver(EurekaResolver::new(&running))
        .build()
        .unwrap();
    for _ in 0..4 {
        let answer = http.get("http://ORDERS/").send().await.unwrap();
        assert_eq!(
            answer.text().await.unwrap(),
            "a: GET /",
            "the next address is tried"
        );
    }
}
