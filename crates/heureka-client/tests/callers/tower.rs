//! What tower is given.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use futures_core::Stream as _;
use heureka_client::balance::{AffinityKey, Balancing, BaseUri, NoInstance};
use heureka_client::tower::{BalanceLayer, EurekaDiscover};
use heureka_client::{EurekaClient, Instance};
use http::{Request, Response, StatusCode, header};
use serde_json::json;
use tower::balance::p2c::Balance;
use tower::discover::Change;
use tower::load::Constant;
use tower::{BoxError, Layer as _, Service as _, ServiceExt as _, service_fn};

use crate::registry::{Listed, order, refresh, with, with_metadata};
use crate::servers::until_all_answer;

type Make = fn(&Instance, &BaseUri) -> Option<String>;

fn base(_: &Instance, base: &BaseUri) -> Option<String> {
    Some(base.to_string())
}

fn discover(client: &EurekaClient) -> EurekaDiscover<Make> {
    EurekaDiscover::new(client, "orders", base as Make)
}

/// What is told without waiting, as `+id uri` and `-id`.
async fn told(discover: &mut EurekaDiscover<Make>) -> Vec<String> {
    let mut told = Vec::new();
    poll_fn(|context| {
        while let Poll::Ready(Some(Ok(change))) = Pin::new(&mut *discover).poll_next(context) {
            told.push(match change {
                Change::Insert(key, uri) => format!("+{} {uri}", key.id),
                Change::Remove(key) => format!("-{}", key.id),
            });
        }
        Poll::Ready(())
    })
    .await;
    told.sort();
    told
}

