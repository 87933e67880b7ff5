//! Flags over variables over a file over defaults.

use crate::harness::{Server, config_file, heureka};

/// Starts a server that each of the given layers tells to listen on an address of its own.
async fn listens_on(name: &str, flag: bool, variable: bool) -> String {
    let file = config_file(name, "listen = \"127.0.0.2:0\"");
    let mut command = heureka(&["serve", "--config", &file]);
    if variable {
        command.env("HEUREKA_LISTEN", "127.0.0.3:0");
    }
    if flag {
        command.args(["--listen", "127.0.0.4:0"]);
    }
    let address = Server::up(command).await.address;
    address.split(':').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_nearest_layer_counts() {
    assert_eq!(listens_on("layers-file", false, false).await, "127.0.0.2");
    assert_eq!(
        listens_on("layers-variable", false, true).await,
        "127.0.0.3"
    );
    assert_eq!(listens_on("layers-flag", true, false).await, "127.0.0.4");
    assert_eq!(listens_on("layers-all", true, true).await, "127.0.0.4");
}

#[tokio::test]
async fn a_variable_names_the_file_and_a_flag_another_one() {
    let one = config_file("named-by-variable", "listen = \"127.0.0.2:0\"");
    let other = config_file("named-by-flag", "listen = \"127.0.0.3:0\"");
    let mut command = heureka(&["serve"]);
    command.env("HEUREKA_CONFIG", &one);
    assert!(Server::up(command).await.address.starts_with("127.0.0.2:"));
    let mut command = heureka(&["serve", "--config", &other]);
    command.env("HEUREKA_CONFIG", &one);
    assert!(Server::up(command).await.address.starts_with("127.0.0.3:"));
}

#[tokio::test]
async fn the_file_may_use_the_types_of_toml() {
    let file = config_file(
        "types",
        "listen = \"127.0.0.1:0\"\n\
         self-preservation = false\n\
         rate-limiter = true\n\
         renewal-percent-threshold = 0.5\n\
         max-instances = 1000\n\
         rate-limiter-privileged-clients = [\"gateway\", \"billing\"]\n\
         drain-deadline = \"0s\"\n",
    );
    Server::up(heureka(&["serve", "--config", &file])).await;
}

#[tokio::test]
async fn variables_of_others_are_no_mistake() {
    let mut command = heureka(&["serve", "--listen", "127.0.0.1:0"]);
    command
        .env("HEUREKA_PORT", "tcp://10.96.0.17:8761")
        .env("HEUREKA_SERVICE_HOST", "10.96.0.17")
        .env("HEUREKA_PORT_8761_TCP_ADDR", "10.96.0.17")
        .env("HEUREKA_NODENAME", "n1");
    let mut server = Server::up(command).await;
    let log = server.log_until("heureka is up").await;
    let warnings: Vec<_> = log.iter().filter(|line| line.contains("WARN")).collect();
    assert_eq!(warnings.len(), 1, "{log:#?}");
    assert!(warnings[0].contains("HEUREKA_NODENAME"), "{log:#?}");
    assert!(
        warnings[0].contains("did you mean HEUREKA_NODE_NAME?"),
        "{log:#?}"
    );
}
