//! Who hears of a signal, and in which order.

use std::ffi::OsStr;
use std::process::Stdio;

use tokio::process::Command;

use super::{Marks, agent, agent_of, instance, until_shown, url};
use crate::harness::{Process, Server};

/// Sets the mark `ready`, and one for each of these signals that it gets; it ends only at TERM and INT, with 7.
fn listening(marks: &Marks) -> String {
    let heard = |signal| format!("trap ': > {}' {signal}; ", marks.path(signal));
    let heard: String = ["HUP", "QUIT", "USR1", "USR2"].map(heard).concat();
    let ready = marks.path("ready");
    format!("{heard} trap 'exit 7' TERM INT; : > {ready}; while kill -0 $PPID; do sleep 0.02; done")
}

/// The process of this command, which another one becomes.
fn started_by(other: &[&str], command: &Command) -> Process {
    let (program, own) = (OsStr::new(other[0]), command.as_std());
    let args = other[1..].iter().map(OsStr::new);
    let mut command = Command::new(program);
    command
        .args(args.chain([own.get_program()]).chain(own.get_args()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    Process::start(&mut command)
}

#[tokio::test]
async fn callers_are_told_before_the_command_is() {
    for (signal, code) in [("TERM", 7), ("INT", 7)] {
        let server = Server::start(&[]).await;
        let marks = Marks::of(&format!("order-{signal}"));
        let flags = ["--health=exec:true", "--drain=10ms"];
        let mut agent = agent_of(&server, &flags, &listening(&marks));
        marks.until_set("ready").await;
        until_shown(&server, Some("UP")).await;
        agent.signal(signal).await;
        let log = agent.log_until("the command gets the signal").await;
        let place = |part: &str| log.iter().position(|line| line.contains(part));
        let places = [
            place("stopping: "),
            place("has left the registry"),
            place("until callers have heard of it"),
            place("the command gets the signal"),
        ];
        assert!(places.is_sorted() && !places.contains(&None), "{log:#?}");
        assert_eq!(instance(&server).await, None);
        assert_eq!(agent.ended().await, Some(code));
    }
}

#[tokio::test]
async fn while_callers_stop_coming_the_command_goes_on() {
    let (server, marks) = (Server::start(&[]).await, Marks::of("drain"));
    let flags = ["--health=exec:true", "--drain=1h"];
    let mut agent = agent_of(&server, &flags, &listening(&marks));
    marks.until_set("ready").await;
    until_shown(&server, Some("UP")).await;
    agent.signal("TERM").await;
    until_shown(&server, None).await;
    agent.log_until("until callers have heard of it").await;
    // It lives and hears.
    agent.signal("USR1").await;
    marks.until_set("USR1").await;
    // Who asks again does not want to wait.
    agent.signal("INT").await;
    agent
        .log_until("the command gets the signal signal=SIGINT")
        .await;
    assert_eq!(agent.ended().await, Some(7));
}

#[tokio::test]
async fn what_does_not_ask_for_the_end_is_passed_on() {
    let (server, marks) = (Server::start(&[]).await, Marks::of("passed-on"));
    let plain = agent(&url(&server), &["--health=exec:true"], &listening(&marks));
    // Whoever runs the tests may have been told to ignore it.
    let mut agent = started_by(&["env", "--default-signal=HUP"], &plain);
    marks.until_set("ready").await;
    until_shown(&server, Some("UP")).await;
    for signal in ["HUP", "QUIT", "USR1", "USR2"] {
        assert!(!marks.is_set(signal));
        agent.signal(signal).await;
        marks.until_set(signal).await;
    }
    assert!(instance(&server).await.is_some());
    agent.signal("TERM").await;
    assert_eq!(agent.ended().await, Some(7));
}

#[tokio::test]
async fn a_command_that_is_not_registered_hears_at_once() {
    let (server, marks) = (Server::start(&[]).await, Marks::of("unregistered"));
    let flags = ["--health=exec:false", "--drain=1h"];
    let mut agent = agent_of(&server, &flags, &listening(&marks));
    marks.until_set("ready").await;
    agent.signal("TERM").await;
    assert_eq!(agent.ended().await, Some(7));
}

/// As `nohup` starts it.
#[tokio::test]
async fn a_hangup_that_is_ignored_stays_ignored() {
    let (server, marks) = (Server::start(&[]).await, Marks::of("nohup"));
    let plain = agent(&url(&server), &["--health=exec:true"], &listening(&marks));
    let mut agent = started_by(&["sh", "-c", "trap '' HUP; exec \"$@\"", "sh"], &plain);
    marks.until_set("ready").await;
    agent.signal("HUP").await;
    agent.signal("USR1").await;
    marks.until_set("USR1").await;
    assert!(!marks.is_set("HUP"));
    agent.signal("TERM").await;
    let log = agent.log_until("the command has ended").await;
    assert!(!log.concat().contains("SIGHUP"), "{log:#?}");
}
