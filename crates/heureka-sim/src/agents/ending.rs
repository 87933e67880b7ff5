//! What must hold of agents at the end, after a calm of two intervals.

use std::time::Duration;

use heureka_client_core::Profile;
use heureka_model::InstanceKey;

use super::checks::{INTERVAL, SLACK};
use super::listings::{Content, content_of};
use crate::world::World;

/// Two intervals: after this long in a calm world everybody has fetched.
pub(crate) const CALM: Duration = Duration::from_secs(65);

/// What all servers showed when the world had calmed.
pub(crate) type Calm = Vec<Content>;

impl World {
    /// What all servers show, for the last comparison.
    pub(crate) fn take_note_of_calm(&mut self) {
        let hosts = 0..self.hosts.len();
        self.calm = hosts.map(|host| self.content(host)).collect();
    }

    /// After the calm: who lives is registered everywhere as it is now, and sees what the servers show; who left is gone.
    pub(crate) fn check_agents_at_the_end(&mut self) {
        for index in 0..self.agents.len() {
            let wrong = self
                .is_not_everywhere(index)
                .or_else(|| self.sees_something_else(index))
                .or_else(|| self.is_still_there(index));
            if let Some(wrong) = wrong {
                self.violated(format!("at the end, agent-{index}: {wrong}"));
            }
        }
    }

    /// I2, I3
    fn is_not_everywhere(&self, index: usize) -> Option<String> {
        let client = self.agents.get(index)?;
        let process = client.process.as_ref()?;
        let accepted = process.accepted?;
        let is_told = accepted.at.saturating_add(INTERVAL + SLACK) > self.now
            && process.says_so_since.saturating_add(CALM) < self.now
            && accepted.since.saturating_add(INTERVAL) < self.now;
        if !is_told || self.scenario.java.is_some() {
            return None;
        }
        let shown = |host: usize| self.shows(host, &client.key).map(|info| info.document);
        let lacks = |host: &usize| {
            shown(*host).is_none_or(|document| document.last_dirty != client.last_dirty)
        };
        let host = (0..self.hosts.len()).find(lacks)?;
        Some(format!("node-{host} shows {:?}: {accepted:?}", shown(host)))
    }

    /// I11: what has not changed at the server that it follows for two intervals, it has the same.
    fn sees_something_else(&self, index: usize) -> Option<String> {
        let client = self.agents.get(index)?;
        let process = client.process.as_ref()?;
        let view = process.view.as_ref()?;
        // Java's clients may wait for long after time-outs (S4), and keep what they missed when they went to another server.
        let is_excused = client.profile != Profile::Modern;
        if is_excused && (!view.follows || view.at.saturating_add(CALM) < self.now) {
            return None;
        }
        let (before, after) = (self.calm.get(view.host)?, self.content(view.host));
        let is_calm = |key: &&InstanceKey| before.get(*key) == after.get(*key);
        let own = content_of(process.agent.registry());
        let keys = own.keys().chain(after.keys());
        let key = keys
            .filter(is_calm)
            .find(|key| own.get(*key) != after.get(*key))?;
        let (own, theirs) = (own.get(key), after.get(key));
        Some(format!(
            "of {key} it has {own:?}, and node-{} {theirs:?}",
            view.host
        ))
    }

    /// I4. A cancel is lost with the only node that has heard of it, and the lease ends then.
    fn is_still_there(&self, index: usize) -> Option<String> {
        let client = self.agents.get(index)?;
        let known = self.expected.get(&client.key)?;
        let cancelled = self.expected.gone(known)?;
        let is_known = self.has_run(cancelled.host, cancelled.run);
        if !is_known || client.process.is_some() || client.left_at.is_none() {
            return None;
        }
        let hosts = self.hosts.iter().map(|host| host.index);
        let host = hosts
            .filter(|host| self.java(*host).is_none())
            .find(|host| self.shows(*host, &client.key).is_some())?;
        Some(format!(
            "it has left, and node-{host} shows it: {cancelled:?}"
        ))
    }
}
