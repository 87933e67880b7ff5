//! Nodes of a cluster, each a process of its own.

use tokio::net::TcpListener;

use crate::harness::{Server, config_file, heureka};

const INSTANCE: &str = r#"{"instance":{"instanceId":"1","hostName":"h","app":"ORDERS","ipAddr":"10.0.0.1","status":"UP","dataCenterInfo":{"@class":"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo","name":"MyOwn"}}}"#;

const OPEN: &str = "listings are open";

/// A service URL at which nobody listens.
async fn silent() -> String {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/eureka/", free.local_addr().unwrap())
}

/// The status of the answer to a request without a body.
async fn status(server: &Server, first_line: &str) -> String {
    let answer = server.send(first_line, "").await;
    answer.chars().skip(9).take(3).collect()
}

#[tokio::test]
async fn a_node_that_starts_has_what_its_peer_has_and_tells_it_what_is_new() {
    let mut first = Server::start(&["--peers", &silent().await, "--start-hold", "1ms"]).await;
    first.log_until(OPEN).await;
    first
        .send("POST /eureka/apps/ORDERS HTTP/1.1", INSTANCE)
        .await;
    let peers = format!("http://{}/eureka/", first.address);
    let mut second = Server::start(&["--peers", &peers, "--start-hold", "1h"]).await;
    second.log_until(OPEN).await;
    assert_eq!(
        status(&second, "GET /eureka/apps/ORDERS/1 HTTP/1.1").await,
        "200"
    );
    assert_eq!(
        status(&second, "DELETE /eureka/apps/ORDERS/1 HTTP/1.1").await,
        "200"
    );
    second.signal("TERM").await;
    assert_eq!(second.ended().await, Some(0));
    // Whoever ends by its operator's will tells first what is left to be told.
    assert_eq!(
        status(&first, "GET /eureka/apps/ORDERS/1 HTTP/1.1").await,
        "404"
    );
}

#[tokio::test]
async fn listings_are_closed_until_somebody_hands_the_registry_over() {
    let server = Server::start(&["--peers", &silent().await, "--start-hold", "1h"]).await;
    assert_eq!(status(&server, "GET /eureka/apps HTTP/1.1").await, "403");
    let registered = server
        .send("POST /eureka/apps/ORDERS HTTP/1.1", INSTANCE)
        .await;
    assert!(registered.starts_with("HTTP/1.1 204"), "{registered}");
    assert_eq!(
        status(&server, "GET /eureka/apps/ORDERS/1 HTTP/1.1").await,
        "200"
    );
}

#[tokio::test]
async fn a_list_that_holds_only_the_node_itself_keeps_nothing_closed() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = free.local_addr().unwrap().to_string();
    drop(free);
    // Its own address is not how it knows itself, so that only the answer tells.
    let url = format!(
        "http://localhost:{}/eureka/",
        own.rsplit(':').next().unwrap()
    );
    let flags = [
        "serve",
        "--listen",
        &own,
        "--peers",
        &url,
        "--start-hold",
        "1h",
    ];
    let mut server = Server::up(heureka(&flags)).await;
    server
        .log_until("listings are open: there are no other nodes")
        .await;
    assert_eq!(status(&server, "GET /eureka/apps HTTP/1.1").await, "200");
}

#[tokio::test]
async fn names_that_lead_nowhere_do_not_keep_a_node_from_serving() {
    for peers in [
        "http://nowhere.invalid:8761/eureka/",
        "dns+http://nowhere.invalid:8761/eureka/",
    ] {
        let mut server = Server::start(&["--peers", peers, "--start-hold", "1ms"]).await;
        server
            .log_until("listings are open: no peer had a registry")
            .await;
        assert_eq!(
            status(&server, "GET /eureka/apps HTTP/1.1").await,
            "200",
            "{peers}"
        );
        server.signal("TERM").await;
        assert_eq!(server.ended().await, Some(0), "{peers}");
    }
}

#[tokio::test]
async fn a_hangup_looks_the_peers_up_again() {
    let mut server = Server::start(&["--peers", &silent().await]).await;
    server.log_until("a peer is in the list").await;
    server.signal("HUP").await;
    server.log_until("the peers are looked up again").await;
}

#[tokio::test]
async fn names_that_lead_nowhere_are_told_and_looked_up_again() {
    let peers = "dns+http://user:secret@nowhere.invalid:8761/eureka/";
    let mut server = Server::start(&["--peers", peers, "--start-hold", "1h"]).await;
    let failure = "peers cannot be looked up";
    let mut log = server.log_until(failure).await;
    assert!(log.last().unwrap().contains("nowhere.invalid"), "{log:#?}");
    // What a name stands for may be there any moment, so the node waits.
    assert_eq!(status(&server, "GET /eureka/apps HTTP/1.1").await, "403");
    server.signal("HUP").await;
    log.extend(server.log_until("the peers are looked up again").await);
    log.extend(server.log_until(failure).await);
    assert!(!log.concat().contains("secret"), "{log:#?}");
}

#[tokio::test]
async fn a_node_knows_itself_by_its_address() {
    let free = TcpListener::bind("127.0.0.5:0").await.unwrap();
    let own = free.local_addr().unwrap().to_string();
    drop(free);
    let url = format!("http://{own}/eureka/");
    let flags = ["serve", "--listen", &own, "--peers", &url];
    let mut server = Server::up(heureka(&[&flags[..], &["--start-hold", "1h"]].concat())).await;
    let log = server.log_until(OPEN).await;
    assert!(
        log.last().unwrap().contains("there are no other nodes"),
        "{log:#?}"
    );
}

/// Nobody listens at the ports that the system keeps for itself.
#[tokio::test]
async fn peers_can_be_given_in_each_layer() {
    const LIST: &str =
        "http://user:secret@127.0.0.1:1/eureka, ,https://user:secret@127.0.0.1:2/eureka/";
    let as_text = config_file("peers-text", format!("peers = \"{LIST}\""));
    let urls = LIST.replace(", ,", "\", \"");
    let as_list = config_file("peers-list", format!("peers = [\"{urls}\"]"));
    let serve = ["serve", "--listen", "127.0.0.1:0", "--log-level", "debug"];
    let with = |flags: &[&str]| heureka(&[&serve[..], flags].concat());
    let mut by_variable = with(&[]);
    by_variable.env("HEUREKA_PEERS", LIST);
    for command in [
        with(&["--peers", LIST]),
        by_variable,
        with(&["--config", &as_text]),
        with(&["--config", &as_list]),
    ] {
        let mut server = Server::up(command).await;
        let in_list = "a peer is in the list peer=";
        let mut log = server.log_until(in_list).await;
        log.extend(server.log_until(in_list).await);
        let mut peers: Vec<_> = log
            .iter()
            .filter_map(|line| Some(line.split_once(in_list)?.1))
            .collect();
        peers.sort_unstable();
        let urls = [
            "\"http://127.0.0.1:1/eureka/\"",
            "\"https://127.0.0.1:2/eureka/\"",
        ];
        assert_eq!(peers, urls, "{log:#?}");
        log.extend(server.log_until("a peer does not answer").await);
        assert!(!log.concat().contains("secret"), "{log:#?}");
    }
}
