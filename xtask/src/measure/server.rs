//! The built binary, running.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::connection::Connection;

/// How long a start may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Between two looks whether it answers.
const LOOK_EVERY: Duration = Duration::from_micros(200);

/// A server process; it ends with this value.
#[derive(Debug)]
pub(super) struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts the process and does not wait for it.
    pub(super) fn spawn() -> Result<Self> {
        let binary = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/release/heureka");
        let binary = std::env::var("HEUREKA_BINARY").unwrap_or_else(|_| binary.to_owned());
        let address = free_address()?;
        let process = Command::new(&binary)
            .args([
                "serve",
                "--listen",
                &address.to_string(),
                "--log-level",
                "error",
            ])
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| {
                format!("{binary}: build it with `cargo build --release -p heureka`")
            })?;
        Ok(Self { process, address })
    }

    /// Starts the process and waits until it answers.
    pub(super) fn start() -> Result<Self> {
        let server = Self::spawn()?;
        server.wait_until_it_answers()?;
        Ok(server)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn wait_until_it_answers(&self) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Ok(mut connection) = Connection::open(self.address) {
                let status = connection.send("GET", "/eureka/apps", "", "")?;
                return if status == 200 {
                    Ok(())
                } else {
                    bail!("the server answered {status}")
                };
            }
            #[expect(
                clippy::disallowed_methods,
                reason = "a command, not a server or a test"
            )]
            std::thread::sleep(LOOK_EVERY);
        }
        bail!("the server did not answer within {PATIENCE:?}")
    }

    /// Resident memory as the kernel counts it.
    pub(super) fn resident_kib(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .context("no VmRSS")?;
        line.split_whitespace()
            .next()
            .context("no number")?
            .parse()
            .context("not a number")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is ours and holds nothing worth saving; that it may have ended already is no error.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
