//! How long a batch takes at a full registry.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::connection::Connection;
use super::server::Server;
use super::{figures, instance, register_all, say};

/// As many as a Java server puts into one batch.
const ITEMS: usize = 250;
/// How often each kind of batch is timed.
const BATCHES: usize = 200;
/// What half of them may not exceed. A Java peer waits 200 ms for an answer by default.
const LIMIT: Duration = Duration::from_millis(20);

/// The version of every document at the start.
const LAST_DIRTY: u64 = 1_700_000_000_000;

/// Measures what peers send most, and what costs most.
pub(super) fn times_of_batches() -> Result<()> {
    let server = Server::start()?;
    register_all(&server)?;
    let mut connection = Connection::open(server.address())?;
    let first_of = |batch: usize| batch * ITEMS;
    time(&mut connection, "heartbeats", 200, |batch| {
        items(first_of(batch), |n| heartbeat(n, LAST_DIRTY))
    })?;
    time(&mut connection, "stale heartbeats", 409, |batch| {
        items(first_of(batch), |n| heartbeat(n, LAST_DIRTY - 1))
    })?;
    time(&mut connection, "registrations", 200, |batch| {
        items(first_of(batch), registration)
    })?;
    time(&mut connection, "status updates", 200, |batch| {
        items(first_of(batch), status_update)
    })
}

/// Sends batches of one kind, one after the other. Each of their items has to be answered with `code`.
fn time(
    connection: &mut Connection,
    kind: &str,
    code: u16,
    batch: impl Fn(usize) -> String,
) -> Result<()> {
    let head = "Content-Type: application/json\r\nAccept: application/json\r\n";
    let mut times = Vec::with_capacity(BATCHES);
    for n in 0..BATCHES {
        let body = batch(n);
        let started = Instant::now();
        let (status, answer) =
            connection.exchange("POST", "/eureka/peerreplication/batch/", head, &body)?;
        times.push(started.elapsed());
        let answered = answer.matches(&format!(r#""statusCode":{code}"#)).count();
        ensure!((status, answered) == (200, ITEMS), "{status}: {answer}");
    }
    times.sort();
    let median = times.get(BATCHES / 2).copied().unwrap_or_default();
    say(&format!("batch of {ITEMS} {kind}: {}", figures(times)));
    ensure!(median <= LIMIT, "a batch of {ITEMS} {kind} took {median:?}");
    Ok(())
}

fn items(first: usize, item: impl Fn(usize) -> String) -> String {
    let items: Vec<String> = (first..first + ITEMS).map(item).collect();
    format!(r#"{{"replicationList":[{}]}}"#, items.join(","))
}

/// How every item about an instance of [`instance`] begins.
fn about(n: usize, last_dirty: u64, status: &str) -> String {
    let app = n % 1000;
    format!(
        r#""appName":"APP{app}","id":"host-{n:06}.region-1.compute.example.internal:app{app}:8080","lastDirtyTimestamp":{last_dirty},"status":"{status}""#
    )
}

fn heartbeat(n: usize, last_dirty: u64) -> String {
    let about = about(n, last_dirty, "UP");
    format!(r#"{{{about},"action":"Heartbeat"}}"#)
}

fn registration(n: usize) -> String {
    let (about, wrapped) = (about(n, LAST_DIRTY, "UP"), instance(n));
    let bare = wrapped
        .strip_prefix(r#"{"instance":"#)
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or_default();
    format!(r#"{{{about},"instanceInfo":{bare},"action":"Register"}}"#)
}

fn status_update(n: usize) -> String {
    let about = about(n, LAST_DIRTY, "OUT_OF_SERVICE");
    format!(r#"{{{about},"action":"StatusUpdate"}}"#)
}
