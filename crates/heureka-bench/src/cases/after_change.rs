//! What a change costs the reader after it.

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::bench::Bench;
use crate::fleet::{Coding, Listing, Scatter};
use crate::median::median;

/// After this a server is done with an answer that has arrived, so its CPU time can be told from that of the next one.
const SETTLE: Duration = Duration::from_millis(3);
/// How many requests of a kind follow each other before the next kind has its turn.
const TURN: u32 = 40;
/// Of fewer turns the median says nothing, however long each takes.
const MIN_TURNS: u32 = 5;
/// Fewer pairs with pauses say nothing.
const MIN_PAUSED_PAIRS: u32 = 10;
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

/// Medians over pairs of reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extra {
    /// A read with one registration before it, without what the registration takes itself.
    pub(crate) changed_us: f64,
    /// A read with nothing before it.
    pub(crate) unchanged_us: f64,
    /// How often each was read.
    pub(crate) pairs: u32,
}

/// What is done with each of some instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Changes,
    Reads,
    Both,
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
        let mut numbers = (0_u64..).map(|turn| walk.at(turn));
        let mut times = Times::default();
        let started = Instant::now();
        while times.pairs < MIN_TURNS * TURN || started.elapsed() < time {
            let own: Vec<usize> = numbers.by_ref().take(TURN as usize).collect();
            let changes = self.time_of_turn(&own, Turn::Changes).await?;
            // It takes over what has changed.
            self.read().await?;
            let reads = self.time_of_turn(&own, Turn::Reads).await?;
            let both = self.time_of_turn(&own, Turn::Both).await?;
            times.add(TURN, both.saturating_sub(changes), reads);
        }
        Ok(times.medians())
    }

    /// Changes these instances, reads as often, or reads after each change.
    async fn time_of_turn(&mut self, own: &[usize], turn: Turn) -> Result<Duration> {
        tokio::time::sleep(SETTLE).await;
        let before = self.process.time_of_living_threads()?;
        for n in own {
            if turn != Turn::Reads {
                self.change_one(*n).await?;
            }
            if turn != Turn::Changes {
                self.read().await?;
            }
        }
        tokio::time::sleep(SETTLE).await;
        let after = self.process.time_of_living_threads()?;
        Ok(after.saturating_sub(before))
    }

    async fn measure_paused(&mut self, time: Duration) -> Result<Extra> {
        let walk = Scatter::new(self.fleet.instances);
        let mut times = Times::default();
        let started = Instant::now();
        while times.pairs < MIN_PAUSED_PAIRS
            || (started.elapsed() < time && times.pairs < MAX_PAUSED_PAIRS)
        {
            let n = walk.at(u64::from(times.pairs));
            self.change_one(n).await?;
            let changed = self.time_of_turn(&[n], Turn::Reads).await?;
            let unchanged = self.time_of_turn(&[n], Turn::Reads).await?;
            times.add(1, changed, unchanged);
        }
        Ok(times.medians())
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

/// What was measured, in µs for each read.
#[derive(Default)]
struct Times {
    changed_us: Vec<f64>,
    unchanged_us: Vec<f64>,
    pairs: u32,
}

impl Times {
    fn add(&mut self, reads: u32, changed: Duration, unchanged: Duration) {
        let each_us = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(reads);
        self.changed_us.push(each_us(changed));
        self.unchanged_us.push(each_us(unchanged));
        self.pairs += reads;
    }

    fn medians(self) -> Extra {
        Extra {
            changed_us: median_us(self.changed_us),
            unchanged_us: median_us(self.unchanged_us),
            pairs: self.pairs,
        }
    }
}

fn median_us(times_us: Vec<f64>) -> f64 {
    median(times_us, f64::total_cmp).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_that_stood_still_once_does_not_move_the_medians() {
        let mut times = Times::default();
        for ms in [12, 4000, 20] {
            let unchanged = Duration::from_millis(4);
            times.add(40, Duration::from_millis(ms), unchanged);
        }
        let extra = times.medians();
        assert_eq!((extra.changed_us, extra.unchanged_us), (500.0, 100.0));
        assert_eq!((extra.us(), extra.pairs), (400.0, 120));
    }
}
