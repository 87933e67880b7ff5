//! `heureka-bench readers unknown`.

use std::rc::Rc;
use std::time::Instant;

use anyhow::Result;
use clap::Args;

use crate::closed_loop::{Pool, Tally, Until};
use crate::compare::ServerArgs;
use crate::fleet::{Coding, Fleet};
use crate::say;
use crate::trial::{Findings, Subject};

const CONNECTIONS: usize = 4;
/// Before memory counts, a part of as many names is asked for: one in so many, and others than those that follow.
const WARM_UP_PART: u64 = 20;
/// How much more memory there may be afterwards.
const GROWTH_MIB: f64 = 4.0;

/// What `unknown` takes.
#[derive(Debug, Args)]
pub(crate) struct UnknownArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// How many instances there are
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    instances: usize,
    /// How many names are asked for that nobody has
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000)]
    names: u64,
}

/// Asks for each name once, and looks whether the server remembers any of them.
pub(crate) async fn run(args: &UnknownArgs) -> Result<()> {
    let subject = Subject::start(&args.server, args.instances, Vec::new())?;
    subject.register().await?;
    let mut pool = Pool::open(subject.fleet.target(), CONNECTIONS).await?;
    let warm_up = args.names / WARM_UP_PART;
    ask(&mut pool, &subject.fleet, 0, warm_up).await?;
    let before_mib = subject.resident_mib()?;
    subject.process().forget_peak()?;
    say(&format!("{} names that nobody has", args.names));
    let started = Instant::now();
    let tally = ask(&mut pool, &subject.fleet, warm_up, args.names).await?;

    let mut findings = Findings::new();
    findings.note("all of them, s", started.elapsed().as_secs_f64());
    findings.note("answered 404", tally.not_found as f64);
    findings.at_most(
        "refused or failed",
        (tally.failures - tally.not_found) as f64,
        0.0,
    );
    findings.note("memory before, MiB", before_mib);
    findings.at_most("peak, MiB", subject.peak_mib()?, before_mib + GROWTH_MIB);
    findings.judge()
}

/// Asks for so many names, from the `first` on.
async fn ask(pool: &mut Pool, fleet: &Fleet, first: u64, names: u64) -> Result<Tally> {
    let fleet = fleet.clone();
    let write = move |out: &mut Vec<u8>, n: u64| {
        fleet.read_path(out, &path_of(first + n), Coding::Plain);
    };
    pool.run(Until::Sent(names), Rc::new(write)).await
}

/// Every kind of name that a reader can choose.
fn path_of(n: u64) -> String {
    match n % 6 {
        0 => format!("/apps/NOBODY{n}"),
        1 => format!("/apps/NOBODY{n}/none"),
        2 => format!("/instances/nobody{n}"),
        3 => format!("/vips/nobody{n}"),
        4 => format!("/svips/nobody{n}"),
        _ => format!("/apps?regions=nowhere{n}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::path_of;

    #[test]
    fn no_name_comes_twice() {
        let paths: BTreeSet<_> = (0..60).map(path_of).collect();
        assert_eq!(paths.len(), 60);
        assert!(paths.contains("/svips/nobody58"));
    }
}
