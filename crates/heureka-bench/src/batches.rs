//! What the batches of a Java server take at a full registry.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use heureka_wire::decode_batch_answer;

use crate::compare::ServerArgs;
use crate::fleet::Told;
use crate::http::Connection;
use crate::median::median;
use crate::process::us_each;
use crate::say;
use crate::trial::{Findings, Subject};

/// As many as a Java server puts into one batch.
const ITEMS: usize = 250;
/// What half of the batches may not exceed. A Java server waits 200 ms for an answer by default.
const BOUND: Duration = Duration::from_millis(20);
const BUFFER_BYTES: usize = 64 * 1024;

/// What `batches` takes.
#[derive(Debug, Args)]
pub(crate) struct BatchesArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// How many instances there are
    #[arg(long, value_name = "COUNT", default_value_t = 100_000)]
    instances: usize,
    /// How many batches of each kind are sent, one after the other
    #[arg(long, value_name = "COUNT", default_value_t = 200)]
    batches: usize,
}

/// What the batches of one kind took.
struct Found {
    times: Vec<Duration>,
    cpu: Duration,
    /// How many items were answered as they should be.
    right: usize,
}

/// Sends batches of each kind, and looks at every answer.
pub(crate) async fn run(args: &BatchesArgs) -> Result<()> {
    ensure!(
        args.batches <= args.instances / ITEMS,
        "{} batches of {ITEMS} need as many instances, for each is told of once in a kind",
        args.batches
    );
    let subject = Subject::start(&args.server, args.instances, Vec::new())?;
    subject.register().await?;
    let mut findings = Findings::new();
    for told in Told::ALL {
        say(&format!("batches of {}", told.name()));
        let found = measure(&subject, args.batches, told).await?;
        add(&mut findings, told, args.batches, found)?;
    }
    findings.judge()
}

async fn measure(subject: &Subject, batches: usize, told: Told) -> Result<Found> {
    let mut connection = Connection::open(subject.address(), None, BUFFER_BYTES).await?;
    let (mut times, mut right, mut request) = (Vec::with_capacity(batches), 0, Vec::new());
    let cpu_before = subject.process().cpu_time()?;
    for batch in 0..batches {
        request.clear();
        subject
            .fleet
            .batch(&mut request, batch * ITEMS, ITEMS, told);
        let sent = Instant::now();
        let (answer, body) = connection.exchange_for_body(&request).await?;
        times.push(sent.elapsed());
        ensure!(
            answer.status == 200,
            "a batch was answered {}",
            answer.status
        );
        right += answered_with(&body, told.status())?;
    }
    Ok(Found {
        times,
        cpu: subject.process().cpu_time()?.since(cpu_before),
        right,
    })
}

fn answered_with(body: &[u8], status: u16) -> Result<usize> {
    let answers = decode_batch_answer(body).context("the answer to a batch")?;
    let right = answers.iter().filter(|answer| answer.status_code == status);
    Ok(right.count())
}

fn add(findings: &mut Findings, told: Told, batches: usize, found: Found) -> Result<()> {
    let (name, status, items) = (told.name(), told.status(), batches * ITEMS);
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let longest = found.times.iter().max().copied().context("no batch")?;
    let middle = median(found.times, Ord::cmp).context("no batch")?;
    findings.exactly(
        &format!("{name}: items answered {status}"),
        found.right,
        items,
    );
    findings.at_most(
        &format!("{name}: half of the batches, ms"),
        ms(middle),
        ms(BOUND),
    );
    findings.note(&format!("{name}: the longest batch, ms"), ms(longest));
    let cpu_us = us_each(found.cpu, items as u64);
    findings.note(
        &format!("{name}: CPU of the server for each item, µs"),
        cpu_us,
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::answered_with;

    #[test]
    fn items_are_counted_by_their_answers() {
        let body =
            br#"{"responseList":[{"statusCode":200},{"statusCode":409},{"statusCode":200}]}"#;
        assert_eq!(answered_with(body, 200).unwrap(), 2);
        assert_eq!(answered_with(body, 409).unwrap(), 1);
        assert!(answered_with(b"<html>", 200).is_err());
    }
}
