//! `heureka-bench readers vanish`.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::metrics::open_connections;
use super::request::{ask, connect_from};
use crate::compare::ServerArgs;
use crate::fleet::{Coding, Fleet};
use crate::process::us_each;
use crate::say;
use crate::trial::{Findings, Subject, make_room_for};

/// How long the server may take to notice that all are gone.
const NOTICE: Duration = Duration::from_secs(10);
/// How much more memory there may be afterwards.
const GROWTH_MIB: f64 = 32.0;

/// What `vanish` takes.
#[derive(Debug, Args)]
pub(crate) struct VanishArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// How many instances there are
    #[arg(long, value_name = "COUNT", default_value_t = 100_000)]
    instances: usize,
    /// How many readers come and go
    #[arg(long, value_name = "COUNT", default_value_t = 2_000)]
    readers: usize,
    /// How many of them are there at the same time
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    at_a_time: usize,
    /// How much of the answer each of them reads
    #[arg(long, value_name = "BYTES", default_value_t = 64 * 1024)]
    read_bytes: usize,
}

/// How a reader leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Farewell {
    /// With a reset, at once.
    Reset,
    /// It closes its socket; the kernel resets the connection, because something was not read.
    Close,
    /// It says that it will send nothing more, and is gone the moment after.
    HalfClose,
}

impl Farewell {
    /// All take turns.
    fn of(reader: usize) -> Self {
        match reader % 3 {
            0 => Self::Reset,
            1 => Self::Close,
            _ => Self::HalfClose,
        }
    }
}

/// Lets readers vanish, and looks what is left of them.
pub(crate) async fn run(args: &VanishArgs) -> Result<()> {
    make_room_for(args.at_a_time)?;
    let subject = Subject::start(&args.server, args.instances, Vec::new())?;
    subject.register().await?;
    subject.forget_changes().await?;
    let gzip = subject.read_everything(Coding::Gzip).await?;
    let plain = subject.read_everything(Coding::Plain).await?;
    let (before_mib, cpu_before) = (subject.resident_mib()?, subject.process().cpu_time()?);
    subject.process().forget_peak()?;
    say(&format!("{} readers vanish", args.readers));
    let started = Instant::now();
    let begun = vanish_all(args, &subject.fleet).await?;
    let elapsed = started.elapsed();
    let cpu = subject.process().cpu_time()?.since(cpu_before);
    let (open, noticed) = open_connections(subject.address(), 1, NOTICE).await?;
    let answer = subject.read_everything(Coding::Gzip).await?;

    let mut findings = Findings::new();
    findings.note("the answer, MB", plain.body_bytes as f64 / 1e6);
    findings.exactly("readers that got the begin of it", begun, args.readers);
    findings.note("all of them, s", elapsed.as_secs_f64());
    findings.note(
        "CPU of the server for each, µs",
        us_each(cpu, args.readers as u64),
    );
    findings.note(
        "until the server had noticed the last, ms",
        noticed.as_secs_f64() * 1e3,
    );
    findings.at_most(
        "connections open afterwards, with that of the question",
        open as f64,
        1.0,
    );
    let same = usize::from(answer == gzip);
    findings.exactly("answers after that, the same as before", same, 1);
    findings.note("memory before, MiB", before_mib);
    findings.at_most("peak, MiB", subject.peak_mib()?, before_mib + GROWTH_MIB);
    findings.at_most(
        "memory afterwards, MiB",
        subject.resident_mib()?,
        before_mib + GROWTH_MIB,
    );
    findings.judge()
}

/// How many of the readers got what they wanted before they left.
async fn vanish_all(args: &VanishArgs, fleet: &Fleet) -> Result<usize> {
    let next = Rc::new(Cell::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..args.at_a_time.max(1) {
        let (next, fleet) = (Rc::clone(&next), fleet.clone());
        let (readers, read_bytes) = (args.readers, args.read_bytes);
        tasks.spawn_local(async move {
            let mut begun = 0;
            while next.get() < readers {
                let reader = next.replace(next.get() + 1);
                begun += usize::from(vanish(reader, &fleet, read_bytes).await.is_ok());
            }
            begun
        });
    }
    let mut begun = 0;
    while let Some(done) = tasks.join_next().await {
        begun += done.context("a reader's task")?;
    }
    Ok(begun)
}

async fn vanish(reader: usize, fleet: &Fleet, read_bytes: usize) -> Result<()> {
    let mut stream = connect_from(reader, fleet.target().address, None).await?;
    ask(&mut stream, fleet, Coding::Plain).await?;
    let mut begin = vec![0; read_bytes];
    stream.read_exact(&mut begin).await?;
    ensure!(begin.starts_with(b"HTTP/1.1 200 "), "refused");
    leave(stream, Farewell::of(reader)).await
}

async fn leave(mut stream: TcpStream, farewell: Farewell) -> Result<()> {
    match farewell {
        Farewell::Reset => stream.set_zero_linger()?,
        Farewell::Close => {}
        Farewell::HalfClose => stream.shutdown().await?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn readers_leave_in_every_way() {
        let ways: BTreeSet<String> = (7..10).map(|n| format!("{:?}", Farewell::of(n))).collect();
        assert_eq!(ways.len(), 3);
    }
}
