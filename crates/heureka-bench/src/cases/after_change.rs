//! What a change costs the reader after it.

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::bench::Bench;
use crate::fleet::{Coding, Listing, Scatter};

/// After this a server is done with an answer that has arrived, so its CPU time can be told from that of the next one.
const SETTLE: Duration = Duration::from_millis(3);
/// Fewer pairs say nothing.
const MIN_PAIRS: u32 = 10;
/// More take only time.
const MAX_PAIRS: u32 = 300;

/// The server's CPU time for one full gzip read, each after a pause.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AfterChange {
    /// With one registration before it.
    pub(crate) changed_us: f64,
    /// With nothing before it.
    pub(crate) unchanged_us: f64,
    /// How often each was read.
    pub(crate) pairs: u32,
}

impl AfterChange {
    /// What the change costs the read.
    pub(crate) fn extra_us(self) -> f64 {
        self.changed_us - self.unchanged_us
    }
}

impl Bench {
    /// Reads in turns after one change and after none, so that both meet the same caches and the same clock rate.
    pub(crate) async fn measure_after_change(&mut self, time: Duration) -> Result<AfterChange> {
        let walk = Scatter::new(self.fleet.instances);
        let (mut changed, mut unchanged, mut pairs) = (Duration::ZERO, Duration::ZERO, 0);
        let started = Instant::now();
        while pairs < MIN_PAIRS || (started.elapsed() < time && pairs < MAX_PAIRS) {
            self.change_one(walk.at(u64::from(pairs))).await?;
            changed += self.time_of_one_read().await?;
            unchanged += self.time_of_one_read().await?;
            pairs += 1;
        }
        let each_us = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(pairs);
        Ok(AfterChange {
            changed_us: each_us(changed),
            unchanged_us: each_us(unchanged),
            pairs,
        })
    }

    async fn change_one(&mut self, n: usize) -> Result<()> {
        let (fleet, version) = (Rc::clone(&self.fleet), self.newer());
        let answer = self.pool.one(|out| fleet.register(out, n, version)).await?;
        ensure!(answer.status == 204, "a registration: {}", answer.status);
        tokio::time::sleep(SETTLE).await;
        Ok(())
    }

    async fn time_of_one_read(&mut self) -> Result<Duration> {
        let fleet = Rc::clone(&self.fleet);
        let before = self.process.cpu_time()?;
        self.pool
            .one(|out| fleet.read(out, Listing::Full, Coding::Gzip, None))
            .await?;
        tokio::time::sleep(SETTLE).await;
        Ok(self.process.cpu_time()?.saturating_sub(before))
    }
}
