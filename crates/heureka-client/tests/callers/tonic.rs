//! What tonic is given.

use heureka_client::balance::{Addressing, Balancing};
use heureka_client::tonic::BalancedChannel;
use http::Request;
use tonic::body::Body;
use tonic::transport::Channel;
use tower::ServiceExt as _;

use crate::registry::{Listed, on_port, order, refresh, with_metadata};
use crate::servers::{PATIENCE, Servers, until_all_answer};

/// Who answers.
async fn name(channel: &Channel) -> String {
    let request = Request::post("/orders.Orders/Get")
        .body(Body::empty())
        .unwrap();
    let answered = tokio::time::timeout(PATIENCE, channel.clone().oneshot(request)).await;
    let response = answered.unwrap().unwrap();
    response.headers()["name"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn rs6_a_channel_reaches_all_instances_and_follows_changes() {
    let mut servers = Servers::default();
    let (a, b, c) = (
        servers.http2("a").await,
        servers.http2("b").await,
        servers.http2("c").await,
    );
    let listed = Listed::of([on_port(order("a"), a), on_port(order("b"), b)]);
    let running = listed.started().await;
    let channel = BalancedChannel::new(&running, "orders").open();
    let ask = async || name(&channel).await;
    assert_eq!(until_all_answer(2, ask).await, ["a", "b"]);
    listed.list([
        on_port(order("a"), a),
        on_port(order("b"), b),
        on_port(order("c"), c),
    ]);
    refresh(&running).await;
    assert_eq!(until_all_answer(3, ask).await, ["a", "b", "c"]);
    listed.list([on_port(order("c"), c)]);
    refresh(&running).await;
    let only_c = async {
        let mut in_row = 0;
        while in_row < 20 {
            in_row = if name(&channel).await == "c" {
                in_row + 1
            } else {
                0
            };
        }
    };
    tokio::time::timeout(PATIENCE, only_c).await.unwrap();
}

#[tokio::test]
async fn rs6_a_channel_takes_the_port_that_is_for_it() {
    let port = Servers::default();
    let mut servers = port;
    let grpc = servers.http2("grpc").await;
    let instance = with_metadata(on_port(order("a"), 1), "grpc.port", &grpc.to_string());
    let running = Listed::of([instance, on_port(order("b"), 1)])
        .started()
        .await;
    let rules = Balancing::new().addressing(Addressing::new().port_in_metadata("grpc.port"));
    let channel = BalancedChannel::new(&running, "orders").rules(rules).open();
    assert_eq!(name(&channel).await, "grpc");
}

#[tokio::test]
async fn rs6_endpoints_are_what_the_caller_makes_them() {
    let mut servers = Servers::default();
    let (a, b) = (servers.http2("a").await, servers.http2("b").await);
    let running = Listed::of([on_port(order("a"), a), on_port(order("b"), b)])
        .started()
        .await;
    let only_b = BalancedChannel::new(&running, "orders").endpoint(|endpoint, instance| {
        (instance.id().as_str() == "b").then(|| endpoint.connect_timeout(PATIENCE))
    });
    let channel = only_b.open();
    for _ in 0..10 {
        assert_eq!(name(&channel).await, "b");
    }
}

#[tokio::test]
async fn rs6_a_channel_outlives_the_client() {
    let mut servers = Servers::default();
    let port = servers.http2("a").await;
    let running = Listed::of([on_port(order("a"), port)]).started().await;
    let channel = BalancedChannel::new(&running, "orders").open();
    assert_eq!(name(&channel).await, "a");
    let left = tokio::time::timeout(PATIENCE, running.shutdown()).await;
    left.expect("the channel holds nobody up").unwrap();
    assert_eq!(name(&channel).await, "a");
}
