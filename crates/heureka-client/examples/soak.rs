//! A service that lives while servers come and go: `soak URL...`
//!
//! It registers `SOAK/soak-1` with a lease of 3 s, sends a heartbeat and fetches every second, and looks up all the time:
//! itself, and the application `SOAK-TARGET`, of which there have to be as many instances as there were at the start. It
//! prints `ready` when it has begun, and on SIGTERM one line of JSON that says how it went. `interop/client soak` runs it.

#![allow(
    clippy::print_stdout,
    reason = "what it prints is for the script that runs it"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use heureka_client::{EurekaClient, Event, InstanceSpec, LeaseSettings};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::MissedTickBehavior;

const APP: &str = "SOAK";
const TARGET: &str = "SOAK-TARGET";
const SECOND: Duration = Duration::from_secs(1);
/// Often enough to see whatever is wrong for a moment, and seldom enough to leave the machine to the servers.
const LOOK_EVERY: Duration = Duration::from_millis(1);

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let mut terminated = signal(SignalKind::terminate())?;
    let pace = Arc::new(Pace::default());
    let heard = Arc::clone(&pace);
    let instance = InstanceSpec::new(APP)
        .instance_id("soak-1")
        .host_name("soak.test")
        .ip_addr("127.0.0.1")
        .port(8080)
        .lease(LeaseSettings::new(1, 3));
    let client = EurekaClient::builder()
        .servers(std::env::args().skip(1))
        .register(instance)
        .fetch_interval(SECOND)
        .on_event(move |event| heard.hear(event))
        .start()
        .await?;
    let targets = client.wait_for(TARGET, 1, SECOND * 10).await?.len();
    client.wait_for(APP, 1, SECOND * 10).await?;
    pace.begin();
    println!("ready");
    let looks = Looks::default();
    tokio::select! {
        () = look(client.client(), targets, &looks) => {}
        _ = terminated.recv() => {}
    }
    let summary = summary(&client, &pace, &looks);
    client.shutdown().await?;
    println!("{summary}");
    Ok(())
}

/// How look-ups went.
#[derive(Default)]
struct Looks {
    all: AtomicU64,
    /// Those that found fewer than there are.
    failed: AtomicU64,
}

async fn look(client: &EurekaClient, targets: usize, looks: &Looks) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        let found = (client.instances(TARGET).len(), client.instances(APP).len());
        looks.all.fetch_add(1, Ordering::Relaxed);
        let failed = u64::from(found != (targets, 1));
        looks.failed.fetch_add(failed, Ordering::Relaxed);
    }
}

/// How regularly something succeeds.
#[derive(Default)]
struct Rhythm {
    last: Option<Instant>,
    longest_gap: Duration,
}

#[derive(Default)]
struct Pace {
    heartbeats: Mutex<Rhythm>,
    fetches: Mutex<Rhythm>,
}

impl Pace {
    /// What was before does not count.
    fn begin(&self) {
        for rhythm in [&self.heartbeats, &self.fetches] {
            *rhythm.lock() = Rhythm::default();
        }
    }

    fn hear(&self, event: &Event) {
        if matches!(event, Event::Renewed | Event::Registered { .. }) {
            self.heartbeats.lock().beat();
        } else if matches!(event, Event::Fetched { .. }) {
            self.fetches.lock().beat();
        }
    }
}

impl Rhythm {
    fn beat(&mut self) {
        let now = Instant::now();
        let gap = self.last.map_or(Duration::ZERO, |last| now - last);
        self.longest_gap = self.longest_gap.max(gap);
        self.last = Some(now);
    }

    /// The longest time without a success, the time since the last one included.
    fn longest_ms(&self) -> u128 {
        let open = self.last.map_or(Duration::MAX, |last| last.elapsed());
        self.longest_gap.max(open).as_millis()
    }
}

fn summary(client: &EurekaClient, pace: &Pace, looks: &Looks) -> Value {
    let counts = client.stats().counts;
    json!({
        "look_ups": looks.all.load(Ordering::Relaxed),
        "look_ups_failed": looks.failed.load(Ordering::Relaxed),
        "heartbeats": counts.heartbeats,
        "heartbeats_failed": counts.heartbeats_failed,
        "longest_between_heartbeats_ms": pace.heartbeats.lock().longest_ms(),
        "registrations": counts.registrations,
        "registrations_again": counts.registrations_again,
        "fetches_full": counts.fetches_full,
        "fetches_delta": counts.fetches_delta,
        "fetches_failed": counts.fetches_failed,
        "longest_between_fetches_ms": pace.fetches.lock().longest_ms(),
        "hash_mismatches": counts.hash_mismatches,
        "attempts_failed": counts.attempts_failed,
        "server_switches": counts.server_switches,
    })
}
