//! The agent, with a server and a program of its own for each test.

mod ends;
mod health;
mod mistakes;
mod registry;
mod signals;

use std::{fs, path::PathBuf};

use tokio::process::Command;

use crate::harness::{Process, Server, heureka, until};

/// Where the instance of a test is found.
const INSTANCE: &str = "/eureka/apps/ORDERS/h:orders:1";

/// The flags without which nothing is registered, and those that make it quick.
const FLAGS: [&str; 12] = [
    "agent",
    "--app",
    "orders",
    "--port",
    "1",
    "--host-name",
    "h",
    "--ip-address",
    "10.0.0.1",
    "--health-interval",
    "20ms",
    "--health-failures=1",
];

/// The agent of `server`, with more flags, and what `sh` runs under it.
fn agent(server: &str, flags: &[&str], script: &str) -> Command {
    let server = format!("--server={server}");
    let program = ["--", "sh", "-c", script];
    heureka(&[&FLAGS, &[&*server][..], flags, &program].concat())
}

/// The agent of a server that runs.
fn agent_of(server: &Server, flags: &[&str], script: &str) -> Process {
    Process::start(&mut agent(&url(server), flags, script))
}

fn url(server: &Server) -> String {
    format!("http://{}/eureka/", server.address)
}

/// What the server shows of the instance, if it knows it.
async fn instance(server: &Server) -> Option<serde_json::Value> {
    let answer = server.send(&format!("GET {INSTANCE} HTTP/1.1"), "").await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    if head.starts_with("HTTP/1.1 404") {
        return None;
    }
    let answer: serde_json::Value = serde_json::from_str(body).unwrap();
    Some(answer["instance"].clone())
}

/// Waits until the server shows the instance with this status, or not at all.
async fn until_shown(server: &Server, status: Option<&str>) {
    until(&format!("it is shown as {status:?}"), async || {
        let instance = instance(server).await;
        let shown = instance.as_ref().map(|instance| &instance["status"]);
        shown.and_then(|shown| shown.as_str()) == status
    })
    .await;
}

/// Files by which a test and its programs tell each other something. At first there are none.
struct Marks(PathBuf);

impl Marks {
    fn of(test: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("agent-{test}"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// The path of a file, for a shell.
    fn path(&self, name: &str) -> String {
        self.0.join(name).into_os_string().into_string().unwrap()
    }

    fn set(&self, name: &str) {
        fs::write(self.0.join(name), "").unwrap();
    }

    fn take(&self, name: &str) {
        fs::remove_file(self.0.join(name)).unwrap();
    }

    fn is_set(&self, name: &str) -> bool {
        self.0.join(name).exists()
    }

    async fn until_set(&self, name: &str) {
        until(name, async || self.is_set(name)).await;
    }
}
