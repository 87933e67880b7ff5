//! Servers that are started to be measured, each on the same core.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;

use crate::http::Target;
use crate::median::median;
use crate::process::Process;

/// How long a start may take; the Java server may have to be built first.
const PATIENCE: Duration = Duration::from_secs(300);
/// Between two looks whether a server answers.
const LOOK_EVERY: Duration = Duration::from_micros(200);

/// What is started.
#[derive(Debug, Clone)]
pub(crate) enum Software {
    /// The binary of heureka.
    Heureka(PathBuf),
    /// The binary of heureka, with flags of `serve`.
    HeurekaWith {
        /// Where it is.
        binary: PathBuf,
        /// What it is told.
        flags: Vec<String>,
    },
    /// This program, as the bare hyper server.
    Floor,
    /// The script that starts the Java server.
    Java(PathBuf),
}

/// What is measured, and where.
#[derive(Debug, Args)]
pub(crate) struct ServerArgs {
    /// The binary of heureka
    #[arg(long, value_name = "FILE", default_value = "target/release/heureka")]
    pub(crate) heureka: PathBuf,
    #[command(flatten)]
    pub(crate) pinning: Pinning,
}

/// On which cores things run.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Pinning {
    /// The core on which servers run
    #[arg(long, value_name = "CORE", default_value_t = 0)]
    pub(crate) server_core: usize,
    /// The core on which their clients run, all in this program
    #[arg(long, value_name = "CORE", default_value_t = 1)]
    pub(crate) own_core: usize,
}

/// A server process; it ends with this value.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    address: SocketAddr,
    started: Instant,
}

impl Software {
    /// Its command without `taskset`. `delta_retention` is how long a delta shows a change.
    fn command(&self, address: SocketAddr, delta_retention: Duration) -> Result<Vec<String>> {
        let retention_ms = delta_retention.as_millis();
        Ok(match self {
            Self::Heureka(binary) => heureka_command(binary, address, retention_ms)?,
            Self::HeurekaWith { binary, flags } => {
                let mut command = heureka_command(binary, address, retention_ms)?;
                command.extend_from_slice(flags);
                command
            }
            Self::Floor => vec![
                path_text(&std::env::current_exe()?)?,
                "floor".to_owned(),
                format!("--listen={address}"),
            ],
            Self::Java(script) => vec![
                path_text(script)?,
                address.port().to_string(),
                format!("--eureka.server.retentionTimeInMSInDeltaQueue={retention_ms}"),
            ],
        })
    }
}

impl Server {
    /// Starts a process and does not wait for it.
    pub(crate) fn spawn(
        software: &Software,
        pinning: Pinning,
        delta_retention: Duration,
    ) -> Result<Self> {
        let address = free_address()?;
        let command = software.command(address, delta_retention)?;
        let started = Instant::now();
        let process = Command::new("taskset")
            .args(["-c", &pinning.server_core.to_string()])
            .args(&command)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .context("taskset, which is part of util-linux")?;
        Ok(Self {
            process,
            address,
            started,
        })
    }

    /// Starts a process and waits until it answers.
    pub(crate) fn start(
        software: &Software,
        pinning: Pinning,
        delta_retention: Duration,
    ) -> Result<Self> {
        let mut server = Self::spawn(software, pinning, delta_retention)?;
        server
            .wait_for_first_answer()
            .with_context(|| format!("{software:?}"))?;
        Ok(server)
    }

    /// Asks for everything until that is answered 200, and says how long after the start that was.
    pub(crate) fn wait_for_first_answer(&mut self) -> Result<Duration> {
        while self.started.elapsed() < PATIENCE {
            if answers(self.address).unwrap_or(false) {
                return Ok(self.started.elapsed());
            }
            if let Some(status) = self.process.try_wait()? {
                bail!("the server ended by itself: {status}");
            }
            #[expect(
                clippy::disallowed_methods,
                reason = "nothing else runs here while a server starts"
            )]
            std::thread::sleep(LOOK_EVERY);
        }
        bail!("the server did not answer within {PATIENCE:?}")
    }

    /// Where it is asked.
    pub(crate) fn target(&self) -> Target {
        Target::local(self.address)
    }

    /// Its process. `taskset` and the script of the Java server put the server in their own place, so it is the one that
    /// was started.
    pub(crate) fn process(&self) -> Process {
        Process::new(self.process.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is ours and holds nothing worth saving; that it may have ended already is no error.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// How long each of several starts took until the first answer; the median of them.
pub(crate) fn median_start(
    software: &Software,
    pinning: Pinning,
    starts: usize,
) -> Result<Duration> {
    let times = (0..starts.max(1))
        .map(|_| Server::spawn(software, pinning, Duration::from_secs(60))?.wait_for_first_answer())
        .collect::<Result<Vec<_>>>()?;
    median(times, Ord::cmp).context("no start")
}

/// Pins this process, before it has other threads.
pub(crate) fn pin_own_process(core: usize) -> Result<()> {
    let status = Command::new("taskset")
        .args(["-a", "-c", "-p", &core.to_string()])
        .arg(std::process::id().to_string())
        .stdout(Stdio::null())
        .status()
        .context("taskset, which is part of util-linux")?;
    ensure!(status.success(), "pinning to core {core}: {status}");
    Ok(())
}

fn heureka_command(binary: &Path, address: SocketAddr, retention_ms: u128) -> Result<Vec<String>> {
    Ok(vec![
        path_text(binary)?,
        "serve".to_owned(),
        format!("--listen={address}"),
        "--log-level=warn".to_owned(),
        format!("--delta-retention={retention_ms}ms"),
    ])
}

fn answers(address: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let request =
        format!("GET /eureka/apps HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut head = [0; 12];
    stream.read_exact(&mut head)?;
    Ok(head.ends_with(b" 200"))
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn path_text(path: &Path) -> Result<String> {
    let text = path.to_str().context("a path that is not UTF-8")?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_is_started_in_its_own_words() {
        let address = "127.0.0.1:7777".parse().unwrap();
        let command = |software: Software| {
            software
                .command(address, Duration::from_secs(90))
                .unwrap()
                .join(" ")
        };
        let heureka = command(Software::Heureka("target/release/heureka".into()));
        assert!(heureka.starts_with("target/release/heureka serve --listen=127.0.0.1:7777"));
        assert!(heureka.ends_with("--delta-retention=90000ms"));
        let flagged = command(Software::HeurekaWith {
            binary: "target/release/heureka".into(),
            flags: vec!["--write-stall=5s".to_owned()],
        });
        assert_eq!(flagged, format!("{heureka} --write-stall=5s"));
        assert!(command(Software::Floor).ends_with(" floor --listen=127.0.0.1:7777"));
        let java = command(Software::Java("server.sh".into()));
        assert!(java.starts_with("server.sh 7777 ") && java.ends_with("DeltaQueue=90000"));
    }
}
