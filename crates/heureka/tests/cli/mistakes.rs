//! Each mistake ends in one line and an exit code, before a port is bound.

use tokio::net::TcpListener;

use crate::harness::{Server, config_file, heureka, run};

/// Asserts that the flags are refused with exit code 64 and this one line.
async fn check(flags: &[&str], line: &str) {
    let ended = run(heureka(&[&["serve"], flags].concat())).await;
    assert_eq!(ended.code, Some(64), "{flags:?}: {ended:?}");
    assert_eq!(ended.stderr, format!("heureka: {line}\n"), "{flags:?}");
    assert_eq!(ended.stdout, "", "{flags:?}");
}

#[tokio::test]
async fn flags() {
    for (flags, line) in [
        (
            &["--evicton-interval", "1s"][..],
            "unknown argument \"--evicton-interval\": did you mean --eviction-interval? \
             `heureka serve --help` lists all flags",
        ),
        (
            &["--zzz"],
            "unknown argument \"--zzz\": `heureka serve --help` lists all flags",
        ),
        (
            &["extra"],
            "unknown argument \"extra\": `heureka serve --help` lists all flags",
        ),
        (
            &["--listen"],
            "a value is required for '--listen <HOST:PORT>' but none was supplied; \
             `heureka serve --help` explains all flags",
        ),
        (
            &["--delta", "on", "--delta", "off"],
            "the argument '--delta <on|off>' cannot be used multiple times; \
             `heureka serve --help` explains all flags",
        ),
    ] {
        check(flags, line).await;
    }
}

#[tokio::test]
async fn values() {
    for (flags, line) in [
        (
            ["--eviction-interval", "30"],
            "eviction-interval = \"30\" (from the command line) is no duration of at most 8760h: \
             write a whole number and its unit, such as 500ms, 30s, 15m or 1h",
        ),
        (
            ["--idle-timeout", "0s"],
            "idle-timeout = \"0s\" (from the command line) is no duration over zero: \
             write a whole number and its unit, such as 500ms, 30s, 15m or 1h",
        ),
        (
            ["--max-connections", "many"],
            "max-connections = \"many\" (from the command line) is no count: \
             write a whole number of at least 1",
        ),
        (
            ["--max-body", "1000000"],
            "max-body = \"1000000\" (from the command line) is no size: \
             write a whole number and its unit, such as 512B, 64KiB, 1MiB or 1GiB",
        ),
        (
            ["--renewal-percent-threshold", "85%"],
            "renewal-percent-threshold = \"85%\" (from the command line) is no ratio: \
             write a number from 0 to 1 with at most six decimals, such as 0.85",
        ),
        (
            ["--self-preservation", "yes"],
            "self-preservation = \"yes\" (from the command line) is no switch: write on or off",
        ),
        (
            ["--listen", "8761"],
            "listen = \"8761\" (from the command line) is no address: \
             write HOST:PORT, such as 127.0.0.1:8761, 0.0.0.0:8761 or [::1]:8761",
        ),
        (
            ["--node-name", "a\nb\u{1b}[2J"],
            "node-name = \"a\\nb\\u{1b}[2J\" (from the command line) is no name: \
             write 1 to 128 letters, digits, dots, colons, hyphens and underscores",
        ),
        (
            ["--log-level", "inof"],
            "log-level = \"inof\" (from the command line) is no log level: write error, warn, \
             info, debug, trace or off, or by module like info,heureka_net=debug",
        ),
    ] {
        check(&flags, line).await;
    }
}

