//! `heureka-bench readers at-once`.

use std::num::NonZeroUsize;
use std::time::Duration;

use anyhow::{Result, anyhow};
use clap::Args;

use super::metrics::open_connections;
use super::request::connect_from;
use crate::compare::ServerArgs;
use crate::duration::parse_duration;
use crate::fleet::Fleet;
use crate::http::{Connection, loopback_source};
use crate::load::{Kind, Report, Schedule, Work, open_loop};
use crate::trial::{Findings, Subject, make_room_for};
use crate::{fleet::Coding, print, say};

use self::burst::{Burst, fetch_all};

mod burst;

/// The heartbeats come over so many connections.
const HEARTBEAT_CONNECTIONS: usize = 16;
const HEARTBEAT_BUFFER_BYTES: usize = 4096;
/// How long heartbeats go on alone before the fetches.
const ALONE: Duration = Duration::from_secs(1);
/// How long the connections of one burst may take to leave.
const LEAVING: Duration = Duration::from_secs(10);
/// What a connection with an answer under way may take of memory, without the answer, which all share: its buffer for
/// reading, which hyper makes with 8 KiB, its task, and what the allocator adds.
const CONNECTION_KIB: f64 = 24.0;
/// What making the answer may take.
const MAKING_MIB: f64 = 32.0;

/// What `at-once` takes.
#[derive(Debug, Args)]
pub(crate) struct AtOnceArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// How many instances there are
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    instances: usize,
    /// How many readers there are
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    readers: usize,
    /// How often they do so; the first time nobody has read yet
    #[arg(long, value_name = "COUNT", default_value = "3")]
    bursts: NonZeroUsize,
    /// How many heartbeats come each second on other connections
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    heartbeats_per_s: u64,
    /// How long the last answer may take
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = parse_duration)]
    longest: Duration,
    /// How long heartbeats are sent around each burst
    #[arg(long, value_name = "DURATION", default_value = "15s", value_parser = parse_duration)]
    heartbeats_for: Duration,
}

/// What one burst was, and what it cost.
struct Found {
    burst: Burst,
    heartbeats: Report,
    cpu: Duration,
    idle_mib: f64,
    peak_mib: f64,
}

/// Fetches everything ten thousand times at once, before anybody has read and after.
pub(crate) async fn run(args: &AtOnceArgs) -> Result<()> {
    make_room_for(args.readers + HEARTBEAT_CONNECTIONS)?;
    let connections = args.readers + 10 * HEARTBEAT_CONNECTIONS;
    let flags = vec![
        format!("--max-connections={connections}"),
        // Connecting takes a while, and nobody asks before all are there.
        "--header-deadline=60s".to_owned(),
    ];
    let subject = Subject::start(&args.server, args.instances, flags)?;
    subject.register().await?;
    let empty_mib = subject.resident_mib()?;
    let allowed_mib = empty_mib + args.readers as f64 * CONNECTION_KIB / 1024.0 + MAKING_MIB;
    let mut findings = Findings::new();
    findings.note("memory with all instances, MiB", empty_mib);
    let mut cpu_secs = Vec::new();
    for burst in 1..=args.bursts.get() {
        say(&format!("burst {burst}"));
        let found = measure(args, &subject).await?;
        add(&mut findings, args, burst, &found);
        let name = format!("{burst}: memory at most, MiB");
        findings.at_most(&name, found.peak_mib, allowed_mib);
        cpu_secs.push(found.cpu.as_secs_f64());
    }
    let (open, _) = open_connections(subject.address(), 1, LEAVING).await?;
    findings.at_most("connections open afterwards", open as f64, 1.0);
    if let [first, rest @ ..] = cpu_secs.as_slice()
        && !rest.is_empty()
    {
        // Making the answer for each of them would take a hundred times what sending it takes.
        let later = rest.iter().copied().fold(0.0, f64::max);
        let name = "CPU of the server for the first burst, compared with the others";
        findings.at_most(name, first / later, 1.5);
    }
    findings.judge()
}

