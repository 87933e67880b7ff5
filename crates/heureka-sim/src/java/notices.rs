//! What an observer of everything sees go wrong by Java's own rules, so that nothing is expected that cannot be.

use std::time::Duration;

use heureka_core::Request;
use heureka_model::{InstanceKey, ReplicationAction, ReplicationItem};

use super::receiving::key_of;
use super::replication::Brief;
use crate::world::World;

impl World {
    /// Looks for cancels that arrive after a return at another server. That a node sends a bare cancel of an instance
    /// that it shows is its own fault, and is not excused.
    pub(super) fn notice_what_comes_late(&mut self, index: usize, from: usize, request: &Request) {
        let Request::Batch(items) = request else {
            return;
        };
        let brief = Brief(items.iter().collect());
        self.trace.line(
            self.now,
            format_args!("java-{index} takes of node-{from}: {brief}"),
        );
        for item in items {
            self.notice_change_by_node(from, item);
            if key_of(item).is_some_and(|key| !self.shows_there(from, &key)) {
                self.notice_late_cancel(from, item);
            }
        }
    }

    pub(super) fn notice_change_by_java(&mut self, item: &ReplicationItem, made: Duration) {
        if let Some(key) = changed_key(item) {
            self.expected.java_tells(&key, made, self.now);
        }
        if let (Some(ReplicationAction::Cancel), Some(key)) = (item.action, key_of(item)) {
            self.expected.cancel_is_taken(&key, self.now);
        }
    }

    /// A node that has not heard yet what others hold tells what it has, and to a Java-like server that is the newest.
    fn notice_change_by_node(&mut self, from: usize, item: &ReplicationItem) {
        let Some(key) = changed_key(item) else {
            return;
        };
        self.expected.tells_java(&key, self.now);
        let is_registered = item.action == Some(ReplicationAction::Register);
        if is_registered && self.shows_there(from, &key) {
            // If that was cancelled elsewhere meanwhile, the Java-like server has no tombstone that keeps it out, and tells
            // the other nodes of it when they no longer take it for a repetition.
            self.expected.cancel_is_lost(&key);
        }
        let status_at = |host: usize| self.shows(host, &key).map(|info| info.status);
        let nodes = self.hosts.iter().filter(|host| host.process.is_some());
        let mut nodes = nodes.map(|host| host.index);
        if nodes.any(|node| status_at(node) != status_at(from)) {
            self.expected.status_is_lost(&key);
        }
    }

    /// A cancel that arrives after a return at another server than the one that passes it on: it carries no version, so
    /// it counts as the later write (server.md R25).
    pub(super) fn notice_late_cancel(&mut self, from: usize, item: &ReplicationItem) {
        let is_cancel = item.action == Some(ReplicationAction::Cancel);
        if let Some(key) = key_of(item).filter(|_| is_cancel)
            && self.expected.has_returned_elsewhere(&key, from)
        {
            self.trace.line(
                self.now,
                format_args!("late: the cancel of {key} by host {from}"),
            );
            self.expected.is_cancelled_late(&key);
        }
    }

    /// A heartbeat that is answered 404 registers what it was made of, even if that was cancelled meanwhile
    /// (server.md N46), and nobody can tell that from a return.
    pub(super) fn notice_revival(&mut self, index: usize, key: &InstanceKey) {
        if self.java(index).is_some_and(|java| java.get(key).is_none()) {
            self.expected.cancel_is_lost(key);
        }
    }
}

/// The key whose status an item may change.
fn changed_key(item: &ReplicationItem) -> Option<InstanceKey> {
    let changes = match item.action? {
        ReplicationAction::Register
        | ReplicationAction::StatusUpdate
        | ReplicationAction::DeleteStatusOverride => true,
        ReplicationAction::Heartbeat | ReplicationAction::Cancel => false,
    };
    key_of(item).filter(|_| changes)
}