#[tokio::test]
async fn values_about_other_servers() {
    for (flags, line) in [
        (
            ["--remote-regions", "eu=ftp://eureka.eu/"],
            "remote-regions = \"eu=ftp://eureka.eu/\" (from the command line) is no list of \
             regions: write NAME=URL, each name once, with commas between them, such as \
             eu=http://eureka.eu:8761/eureka/",
        ),
        (
            ["--remote-region-allow", "ORDERS"],
            "remote-region-allow = \"ORDERS\" (from the command line) is no list of allowed \
             applications: write REGION=APP, or *=APP for all regions, with commas between them, \
             such as eu=ORDERS,eu=BILLING",
        ),
        (
            ["--remote-region-fallback", "true"],
            "remote-region-fallback = \"true\" (from the command line) is no switch: write on or off",
        ),
        (
            ["--remote-region-allow", "eu=ORDERS"],
            "remote-region-allow names the region \"eu\", which remote-regions does not: name it in \
             both, or write * for all regions",
        ),
        (
            ["--peers", "peer1:8761"],
            "peers = \"peer1:8761\" (from the command line) is no list of peers: write service URLs \
             with commas between them, such as http://peer1:8761/eureka/,http://peer2:8761/eureka/, \
             or names to look up, such as dns+http://peers.example.com:8761/eureka/",
        ),
        (
            ["--peers", "http://name:secret@/eureka/"],
            "peers = (not shown, for it may hold a password) (from the command line) is no list of \
             peers: write service URLs with commas between them, such as \
             http://peer1:8761/eureka/,http://peer2:8761/eureka/, or names to look up, such as \
             dns+http://peers.example.com:8761/eureka/",
        ),
        (
            ["--start-hold", "soon"],
            "start-hold = \"soon\" (from the command line) is no duration of at most 8760h: \
             write a whole number and its unit, such as 500ms, 30s, 15m or 1h",
        ),
    ] {
        check(&flags, line).await;
    }
}

#[tokio::test]
async fn keys_and_values_of_the_file() {
    for (name, text, problem) in [
        (
            "unknown-key",
            "evict-interval = \"1s\"",
            "unknown key \"evict-interval\" in FILE: did you mean eviction-interval?",
        ),
        (
            "strange-key",
            "[server]\nport = 8761",
            "unknown key \"server\" in FILE: `heureka serve --help` lists all keys",
        ),
        (
            "config-in-config",
            "config = \"other.toml\"",
            "unknown key \"config\" in FILE: `heureka serve --help` lists all keys",
        ),
        (
            "missing-unit",
            "delta-retention = 180",
            "delta-retention = \"180\" (from FILE) is no duration of at most 8760h: REASON",
        ),
        (
            "date",
            "delta = 2026-11-21",
            "delta in FILE is datetime: \
             write a text, a number, true or false, or a list of texts",
        ),
        (
            "syntax",
            "delta = \"on\"\nlisten = oops",
            "config = \"FILE\" cannot be read: line 2: REASON",
        ),
    ] {
        let file = config_file(name, text);
        let ended = run(heureka(&["serve", "--config", &file])).await;
        assert_eq!(ended.code, Some(64), "{name}: {ended:?}");
        assert_eq!(ended.stderr.lines().count(), 1, "{name}: {ended:?}");
        let (certain, _) = problem.split_once("REASON").unwrap_or((problem, ""));
        let expected = format!("heureka: {}", certain.replace("FILE", &file));
        assert!(ended.stderr.starts_with(&expected), "{name}: {ended:?}");
    }
}

#[tokio::test]
async fn files_that_cannot_be_read() {
    check(
        &["--config", "/nonexistent/heureka.toml"],
        "config = \"/nonexistent/heureka.toml\" cannot be read: \
         No such file or directory (os error 2)",
    )
    .await;
}

/// They are read before there is a log, whether or not somebody is to be called.
#[tokio::test]
async fn certificates_that_cannot_be_used() {
    let none = config_file("no-certificate", "no certificate");
    let none_line = format!(
        "peer-ca = {none:?} cannot be used: there is no certificate; \
         write at least one from BEGIN CERTIFICATE to END CERTIFICATE"
    );
    let missing = "/nonexistent/ca.pem";
    let missing_line = "peer-ca = \"/nonexistent/ca.pem\" cannot be used: \
                        No such file or directory (os error 2)";
    for (file, line) in [(&*none, &*none_line), (missing, missing_line)] {
        check(&["--peer-ca", file], line).await;
        let called = ["--peers", "http://127.0.0.1:1/", "--peer-ca", file];
        check(&called, line).await;
    }
}

