//! The lines between nodes.

use std::time::Duration;

use rand::RngExt as _;
use rand_pcg::Pcg64;

use crate::scenario::Scenario;

/// What one direction of a line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// It carries.
    Open,
    /// No connection can be opened in this direction; answers pass.
    Closed,
    /// Everything in this direction vanishes.
    Cut,
}

/// Why a request does not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Arrives {
        after: Duration,
        again: Option<Duration>,
    },
    Lost,
    NoWay,
}

/// All lines.
#[derive(Debug)]
pub(crate) struct Network {
    hosts: usize,
    lines: Vec<Line>,
    /// When a line last changed, or the process at one of its ends.
    changed: Vec<Duration>,
    /// Since when neither of two hosts can ask the other.
    parted: Vec<Option<Duration>>,
    scenario: Scenario,
    is_healed: bool,
}

impl Network {
    pub(crate) fn new(scenario: Scenario) -> Self {
        let lines = scenario.hosts * scenario.hosts;
        Self {
            hosts: scenario.hosts,
            lines: vec![Line::Open; lines],
            changed: vec![Duration::ZERO; lines],
            parted: vec![None; lines],
            scenario,
            is_healed: false,
        }
    }

    fn line(&self, from: usize, to: usize) -> Line {
        let line = self.lines.get(from * self.hosts + to);
        line.copied().unwrap_or(Line::Open)
    }

    pub(crate) fn set(&mut self, now: Duration, from: usize, to: usize, line: Line) {
        if let Some(own) = self.lines.get_mut(from * self.hosts + to) {
            *own = line;
        }
        self.touch(now, from, to);
    }

    fn touch(&mut self, now: Duration, from: usize, to: usize) {
        let is_parted = !self.are_connected(from, to);
        for index in [from * self.hosts + to, to * self.hosts + from] {
            if let Some(changed) = self.changed.get_mut(index) {
                *changed = now;
            }
            if let Some(parted) = self.parted.get_mut(index) {
                *parted = is_parted.then(|| parted.unwrap_or(now));
            }
        }
    }

    /// A process began, ended, was stopped or went on.
    pub(crate) fn touch_host(&mut self, now: Duration, host: usize) {
        for other in 0..self.hosts {
            self.touch(now, host, other);
        }
    }

    /// Whether a node can ask the other and is answered.
    pub(crate) fn can_call(&self, from: usize, to: usize) -> bool {
        from == to || (self.line(from, to) == Line::Open && self.line(to, from) != Line::Cut)
    }

    /// Whether one of the two can ask the other.
    pub(crate) fn are_connected(&self, one: usize, other: usize) -> bool {
        self.can_call(one, other) || self.can_call(other, one)
    }

    /// Since when nothing changed between the two.
    pub(crate) fn unchanged_since(&self, one: usize, other: usize) -> Duration {
        let changed = self.changed.get(one * self.hosts + other);
        changed.copied().unwrap_or_default()
    }

    /// Since when neither of the two can ask the other.
    pub(crate) fn parted_since(&self, one: usize, other: usize) -> Option<Duration> {
        self.parted.get(one * self.hosts + other).copied().flatten()
    }

    /// From now on nothing is lost, late or cut.
    pub(crate) fn heal(&mut self, now: Duration) {
        self.is_healed = true;
        for from in 0..self.hosts {
            for to in 0..self.hosts {
                self.set(now, from, to, Line::Open);
            }
        }
    }

    /// What becomes of a request.
    pub(crate) fn request(&self, rng: &mut Pcg64, from: usize, to: usize) -> Fate {
        self.over(rng, self.line(from, to))
    }

    /// What becomes of what is sent over a line.
    pub(crate) fn over(&self, rng: &mut Pcg64, line: Line) -> Fate {
        match line {
            Line::Closed => Fate::NoWay,
            Line::Cut => {
                if rng.random_bool(0.5) {
                    Fate::NoWay
                } else {
                    Fate::Lost
                }
            }
            Line::Open => self.on_the_way(rng),
        }
    }

    /// What becomes of an answer.
    pub(crate) fn answer(&self, rng: &mut Pcg64, from: usize, to: usize) -> Option<Duration> {
        if self.line(from, to) == Line::Cut {
            return None;
        }
        match self.on_the_way(rng) {
            Fate::Arrives { after, .. } => Some(after),
            Fate::Lost | Fate::NoWay => None,
        }
    }

    fn on_the_way(&self, rng: &mut Pcg64) -> Fate {
        let Scenario {
            lost,
            doubled,
            held_up,
            ..
        } = self.scenario;
        let after = self.delay(rng);
        let one_in_a_thousand = rng.random_range(0..1000);
        if self.is_healed {
            return Fate::Arrives { after, again: None };
        }
        if one_in_a_thousand < lost {
            return Fate::Lost;
        }
        let is_doubled = rng.random_range(0..1000) < doubled;
        let is_held_up = rng.random_range(0..1000) < held_up;
        let again = is_doubled.then(|| self.delay(rng).saturating_mul(3));
        let held_up = Duration::from_secs(if is_held_up {
            rng.random_range(1..=60)
        } else {
            0
        });
        Fate::Arrives {
            after: after.saturating_add(held_up),
            again,
        }
    }

    fn delay(&self, rng: &mut Pcg64) -> Duration {
        let jitter_us = u64::try_from(self.scenario.jitter.as_micros()).unwrap_or(0);
        let jitter = Duration::from_micros(rng.random_range(0..=jitter_us));
        self.scenario.delay.saturating_add(jitter)
    }
}
