//! How the command ends, and the agent with it.

use std::process::Stdio;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{Marks, agent, agent_of, instance, until_shown, url};
use crate::harness::{Process, Server, heureka, run};

#[tokio::test]
async fn a_command_that_ends_takes_its_instance_along() {
    let server = Server::start(&[]).await;
    for (name, end, code) in [
        ("ends-0", "exit 0", 0),
        ("ends-3", "exit 3", 3),
        ("ends-term", "kill -TERM $$", 143),
        ("ends-kill", "kill -KILL $$", 137),
    ] {
        let marks = Marks::of(name);
        let script = format!(
            "until test -f '{}'; do sleep 0.02; done; {end}",
            marks.path("end")
        );
        let mut agent = agent_of(&server, &["--health=exec:true"], &script);
        until_shown(&server, Some("UP")).await;
        marks.set("end");
        assert_eq!(agent.ended().await, Some(code), "{end}");
        assert_eq!(instance(&server).await, None, "{end}");
    }
}

#[tokio::test]
async fn a_command_that_ends_before_it_is_well_is_not_registered() {
    let server = Server::start(&[]).await;
    let ended = run(agent(&url(&server), &[], "exit 5")).await;
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert!(!ended.stderr.contains("Eureka client"), "{ended:?}");
}

#[tokio::test]
async fn a_command_that_cannot_be_started() {
    let server = Server::start(&[]).await;
    let marks = Marks::of("not-started");
    marks.set("script");
    let script = marks.path("script");
    let denied = format!(
        "heureka: the command {script:?} cannot be started: Permission denied (os error 13)\n"
    );
    let missing = "heureka: the command \"no-such-command\" is not found: write its path, or a name that is found in PATH\n";
    for (program, code, line) in [(&*script, 126, &*denied), ("no-such-command", 127, missing)] {
        let server_flag = url(&server);
        let flags = [
            "--server",
            &server_flag,
            "--health=exec:true",
            "--",
            program,
        ];
        let ended = run(heureka(&[&super::FLAGS, &flags[..]].concat())).await;
        assert_eq!((ended.code, &*ended.stderr), (Some(code), line));
        assert_eq!(instance(&server).await, None);
    }
}

#[tokio::test]
async fn a_command_that_does_not_end_is_killed() {
    let server = Server::start(&[]).await;
    let flags = ["--health=exec:true", "--stop-timeout=100ms"];
    let script = "trap '' TERM; while kill -0 $PPID; do sleep 0.02; done";
    let mut agent = agent_of(&server, &flags, script);
    until_shown(&server, Some("UP")).await;
    agent.signal("TERM").await;
    agent
        .log_until("has not ended in time, and is killed")
        .await;
    assert_eq!(agent.ended().await, Some(137));
}

#[tokio::test]
async fn what_the_command_reads_and_writes_is_its_own() {
    let server = Server::start(&[]).await;
    let mut command = agent(&url(&server), &["--log-level=off"], "cat; echo oops >&2");
    command.stdin(Stdio::piped());
    let mut agent = Process::start(&mut command);
    let mut stdin = agent.child.stdin.take().unwrap();
    stdin.write_all(b"a\0b\n").await.unwrap();
    drop(stdin);
    let mut stdout = String::new();
    let mut pipe = agent.child.stdout.take().unwrap();
    pipe.read_to_string(&mut stdout).await.unwrap();
    assert_eq!(stdout, "a\0b\n");
    assert_eq!(agent.log_until("oops").await, ["oops"]);
    assert_eq!(agent.ended().await, Some(0));
}

/// The command may be told to others, or print what it knows.
#[tokio::test]
async fn the_command_is_not_told_the_password() {
    let script = "echo \"$HEUREKA_AGENT_SERVER$HEUREKA_AGENT_APP\"";
    let mut command = heureka(&["agent", "--port=1", "--", "sh", "-c", script]);
    command
        .env("HEUREKA_AGENT_SERVER", "http://u:secret@127.0.0.1:1/")
        .env("HEUREKA_AGENT_APP", "orders");
    let ended = run(command).await;
    assert_eq!((ended.code, &*ended.stdout), (Some(0), "orders\n"));
    assert!(!ended.stderr.contains("secret"), "{ended:?}");
}