/// Whoever reads the log of a supervisor is not who may know the passwords of a cluster.
#[tokio::test]
async fn passwords_are_not_repeated() {
    const URL: &str = "http://user:secret@peer1:8761/eureka/";
    let bad = format!("{URL},ftp://user:secret@peer2/");
    let region = format!("eu={URL}?a");
    let bare = config_file("password-bare", format!("peers = {URL}"));
    let quoted = config_file("password-quoted", format!("peers = [\"{bad}\"]"));
    let mut with_variable = heureka(&["serve"]);
    with_variable.env("HEUREKA_PEERS", &bad);
    for (command, part) in [
        (heureka(&["serve", "--peers", &bad]), "write service URLs"),
        (with_variable, "write service URLs"),
        (
            heureka(&["serve", "--config", &quoted]),
            "write service URLs",
        ),
        (
            heureka(&["serve", "--config", &bare]),
            "cannot be read: line 1",
        ),
        (
            heureka(&["serve", "--remote-regions", &region]),
            "write NAME=URL",
        ),
        // A blank behind a comma makes the second URL an argument.
        (heureka(&["serve", "--peers", URL, URL]), "unknown argument"),
        (heureka(&[URL]), "an argument is not understood"),
    ] {
        let ended = run(command).await;
        assert_eq!(ended.code, Some(64), "{part}: {ended:?}");
        assert_eq!(ended.stderr.lines().count(), 1, "{part}: {ended:?}");
        assert!(ended.stderr.contains(part), "{part}: {ended:?}");
        assert!(!ended.stderr.contains("secret"), "{part}: {ended:?}");
    }
}

#[tokio::test]
async fn variables() {
    let mut command = heureka(&["serve"]);
    command.env("HEUREKA_LEASE_GRACE", "60");
    let ended = run(command).await;
    assert_eq!(ended.code, Some(64));
    assert_eq!(
        ended.stderr,
        "heureka: lease-grace = \"60\" (from the variable HEUREKA_LEASE_GRACE) is no lease grace: \
         write auto, or a whole number and its unit, such as 0s or 60s\n"
    );
}

#[tokio::test]
async fn all_mistakes_are_told_at_once() {
    let file = config_file(
        "many-mistakes",
        "delta = \"maybe\"\nmax-instances = 0\nnope = 1",
    );
    let mut command = heureka(&["serve", "--config", &file, "--listen", "x"]);
    command
        .env("HEUREKA_LOG_FORMAT", "xml")
        .env("HEUREKA_DELTA_RETENTION", "3");
    let ended = run(command).await;
    assert_eq!(ended.code, Some(64));
    for part in [
        "listen = ",
        "log-format = ",
        "delta-retention = ",
        "unknown key \"nope\"",
    ] {
        assert_eq!(ended.stderr.matches(part).count(), 1, "{part}: {ended:?}");
    }
}

#[tokio::test]
async fn commands() {
    let ended = run(heureka(&[])).await;
    assert_eq!(
        (ended.code, ended.stderr.lines().count()),
        (Some(64), 1),
        "{ended:?}"
    );
    let ended = run(heureka(&["sevre"])).await;
    assert_eq!(
        (ended.code, ended.stderr.lines().count()),
        (Some(64), 1),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_port_that_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = run(heureka(&[
        "serve",
        "--log-level",
        "off",
        "--listen",
        &address,
    ]))
    .await;
    assert_eq!(ended.code, Some(69));
    assert_eq!(
        ended.stderr,
        format!(
            "heureka: cannot listen on {address}: Address already in use (os error 98); \
             choose another --listen\n"
        )
    );
    assert_eq!(ended.stdout, "");
}

#[tokio::test]
async fn the_port_of_a_running_server() {
    let server = Server::start(&[]).await;
    let ended = run(heureka(&["serve", "--listen", &server.address])).await;
    assert_eq!(ended.code, Some(69));
    assert_eq!(server.get().await, "HTTP/1.1 200 OK");
}