async fn measure(args: &AtOnceArgs, subject: &Subject) -> Result<Found> {
    let (address, process) = (subject.address(), subject.process());
    open_connections(address, 1, LEAVING).await?;
    let mut streams = Vec::with_capacity(args.readers);
    for n in 0..args.readers {
        streams.push(connect_from(n, address, None).await?);
    }
    let idle_mib = subject.resident_mib()?;
    process.forget_peak()?;
    let heartbeats = heartbeats_beside(args, &subject.fleet);
    tokio::time::sleep(ALONE).await;
    let cpu_before = process.cpu_time()?;
    let burst = fetch_all(streams, &subject.fleet, Coding::Gzip, args.longest).await?;
    let cpu = process.cpu_time()?.since(cpu_before);
    let peak_mib = subject.peak_mib()?;
    say("  waiting for the last heartbeats");
    let heartbeats = tokio::task::spawn_blocking(move || heartbeats.join())
        .await?
        .map_err(|_| anyhow!("the heartbeats' thread ended early"))??;
    print(heartbeats.table(args.heartbeats_for).text());
    Ok(Found {
        burst,
        heartbeats,
        cpu,
        idle_mib,
        peak_mib,
    })
}

/// Sends heartbeats from a thread of its own, so that they wait for the server and not for the readers here.
fn heartbeats_beside(args: &AtOnceArgs, fleet: &Fleet) -> std::thread::JoinHandle<Result<Report>> {
    let (fleet, first_source) = (fleet.clone(), args.readers);
    let (per_s, duration) = (args.heartbeats_per_s, args.heartbeats_for);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let sending = send_heartbeats(fleet, first_source, per_s, duration);
        tokio::task::LocalSet::new().block_on(&runtime, sending)
    })
}

async fn send_heartbeats(
    fleet: Fleet,
    first_source: usize,
    per_s: u64,
    duration: Duration,
) -> Result<Report> {
    let address = fleet.target().address;
    let mut connections = Vec::new();
    for n in 0..HEARTBEAT_CONNECTIONS {
        let source = Some(loopback_source(first_source + n));
        connections.push(Connection::open(address, source, HEARTBEAT_BUFFER_BYTES).await?);
    }
    let mut schedule = Schedule::default();
    schedule.add(Kind::Heartbeat, Duration::from_secs(1), per_s);
    let work = Work::new(fleet, Coding::Gzip, false);
    open_loop(work, schedule, connections, duration).await
}

fn add(findings: &mut Findings, args: &AtOnceArgs, number: usize, found: &Found) {
    let (burst, heartbeats) = (&found.burst, &found.heartbeats);
    let name = |what: &str| format!("{number}: {what}");
    let longest_secs = args.longest.as_secs_f64();
    findings.exactly(&name("answered whole"), burst.whole, args.readers);
    findings.exactly(&name("lengths of answers"), burst.lengths.len(), 1);
    let looked_at = name(&format!("unpacked and right, of {}", burst.looked_at));
    findings.exactly(&looked_at, burst.right, burst.looked_at);
    findings.note(&name("half of the answers, s"), burst.half.as_secs_f64());
    findings.at_most(
        &name("all answers, s"),
        burst.last.as_secs_f64(),
        longest_secs,
    );
    let lost = heartbeats.errors() + heartbeats.unanswered();
    findings.at_most(&name("heartbeats refused or lost"), lost as f64, 0.0);
    let longest_heartbeat = heartbeats.longest().as_secs_f64();
    findings.at_most(
        &name("the longest heartbeat, s"),
        longest_heartbeat,
        longest_secs,
    );
    findings.note(&name("CPU of the server, s"), found.cpu.as_secs_f64());
    findings.note(&name("memory with idle connections, MiB"), found.idle_mib);
}
