//! When the instance is registered, and as what.

use tokio::net::TcpListener;

use super::{Marks, agent_of, instance, until_shown};
use crate::harness::{Server, run, until};

#[tokio::test]
async fn the_instance_follows_the_health_of_the_command() {
    let (server, marks) = (Server::start(&[]).await, Marks::of("follows"));
    let (count, well) = (marks.path("count"), marks.path("well"));
    let health = format!("--health=exec:echo >> '{count}'; test -f '{well}'");
    let mut agent = agent_of(&server, &[&health], "exec sleep 1000");
    until("it is asked three times", async || {
        std::fs::read_to_string(&count).is_ok_and(|asked| asked.lines().count() >= 3)
    })
    .await;
    assert_eq!(instance(&server).await, None);
    marks.set("well");
    until_shown(&server, Some("UP")).await;
    marks.take("well");
    until_shown(&server, Some("DOWN")).await;
    marks.set("well");
    until_shown(&server, Some("UP")).await;
    agent.signal("TERM").await;
    assert_eq!(agent.ended().await, Some(143));
    assert_eq!(instance(&server).await, None);
}

#[tokio::test]
async fn thresholds_count_in_a_row() {
    let (server, marks) = (Server::start(&[]).await, Marks::of("thresholds"));
    let asked = marks.path("asked");
    // Every third look passes.
    let health = format!(
        "--health=exec:echo >> '{asked}'; test $(($(wc -l < '{asked}') % 3)) = 0 || test -f '{}'",
        marks.path("well")
    );
    let flags = [&*health, "--health-successes=2"];
    let mut agent = agent_of(&server, &flags, "exec sleep 1000");
    until("it passes four times", async || {
        std::fs::read_to_string(&asked).is_ok_and(|asked| asked.lines().count() > 12)
    })
    .await;
    assert_eq!(instance(&server).await, None);
    marks.set("well");
    until_shown(&server, Some("UP")).await;
    agent.signal("TERM").await;
    agent.ended().await;
}

#[tokio::test]
async fn without_a_check_the_port_counts() {
    let server = Server::start(&[]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let flags = ["--instance-id=h:orders:1", "--secure-port", &port];
    // The plain port is 1, at which nobody listens.
    let mut agent = agent_of(&server, &flags, "exec sleep 1000");
    agent.log_until("is not well yet").await;
    agent.signal("TERM").await;
    let log = agent.log_until("the command has ended").await;
    assert!(!log.concat().contains("Eureka client"), "{log:#?}");

    let health = format!("--health=tcp://127.0.0.1:{port}");
    let mut agent = agent_of(&server, &[&health], "exec sleep 1000");
    until_shown(&server, Some("UP")).await;
    drop(listener);
    until_shown(&server, Some("DOWN")).await;
    agent.signal("TERM").await;
    agent.ended().await;
}

#[tokio::test]
async fn a_page_counts_by_its_status() {
    let server = Server::start(&[]).await;
    let health = |page: &str| format!("--health=http://u:secret@{}{page}", server.address);
    let unknown = health("/nothing/here?token=secret");
    let mut agent = agent_of(&server, &[&unknown], "exec sleep 1000");
    let log = agent.log_until("is not well yet").await.concat();
    assert!(log.contains("answered 404 Not Found"), "{log}");
    assert!(!log.contains("secret"), "{log}");
    agent.signal("TERM").await;
    agent.ended().await;
    let well = health("/actuator/health/liveness?token=secret");
    let mut agent = agent_of(&server, &[&well], "exec sleep 1000");
    until_shown(&server, Some("UP")).await;
    agent.signal("TERM").await;
    let log = agent.log_until("the command has ended").await.concat();
    assert!(!log.contains("secret"), "{log}");
}

#[tokio::test]
async fn a_check_that_hangs_has_failed_and_leaves_nothing_behind() {
    let (server, marks) = (Server::start(&[]).await, Marks::of("hangs"));
    let (first, later) = (marks.path("first"), marks.path("later"));
    // The second look passes where the child of the first one is gone, or a zombie that nobody takes note of.
    let health = format!(
        "--health=exec:if test -f '{first}'; then \
         case $(cat /proc/$(cat '{first}')/stat) in ''|*') Z '*) exit 0;; esac; exit 1; \
         else sleep 1000 & echo $! > '{later}'; mv '{later}' '{first}'; wait; fi"
    );
    let flags = [&*health, "--health-timeout=1s"];
    let mut agent = agent_of(&server, &flags, "exec sleep 1000");
    let log = agent.log_until("is not well yet").await.concat();
    assert!(log.contains("took longer than 1s"), "{log}");
    until_shown(&server, Some("UP")).await;
    agent.signal("TERM").await;
    agent.ended().await;
}

#[tokio::test]
async fn a_command_that_is_never_well_is_ended() {
    let server = Server::start(&[]).await;
    let flags = [
        "--health=exec:exit 7",
        "--start-timeout=100ms",
        "--stop-timeout=100ms",
        "--log-level=off",
    ];
    // It and its child have stdout open, and the run waits until nobody has.
    let script = "trap '' TERM; sleep 1000; sleep 1000";
    let ended = run(super::agent(&super::url(&server), &flags, script)).await;
    assert_eq!(ended.code, Some(69), "{ended:?}");
    assert_eq!(
        ended.stderr,
        "heureka: the command was not well within --start-timeout, and was ended; at last the health check's command \
         ended with exit status: 7\n"
    );
    assert_eq!(instance(&server).await, None);
}
