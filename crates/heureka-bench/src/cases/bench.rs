//! A server under measurement.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::{Case, Reading, Request};
use crate::closed_loop::{Pool, Tally, Until, Write};
use crate::fleet::{Coding, Fleet, Listing, Scatter};
use crate::process::{Process, us_each};
use crate::say;

/// How many instances are registered at most to measure what a new one costs; they are taken out again.
const MAX_NEW: usize = 2_000;
/// How many changes a delta has when it is measured.
const CHANGES: u64 = 100;
/// A delta without changes is smaller than this, one with a single instance is not.
const EMPTY_DELTA_BYTES: u64 = 600;
/// How often is looked whether a delta is empty.
const LOOK_AT_DELTA_EVERY: Duration = Duration::from_millis(500);
/// So many overrides are set before the first of them is taken back, so that of the requests under way no two are about
/// the same instance.
const OVERRIDES_AT_ONCE: u64 = 64;

/// How long a case runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    /// Before it counts.
    pub(crate) warm_up: Duration,
    /// While it counts.
    pub(crate) measure: Duration,
}

/// What a case costs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// The server's CPU time for each request, of all its threads.
    pub(crate) cpu_us: f64,
    /// How many requests were answered in a second.
    pub(crate) per_s: f64,
    /// How many were counted.
    pub(crate) requests: u64,
    /// The length of the body of the last answer.
    pub(crate) body_bytes: u64,
    /// How many were answered with an error, or with a body where 304 was due, or the other way round.
    pub(crate) failures: u64,
}

/// What some requests took together.
#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    cpu: Duration,
    elapsed: Duration,
    requests: u64,
    failures: u64,
    not_modified: u64,
    body_bytes: u64,
}

impl Spent {
    fn add(&mut self, tally: Tally, cpu: Duration) {
        self.cpu += cpu;
        self.elapsed += tally.elapsed;
        self.requests += tally.requests;
        self.failures += tally.failures;
        self.not_modified += tally.not_modified;
        self.body_bytes = tally.last.body_bytes;
    }

    fn cost(self) -> Cost {
        Cost {
            cpu_us: us_each(self.cpu, self.requests),
            per_s: self.requests.max(1) as f64 / self.elapsed.as_secs_f64(),
            requests: self.requests,
            body_bytes: self.body_bytes,
            failures: self.failures,
        }
    }
}

/// A server that has a fleet, or is to get it.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(super) fleet: Rc<Fleet>,
    pub(super) pool: Pool,
    pub(super) process: Process,
    timing: Timing,
    /// The version of the next changed document.
    next_version: Rc<Cell<u64>>,
    /// Whether the server takes more than a moment to show a change.
    shows_changes_after: Duration,
    /// When the last instance of the fleet was registered.
    registered: Instant,
}

impl Bench {
    /// Connects to a server.
    pub(crate) async fn open(
        fleet: Fleet,
        process: Process,
        connections: usize,
        timing: Timing,
    ) -> Result<Self> {
        Ok(Self {
            pool: Pool::open(fleet.target(), connections).await?,
            fleet: Rc::new(fleet),
            process,
            timing,
            next_version: Rc::new(Cell::new(1)),
            shows_changes_after: Duration::ZERO,
            registered: Instant::now(),
        })
    }

    /// Waits so long after changes that a delta is to show.
    pub(crate) fn show_changes_after(&mut self, time: Duration) {
        self.shows_changes_after = time;
    }

    /// Registers every instance, says how far it is, and waits until the server shows them.
    pub(crate) async fn register_fleet(&mut self) -> Result<()> {
        let count = self.fleet.instances as u64;
        let fleet = Rc::clone(&self.fleet);
        let started = Instant::now();
        let write = move |out: &mut Vec<u8>, n: u64| {
            if n > 0 && n.is_multiple_of(50_000) {
                say(&format!("  {n} of {count} are registered"));
            }
            fleet.register(out, usize::try_from(n).unwrap_or_default(), 0);
        };
        let tally = self.pool.run(Until::Sent(count), Rc::new(write)).await?;
        ensure_no_failure(&tally, "registering")?;
        self.registered = Instant::now();
        let secs = started.elapsed().as_secs_f64();
        say(&format!("  registered {count} instances in {secs:.1} s"));
        tokio::time::sleep(self.shows_changes_after).await;
        Ok(())
    }

