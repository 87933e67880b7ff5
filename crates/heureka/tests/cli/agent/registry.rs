//! What servers are told, and what becomes of the command when there are none.

use tokio::net::TcpListener;

use super::{Marks, agent, agent_of, instance, until_shown, url};
use crate::harness::{Process, Server, heureka, run};

#[tokio::test]
async fn servers_are_told_what_was_said() {
    let server = Server::start(&[]).await;
    let flags = [
        "--health=exec:true",
        "--secure-port=2",
        "--vip=shop",
        "--zone=z1",
        "--metadata=version=2",
        "--metadata",
        "tags=a,b",
        "--renewal-interval=10s",
        "--lease=1m",
        "--prefer-ip-address=on",
    ];
    let mut agent = agent_of(&server, &flags, "exec sleep 1000");
    until_shown(&server, Some("UP")).await;
    let told = instance(&server).await.unwrap();
    for (field, value) in [
        ("/instanceId", "h:orders:1"),
        ("/app", "ORDERS"),
        ("/hostName", "10.0.0.1"),
        ("/ipAddr", "10.0.0.1"),
        ("/port/$", "1"),
        ("/port/@enabled", "\"true\""),
        ("/securePort/$", "2"),
        ("/securePort/@enabled", "\"true\""),
        ("/vipAddress", "shop"),
        ("/secureVipAddress", "shop"),
        ("/metadata/zone", "z1"),
        ("/metadata/version", "2"),
        ("/metadata/tags", "a,b"),
        ("/leaseInfo/renewalIntervalInSecs", "10"),
        ("/leaseInfo/durationInSecs", "60"),
    ] {
        let shown = told.pointer(field).map(|field| match field.as_str() {
            Some(text) if !field.to_string().contains("true") => text.to_owned(),
            _ => field.to_string(),
        });
        assert_eq!(shown.as_deref(), Some(value), "{field} in {told}");
    }
    agent.signal("TERM").await;
    agent.ended().await;
}

#[tokio::test]
async fn variables_say_the_same() {
    let server = Server::start(&[]).await;
    let mut command = heureka(&["agent", "--", "sleep", "1000"]);
    for (variable, value) in [
        ("SERVER", &*url(&server)),
        ("APP", "orders"),
        ("PORT", "1"),
        ("HOST_NAME", "h"),
        ("IP_ADDRESS", "10.0.0.1"),
        ("HEALTH", "exec:true"),
        ("METADATA", "version=2,stage=test"),
        // Of Kubernetes, for a service called heureka-agent.
        ("SERVICE_HOST", "10.96.0.17"),
    ] {
        command.env(format!("HEUREKA_AGENT_{variable}"), value);
    }
    let mut agent = Process::start(&mut command);
    until_shown(&server, Some("UP")).await;
    let told = instance(&server).await.unwrap();
    assert_eq!(told["metadata"]["version"], "2");
    assert_eq!(told["metadata"]["stage"], "test");
    agent.signal("TERM").await;
    let log = agent.log_until("the command has ended").await;
    assert!(!log.concat().contains("WARN"), "{log:#?}");
}

#[tokio::test]
async fn the_lease_is_renewed() {
    let server = Server::start(&["--lease-grace=0s", "--self-preservation=off"]).await;
    let flags = ["--health=exec:true", "--renewal-interval=1s", "--lease=2s"];
    let mut agent = agent_of(&server, &flags, "exec sleep 1000");
    until_shown(&server, Some("UP")).await;
    let renewed =
        async || instance(&server).await.unwrap()["leaseInfo"]["lastRenewalTimestamp"].as_i64();
    let first = renewed().await;
    crate::harness::until("a third renewal", async || {
        renewed().await >= first.map(|first| first + 2500)
    })
    .await;
    agent.signal("TERM").await;
    agent.ended().await;
}

#[tokio::test]
async fn a_registry_that_is_down_does_not_trouble_the_command() {
    let marks = Marks::of("down");
    let script = format!(
        "until test -f '{}'; do sleep 0.02; done; exit 3",
        marks.path("end")
    );
    let flags = ["--health=exec:true"];
    let mut agent = Process::start(&mut agent("http://u:secret@127.0.0.1:1/", &flags, &script));
    let log = agent.log_until("no server took the registration").await;
    marks.set("end");
    let log = [log, agent.log_until("the command has ended").await].concat();
    assert_eq!(agent.ended().await, Some(3));
    assert!(!log.concat().contains("secret"), "{log:#?}");
}

#[tokio::test]
async fn a_registry_that_comes_later_is_told() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let flags = ["--health=exec:true", "--renewal-interval=1s"];
    let later = format!("http://127.0.0.1:1/eureka/,http://{address}/eureka/");
    let mut agent = Process::start(&mut agent(&later, &flags, "exec sleep 1000"));
    agent.log_until("no server took the registration").await;
    let server = Server::up(heureka(&["serve", "--listen", &address])).await;
    until_shown(&server, Some("UP")).await;
    agent.signal("TERM").await;
    assert_eq!(agent.ended().await, Some(143));
    assert_eq!(instance(&server).await, None);
}

/// One that takes connections and says nothing: the farewell has its time, and the command ends all the same.
#[tokio::test]
async fn a_registry_that_hangs_holds_nobody_for_ever() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}/eureka/", silent.local_addr().unwrap());
    let mut agent = Process::start(&mut agent(
        &server,
        &["--health=exec:true"],
        "exec sleep 1000",
    ));
    // It asks.
    let _connection = silent.accept().await.unwrap();
    agent.signal("TERM").await;
    agent.log_until("the command gets the signal").await;
    assert_eq!(agent.ended().await, Some(143));
}

#[tokio::test]
async fn certificates_that_cannot_be_used_start_nothing() {
    let flags = ["--ca-file=/nonexistent/ca.pem"];
    let ended = run(agent("https://127.0.0.1:1/", &flags, "echo started")).await;
    assert_eq!((ended.code, &*ended.stdout), (Some(64), ""));
    assert_eq!(
        ended.stderr,
        "heureka: ca-file = \"/nonexistent/ca.pem\" cannot be used: No such file or directory (os error 2)\n"
    );
}
