//! What a change costs the reader after it.

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::bench::Bench;
use crate::fleet::{Coding, Listing, Scatter};

/// After this a server is done with an answer that has arrived, so its CPU time can be told from that of the next one.
const SETTLE: Duration = Duration::from_millis(3);
/// How many requests of a kind follow each other before the next kind has its turn.
const TURN: u32 = 40;
/// Fewer pairs say nothing.
const MIN_PAIRS: u32 = 10;
/// More pairs with pauses take only time.
const MAX_PAUSED_PAIRS: u32 = 300;

/// The server's CPU time for full gzip reads with one registration before each and with none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AfterChange {
    /// One request right after the other, as in all cases.
    pub(crate) at_once: Extra,
    /// With a pause before and after each read, in which caches go cold.
    pub(crate) paused: Extra,
}

/// A mean over pairs of reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extra {
    /// A read with one registration before it, without what the registration takes itself.
    pub(crate) changed_us: f64,
    /// A read with nothing before it.
    pub(crate) unchanged_us: f64,
    /// How often each was read.
    pub(crate) pairs: u32,
}

impl Extra {
    /// What the change costs the read.
    pub(crate) fn us(self) -> f64 {
        self.changed_us - self.unchanged_us
    }
}

impl Bench {
    /// Measures for about so long.
    pub(crate) async fn measure_after_change(&mut self, time: Duration) -> Result<AfterChange> {
        Ok(AfterChange {
            at_once: self.measure_at_once(time / 2).await?,
            paused: self.measure_paused(time / 2).await?,
        })
    }

    /// Takes turns of changes, of reads, and of both, so that all meet the same machine. What both take together is more
    /// than the sum by what a change costs a read.
    async fn measure_at_once(&mut self, time: Duration) -> Result<Extra> {
        let walk = Scatter::new(self.fleet.instances);
        let mut turns = (0_u64..).map(|turn| walk.at(turn));
        let [mut changes, mut reads, mut both] = [Duration::ZERO; 3];
        let (mut pairs, started) = (0, Instant::now());
        while pairs < MIN_PAIRS || started.elapsed() < time {
            let own: Vec<usize> = turns.by_ref().take(TURN as usize).collect();
            changes += self.time_of_turn(&own, true, false).await?;
            // It takes over what has changed.
            self.read().await?;
            reads += self.time_of_turn(&own, false, true).await?;
            both += self.time_of_turn(&own, true, true).await?;
            pairs += TURN;
        }
        Ok(Extra {
            changed_us: each_us(both.saturating_sub(changes), pairs),
            unchanged_us: each_us(reads, pairs),
            pairs,
        })
    }

    /// Changes these instances, reads after each, or both.
    async fn time_of_turn(
        &mut self,
        own: &[usize],
        changes: bool,
        reads: bool,
    ) -> Result<Duration> {
        tokio::time::sleep(SETTLE).await;
        let before = self.process.cpu_time()?;
        for n in own {
            if changes {
                self.change_one(*n).await?;
            }
            if reads {
                self.read().await?;
            }
        }
        tokio::time::sleep(SETTLE).await;
        Ok(self.process.cpu_time()?.saturating_sub(before))
    }

    async fn measure_paused(&mut self, time: Duration) -> Result<Extra> {
        let walk = Scatter::new(self.fleet.instances);
        let [mut changed, mut unchanged] = [Duration::ZERO; 2];
        let (mut pairs, started) = (0, Instant::now());
        while pairs < MIN_PAIRS || (started.elapsed() < time && pairs < MAX_PAUSED_PAIRS) {
            let n = walk.at(u64::from(pairs));
            self.change_one(n).await?;
            changed += self.time_of_turn(&[n], false, true).await?;
            unchanged += self.time_of_turn(&[n], false, true).await?;
            pairs += 1;
        }
        Ok(Extra {
            changed_us: each_us(changed, pairs),
            unchanged_us: each_us(unchanged, pairs),
            pairs,
        })
    }

    async fn change_one(&mut self, n: usize) -> Result<()> {
        let (fleet, version) = (Rc::clone(&self.fleet), self.newer());
        let answer = self.pool.one(|out| fleet.register(out, n, version)).await?;
        ensure!(answer.status == 204, "a registration: {}", answer.status);
        Ok(())
    }

    async fn read(&mut self) -> Result<()> {
        let fleet = Rc::clone(&self.fleet);
        let answer = self
            .pool
            .one(|out| fleet.read(out, Listing::Full, Coding::Gzip, None))
            .await?;
        ensure!(answer.status == 200, "a read: {}", answer.status);
        Ok(())
    }
}

fn each_us(time: Duration, times: u32) -> f64 {
    time.as_secs_f64() * 1e6 / f64::from(times)
}