    /// Reads everything as gzip once.
    pub(crate) async fn read_everything(&mut self) -> Result<()> {
        let fleet = Rc::clone(&self.fleet);
        let answer = self
            .pool
            .one(|out| fleet.read(out, Listing::Full, Coding::Gzip, None))
            .await?;
        ensure!(answer.status == 200, "a full fetch: {}", answer.status);
        Ok(())
    }

    /// Waits until what was registered is told by no delta any more, which it is not after `patience`.
    pub(crate) async fn wait_for_empty_delta(&mut self, patience: Duration) -> Result<()> {
        if !self.shows_changes_after.is_zero() {
            // Java's cache keeps a delta until something changes, so what it shows does not tell what it has.
            tokio::time::sleep_until((self.registered + patience).into()).await;
            return Ok(());
        }
        let started = Instant::now();
        loop {
            let fleet = Rc::clone(&self.fleet);
            let read = |out: &mut Vec<u8>| fleet.read(out, Listing::Delta, Coding::Plain, None);
            let answer = self.pool.one(read).await?;
            if answer.status == 200 && answer.body_bytes < EMPTY_DELTA_BYTES {
                return Ok(());
            }
            ensure!(
                started.elapsed() < patience,
                "the delta has changes of before after {patience:?}, {} bytes of them",
                answer.body_bytes
            );
            tokio::time::sleep(LOOK_AT_DELTA_EVERY).await;
        }
    }

    /// Changes as many documents as a delta is to have, and waits until the server shows it.
    pub(crate) async fn make_changes(&mut self) -> Result<()> {
        let write = self.writer(Case::Register, None);
        let tally = self.pool.run(Until::Sent(CHANGES), write).await?;
        ensure_no_failure(&tally, "changing")?;
        tokio::time::sleep(self.shows_changes_after).await;
        Ok(())
    }

    /// Measures one case; nothing for a conditional read of a server that sends no `ETag`.
    pub(crate) async fn measure(&mut self, case: Case) -> Result<Option<Cost>> {
        if case == Case::RegisterNew {
            return self.measure_new().await.map(Some);
        }
        let etag = match case.reading() {
            Some(reading) if reading.conditional => match self.current_etag(reading).await? {
                Some(etag) => Some(etag),
                None => return Ok(None),
            },
            _ => None,
        };
        let is_conditional = etag.is_some();
        let write = self.writer(case, etag);
        // What a part of the registry is answered with is made when it is asked for first, which is not what counts.
        let parts = match case.reading().map(|reading| reading.listing) {
            Some(Listing::App(_) | Listing::Vip(_)) => self.fleet.apps as u64,
            _ => 0,
        };
        let spent = self.spend(write, parts).await?;
        let expected = if is_conditional { spent.requests } else { 0 };
        let mistaken = spent.not_modified.abs_diff(expected);
        let mut cost = spent.cost();
        cost.failures += mistaken;
        Ok(Some(cost))
    }

    /// Measures requests that somebody else writes.
    pub(crate) async fn measure_requests(&mut self, write: Rc<Write>) -> Result<Cost> {
        Ok(self.spend(write, 0).await?.cost())
    }

    /// Sends requests until they count, at least so many, and then those that count.
    async fn spend(&mut self, write: Rc<Write>, warm_up_requests: u64) -> Result<Spent> {
        let warm_up = Until::Both(self.timing.warm_up, warm_up_requests);
        self.pool.run(warm_up, Rc::clone(&write)).await?;
        let measured = Until::Elapsed(self.timing.measure);
        let mut spent = Spent::default();
        self.spend_until(measured, write, &mut spent).await?;
        Ok(spent)
    }

    async fn spend_until(
        &mut self,
        until: Until,
        write: Rc<Write>,
        spent: &mut Spent,
    ) -> Result<()> {
        let before = self.process.cpu_time()?;
        let tally = self.pool.run(until, write).await?;
        spent.add(tally, self.process.cpu_time()?.since(before));
        Ok(())
    }

    async fn measure_new(&mut self) -> Result<Cost> {
        self.spend_on_new(self.timing.warm_up).await?;
        Ok(self.spend_on_new(self.timing.measure).await?.cost())
    }

