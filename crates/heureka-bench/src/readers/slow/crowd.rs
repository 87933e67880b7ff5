//! Readers that take their time, and how long the server puts up with each.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::super::request::{SMALL_BUFFER_BYTES, ask, connect_from};
use super::super::sockets::{Served, served_by};
use crate::fleet::{Coding, Scatter};
use crate::say;
use crate::trial::Subject;

/// Between two looks at which connections the server still serves.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Between two lines about how it goes.
const PROGRESS_EVERY: Duration = Duration::from_secs(10);
/// Between two reads of a slow reader.
const READ_EVERY: Duration = Duration::from_secs(1);

/// How a reader reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Temper {
    /// A little now and then.
    Slow,
    /// Nothing.
    Silent,
    /// Enough to show that it is there, but it would take minutes for everything.
    Leisurely,
}

impl Temper {
    /// Every kind.
    pub(super) const ALL: [Self; 3] = [Self::Slow, Self::Silent, Self::Leisurely];

    /// What the table calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Slow => "1 KiB/s",
            Self::Silent => "nothing read",
            Self::Leisurely => "512 KiB/s",
        }
    }

    fn bytes_per_s(self) -> usize {
        match self {
            Self::Slow => 1024,
            Self::Silent => 0,
            Self::Leisurely => 512 * 1024,
        }
    }

    /// Who reads nothing has a small buffer, so that the server feels it at once.
    fn receive_buffer_bytes(self) -> Option<u32> {
        match self {
            Self::Slow | Self::Silent => Some(SMALL_BUFFER_BYTES),
            Self::Leisurely => None,
        }
    }
}

/// The readers of one run.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    readers: Vec<Reader>,
}

#[derive(Debug)]
struct Reader {
    temper: Temper,
    /// Where it connected from, and when it asked.
    asked: Option<(SocketAddr, Instant)>,
    /// How long after that the server ended its connection.
    life: Option<Duration>,
}

/// What became of the readers of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Lives {
    /// How many there were.
    pub(super) count: usize,
    /// How many were ended by the server.
    pub(super) ended: usize,
    /// The shortest life of those that were ended.
    pub(super) shortest: Duration,
    /// The longest of these.
    pub(super) longest: Duration,
}

impl Crowd {
    /// Adds readers, who take turns with those who are there.
    pub(super) fn add(&mut self, temper: Temper, count: usize) {
        self.readers.extend((0..count).map(|_| Reader {
            temper,
            asked: None,
            life: None,
        }));
    }

    /// Takes the readers of another run in.
    pub(super) fn absorb(&mut self, other: Self) {
        self.readers.extend(other.readers);
    }

    /// How many they are.
    pub(super) fn len(&self) -> usize {
        self.readers.len()
    }

