//! A server that is registered.

use std::future::IntoFuture as _;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use heureka_client::axum::{ServeError, serve};
use heureka_client::{CancellationToken, EurekaClient, Event, InstanceSpec, InstanceStatus};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinSet;

use crate::registry::Listed;
use crate::servers::PATIENCE;

const HOUR: Duration = Duration::from_secs(3600);

/// It ends with the test.
type Serving = JoinSet<Result<(), ServeError>>;

/// A server that is registered, and what a test needs of it.
struct Server {
    listed: Listed,
    client: EurekaClient,
    url: String,
    stop: oneshot::Sender<()>,
    serving: Serving,
}

async fn server(drain_delay: Duration) -> Server {
    let spec = InstanceSpec::new("shop")
        .host_name("shop.test")
        .ip_addr("127.0.0.1");
    server_of(spec.metadata("team", "blue"), drain_delay).await
}

async fn server_of(spec: InstanceSpec, drain_delay: Duration) -> Server {
    let listed = Listed::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (tell, told) = oneshot::channel();
    let routes = |client: &EurekaClient| {
        tell.send(client.clone()).unwrap();
        let hello = get(async || "hello");
        Router::new()
            .route("/", hello.clone())
            .route("/health", hello)
    };
    let (stop, stopped) = oneshot::channel();
    let mut serving = Serving::new();
    let server = serve(listener, routes, listed.client().register(spec))
        .health_route("health")
        .ready_route("/ready")
        .info_route("/info")
        .drain_delay(drain_delay)
        .until(stopped);
    serving.spawn(server);
    let client: EurekaClient = told.await.unwrap();
    let server = Server {
        listed,
        client,
        url,
        stop,
        serving,
    };
    server.until_ready().await;
    server
}

impl Server {
    async fn get(&self, path: &str) -> (u16, String) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let response = client
            .get(format!("{}{path}", self.url))
            .send()
            .await
            .unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    async fn json(&self, path: &str) -> (u16, Value) {
        let (status, text) = self.get(path).await;
        (status, serde_json::from_str(&text).unwrap())
    }

    async fn until_ready(&self) {
        let ready = async {
            while self.get("/ready").await.0 != 200 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, ready).await.unwrap();
    }
}

#[tokio::test]
async fn rs3_the_port_that_the_listener_got_is_registered() {
    let server = server(Duration::ZERO).await;
    let registered = server.listed.registered();
    let port = registered["port"]["$"].to_string().replace('"', "");
    assert!(server.url.ends_with(&format!(":{port}")), "{registered}");
    assert_eq!(
        registered["healthCheckUrl"],
        json!(format!("http://shop.test:{port}/health"))
    );
    assert_eq!(
        registered["statusPageUrl"],
        json!(format!("http://shop.test:{port}/info"))
    );
}

#[tokio::test]
async fn rs3_a_port_that_is_given_stays() {
    let spec = InstanceSpec::new("shop")
        .host_name("shop.test")
        .ip_addr("127.0.0.1")
        .port(80);
    let server = server_of(spec, Duration::ZERO).await;
    let port = server.listed.registered()["port"]["$"].to_string();
    assert_eq!(
        port.replace('"', ""),
        "80",
        "it stands behind something that listens there"
    );
}

#[tokio::test]
async fn i19_the_health_route_tells_the_status_and_comes_before_routes() {
    let server = server(Duration::ZERO).await;
    for (status, expected) in [
        (InstanceStatus::Up, (200, r#"{"status":"UP"}"#)),
        (InstanceStatus::Starting, (204, "")),
        (
            InstanceStatus::OutOfService,
            (503, r#"{"status":"OUT_OF_SERVICE"}"#),
        ),
        (InstanceStatus::Down, (500, r#"{"status":"DOWN"}"#)),
        (InstanceStatus::Unknown, (500, r#"{"status":"UNKNOWN"}"#)),
    ] {
        server.client.set_status(status).unwrap();
        let (code, body) = server.get("/health").await;
        assert_eq!((code, &*body), expected);
    }
    assert_eq!(server.get("/").await, (200, "hello".to_owned()));
}

#[tokio::test]
async fn rs11_readiness_and_what_is_registered_are_told() {
    let server = server(Duration::ZERO).await;
    assert_eq!(server.json("/ready").await, (200, json!({ "ready": true })));
    let (status, info) = server.json("/info").await;
    assert_eq!(
        (status, &info["app"], &info["status"]),
        (200, &json!("SHOP"), &json!("UP"))
    );
    assert_eq!(info["metadata"]["team"], json!("blue"));
    assert_eq!(server.get("/nowhere").await.0, 404);
}

#[tokio::test]
async fn rs3_it_leaves_the_registry_then_drains_then_stops() {
    let mut server = server(HOUR).await;
    let mut events = server.client.events();
    let Server { stop, .. } = server;
    stop.send(()).unwrap();
    let left = async { while events.recv().await.unwrap() != Event::Deregistered {} };
    tokio::time::timeout(PATIENCE, left).await.unwrap();
    let told = server.listed.told();
    assert!(
        told.last()
            .unwrap()
            .starts_with("DELETE /eureka/apps/SHOP/"),
        "{told:?}"
    );
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let late = client.get(&server.url).send().await.unwrap();
    assert_eq!(
        late.text().await.unwrap(),
        "hello",
        "who has not heard yet is served"
    );
    let ready = client
        .get(format!("{}/ready", server.url))
        .send()
        .await
        .unwrap();
    assert_eq!(ready.status().as_u16(), 503);
    drop(client);
    tokio::time::pause();
    tokio::time::advance(HOUR).await;
    server.serving.join_next().await.unwrap().unwrap().unwrap();
    assert!(
        tokio::net::TcpStream::connect(server.url.trim_start_matches("http://"))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn rs3_a_client_that_cannot_start_ends_the_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = EurekaClient::builder().register(InstanceSpec::new("shop"));
    let served = serve(listener, Router::new(), nowhere).until(std::future::pending::<()>());
    let served = tokio::time::timeout(PATIENCE, served).await.unwrap();
    assert!(matches!(served, Err(ServeError::Client(_))), "{served:?}");
}

#[tokio::test]
async fn rs3_it_stops_with_the_client() {
    let listed = Listed::default();
    let token = CancellationToken::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let started = Arc::new(Notify::new());
    let tell = Arc::clone(&started);
    let client = listed.client().cancel_on(token.clone());
    let client = client.on_event(move |event| {
        if *event == Event::Started {
            tell.notify_one();
        }
    });
    let mut serving = Serving::new();
    serving.spawn(serve(listener, Router::new(), client).until(std::future::pending::<()>()));
    started.notified().await;
    token.cancel();
    let served = tokio::time::timeout(PATIENCE, serving.join_next()).await;
    let served = served.unwrap().unwrap().unwrap();
    assert!(
        served.is_ok(),
        "who registers nothing has nothing to drain: {served:?}"
    );
}

#[test]
fn rs17_a_server_can_be_spawned() {
    fn is_send<T: Send>(_: impl FnOnce(TcpListener) -> T) {}
    is_send(|listener| serve(listener, Router::new(), EurekaClient::builder()).into_future());
    is_send(|_| EurekaClient::builder().start());
}
