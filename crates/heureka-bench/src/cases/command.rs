//! `heureka-bench cases`.

use std::time::Duration;

use anyhow::Result;
use clap::Args;
use heureka_model::ServiceUrl;

use super::{Bench, Case, Cost, Timing, chosen, wants_after_change};
use crate::duration::parse_duration;
use crate::fleet::Fleet;
use crate::http::Target;
use crate::machine::machine_line;
use crate::markdown::{NOTHING, Table, count, number};
use crate::process::Process;
use crate::{print, say};

/// How long each case runs.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct TimingArgs {
    /// How long each case runs before it counts
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = parse_duration)]
    pub(crate) warm_up: Duration,
    /// How long each case counts
    #[arg(long, value_name = "DURATION", default_value = "3s", value_parser = parse_duration)]
    pub(crate) measure: Duration,
    /// How many connections there are, each with one request under way
    #[arg(long, value_name = "COUNT", default_value_t = 8)]
    pub(crate) connections: usize,
    /// How long leases last, in seconds: longer than a run, so that no instance leaves during one
    #[arg(long, value_name = "SECONDS", default_value_t = 7200)]
    pub(crate) lease_secs: u32,
}

impl TimingArgs {
    /// Both times.
    pub(crate) fn timing(&self) -> Timing {
        Timing {
            warm_up: self.warm_up,
            measure: self.measure,
        }
    }
}

/// What `cases` takes.
#[derive(Debug, Args)]
pub(crate) struct CasesArgs {
    /// The server
    #[arg(long, default_value = "http://127.0.0.1:8761/eureka/")]
    url: ServiceUrl,
    /// The server's process
    #[arg(long)]
    pid: u32,
    /// How many instances there are
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    instances: usize,
    /// How many applications they are spread over
    #[arg(long, value_name = "COUNT", default_value_t = 500)]
    apps: usize,
    /// Only cases whose name has one of these texts in it
    #[arg(long = "case", value_name = "TEXT")]
    cases: Vec<String>,
    #[command(flatten)]
    timing: TimingArgs,
    /// How long is waited at most for the changes of registering to leave the delta
    #[arg(long, value_name = "DURATION", default_value = "200s", value_parser = parse_duration)]
    wait_for_delta: Duration,
}

/// Registers the instances and prints a table with a row for each case.
pub(crate) async fn run(args: &CasesArgs) -> Result<()> {
    let target = Target::new(&args.url)?;
    let fleet = Fleet::new(target, args.instances, args.apps, args.timing.lease_secs);
    let process = Process::new(args.pid);
    let timing = args.timing.timing();
    let mut bench = Bench::open(fleet, process, args.timing.connections, timing).await?;
    bench.register_fleet().await?;
    let cases = chosen(&args.cases);
    if cases.iter().any(|case| case.wants_changes()) {
        bench.wait_for_empty_delta(args.wait_for_delta).await?;
    }
    let mut table = Table::new(&[
        "case",
        "CPU µs per request",
        "requests per s",
        "body, bytes",
        "counted",
        "errors",
    ]);
    for case in cases {
        say(&format!("  {}", case.name()));
        if case.wants_changes() {
            bench.make_changes().await?;
        }
        table.row(&cells(case, bench.measure(case).await?));
    }
    if wants_after_change(&args.cases) {
        add_after_change(&mut table, &mut bench, args.timing.measure).await?;
    }
    print(table.text());
    print(&machine_line());
    Ok(())
}

async fn add_after_change(table: &mut Table, bench: &mut Bench, time: Duration) -> Result<()> {
    let read = bench.measure_after_change(time).await?;
    for (how, read) in [("", read.at_once), (", with pauses", read.paused)] {
        let reads = count(u64::from(read.turns * read.reads_in_turn));
        for (what, us) in [
            ("full gzip after no change", read.unchanged_us),
            ("what one change adds to it", read.added_us),
        ] {
            let name = format!("{what}{how}");
            table.row(&[&name, &number(us), NOTHING, NOTHING, &reads, NOTHING]);
        }
    }
    Ok(())
}

fn cells(case: Case, cost: Option<Cost>) -> Vec<String> {
    let mut cells = vec![case.name().to_owned()];
    if let Some(cost) = cost {
        cells.push(number(cost.cpu_us));
        cells.push(number(cost.per_s));
        cells.push(count(cost.body_bytes));
        cells.push(count(cost.requests));
        cells.push(count(cost.failures));
    }
    cells
}