#[tokio::test(start_paused = true)]
async fn rs6_discovery_tells_of_instances_that_come_change_and_go() {
    let listed = Listed::of([order("o1"), order("o2")]);
    let running = listed.started().await;
    let mut discover = discover(&running);
    let expected = ["+o1 http://o1.test:8080", "+o2 http://o2.test:8080"];
    assert_eq!(told(&mut discover).await, expected);
    let moved = with(
        order("o2"),
        json!({ "port": { "$": 9090, "@enabled": "true" } }),
    );
    listed.list([moved, order("o3")]);
    refresh(&running).await;
    let expected = ["+o2 http://o2.test:9090", "+o3 http://o3.test:8080", "-o1"];
    assert_eq!(told(&mut discover).await, expected);
    refresh(&running).await;
    assert!(told(&mut discover).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn rs6_who_is_not_up_or_does_not_fit_is_not_there() {
    let listed = Listed::of([order("o1"), with_metadata(order("o2"), "version", "2")]);
    let running = listed.client().only_up(false).start().await.unwrap();
    let mut of_two = discover(&running).rules(Balancing::new().only_metadata("version", "2"));
    let mut all = discover(&running);
    assert_eq!(told(&mut of_two).await, ["+o2 http://o2.test:8080"]);
    assert_eq!(told(&mut all).await.len(), 2);
    listed.list([order("o1"), with(order("o2"), json!({ "status": "DOWN" }))]);
    refresh(&running).await;
    assert_eq!(told(&mut of_two).await, ["-o2"]);
    assert_eq!(told(&mut all).await, ["-o2"]);
}

#[tokio::test(start_paused = true)]
async fn rs6_who_cannot_be_made_a_service_of_is_left_out() {
    let running = Listed::of([order("o1"), order("o2")]).started().await;
    let only_two: Make =
        |instance, base| (instance.id().as_str() == "o2").then(|| base.to_string());
    let mut discover = EurekaDiscover::new(&running, "orders", only_two);
    assert_eq!(told(&mut discover).await, ["+o2 http://o2.test:8080"]);
}

#[tokio::test(start_paused = true)]
async fn rs6_discovery_ends_with_the_client() {
    let running = Listed::of([order("o1")]).started().await;
    let mut discover = discover(&running);
    told(&mut discover).await;
    running.shutdown().await.unwrap();
    for _ in 0..2 {
        let next = poll_fn(|context| Pin::new(&mut discover).poll_next(context)).await;
        assert!(next.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn rs6_towers_balancer_is_fed() {
    let listed = Listed::of([order("o1"), order("o2"), order("o3")]);
    let running = listed.started().await;
    let make = |instance: &Instance, _: &BaseUri| {
        let id = instance.id().to_string();
        let answer = move |()| std::future::ready(Ok::<_, Infallible>(id.clone()));
        Some(Constant::new(service_fn(answer), 1))
    };
    let balance = Balance::new(EurekaDiscover::new(&running, "orders", make));
    let balance = tokio::sync::Mutex::new(balance);
    let ask = async || {
        balance
            .lock()
            .await
            .ready()
            .await
            .unwrap()
            .call(())
            .await
            .unwrap()
    };
    assert_eq!(until_all_answer(3, ask).await, ["o1", "o2", "o3"]);
    listed.list([order("o2")]);
    refresh(&running).await;
    for _ in 0..20 {
        assert_eq!(ask().await, "o2");
    }
}

/// A client that answers with what it was asked, and fails where a test says so.
fn called(host: &str, request: Request<&'static str>) -> Result<Response<String>, BoxError> {
    if host == "breaks" {
        return Err("broken off".into());
    }
    let has_host = request.headers().contains_key(header::HOST);
    let body = format!(
        "{} {} {has_host} {}",
        request.method(),
        request.uri(),
        request.body()
    );
    let status = if host == "busy" {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    Ok(Response::builder().status(status).body(body)?)
}

macro_rules! balanced {
    ($client:expr) => {
        BalanceLayer::new($client.balancer_with("orders", Balancing::new().seed(1))).layer(
            service_fn(async |request: Request<&'static str>| {
                let host = request.uri().host().unwrap().to_owned();
                called(&host, request)
            }),
        )
    };
}

fn request() -> Request<&'static str> {
    let request = Request::post("http://orders/stock?id=7").header(header::HOST, "orders");
    request.body("body").unwrap()
}

#[tokio::test(start_paused = true)]
async fn rs6_the_layer_sends_requests_to_instances() {
    let running = Listed::of([order("o1")]).started().await;
    let response = balanced!(running).oneshot(request()).await.unwrap();
    assert_eq!(
        response.body(),
        "POST http://o1.test:8080/stock?id=7 false body"
    );
    let by = response.extensions().get::<Instance>().unwrap();
    assert_eq!(by.id().as_str(), "o1");
}

#[tokio::test(start_paused = true)]
async fn rs6_the_layer_reports_failures() {
    for bad in ["breaks", "busy"] {
        let listed = [
            with(order("bad"), json!({ "hostName": bad })),
            order("good"),
        ];
        let running = Listed::of(listed).started().await;
        let mut service = balanced!(running);
        let mut answers = Vec::new();
        for _ in 0..10 {
            let answer = service.ready().await.unwrap().call(request()).await;
            answers.push(answer.is_ok_and(|answer| answer.status() == StatusCode::OK));
        }
        let failed = answers.iter().filter(|is_well| !**is_well).count();
        assert_eq!(failed, 1, "{bad}: it is avoided after its first failure");
    }
}

#[tokio::test(start_paused = true)]
async fn rs6_a_request_goes_where_its_key_belongs() {
    let running = Listed::of((0..9).map(|n| order(&format!("o{n}"))))
        .started()
        .await;
    let mut service = balanced!(running);
    let mut hosts = Vec::new();
    for _ in 0..5 {
        let mut request = request();
        request.extensions_mut().insert(AffinityKey::new("ann"));
        let response = service.ready().await.unwrap().call(request).await.unwrap();
        hosts.push(response.into_body());
    }
    hosts.dedup();
    assert_eq!(hosts.len(), 1, "{hosts:?}");
}

#[tokio::test(start_paused = true)]
async fn rs6_without_an_instance_nothing_is_sent() {
    let running = Listed::of([]).started().await;
    let error = balanced!(running).oneshot(request()).await.unwrap_err();
    assert!(error.is::<NoInstance>(), "{error}");
}
