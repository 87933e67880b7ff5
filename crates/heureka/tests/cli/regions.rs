//! Remote regions, between processes.

use tokio::net::TcpListener;

use crate::{
    harness::{Server, config_file},
    tls_front::TlsFront,
};

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

async fn region_with_an_instance() -> Server {
    let eu = Server::start(&[]).await;
    let registered = eu.send("POST /eureka/apps/ORDERS HTTP/1.1", INSTANCE).await;
    assert!(registered.starts_with("HTTP/1.1 204"), "{registered}");
    eu
}

#[tokio::test]
async fn a_region_is_followed_over_tls_by_who_it_knows() {
    let eu = region_with_an_instance().await;
    let front = TlsFront::of(&eu.address).await;
    let authority = config_file("region-ca", &front.certificate);
    let regions = format!("eu=https://user:secret@{}/eureka/", front.address);
    let mut server = Server::start(&[
        "--remote-regions",
        &regions,
        "--peer-ca",
        &authority,
        "--log-level",
        "trace",
    ])
    .await;
    let log = server.log_until("the region is ready").await.concat();
    let shown = server.send("GET /eureka/apps HTTP/1.1", "").await;
    assert!(shown.contains("\"eu1\""), "{shown}");
    let head = front.last_head();
    // In clear text: user:secret
    let secret = "dXNlcjpzZWNyZXQ=";
    assert!(
        head.contains(&format!("authorization: Basic {secret}\r\n")),
        "{head}"
    );
    assert!(head.contains("accept-encoding: gzip\r\n"), "{head}");
    let page = server.send("GET / HTTP/1.1", "").await;
    let metrics = server.send("GET /metrics HTTP/1.1", "").await;
    for text in [log, page, metrics] {
        assert!(!text.contains("secret") && !text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn a_region_that_nobody_vouches_for_is_told_nothing() {
    let eu = region_with_an_instance().await;
    let front = TlsFront::of(&eu.address).await;
    let regions = format!("eu=https://user:secret@{}/eureka/", front.address);
    let mut server = Server::start(&["--remote-regions", &regions]).await;
    let log = server.log_until("the region could not be fetched").await;
    let line = log.last().unwrap();
    assert!(
        line.contains("the region cannot be reached: TLS failed"),
        "{log:#?}"
    );
    assert_eq!(front.last_head(), "");
    assert!(!log.concat().contains("secret"), "{log:#?}");
}
