//! How what is registered comes about, and who the client says it is.

use std::time::Duration;

use heureka_client::{Error, EurekaClient, InstanceSpec, Settings};

use crate::cluster::{Cluster, client_of};

#[tokio::test(start_paused = true)]
async fn rs1_a_spec_is_completed_at_the_start_and_registered() {
    let cluster = Cluster::default();
    let transport = cluster.transport();
    let spec = InstanceSpec::new("orders")
        .host_name("box")
        .ip_addr("10.0.0.9")
        .port(8080);
    let client = client_of(&transport).register(spec).start().await.unwrap();
    let document = client.document().unwrap();
    assert_eq!(document.id.as_str(), "box:orders:8080");
    assert!(cluster.status_of(&document.key()).is_some());
    let first = transport.seen().remove(0);
    assert_eq!(first.header("discoveryidentity-id"), Some("10.0.0.9"));
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rs1_a_spec_that_is_none_is_told_at_the_start() {
    let cluster = Cluster::default();
    let client = client_of(&cluster.transport()).register(InstanceSpec::new(" "));
    let refused = client.start().await.unwrap_err();
    assert!(matches!(refused, Error::Config(_)));
    assert!(
        refused.to_string().contains("application name"),
        "{refused}"
    );
}

fn settings(pairs: &[(&str, &str)]) -> Settings {
    Settings::from_properties(pairs.iter().copied()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn rs1_settings_say_which_servers_what_is_registered_and_how_often() {
    let cluster = Cluster::default();
    let transport = cluster.transport();
    let settings = settings(&[
        (
            "eureka.client.service-url.defaultZone",
            "http://configured:8761/eureka/",
        ),
        ("eureka.client.registry-fetch-interval-seconds", "7"),
        ("eureka.client.disable-delta", "true"),
        ("eureka.instance.appname", "orders"),
        ("eureka.instance.hostname", "box"),
        ("eureka.instance.ip-address", "10.0.0.9"),
        ("eureka.instance.non-secure-port", "8080"),
        ("eureka.instance.metadata-map.zone", "a"),
    ]);
    let builder = EurekaClient::builder().settings(&settings).unwrap();
    let client = builder.transport(transport.clone()).start().await.unwrap();
    let document = client.document().unwrap();
    assert_eq!(
        (document.app.as_str(), document.metadata.get("zone")),
        ("ORDERS", Some("a"))
    );
    assert!(cluster.status_of(&document.key()).is_some());
    assert!(
        transport
            .seen()
            .iter()
            .all(|seen| seen.server.host() == "configured")
    );
    let before = transport.seen().len();
    tokio::time::sleep(Duration::from_secs(15)).await;
    let fetched = transport.seen().split_off(before);
    assert_eq!(
        fetched.iter().filter(|seen| seen.method == "GET").count(),
        2,
        "{fetched:?}"
    );
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rs1_settings_that_switch_everything_off_ask_nobody() {
    let transport = Cluster::default().transport();
    let settings = settings(&[
        ("eureka.client.enabled", "false"),
        ("eureka.instance.appname", "orders"),
    ]);
    let builder = EurekaClient::builder().settings(&settings).unwrap();
    let client = builder.transport(transport.clone()).start().await.unwrap();
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert!(transport.seen().is_empty());
    client.shutdown().await.unwrap();
}

#[test]
fn rs1_settings_that_cannot_be_used_say_what_to_give() {
    for (pairs, says) in [
        (
            &[("eureka.client.use-dns-for-fetching-service-urls", "true")][..],
            "give the domain and the port",
        ),
        (
            &[
                ("eureka.client.proxy-host", "http://proxy/"),
                ("eureka.client.proxy-port", "3128"),
            ],
            "proxy",
        ),
    ] {
        let refused = EurekaClient::builder()
            .settings(&settings(pairs))
            .unwrap_err();
        assert!(refused.to_string().contains(says), "{refused}");
    }
}
