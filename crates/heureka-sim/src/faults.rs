//! What befalls the world.

use std::time::Duration;

use rand::RngExt as _;

use crate::network::Line;
use crate::peers::Event;
use crate::world::World;

impl World {
    /// Something breaks, and is mended after a while.
    pub(crate) fn fault(&mut self) {
        if self.is_over || self.scenario.is_calm {
            return;
        }
        let next = self.up_to(self.scenario.between_faults.saturating_mul(2));
        self.at(next, Event::Fault);
        let host = self.rng.random_range(0..self.hosts.len());
        match self.rng.random_range(0..10) {
            0..=2 => self.cut_one_line(host),
            3 | 4 => self.isolate(host),
            5 => self.close_one_way(host),
            6 | 7 => self.end_process(host),
            8 if self.scenario.pauses => self.stop_for_a_while(host),
            9 if self.scenario.clocks_jump => self.wall_clock_jumps(host),
            _ => {}
        }
    }

    fn for_a_while(&mut self) -> Duration {
        let most = if self.rng.random_bool(0.5) { 20 } else { 300 };
        self.up_to(Duration::from_secs(most))
    }

    fn another(&mut self, host: usize) -> usize {
        let others = self.hosts.len() - 1;
        (host + 1 + self.rng.random_range(0..others)) % self.hosts.len()
    }

    fn cut_one_line(&mut self, host: usize) {
        let other = self.another(host);
        let both = self.rng.random_bool(0.7);
        let mut lines = vec![(host, other)];
        if both {
            lines.push((other, host));
        }
        self.lines_become(lines, Line::Cut);
    }

    fn close_one_way(&mut self, host: usize) {
        let other = self.another(host);
        self.lines_become(vec![(host, other)], Line::Closed);
    }

    fn isolate(&mut self, host: usize) {
        let others = (0..self.hosts.len()).filter(|other| *other != host);
        let lines = others
            .flat_map(|other| [(host, other), (other, host)])
            .collect();
        self.lines_become(lines, Line::Cut);
    }

    /// The hosts fall into two groups until everything is healed.
    pub(crate) fn split(&mut self) {
        let first = self.rng.random_range(1..self.hosts.len());
        let lines =
            (0..first).flat_map(|one| (first..self.hosts.len()).map(move |other| (one, other)));
        let lines: Vec<_> = lines
            .flat_map(|(one, other)| [(one, other), (other, one)])
            .collect();
        self.trace.line(self.now, format_args!("split: {lines:?}"));
        for (from, to) in lines {
            self.network.set(self.now, from, to, Line::Cut);
        }
    }

    fn lines_become(&mut self, lines: Vec<(usize, usize)>, line: Line) {
        self.trace
            .line(self.now, format_args!("{line:?}: {lines:?}"));
        for (from, to) in &lines {
            self.network.set(self.now, *from, *to, line);
        }
        let after = self.for_a_while();
        self.at(after, Event::Heal(lines));
    }

    pub(crate) fn heal_lines(&mut self, lines: &[(usize, usize)]) {
        self.trace.line(self.now, format_args!("healed: {lines:?}"));
        for (from, to) in lines {
            self.network.set(self.now, *from, *to, Line::Open);
        }
    }

    /// Ends by its operator's will, with a farewell, or without.
    fn end_process(&mut self, index: usize) {
        let at = self.now;
        let says_goodbye = self.rng.random_bool(0.4);
        let Some(host) = self.hosts.get_mut(index) else {
            return;
        };
        if !host.is_running() {
            return;
        }
        let now = host.now(at);
        let farewells = match &mut host.process {
            Some(process) if says_goodbye => process.node.farewells(now),
            Some(_) | None => Vec::new(),
        };
        for farewell in farewells {
            self.send(index, farewell);
        }
        self.end_java(index);
        if let Some(process) = self
            .hosts
            .get_mut(index)
            .and_then(|host| host.process.take())
        {
            self.node_time += at.saturating_sub(process.started);
        }
        self.trace.line(at, format_args!("node-{index} ends"));
        self.network.touch_host(at, index);
        let after = self.up_to(Duration::from_secs(60));
        self.at(after, Event::Start { host: index });
    }

    fn stop_for_a_while(&mut self, index: usize) {
        let at = self.now;
        let host = self.hosts.get_mut(index);
        if !host.is_some_and(|host| host.stop(at)) {
            return;
        }
        self.trace
            .line(self.now, format_args!("node-{index} is stopped"));
        self.network.touch_host(self.now, index);
        let after = self.for_a_while();
        self.at(after, Event::GoOn { host: index });
    }

    fn wall_clock_jumps(&mut self, index: usize) {
        const YEAR_MS: i64 = 365 * 24 * 3600 * 1000;
        let far = [3_600_000, -3_600_000, 10 * YEAR_MS, -20 * YEAR_MS];
        let chosen = self.rng.random_range(0..far.len() + 2);
        let near = self.rng.random_range(-300_000..=300_000);
        if let Some(host) = self.hosts.get_mut(index) {
            host.wall_ahead_ms = far.get(chosen).copied().unwrap_or(near);
            self.trace.line(
                self.now,
                format_args!("node-{index}: wall clock {} ms ahead", host.wall_ahead_ms),
            );
        }
    }
}
