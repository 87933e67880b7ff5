//! Remote regions, between processes.

use tokio::net::TcpListener;

use crate::harness::Server;

const INSTANCE: &str = r#"{"instance":{"instanceId":"eu1","hostName":"h","app":"ORDERS","ipAddr":"10.0.0.1","status":"UP","dataCenterInfo":{"@class":"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo","name":"MyOwn"}}}"#;

#[tokio::test]
async fn a_server_shows_what_another_region_has() {
    let eu = Server::start(&[]).await;
    let registered = eu.send("POST /eureka/apps/ORDERS HTTP/1.1", INSTANCE).await;
    assert!(registered.starts_with("HTTP/1.1 204"), "{registered}");
    let regions = format!("EU=http://{}/eureka", eu.address);
    let mut server = Server::start(&["--remote-regions", &regions]).await;
    server.log_until("the region is ready").await;
    for (path, shows) in [
        ("/eureka/apps", true),
        ("/eureka/apps?regions=eu", true),
        ("/eureka/apps?regions=us", false),
        ("/eureka/apps/delta", true),
        ("/eureka/apps/ORDERS/eu1", true),
    ] {
        let answer = server.send(&format!("GET {path} HTTP/1.1"), "").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        assert_eq!(answer.contains("\"eu1\""), shows, "{path}: {answer}");
    }
}

/// server.md D-58, G14
#[tokio::test]
async fn a_region_that_is_down_does_not_keep_the_server_from_starting() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let regions = format!("eu=http://{}/eureka", free.local_addr().unwrap());
    drop(free);
    let mut server = Server::start(&[
        "--remote-regions",
        &regions,
        "--remote-region-allow",
        "eu=ORDERS,*=BILLING",
        "--remote-region-fallback",
        "off",
    ])
    .await;
    server.log_until("the region could not be fetched").await;
    for (path, status) in [
        ("/eureka/apps", "HTTP/1.1 200"),
        ("/eureka/apps?regions=eu", "HTTP/1.1 403"),
    ] {
        let answer = server.send(&format!("GET {path} HTTP/1.1"), "").await;
        assert!(answer.starts_with(status), "{path}: {answer}");
    }
    server.signal("TERM").await;
    assert_eq!(server.ended().await, Some(0));
}
