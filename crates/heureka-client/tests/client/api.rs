//! What the protocol's readers bring.

use heureka_client::transport::{BoxError, BoxFuture, TokenProvider};
use heureka_client::{EurekaApi, InstanceKey, InstanceStatus, ServiceUrl};
use heureka_wire::{Format, Version, encode_application, encode_instance};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::cluster::{instance, shown};
use crate::memory::{Memory, answer, json};

fn api(transport: Memory) -> EurekaApi {
    EurekaApi::over(transport, ServiceUrl::parse("http://a/eureka").unwrap())
}

#[tokio::test]
async fn rs15_one_application_and_one_instance_are_read() {
    let orders = shown(instance("orders", "host:orders:1"));
    let application = heureka_model::Application {
        name: orders.document.app.clone(),
        instances: vec![orders.clone()],
    };
    let form = heureka_wire::Form {
        format: Format::Json,
        detail: heureka_wire::Detail::Full,
        version: Version::V2,
    };
    let body = encode_application(&application, form);
    let read = api(Memory::always(200, &[], body))
        .application("orders")
        .await;
    assert_eq!(read.unwrap(), application);
    for format in [Format::Json, Format::Xml] {
        let body = encode_instance(&orders, format, Version::V2);
        let api = api(Memory::always(200, &[], body));
        let key = InstanceKey::new("orders", "host:orders:1");
        let read = api.instance(&key).await.unwrap();
        assert_eq!(read.document.key(), key);
        assert_eq!(read.status, InstanceStatus::Up);
        let by_id = api.instance_by_id("host:orders:1").await.unwrap();
        assert_eq!(by_id, read);
    }
}

/// Gives another token after each that was rejected.
struct Rotating(Arc<AtomicUsize>);

impl TokenProvider for Rotating {
    fn token<'a>(&'a self, _: &'a ServiceUrl) -> BoxFuture<'a, Result<String, BoxError>> {
        let token = format!("token-{}", self.0.load(Ordering::SeqCst));
        Box::pin(std::future::ready(Ok(token)))
    }

    fn rejected(&self, server: &ServiceUrl) {
        assert_eq!(server.host(), "a");
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn rs8_the_provider_hears_that_a_token_is_no_good() {
    let transport = Memory::answering(|seen| {
        Ok(match seen.header("authorization") {
            Some("Bearer token-1") => json("{}"),
            _ => answer(401, &[], ""),
        })
    });
    let api = api(transport).bearer(Rotating(Arc::default()));
    let key = InstanceKey::new("orders", "1");
    assert!(api.cancel(&key).await.is_err());
    assert_eq!(api.cancel(&key).await, Ok(()));
}
