//! An operator.

use std::time::Duration;

use heureka_core::{Origin, StatusChange, StatusOutcome};
use heureka_model::{InstanceKey, InstanceStatus, Metadata};
use rand::RngExt as _;

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
        let Some(host) = self.hosts.get_mut(index) else {
            return;
        };
        if !host.is_running() {
            return;
        }
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
