//! The client without an async runtime (RS2).

use std::time::Duration;

use heureka_client::blocking::Client;
use heureka_client::{Error, InstanceKey};

use crate::cluster::{Cluster, client_of, instance};

#[test]
fn rs2_a_program_without_a_runtime_registers_looks_up_and_leaves() {
    let cluster = Cluster::default();
    cluster.list(instance("stock", "1"));
    let builder = client_of(&cluster.transport()).register(instance("orders", "1"));
    let client = Client::start(builder).unwrap();
    let key = InstanceKey::new("orders", "1");
    assert!(cluster.status_of(&key).is_some());
    assert_eq!(client.instances("stock").len(), 1);
    let found = client.wait_for("stock", 1, Duration::from_secs(60));
    assert_eq!(found.unwrap().len(), 1);
    client.shutdown().unwrap();
    assert_eq!(cluster.status_of(&key), None);
}

#[test]
fn rs2_a_blocking_start_that_fails_says_why() {
    let cluster = Cluster::default();
    cluster.take_down("a");
    let builder = client_of(&cluster.transport()).insist_on_fetch(true);
    let refused = Client::start(builder).unwrap_err();
    assert!(matches!(refused, Error::AllServersFailed { .. }));
}

#[tokio::test]
async fn rs2_the_blocking_client_does_not_wait_within_a_runtime() {
    let cluster = Cluster::default();
    let client = Client::start(client_of(&cluster.transport())).unwrap();
    let refused = client.wait_for("stock", 1, Duration::from_secs(60));
    assert!(refused.unwrap_err().to_string().contains("EurekaClient"));
    client.shutdown().unwrap();
}