    /// Lets all of them arrive, evenly, and read as they do, and watches what the server does about it. Answers what the
    /// kernel has of their connections while they are still there.
    pub(super) async fn dawdle(
        &mut self,
        subject: &Subject,
        arrive_within: Duration,
        duration: Duration,
    ) -> Result<Served> {
        let started = Instant::now();
        let mut reading = JoinSet::new();
        let (mut arrived, mut next_progress) = (0, PROGRESS_EVERY);
        while started.elapsed() < duration {
            let due = arrivals(self.len(), arrive_within, started.elapsed());
            while arrived < due {
                self.arrive(arrived, subject, &mut reading).await?;
                arrived += 1;
            }
            self.note_ends(subject.address())?;
            if started.elapsed() >= next_progress {
                self.say_progress(next_progress, subject)?;
                next_progress += PROGRESS_EVERY;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        served_by(subject.address())
    }

    async fn arrive(
        &mut self,
        n: usize,
        subject: &Subject,
        reading: &mut JoinSet<()>,
    ) -> Result<()> {
        // Kinds come mixed: every reader's place is far from that of its neighbour.
        let place = Scatter::new(self.len()).at(n as u64);
        let Some(reader) = self.readers.get_mut(place) else {
            return Ok(());
        };
        let temper = reader.temper;
        let buffer_bytes = temper.receive_buffer_bytes();
        let mut stream = connect_from(place, subject.address(), buffer_bytes).await?;
        ask(&mut stream, &subject.fleet, Coding::Plain).await?;
        reader.asked = Some((stream.local_addr()?, Instant::now()));
        reading.spawn_local(read_slowly(stream, temper.bytes_per_s()));
        Ok(())
    }

    fn note_ends(&mut self, server: SocketAddr) -> Result<()> {
        let served = served_by(server)?;
        let now = Instant::now();
        for reader in &mut self.readers {
            reader.note_end(|address| served.clients.contains(&address), now);
        }
        Ok(())
    }

    fn say_progress(&self, elapsed: Duration, subject: &Subject) -> Result<()> {
        let reading = self.readers.iter().filter(|reader| reader.is_served());
        say(&format!(
            "  {} s: {} slow readers, {:.0} MiB, at most {:.0} MiB so far",
            elapsed.as_secs(),
            reading.count(),
            subject.resident_mib()?,
            subject.peak_mib()?
        ));
        Ok(())
    }

    /// What became of those of one kind.
    pub(super) fn lives(&self, temper: Temper) -> Lives {
        let of_kind = self.readers.iter().filter(|reader| reader.temper == temper);
        let ended: Vec<Duration> = of_kind.clone().filter_map(|reader| reader.life).collect();
        Lives {
            count: of_kind.count(),
            ended: ended.len(),
            shortest: ended.iter().min().copied().unwrap_or_default(),
            longest: ended.iter().max().copied().unwrap_or_default(),
        }
    }
}

impl Reader {
    fn is_served(&self) -> bool {
        self.asked.is_some() && self.life.is_none()
    }

    fn note_end(&mut self, is_served: impl Fn(SocketAddr) -> bool, now: Instant) {
        if let (Some((address, asked_at)), None) = (self.asked, self.life)
            && !is_served(address)
        {
            self.life = Some(now.saturating_duration_since(asked_at));
        }
    }
}

/// How many of `count` have come after so long, if all come evenly within `within`.
fn arrivals(count: usize, within: Duration, elapsed: Duration) -> usize {
    if elapsed >= within {
        return count;
    }
    let share = elapsed.as_secs_f64() / within.as_secs_f64();
    (count as f64 * share) as usize
}

/// Reads so much each second until the connection ends, and then keeps it: who has read nothing does not know that it has.
async fn read_slowly(mut stream: TcpStream, bytes_per_s: usize) {
    let mut buffer = vec![0; bytes_per_s];
    let mut ticks = tokio::time::interval(READ_EVERY);
    loop {
        ticks.tick().await;
        if bytes_per_s > 0 && stream.read_exact(&mut buffer).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_arrive_evenly() {
        let after = |ms| arrivals(200, Duration::from_secs(20), Duration::from_millis(ms));
        assert_eq!((after(0), after(50), after(100)), (0, 0, 1));
        assert_eq!(
            (after(10_000), after(20_000), after(90_000)),
            (100, 200, 200)
        );
        assert_eq!(arrivals(7, Duration::ZERO, Duration::ZERO), 7);
    }

    #[test]
    fn a_life_ends_once_and_counts_from_the_request() {
        let mut crowd = Crowd::default();
        crowd.add(Temper::Silent, 2);
        crowd.add(Temper::Slow, 1);
        let start = Instant::now();
        let at = |secs| start + Duration::from_secs(secs);
        let address = |port| SocketAddr::from(([127, 1, 0, 1], port));
        for (port, reader) in (1..).zip(&mut crowd.readers) {
            reader.note_end(|_| false, at(1));
            assert_eq!(reader.life, None, "it has not come yet");
            reader.asked = Some((address(port), at(2)));
            reader.note_end(|_| true, at(3));
            reader.note_end(|address| address.port() == 2, at(7));
            reader.note_end(|address| address.port() == 2, at(9));
        }
        let silent = Lives {
            count: 2,
            ended: 1,
            shortest: Duration::from_secs(5),
            longest: Duration::from_secs(5),
        };
        assert_eq!(crowd.lives(Temper::Silent), silent);
        assert_eq!(crowd.lives(Temper::Slow).ended, 1);
        assert_eq!(crowd.lives(Temper::Leisurely), Lives::default());
        assert!(crowd.readers[1].is_served() && !crowd.readers[0].is_served());
    }
}
