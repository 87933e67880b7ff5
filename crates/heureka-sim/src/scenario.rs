//! What a seed makes of a world: how large it is, how good its lines are, and what befalls it.

use std::time::Duration;

use rand::RngExt as _;
use rand_pcg::Pcg64;

/// What a seed makes of a world.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    pub(crate) hosts: usize,
    pub(crate) clients: usize,
    /// Services with the client library.
    pub(crate) agents: usize,
    /// After this long everything is healed.
    pub(crate) length: Duration,
    /// The usual time on a line, and by how much it varies.
    pub(crate) delay: Duration,
    pub(crate) jitter: Duration,
    /// How many of a thousand messages between nodes are lost, come twice, or are held up for long.
    pub(crate) lost: u32,
    pub(crate) doubled: u32,
    pub(crate) held_up: u32,
    /// How many of a thousand requests of clients hang.
    pub(crate) hung: u32,
    /// The mean time between two faults.
    pub(crate) between_faults: Duration,
    /// Wall clocks differ and jump.
    pub(crate) clocks_jump: bool,
    /// Processes are stopped for a while and go on.
    pub(crate) pauses: bool,
    /// The hosts fall into two groups for half an hour, until everything is healed.
    pub(crate) splits: bool,
    /// Nothing befalls this world, so that what nodes tell each other can be counted (I12).
    pub(crate) is_calm: bool,
    /// One of the hosts is a Java-like server.
    pub(crate) java: Option<JavaLike>,
}

/// The Java-like server among the hosts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JavaLike {
    pub(crate) host: usize,
    /// Its listing is read from a copy that is up to thirty seconds old.
    pub(crate) lags: bool,
}

/// How soon all hosts agree where one is a Java-like server: its tasks, and its listings, are half a minute old.
const CONVERGES_WITH_JAVA_WITHIN: Duration = Duration::from_secs(45);

/// Of so many worlds one has a Java-like server.
const JAVA_LIKE_IN_ONE_OF: u32 = 5;

/// How long a split lasts.
pub(crate) const SPLIT: Duration = Duration::from_secs(30 * 60);

impl Scenario {
    pub(crate) fn of(rng: &mut Pcg64) -> Self {
        let is_slow = rng.random_range(0..4) == 0;
        let is_lossy = rng.random_range(0..3) == 0;
        let millis = |ms: u64| Duration::from_millis(ms);
        let scenario = Self {
            hosts: pick(rng, 2, &[3, 3, 3, 4, 5]),
            clients: rng.random_range(5..=14),
            agents: 0,
            length: Duration::from_secs(rng.random_range(6 * 60..=14 * 60)),
            delay: millis(if is_slow { 150 } else { 1 }),
            jitter: millis(if is_slow { 700 } else { 20 }),
            lost: if is_lossy {
                rng.random_range(10..=150)
            } else {
                0
            },
            doubled: pick(rng, 0, &[0, 50, 300]),
            held_up: pick(rng, 0, &[0, 5]),
            hung: pick(rng, 0, &[10, 50]),
            between_faults: Duration::from_secs(rng.random_range(15..=120)),
            clocks_jump: rng.random_range(0..3) == 0,
            pauses: rng.random_bool(0.5),
            splits: rng.random_range(0..20) == 0,
            is_calm: rng.random_range(0..20) == 0,
            java: None,
        };
        let scenario = Self {
            agents: rng.random_range(1..=3),
            ..scenario.with_java(rng)
        };
        match scenario {
            Self { is_calm: true, .. } => scenario.calmed(),
            Self { splits: true, .. } => Self {
                length: scenario.length + SPLIT,
                ..scenario
            },
            Self { .. } => scenario,
        }
    }

    fn with_java(self, rng: &mut Pcg64) -> Self {
        let has_java = rng.random_range(0..JAVA_LIKE_IN_ONE_OF) == 0;
        let hosts = rng.random_range(2..=4);
        let java = JavaLike {
            host: rng.random_range(0..hosts),
            lags: rng.random_bool(0.5),
        };
        if !has_java {
            return self;
        }
        Self {
            hosts,
            java: Some(java),
            // What a Java server says to a process that is stopped has neither stamp nor age: when the process goes on, it
            // takes what is minutes old for new. That is not mended, and no check is made of it.
            pauses: false,
            ..self
        }
    }

    fn calmed(self) -> Self {
        Self {
            lost: 0,
            doubled: 0,
            held_up: 0,
            hung: 0,
            clocks_jump: false,
            pauses: false,
            splits: false,
            ..self
        }
    }

    /// How soon after the last write and the last fault all nodes hold the same (I3). A comparison takes some questions,
    /// which is nothing but on slow lines.
    pub(crate) fn converges_within(&self) -> Duration {
        const QUESTIONS: u32 = 5;
        let round_trip = self.delay.saturating_add(self.jitter).saturating_mul(2);
        let usual = Duration::from_secs(10).saturating_add(round_trip.saturating_mul(QUESTIONS));
        match self.java {
            Some(_) => usual.max(CONVERGES_WITH_JAVA_WITHIN),
            None => usual,
        }
    }

    pub(crate) fn is_java(&self, host: usize) -> bool {
        self.java.is_some_and(|java| java.host == host)
    }

    /// How long a node may lack what another one has, while both reach each other.
    pub(crate) fn catches_up_within(&self) -> Duration {
        Duration::from_secs(if self.lost > 0 { 120 } else { 15 })
    }
}

/// The first or one of the others, each as likely.
fn pick<T: Copy>(rng: &mut Pcg64, first: T, others: &[T]) -> T {
    let index = rng.random_range(0..=others.len());
    others.get(index).copied().unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn one_world_in_five_has_one_java_like_server_among_two_to_four_hosts() {
        let worlds = (0..1000).map(|seed| Scenario::of(&mut Pcg64::seed_from_u64(seed)));
        let with_java: Vec<Scenario> = worlds.filter(|world| world.java.is_some()).collect();
        assert!((150..250).contains(&with_java.len()));
        for world in with_java {
            assert!((2..=4).contains(&world.hosts));
            let java = (0..world.hosts).filter(|host| world.is_java(*host));
            assert_eq!(java.count(), 1);
        }
    }
}
