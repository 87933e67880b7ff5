//! Each mistake ends in one line and exit code 64, and nothing is started.

use crate::harness::{heureka, run};

const SERVER: &str = "--server=http://127.0.0.1:1/eureka/";

/// Asserts that the arguments are refused with this one line.
async fn check(arguments: &[&str], line: &str) {
    let ended = run(heureka(&[&["agent"], arguments].concat())).await;
    assert_eq!(ended.code, Some(64), "{arguments:?}: {ended:?}");
    assert_eq!(ended.stderr, format!("heureka: {line}\n"), "{arguments:?}");
    assert_eq!(ended.stdout, "", "{arguments:?}");
}

/// A flag beside those that are needed, with a command that would say that it was started.
async fn check_flag(flag: &str, line: &str) {
    let needed = [SERVER, "--app=orders", "--port=1", "--log-level=off"];
    let command = ["--", "echo", "started"];
    check(&[&needed[..], &[flag], &command].concat(), line).await;
}

#[tokio::test]
async fn what_is_missing() {
    let command = ["--", "echo", "started"];
    for (flags, line) in [
        (
            &["--app=orders", "--port=1"][..],
            "server is missing: give --server or the variable HEUREKA_AGENT_SERVER",
        ),
        (
            &[SERVER, "--port=1"],
            "app is missing: give --app or the variable HEUREKA_AGENT_APP",
        ),
        (
            &[SERVER, "--app=orders"],
            "port is missing: give --port or the variable HEUREKA_AGENT_PORT",
        ),
    ] {
        check(&[flags, &command].concat(), line).await;
    }
    let no_command = "no command to run: write it at the end behind --, such as -- python3 app.py";
    check(&[SERVER, "--app=orders", "--port=1"], no_command).await;
}

#[tokio::test]
async fn all_that_is_missing_is_told_at_once() {
    let ended = run(heureka(&["agent", "--health=x", "--", "true"])).await;
    assert_eq!(ended.code, Some(64));
    for part in ["server is missing", "app is missing", "health = \"x\""] {
        assert_eq!(ended.stderr.matches(part).count(), 1, "{part}: {ended:?}");
    }
}

#[tokio::test]
async fn arguments() {
    for (arguments, line) in [
        (
            &["--heatlh=exec:true", "--", "true"][..],
            "unknown argument \"--heatlh\": did you mean --health? `heureka agent --help` lists all flags",
        ),
        (
            &["--listen=127.0.0.1:0", "--", "true"],
            "unknown argument \"--listen\": `heureka agent --help` lists all flags",
        ),
        (
            &["--app=orders", "python3", "app.py"],
            "unknown argument \"python3\": the command to run stands behind --; `heureka agent --help` lists all flags",
        ),
        (
            &["--app=orders", "--app=shop", "--", "true"],
            "the argument '--app <NAME>' cannot be used multiple times; `heureka agent --help` explains all flags",
        ),
    ] {
        check(arguments, line).await;
    }
}

#[tokio::test]
async fn values() {
    for (flag, line) in [
        (
            "--server=eureka:8761",
            "the argument '--server <URL[,URL…]>' cannot be used multiple times; \
             `heureka agent --help` explains all flags",
        ),
        (
            "--secure-port=0",
            "secure-port = \"0\" (from the command line) is no port: write a number from 1 to 65535",
        ),
        (
            "--health=localhost:8000",
            "health = \"localhost:8000\" (from the command line) is no health check: write a URL such as \
             http://127.0.0.1:8000/health, or tcp://127.0.0.1:8000, or exec: and a command",
        ),
        (
            "--metadata=version",
            "metadata = \"version\" (from the command line) is no metadata: write KEY=VALUE, such as version=2",
        ),
        (
            "--metadata=a=b\u{1}",
            "metadata has a control character, such as the end of a line: take it out",
        ),
        (
            "--ip-address=localhost",
            "ip-address = \"localhost\" (from the command line) is no address: write an IP address, such as 10.0.0.7",
        ),
        (
            "--host-name=a/b",
            "host-name = \"a/b\" (from the command line) is no name of a host: write a name or an address, such as \
             orders1.example.com",
        ),
        (
            "--renewal-interval=500ms",
            "renewal-interval = \"500ms\" (from the command line) is no duration in whole seconds, of at least one: \
             write a whole number and its unit, such as 30s, 15m or 1h",
        ),
        (
            "--lease=30s",
            "lease has to be longer than renewal-interval, or it ends before it is renewed; three times as long leaves \
             room for a renewal that is lost",
        ),
        (
            "--start-timeout=never",
            "start-timeout = \"never\" (from the command line) is no duration of at most 8760h or off: write a whole \
             number and its unit, such as 500ms, 30s, 15m or 1h, or off",
        ),
        (
            "--health-failures=0",
            "health-failures = \"0\" (from the command line) is no count: write a whole number of at least 1",
        ),
    ] {
        check_flag(flag, line).await;
    }
}

#[tokio::test]
async fn passwords_are_not_repeated() {
    for flags in [
        &["--server=ftp://u:secret@eureka/"][..],
        &[
            "--server=http://u:secret@eureka/",
            "http://u:secret@eureka2/",
        ],
        &["--health=http://u:secret@/x"],
    ] {
        let rest = ["--app=orders", "--port=1", "--", "echo", "started"];
        let ended = run(heureka(&[&["agent"], flags, &rest].concat())).await;
        assert_eq!((ended.code, &*ended.stdout), (Some(64), ""), "{flags:?}");
        assert!(!ended.stderr.contains("secret"), "{ended:?}");
        assert!(!ended.stderr.is_empty(), "{flags:?}");
    }
}
