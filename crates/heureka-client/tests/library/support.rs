//! What most tests here begin with.

use std::time::Duration;

use heureka_client::test_util::FakeEureka;
use heureka_client::{EurekaClient, Event, InstanceSpec};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

pub(crate) const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(crate) async fn sleep_secs(seconds: u64) {
    tokio::time::sleep(secs(seconds)).await;
}

/// An instance of the application `shop`.
pub(crate) fn shop(id: &str) -> InstanceSpec {
    let spec = InstanceSpec::new("shop").instance_id(id).port(80);
    spec.host_name("shop.test").ip_addr("10.0.0.9")
}

/// One server, which lists `orders/o-1`.
pub(crate) fn with_orders() -> FakeEureka {
    let eureka = FakeEureka::new();
    eureka.put("orders", "o-1", 8080);
    eureka
}

/// The ids of the instances of an application, as look-ups find them.
pub(crate) fn ids(client: &EurekaClient, app: &str) -> Vec<String> {
    let instances = client.instances(app);
    let mut ids: Vec<String> = instances.iter().map(|one| one.id().to_string()).collect();
    ids.sort();
    ids
}

/// What happened since the last call.
pub(crate) fn happened(events: &mut Receiver<Event>) -> Vec<Event> {
    let mut happened = Vec::new();
    loop {
        match events.try_recv() {
            Ok(event) => happened.push(event),
            Err(TryRecvError::Lagged(_)) => {}
            Err(_) => return happened,
        }
    }
}
