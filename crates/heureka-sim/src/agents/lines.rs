//! The lines between an agent and the servers.

use std::time::Duration;

use crate::network::Line;

/// The line to each server, by the index of its host.
#[derive(Debug)]
pub(crate) struct AgentLines(Vec<ToHost>);

#[derive(Clone, Copy, Debug)]
struct ToHost {
    line: Line,
    /// Since when nothing has gone wrong on it.
    well_since: Duration,
}

impl AgentLines {
    pub(super) fn new(hosts: usize) -> Self {
        let line = ToHost {
            line: Line::Open,
            well_since: Duration::ZERO,
        };
        Self(vec![line; hosts])
    }

    pub(super) fn line(&self, host: usize) -> Line {
        self.0.get(host).map_or(Line::Open, |own| own.line)
    }

    pub(super) fn becomes(&mut self, now: Duration, host: usize, line: Line) {
        if let Some(own) = self.0.get_mut(host) {
            own.line = line;
            own.well_since = now;
        }
    }

    pub(super) fn heal(&mut self, now: Duration, host: usize) {
        self.becomes(now, host, Line::Open);
    }

    /// Something was lost, or came late.
    pub(super) fn is_troubled(&mut self, now: Duration, host: usize) {
        self.becomes(now, host, self.line(host));
    }

    /// Since when it has carried everything in time.
    pub(super) fn well_since(&self, host: usize) -> Option<Duration> {
        let own = self.0.get(host)?;
        (own.line == Line::Open).then_some(own.well_since)
    }
}
