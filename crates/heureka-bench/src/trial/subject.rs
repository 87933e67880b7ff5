//! The server that is put to the test.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::cases::{Bench, Timing};
use crate::compare::{Server, ServerArgs, Software, pin_own_process};
use crate::fleet::{Coding, Fleet, Listing};
use crate::http::{Answer, Connection};
use crate::process::Process;

/// Short, so that the changes of registering soon leave the delta, and do not count as memory of the run.
const DELTA_RETENTION: Duration = Duration::from_secs(10);
/// How long after that the server has forgotten them, as a rule: it forgets them in parts, some ten thousand a second.
const FORGETTING: Duration = Duration::from_secs(12);
/// When those changes have left for certain.
const DELTA_PATIENCE: Duration = Duration::from_secs(60);
/// No lease ends during a run.
const LEASE_SECS: u32 = 7200;
const REGISTERING_CONNECTIONS: usize = 16;
const BUFFER_BYTES: usize = 256 * 1024;
/// What this process opens beside the connections of its readers.
const RESERVED_DESCRIPTORS: u64 = 128;

/// A server with a fleet.
#[derive(Debug)]
pub(crate) struct Subject {
    /// What is registered, or is to be.
    pub(crate) fleet: Fleet,
    server: Server,
}

impl Subject {
    /// Starts a server with these flags.
    pub(crate) fn start(
        args: &ServerArgs,
        instances: usize,
        mut flags: Vec<String>,
    ) -> Result<Self> {
        // Most instances send no heartbeat here, and their leases outlast the run.
        flags.push("--self-preservation=off".to_owned());
        pin_own_process(args.pinning.own_core)?;
        let software = Software::HeurekaWith {
            binary: args.heureka.clone(),
            flags,
        };
        let server = Server::start(&software, args.pinning, DELTA_RETENTION)?;
        let fleet = Fleet::new(server.target(), instances, instances / 20, LEASE_SECS);
        Ok(Self { fleet, server })
    }

    /// Registers the fleet.
    pub(crate) async fn register(&self) -> Result<()> {
        let mut bench = self.bench(REGISTERING_CONNECTIONS).await?;
        bench.register_fleet().await
    }

    /// Waits until no delta tells of the registrations. That is looked at only when it should be so, for a delta of
    /// everything that is read meanwhile would count as memory of the run.
    pub(crate) async fn forget_changes(&self) -> Result<()> {
        tokio::time::sleep(DELTA_RETENTION + FORGETTING).await;
        let mut bench = self.bench(1).await?;
        bench.wait_for_empty_delta(DELTA_PATIENCE).await
    }

    /// Reads everything once, as fast as it comes.
    pub(crate) async fn read_everything(&self, coding: Coding) -> Result<Answer> {
        let mut connection = Connection::open(self.address(), None, BUFFER_BYTES).await?;
        let mut request = Vec::new();
        self.fleet.read(&mut request, Listing::Full, coding, None);
        let answer = connection.exchange(&request).await?;
        ensure!(answer.status == 200, "a full fetch: {}", answer.status);
        Ok(answer)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.fleet.target().address
    }

    /// Its process.
    pub(crate) fn process(&self) -> Process {
        self.server.process()
    }

    /// Its resident memory.
    pub(crate) fn resident_mib(&self) -> Result<f64> {
        Ok(self.process().resident_kib()? as f64 / 1024.0)
    }

    /// The most that it ever had, or has had since `forget_peak`.
    pub(crate) fn peak_mib(&self) -> Result<f64> {
        Ok(self.process().peak_resident_kib()? as f64 / 1024.0)
    }

    /// Connections that measure no case.
    async fn bench(&self, connections: usize) -> Result<Bench> {
        let timing = Timing {
            warm_up: Duration::ZERO,
            measure: Duration::ZERO,
        };
        Bench::open(self.fleet.clone(), self.process(), connections, timing).await
    }
}

/// Raises the limit of open files, and complains where it is too low for so many connections.
pub(crate) fn make_room_for(connections: usize) -> Result<()> {
    let limit = rlimit::increase_nofile_limit(u64::MAX).context("the limit of open files")?;
    ensure!(
        connections as u64 + RESERVED_DESCRIPTORS <= limit,
        "{connections} connections do not fit below the limit of {limit} open files: raise it with `ulimit -n`"
    );
    Ok(())
}

/// Whether a binary has this flag of `serve`.
pub(crate) fn knows_flag(binary: &Path, flag: &str) -> Result<bool> {
    let help = Command::new(binary).args(["serve", "--help"]).output()?;
    let help = String::from_utf8_lossy(&help.stdout);
    Ok(help.split_whitespace().any(|word| word == flag))
}
