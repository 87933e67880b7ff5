//! An operator.

use std::time::Duration;

use heureka_core::{Origin, StatusChange, StatusOutcome};
use heureka_model::{InstanceKey, InstanceStatus, Metadata};
use rand::RngExt as _;

use crate::host::Host;
use crate::peers::Event;
use crate::world::World;

impl World {
    /// An operator changes an override or metadata of some instance at some node.
    pub(crate) fn operator_acts(&mut self) {
        if self.is_over {
            return;
        }
        let next = self.up_to(Duration::from_secs(30));
        self.at(next, Event::Operator);
        let instance = self
            .rng
            .random_range(0..self.clients.len() + self.agents.len());
        let index = self.rng.random_range(0..self.hosts.len());
        let (deed, at) = (self.rng.random_range(0..5), self.now);
        let scripted = self.clients.iter().map(|client| &client.key);
        let mut keys = scripted.chain(self.agents.iter().map(|agent| &agent.key));
        let Some(key) = keys.nth(instance).cloned() else {
            return;
        };
        if !self.hosts.get(index).is_some_and(Host::is_running) {
            return;
        }
        self.may_bring_back(index, &key);
        let Some(host) = self.hosts.get_mut(index) else {
            return;
        };
        self.told.writes += 1;
        let change = match deed {
            0 => StatusChange::Override(InstanceStatus::OutOfService),
            1 => StatusChange::Override(InstanceStatus::Up),
            2 => StatusChange::RemoveOverride {
                shown: InstanceStatus::Unknown,
            },
            3 => StatusChange::RemoveOverride {
                shown: InstanceStatus::Up,
            },
            _ => {
                let entry = ("edited", at.as_millis().to_string());
                return self.operator_edits(index, &key, [entry].into_iter().collect());
            }
        };
        if host.is_java {
            return self.java_is_operated(index, &key, Ok(change));
        }
        let now = host.now(at);
        let Some(process) = &mut host.process else {
            return;
        };
        let (app, id, node) = (key.app.as_str(), key.id.as_str(), &mut process.node);
        let outcome = node.change_status(now, app, id, change, None, Origin::Client);
        self.trace.line(
            at,
            format_args!("operator at node-{index}: {key} {change:?} {outcome:?}"),
        );
        if outcome != StatusOutcome::Unknown {
            self.expected.gave_a_sign(&key, at);
        }
        self.settle(index);
    }

    /// Where a cancel has not been heard of yet, what an operator does makes a Java-like server take the instance for a living
    /// one and tell of it (server.md D-50): it has neither stamps nor tombstones.
    fn may_bring_back(&mut self, index: usize, key: &InstanceKey) {
        if self.scenario.java.is_some() && self.shows_there(index, key) {
            self.expected.cancel_is_lost(key);
        }
    }

    fn operator_edits(&mut self, index: usize, key: &InstanceKey, entries: Metadata) {
        let at = self.now;
        let Some(host) = self.hosts.get_mut(index) else {
            return;
        };
        if host.is_java {
            return self.java_is_operated(index, key, Err(entries));
        }
        let now = host.now(at);
        let Some(process) = &mut host.process else {
            return;
        };
        let (app, id) = (key.app.as_str(), key.id.as_str());
        let outcome = process.node.update_metadata(now, app, id, &entries);
        self.trace.line(
            at,
            format_args!("operator at node-{index}: {key} metadata {outcome:?}"),
        );
        self.settle(index);
    }
}
