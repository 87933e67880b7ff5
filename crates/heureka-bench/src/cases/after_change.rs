//! What a change costs the reader after it.

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::bench::Bench;
use crate::fleet::{Coding, Listing, Scatter};
use crate::median::median;
use crate::process::us_each;

/// After this a server is done with an answer that has arrived, so its CPU time can be told from that of the next one.
const SETTLE: Duration = Duration::from_millis(3);
/// How many requests of a kind follow each other before the next kind has its turn. So few changes servers of this kind leave
/// where they are until somebody reads, so that a turn of changes is not charged for taking them over.
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

/// Medians over turns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extra {
    /// What one registration before a read adds to it: the median of what each turn says of itself, for what moves a
    /// machine from one turn to the next moves both of its reads.
    pub(crate) added_us: f64,
    /// A read with nothing before it.
    pub(crate) unchanged_us: f64,
    /// How often both were measured.
    pub(crate) turns: u32,
    /// How many reads of each kind a turn has.
    pub(crate) reads_in_turn: u32,
}

/// What is done with each of some instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Changes,
    Reads,
    Both,
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
        let mut others = || -> Vec<usize> { numbers.by_ref().take(TURN as usize).collect() };
        let mut times = Times::of_turns_with(TURN);
        let started = Instant::now();
        while times.turns() < MIN_TURNS || started.elapsed() < time {
            let own = others();
            let changes = self.time_of_turn(&own, Turn::Changes).await?;
            // It takes over what has changed.
            self.read().await?;
            let reads = self.time_of_turn(&own, Turn::Reads).await?;
            let both = self.time_of_turn(&others(), Turn::Both).await?;
            times.add(both.saturating_sub(changes), reads);
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
        let mut times = Times::of_turns_with(1);
        let started = Instant::now();
        while times.turns() < MIN_PAUSED_PAIRS
            || (started.elapsed() < time && times.turns() < MAX_PAUSED_PAIRS)
        {
            let n = walk.at(u64::from(times.turns()));
            self.change_one(n).await?;
            let changed = self.time_of_turn(&[n], Turn::Reads).await?;
            let unchanged = self.time_of_turn(&[n], Turn::Reads).await?;
            times.add(changed, unchanged);
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
struct Times {
    reads_in_turn: u32,
    added_us: Vec<f64>,
    unchanged_us: Vec<f64>,
}

impl Times {
    fn of_turns_with(reads_in_turn: u32) -> Self {
        Self {
            reads_in_turn,
            added_us: Vec::new(),
            unchanged_us: Vec::new(),
        }
    }

    fn turns(&self) -> u32 {
        u32::try_from(self.added_us.len()).unwrap_or(u32::MAX)
    }

    /// What a turn took with a change before each read, without what the changes take themselves, and with none.
    fn add(&mut self, changed: Duration, unchanged: Duration) {
        let reads = self.reads_in_turn.into();
        let (changed_us, unchanged_us) = (us_each(changed, reads), us_each(unchanged, reads));
        self.added_us.push(changed_us - unchanged_us);
        self.unchanged_us.push(unchanged_us);
    }

    fn medians(self) -> Extra {
        Extra {
            turns: self.turns(),
            reads_in_turn: self.reads_in_turn,
            added_us: median_us(self.added_us),
            unchanged_us: median_us(self.unchanged_us),
        }
    }
}

fn median_us(times_us: Vec<f64>) -> f64 {
    median(times_us, f64::total_cmp).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extra(turns_ms: &[(u64, u64)]) -> Extra {
        let mut times = Times::of_turns_with(40);
        for (changed, unchanged) in turns_ms {
            times.add(
                Duration::from_millis(*changed),
                Duration::from_millis(*unchanged),
            );
        }
        times.medians()
    }

    #[test]
    fn a_machine_that_stood_still_once_does_not_move_the_medians() {
        let extra = extra(&[(12, 4), (4000, 4), (20, 4)]);
        assert_eq!((extra.added_us, extra.unchanged_us), (400.0, 100.0));
        assert_eq!((extra.turns, extra.reads_in_turn), (3, 40));
    }

    #[test]
    fn what_a_change_adds_is_told_from_what_moves_the_machine_between_turns() {
        let extra = extra(&[(14, 10), (36, 32), (84, 80), (5, 20)]);
        assert_eq!(extra.added_us, 100.0);
    }
}
