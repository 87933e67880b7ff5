//! What is sent, against what Java's clients were recorded to send (T2, T4).

use std::sync::Arc;

use heureka_client::{Document, EurekaApi, InstanceKey, InstanceStatus, ServiceUrl, UnixMillis};
use heureka_model::DocumentLimits;
use heureka_wire::{Format, decode_registration};
use serde_json::Value;

use crate::memory::{Memory, Seen, json};

/// What a recording has for the clock.
const CLOCK: UnixMillis = UnixMillis(1_888_888_888_888);

const FETCH: &str = include_str!("recordings/fetch.json");
const DELTA: &str = include_str!("recordings/delta.json");
const REGISTER: &str = include_str!("recordings/register.json");
const RENEW: &str = include_str!("recordings/renew.json");
const CANCEL: &str = include_str!("recordings/cancel.json");
const VIP: &str = include_str!("recordings/vip.json");

/// The headers by which servers tell requests apart.
const HEADERS: [&str; 6] = [
    "Accept",
    "Accept-Encoding",
    "Content-Type",
    "DiscoveryIdentity-Name",
    "DiscoveryIdentity-Version",
    "DiscoveryIdentity-Id",
];

fn recorded(text: &str) -> Value {
    let recording: Value = serde_json::from_str(text).unwrap();
    recording["request"].clone()
}

fn recorded_header<'a>(request: &'a Value, name: &str) -> Option<&'a str> {
    let mut headers = request["headers"].as_array()?.iter();
    headers.find(|header| header[0] == name)?[1].as_str()
}

fn api(transport: &Memory, base: &str) -> EurekaApi {
    let server = ServiceUrl::parse(&format!("http://a:8761{base}")).unwrap();
    EurekaApi::over(transport.clone(), server).own_ip("127.0.0.1")
}

fn document() -> Arc<Document> {
    let request = recorded(REGISTER);
    let body = request["body"].as_str().unwrap();
    let draft = decode_registration(body.as_bytes(), Format::Json).unwrap();
    let app = draft.app.clone();
    let registration = draft.into_registration(&app, CLOCK, &DocumentLimits::default());
    Arc::new(registration.unwrap().document)
}

fn last(transport: &Memory) -> Seen {
    transport.seen().pop().unwrap()
}

fn assert_as_recorded(seen: &Seen, recording: &str) {
    let request = recorded(recording);
    assert_eq!(seen.method.as_str(), request["method"]);
    assert_eq!(seen.path, request["path"].as_str().unwrap());
    for name in HEADERS {
        assert_eq!(seen.header(name), recorded_header(&request, name), "{name}");
    }
}

#[tokio::test]
async fn t2_and_t4_requests_are_those_of_the_java_client() {
    let transport = Memory::always(200, &[], "{}");
    let api = api(&transport, "/eureka/v2/");
    let document = document();
    let key = document.key();
    // What is answered is no listing, and that is not what this is about.
    let _ = api.applications(&[]).await;
    assert_as_recorded(&last(&transport), FETCH);
    let _ = api.delta(&[]).await;
    assert_as_recorded(&last(&transport), DELTA);
    api.register(&document).await.unwrap();
    assert_as_recorded(&last(&transport), REGISTER);
    api.renew(&key, InstanceStatus::Up, CLOCK).await.unwrap();
    assert_as_recorded(&last(&transport), RENEW);
    api.cancel(&key).await.unwrap();
    assert_as_recorded(&last(&transport), CANCEL);
}

#[tokio::test]
async fn j1_the_registration_is_that_of_the_java_client_field_by_field() {
    let transport = Memory::always(204, &[], "");
    let document = document();
    api(&transport, "/eureka/v2/")
        .register(&document)
        .await
        .unwrap();
    let sent: Value = serde_json::from_slice(&last(&transport).body).unwrap();
    let request = recorded(REGISTER);
    let expected: Value = serde_json::from_str(request["body"].as_str().unwrap()).unwrap();
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn t2_a_vip_is_asked_for_as_spring_does() {
    let transport = Memory::always(200, &[], "{}");
    let _ = api(&transport, "/eureka/").vip("orders", &[]).await;
    let request = recorded(VIP);
    let seen = last(&transport);
    assert_eq!(seen.path, request["path"].as_str().unwrap());
    assert_eq!(seen.header("accept"), recorded_header(&request, "Accept"));
}

#[tokio::test]
async fn t2_every_other_request_has_its_method_path_and_query() {
    let transport = Memory::always(200, &[], "{}");
    let api = api(&transport, "/eureka/");
    let key = InstanceKey::new("orders", "host:orders:1");
    let regions = ["us-east-1", "eu-west-1"];
    api.set_status(&key, InstanceStatus::OutOfService, CLOCK)
        .await
        .unwrap();
    api.remove_status(&key, CLOCK).await.unwrap();
    api.set_metadata(&key, &[("zone", "a b"), ("k", "v&w")])
        .await
        .unwrap();
    let _ = api.applications(&regions).await;
    let _ = api.delta(&regions).await;
    let _ = api.vip("a/b", &regions).await;
    let _ = api.secure_vip("orders", &[]).await;
    let _ = api.application("orders").await;
    let _ = api.instance(&key).await;
    let _ = api.instance_by_id("host:orders:1").await;
    assert_eq!(
        transport.told(),
        [
            "PUT /eureka/apps/ORDERS/host:orders:1/status?value=OUT_OF_SERVICE&lastDirtyTimestamp=1888888888888",
            "DELETE /eureka/apps/ORDERS/host:orders:1/status?lastDirtyTimestamp=1888888888888",
            "PUT /eureka/apps/ORDERS/host:orders:1/metadata?zone=a%20b&k=v%26w",
            "GET /eureka/apps/?regions=us-east-1,eu-west-1",
            "GET /eureka/apps/delta?regions=us-east-1,eu-west-1",
            "GET /eureka/vips/a%2Fb?regions=us-east-1,eu-west-1",
            // 7.3.7: Java's own stack asks for vips/orders.
            "GET /eureka/svips/orders",
            "GET /eureka/apps/orders",
            "GET /eureka/apps/ORDERS/host:orders:1",
            "GET /eureka/instances/host:orders:1",
        ]
    );
    for seen in transport.seen() {
        assert!(seen.body.is_empty(), "{}", seen.told());
        let user_agent = seen.header("user-agent").unwrap();
        assert!(user_agent.starts_with("heureka-client/"), "{user_agent}");
        assert_eq!(seen.header("x-discovery-allowredirect"), None);
    }
}

#[tokio::test]
async fn rs8_a_token_is_sent_and_hooks_have_the_last_word() {
    let transport = Memory::answering(|_| Ok(json("{}")));
    let api = api(&transport, "/eureka/")
        .bearer(|| async { Ok("s3cret".to_owned()) })
        .request_hook(|head| {
            head.headers.insert("x-tenant", "blue".parse().unwrap());
            head.headers.remove("discoveryidentity-id");
        });
    let _ = api.applications(&[]).await;
    let seen = last(&transport);
    assert_eq!(seen.header("authorization"), Some("Bearer s3cret"));
    assert!(seen.headers["authorization"].is_sensitive());
    assert_eq!(seen.header("x-tenant"), Some("blue"));
    assert_eq!(seen.header("discoveryidentity-id"), None);
}