    /// New instances are registered in a number that leaves the registry as large as it is, and cancelled again, until
    /// registering has taken so long. Cancelling does not count.
    async fn spend_on_new(&mut self, time: Duration) -> Result<Spent> {
        let mut spent = Spent::default();
        while spent.elapsed < time {
            let count = (self.fleet.instances / 5).clamp(1, MAX_NEW) as u64;
            let write = self.writer(Case::RegisterNew, None);
            self.spend_until(Until::Sent(count), write, &mut spent)
                .await?;
            self.cancel_new(count).await?;
        }
        Ok(spent)
    }

    async fn cancel_new(&mut self, count: u64) -> Result<()> {
        let (fleet, first) = (Rc::clone(&self.fleet), self.fleet.instances);
        let cancel = move |out: &mut Vec<u8>, n: u64| {
            fleet.cancel(out, first + usize::try_from(n).unwrap_or_default());
        };
        let tally = self.pool.run(Until::Sent(count), Rc::new(cancel)).await?;
        ensure_no_failure(&tally, "cancelling")
    }

    async fn current_etag(&mut self, reading: Reading) -> Result<Option<String>> {
        let fleet = Rc::clone(&self.fleet);
        self.pool
            .one(|out| fleet.read(out, reading.listing, reading.coding, None))
            .await?;
        Ok(self.pool.etag().map(str::to_owned))
    }

    /// The version of a document that is newer than all before.
    pub(super) fn newer(&self) -> u64 {
        next(&self.next_version)
    }

    /// What writes the requests of a case.
    pub(crate) fn writer(&self, case: Case, etag: Option<String>) -> Rc<Write> {
        let fleet = Rc::clone(&self.fleet);
        let (instances, first_new) = (Scatter::new(fleet.instances), fleet.instances);
        let version = Rc::clone(&self.next_version);
        match case.request() {
            Request::Read(reading) => read_writer(fleet, reading, etag),
            Request::Heartbeat => Rc::new(move |out, n| fleet.heartbeat(out, instances.at(n), 0)),
            Request::StatusChange => Rc::new(move |out, n| {
                let (step, on) = override_step(n);
                fleet.override_status(out, instances.at(step), on);
            }),
            Request::Register => {
                Rc::new(move |out, n| fleet.register(out, instances.at(n), next(&version)))
            }
            Request::RegisterNew => Rc::new(move |out, n| {
                let new = first_new + usize::try_from(n).unwrap_or_default();
                fleet.register(out, new, next(&version));
            }),
        }
    }
}

fn read_writer(fleet: Rc<Fleet>, reading: Reading, etag: Option<String>) -> Rc<Write> {
    let (apps, instances) = (Scatter::new(fleet.apps), Scatter::new(fleet.instances));
    Rc::new(move |out, n| {
        let listing = choose(reading.listing, n, apps, instances);
        fleet.read(out, listing, reading.coding, etag.as_deref());
    })
}

fn next(version: &Cell<u64>) -> u64 {
    let next = version.get();
    version.set(next + 1);
    next
}

/// Whose override the `n`th change is about, and whether it is set or taken back.
pub(crate) fn override_step(n: u64) -> (u64, bool) {
    let (block, within) = (n / (2 * OVERRIDES_AT_ONCE), n % (2 * OVERRIDES_AT_ONCE));
    let step = block * OVERRIDES_AT_ONCE + within % OVERRIDES_AT_ONCE;
    (step, within < OVERRIDES_AT_ONCE)
}

fn choose(listing: Listing, n: u64, apps: Scatter, instances: Scatter) -> Listing {
    match listing {
        Listing::App(_) => Listing::App(apps.at(n)),
        Listing::Vip(_) => Listing::Vip(apps.at(n)),
        Listing::Instance(_) => Listing::Instance(instances.at(n)),
        Listing::InstanceById(_) => Listing::InstanceById(instances.at(n)),
        Listing::Full | Listing::Delta => listing,
    }
}

fn ensure_no_failure(tally: &Tally, what: &str) -> Result<()> {
    ensure!(
        tally.failures == 0,
        "{what}: {} of {} requests failed, the first was answered {:?}",
        tally.failures,
        tally.requests,
        tally.first_failure
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::override_step;

    #[test]
    fn each_override_is_taken_back_before_the_next_are_set() {
        let mut set = BTreeSet::new();
        for n in 0..1280 {
            let (step, on) = override_step(n);
            let changed = if on {
                set.insert(step)
            } else {
                set.remove(&step)
            };
            assert!(changed, "{n}");
            assert!(set.len() <= 64);
        }
        assert!(set.is_empty());
        assert_eq!(override_step(1280), (640, true));
    }
}
