//! `heureka-bench load`.

use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use heureka_model::ServiceUrl;

use super::run as open_loop;
use super::schedule::{Kind, Schedule};
use super::work::Work;
use crate::cases::{Bench, Timing};
use crate::duration::parse_duration;
use crate::fleet::{Coding, Fleet};
use crate::http::{Connection, Target, loopback_source};
use crate::machine::machine_line;
use crate::markdown::{mib, number};
use crate::process::{CpuTime, Process};
use crate::{print, say};

/// A large listing takes a few more reads, but a thousand connections little memory.
const BUFFER_BYTES: usize = 16 * 1024;
/// How many connections register.
const REGISTERING_CONNECTIONS: usize = 16;
const SECOND: Duration = Duration::from_secs(1);

/// What `load` takes.
#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    /// The server
    #[arg(long, default_value = "http://127.0.0.1:8761/eureka/")]
    url: ServiceUrl,
    /// The server's process, whose CPU time and memory are read
    #[arg(long)]
    pid: Option<u32>,
    /// How many instances there are
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    instances: usize,
    /// How many applications they are spread over
    #[arg(long, value_name = "COUNT", default_value_t = 500)]
    apps: usize,
    /// Between two heartbeats of an instance; 0s for none
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = parse_duration)]
    heartbeat_interval: Duration,
    /// Between two delta fetches of an instance; 0s for none
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = parse_duration)]
    delta_interval: Duration,
    /// Instances begin to fetch deltas so long after they began to send heartbeats, as they do who have just fetched
    /// everything: so long that what registered them has left the delta queue
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = parse_duration)]
    deltas_after: Duration,
    /// Fetches of everything
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    full_fetches_per_s: u64,
    /// Registrations of instances that are there, with changed documents
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    registrations_per_s: u64,
    /// Overrides set and taken back
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    status_changes_per_s: u64,
    /// Each instance sends the ETag of the delta that it was answered last
    #[arg(long)]
    if_none_match: bool,
    /// Fetches take gzip
    #[arg(long)]
    accept_gzip: bool,
    /// How long requests are due
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = parse_duration)]
    duration: Duration,
    /// How many connections stand for those of all clients
    #[arg(long, value_name = "COUNT", default_value_t = 256)]
    connections: usize,
    /// Connect to a loopback address from one address, not from as many as there are connections
    #[arg(long)]
    one_source: bool,
    /// How long leases last, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 90)]
    lease_secs: u32,
    /// The instances are registered already
    #[arg(long)]
    skip_registering: bool,
}

impl LoadArgs {
    fn schedule(&self) -> Schedule {
        let instances = self.instances as u64;
        let mut schedule = Schedule::default();
        schedule.add(Kind::Heartbeat, self.heartbeat_interval, instances);
        let deltas_after = self.deltas_after;
        schedule.add_after(deltas_after, Kind::Delta, self.delta_interval, instances);
        schedule.add(Kind::Full, SECOND, self.full_fetches_per_s);
        schedule.add(Kind::Register, SECOND, self.registrations_per_s);
        schedule.add(Kind::StatusChange, SECOND, self.status_changes_per_s);
        schedule
    }

    async fn connect(&self, target: &Target) -> Result<Vec<Connection>> {
        let many_sources = target.address.ip().is_loopback() && target.address.is_ipv4();
        let mut connections = Vec::with_capacity(self.connections);
        for n in 0..self.connections.max(1) {
            let source = (many_sources && !self.one_source).then(|| loopback_source(n));
            connections.push(Connection::open(target.address, source, BUFFER_BYTES).await?);
        }
        Ok(connections)
    }
}

/// The server's use at one moment.
#[derive(Debug, Clone, Copy)]
struct Use {
    cpu: CpuTime,
    resident_kib: u64,
}

impl Use {
    fn of(process: Process) -> Result<Self> {
        Ok(Self {
            cpu: process.cpu_time()?,
            resident_kib: process.resident_kib()?,
        })
    }
}

/// Registers the instances, lets them live, and prints what became of their requests.
pub(crate) async fn run(args: &LoadArgs) -> Result<()> {
    let target = Target::new(&args.url)?;
    let fleet = Fleet::new(target, args.instances, args.apps, args.lease_secs);
    if !args.skip_registering {
        register(&fleet).await?;
    }
    let connections = args.connect(fleet.target()).await?;
    let coding = if args.accept_gzip {
        Coding::Gzip
    } else {
        Coding::Plain
    };
    let work = Work::new(fleet, coding, args.if_none_match);
    let before = use_of(args.pid)?;
    let own_before = Use::of(Process::own())?;
    let started = Instant::now();
    let report = open_loop::run(work, args.schedule(), connections, args.duration).await?;
    let elapsed = started.elapsed();
    print(report.table(args.duration).text());
    if let (Some(before), Some(after)) = (before, use_of(args.pid)?) {
        print(&use_text("server", before, after, elapsed));
    }
    let own = Use::of(Process::own())?;
    print(&use_text("generator", own_before, own, elapsed));
    print(&format!(
        "- generator: what was due was handed out {} ms late at most; it was charged to the server",
        number(report.own_delay.as_secs_f64() * 1000.0)
    ));
    print(&format!("\n{}", machine_line()));
    Ok(())
}

async fn register(fleet: &Fleet) -> Result<()> {
    say(&format!("registering {} instances", fleet.instances));
    let timing = Timing {
        warm_up: Duration::ZERO,
        measure: Duration::ZERO,
    };
    let own = Process::own();
    let mut bench = Bench::open(fleet.clone(), own, REGISTERING_CONNECTIONS, timing).await?;
    bench.register_fleet().await
}

fn use_of(pid: Option<u32>) -> Result<Option<Use>> {
    pid.map(|pid| Use::of(Process::new(pid))).transpose()
}

fn use_text(who: &str, before: Use, after: Use, duration: Duration) -> String {
    let cpu_s = after.cpu.since(before.cpu).as_secs_f64();
    let (secs, share) = (duration.as_secs_f64(), cpu_s / duration.as_secs_f64());
    format!(
        "- {who}: {} s of CPU in {} s ({} % of a core), resident {} MiB before and {} MiB after",
        number(cpu_s),
        number(secs),
        number(share * 100.0),
        mib(before.resident_kib),
        mib(after.resident_kib)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn use_is_what_was_added() {
        let at = |cpu_ms, resident_kib| Use {
            cpu: CpuTime::exact(Duration::from_millis(cpu_ms)),
            resident_kib,
        };
        let text = use_text(
            "server",
            at(1000, 1024),
            at(4000, 2048),
            Duration::from_secs(10),
        );
        let expected = "- server: 3.00 s of CPU in 10.0 s (30.0 % of a core), \
                        resident 1.0 MiB before and 2.0 MiB after";
        assert_eq!(text, expected);
    }
}
