//! The same cases against every server, in one run.

mod report;
mod servers;
mod subject;

use std::cmp::Ordering;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

pub(crate) use self::servers::{Server, ServerArgs, Software, pin_own_process};
pub(crate) use self::subject::{Memory, Subject};

use self::report::{Findings, Row};
use self::servers::median_start;
use crate::cases::{Case, Cost, Timing, TimingArgs, chosen, wants_after_change};
use crate::duration::parse_duration;
use crate::machine::{Stolen, machine_line};
use crate::median::median;
use crate::{print, say};

/// The Java server shows changes after this at the latest: its cache of answers is made anew every 30 s.
const JAVA_SHOWS_CHANGES_AFTER: Duration = Duration::from_secs(31);
/// How long a delta shows a change here: longer than the cases that read deltas take, shorter than the three minutes that
/// servers have by default, so that the changes of registering are gone sooner.
const DELTA_RETENTION: Duration = Duration::from_secs(90);
/// How much longer than the retention a server may take to forget changes.
const DELTA_PATIENCE: Duration = Duration::from_secs(DELTA_RETENTION.as_secs() + 70);

/// What runs where, in `compare` and `growth`, and how long.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    #[command(flatten)]
    pub(crate) timing: TimingArgs,
}

/// What `compare` takes.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    #[command(flatten)]
    run: RunArgs,
    /// How many instances there are
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    instances: usize,
    /// How many applications they are spread over
    #[arg(long, value_name = "COUNT", default_value_t = 500)]
    apps: usize,
    /// Also the Java server, if its script is there
    #[arg(long)]
    java: bool,
    /// The script that starts the Java server
    #[arg(
        long,
        value_name = "FILE",
        default_value = "../shared/oracle/server.sh"
    )]
    java_script: PathBuf,
    /// How long each case runs against the Java server before it counts, for the compiler of the JVM
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = parse_duration)]
    java_warm_up: Duration,
    /// How often each case is measured; the median counts
    #[arg(long, value_name = "COUNT", default_value_t = 3)]
    rounds: usize,
    /// How often the start is timed
    #[arg(long, value_name = "COUNT", default_value_t = 5)]
    starts: usize,
    /// Only cases whose name has one of these texts in it
    #[arg(long = "case", value_name = "TEXT")]
    cases: Vec<String>,
}

/// Measures everything and prints the tables.
pub(crate) async fn run(args: &CompareArgs) -> Result<()> {
    pin_own_process(args.run.server.pinning.own_core)?;
    let stolen = Stolen::from_now();
    let mut findings = Findings::new(args.instances, args.apps);
    compare_with_floor(args, &mut findings).await?;
    if args.java && args.java_script.exists() {
        compare_with_java(args, &mut findings).await?;
    } else if args.java {
        say("there is no Java server here");
    }
    print(&findings.text());
    print(&machine_line());
    print(&stolen.line());
    Ok(())
}

/// Heureka and the floor are measured in turns, case by case, so that whatever else the machine does meets both.
async fn compare_with_floor(args: &CompareArgs, findings: &mut Findings) -> Result<()> {
    let pinning = args.run.server.pinning;
    let software = Software::Heureka(args.run.server.heureka.clone());
    say("heureka");
    findings.heureka.start = Some(median_start(&software, pinning, args.starts)?);
    let mut heureka = start(args, &software, args.run.timing.timing()).await?;
    findings.heureka.memory = Some(heureka.fill().await?);
    findings.floor.start = Some(median_start(&Software::Floor, pinning, args.starts)?);
    let mut floor = start(args, &Software::Floor, args.run.timing.timing()).await?;
    findings.floor_empty_kib = Some(floor.resident_kib()?);
    let mut deltas_ready = false;
    for case in chosen(&args.cases) {
        say(&format!("  {}", case.name()));
        prepare(&mut heureka, case, &mut deltas_ready).await?;
        findings
            .rows
            .push(row(args, &mut heureka, &mut floor, case).await?);
    }
    if wants_after_change(&args.cases) {
        findings.heureka.after_change = Some(heureka.after_change().await?);
    }
    Ok(())
}

async fn row(
    args: &CompareArgs,
    heureka: &mut Subject,
    floor: &mut Subject,
    case: Case,
) -> Result<Row> {
    let (mut own, mut bare) = (Vec::new(), Vec::new());
    for round in 0..args.rounds.max(1) {
        if round > 0 && case.wants_changes() {
            heureka.bench.make_changes().await?;
        }
        let Some(cost) = heureka.measure(case).await? else {
            break;
        };
        bare.push(floor.measure_as_floor(case, cost.body_bytes).await?);
        own.push(cost);
    }
    Ok(Row {
        case,
        heureka: median(own, by_cpu_time),
        floor: median(bare, by_cpu_time),
        java: None,
    })
}

async fn compare_with_java(args: &CompareArgs, findings: &mut Findings) -> Result<()> {
    let software = Software::Java(args.java_script.clone());
    let timing = Timing {
        warm_up: args.java_warm_up,
        ..args.run.timing.timing()
    };
    say("the Java server");
    findings.java.start = Some(median_start(
        &software,
        args.run.server.pinning,
        args.starts,
    )?);
    let mut java = start(args, &software, timing).await?;
    java.bench.show_changes_after(JAVA_SHOWS_CHANGES_AFTER);
    findings.java.memory = Some(java.fill().await?);
    let mut deltas_ready = false;
    for row in &mut findings.rows {
        say(&format!("  {}", row.case.name()));
        prepare(&mut java, row.case, &mut deltas_ready).await?;
        row.java = java.measure(row.case).await?;
    }
    Ok(())
}

async fn start(args: &CompareArgs, software: &Software, timing: Timing) -> Result<Subject> {
    let server = Server::start(software, args.run.server.pinning, DELTA_RETENTION)?;
    let shape = (args.instances, args.apps);
    Subject::new(server, shape, &args.run.timing, timing).await
}

/// Before a delta is read it has the changes that it is to have, and no others.
async fn prepare(subject: &mut Subject, case: Case, deltas_ready: &mut bool) -> Result<()> {
    if case.wants_changes() {
        if !*deltas_ready {
            subject.bench.wait_for_empty_delta(DELTA_PATIENCE).await?;
            *deltas_ready = true;
        }
        subject.bench.make_changes().await?;
    }
    Ok(())
}

fn by_cpu_time(one: &Cost, other: &Cost) -> Ordering {
    one.cpu_us.total_cmp(&other.cpu_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_a_cost_that_was_measured() {
        let cost = |cpu_us| Cost {
            cpu_us,
            per_s: 1e6 / cpu_us,
            requests: 1,
            body_bytes: 0,
            failures: 0,
        };
        let costs = vec![cost(9.0), cost(2.0), cost(3.0)];
        let middle = median(costs, by_cpu_time);
        assert_eq!(middle.map(|cost| cost.cpu_us), Some(3.0));
        assert!(median(Vec::new(), by_cpu_time).is_none());
    }
}
