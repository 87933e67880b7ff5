//! How costs grow with the registry: some cases at many sizes and shapes.

use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::cases::{AfterChange, Case, Cost};
use crate::compare::{Memory, RunArgs, Server, Software, Subject, pin_own_process};
use crate::machine::{Stolen, machine_line};
use crate::markdown::{NOTHING, Table, count, mib, number, optional};
use crate::{print, say};

/// How many instances an application has where the number of instances grows.
const INSTANCES_PER_APP: usize = 20;
/// How many instances there are where the number of applications grows.
const INSTANCES: usize = 10_000;
/// Short, so that the changes of registering soon leave the delta; longer than one case.
const DELTA_RETENTION: Duration = Duration::from_secs(15);
/// When those changes have left for certain.
const DELTA_PATIENCE: Duration = Duration::from_secs(40);

const CASES: [Case; 10] = [
    Case::Heartbeat,
    Case::App,
    Case::Vip,
    Case::Instance,
    Case::InstanceById,
    Case::DeltaNotModified,
    Case::DeltaGzip,
    Case::FullGzip,
    Case::StatusChange,
    Case::Register,
];

/// What `growth` takes.
#[derive(Debug, Args)]
pub(crate) struct GrowthArgs {
    #[command(flatten)]
    run: RunArgs,
    /// Also a registry of 1,000,000 instances
    #[arg(long)]
    million: bool,
    /// Only registries of at most so many instances
    #[arg(long, value_name = "COUNT")]
    at_most: Option<usize>,
}

/// What was measured of one registry.
struct Found {
    shape: (usize, usize),
    memory: Memory,
    /// A heartbeat's request to the bare server, at the time of this row.
    floor: Cost,
    costs: Vec<Option<Cost>>,
    after_change: AfterChange,
}

/// Measures each registry and prints a table with a row for each.
pub(crate) async fn run(args: &GrowthArgs) -> Result<()> {
    pin_own_process(args.run.server.pinning.own_core)?;
    let stolen = Stolen::from_now();
    let mut table = Table::new(&heads());
    for shape in shapes(args) {
        table.row(&cells(&measure(&args.run, shape).await?));
    }
    print("CPU time of the server for each request, in µs:\n");
    print(table.text());
    print(&machine_line());
    print(&stolen.line());
    Ok(())
}

/// Instances and applications.
fn shapes(args: &GrowthArgs) -> Vec<(usize, usize)> {
    let by_size =
        [1_000, 10_000, 100_000, 1_000_000].map(|count| (count, count / INSTANCES_PER_APP));
    let by_apps = [1, 10, 1_000, 10_000].map(|apps| (INSTANCES, apps));
    let limit = match (args.at_most, args.million) {
        (Some(limit), _) => limit,
        (None, true) => 1_000_000,
        (None, false) => 100_000,
    };
    by_size
        .into_iter()
        .chain(by_apps)
        .filter(|(instances, _)| *instances <= limit)
        .collect()
}

async fn measure(args: &RunArgs, shape: (usize, usize)) -> Result<Found> {
    say(&format!(
        "{} instances in {} applications",
        shape.0, shape.1
    ));
    let software = Software::Heureka(args.server.heureka.clone());
    let server = Server::start(&software, args.server.pinning, DELTA_RETENTION)?;
    let timing = args.timing.timing();
    let mut subject = Subject::new(server, shape, &args.timing, timing).await?;
    let memory = subject.fill().await?;
    subject.bench.wait_for_empty_delta(DELTA_PATIENCE).await?;
    let mut costs = Vec::new();
    for case in CASES {
        say(&format!("  {}", case.name()));
        if case.wants_changes() {
            subject.bench.make_changes().await?;
        }
        costs.push(subject.measure(case).await?);
    }
    let floor = Server::start(&Software::Floor, args.server.pinning, DELTA_RETENTION)?;
    let mut floor = Subject::new(floor, shape, &args.timing, timing).await?;
    Ok(Found {
        shape,
        memory,
        floor: floor.measure_as_floor(Case::Heartbeat, 0).await?,
        costs,
        after_change: subject.after_change().await?,
    })
}

fn heads() -> Vec<&'static str> {
    let mut heads = vec!["instances", "applications", "bare hyper, heartbeat"];
    heads.extend(CASES.map(Case::name));
    heads.extend([
        "full gzip, bytes",
        "added to the next full gzip read by one change",
        "the same with pauses",
        "all registered, MiB",
        "after one full gzip read, MiB",
    ]);
    heads
}

fn cells(found: &Found) -> Vec<String> {
    let (instances, apps) = found.shape;
    let floor = number(found.floor.cpu_us);
    let mut cells = vec![count(instances as u64), count(apps as u64), floor];
    let cpu = |cost: &Option<Cost>| optional(cost.map(|cost| cost.cpu_us));
    cells.extend(found.costs.iter().map(cpu));
    let full = CASES
        .iter()
        .zip(&found.costs)
        .find_map(|(case, cost)| (*case == Case::FullGzip).then_some(*cost)?);
    cells.push(full.map_or_else(|| NOTHING.to_owned(), |cost| count(cost.body_bytes)));
    cells.push(number(found.after_change.at_once.added_us));
    cells.push(number(found.after_change.paused.added_us));
    cells.push(mib(found.memory.registered_kib));
    cells.push(mib(found.memory.read_kib));
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::Extra;

    #[test]
    fn a_row_has_a_cell_for_every_head() {
        let cost = |body_bytes| Cost {
            cpu_us: 1.5,
            per_s: 1.0,
            requests: 1,
            body_bytes,
            failures: 0,
        };
        let extra = |added_us| Extra {
            added_us,
            unchanged_us: 100.0,
            turns: 10,
            reads_in_turn: 40,
        };
        let found = Found {
            shape: (1000, 50),
            memory: Memory {
                empty_kib: 1024,
                registered_kib: 2048,
                read_kib: 3072,
            },
            floor: Cost {
                cpu_us: 6.0,
                ..cost(0)
            },
            costs: (0..CASES.len() as u64).map(|n| Some(cost(n))).collect(),
            after_change: AfterChange {
                at_once: extra(200.0),
                paused: extra(300.0),
            },
        };
        let cells = cells(&found);
        assert_eq!(cells.len(), heads().len());
        assert_eq!(cells[2..4], ["6.00", "1.50"]);
        let rest = ["7", "200", "300", "2.0", "3.0"];
        assert_eq!(cells[cells.len() - 5..], rest);
    }
}
