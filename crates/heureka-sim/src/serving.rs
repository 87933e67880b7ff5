//! What servers do with what clients ask of them.

use heureka_core::{CancelOutcome, Origin, RenewOutcome, Renewal};
use heureka_model::{InstanceKey, Registration, UnixMillis};

use crate::world::World;

/// What a client asks a server to change.
#[derive(Clone, Debug)]
pub(crate) enum Write {
    Register(Box<Registration>),
    Renew(UnixMillis),
    Cancel,
}

impl World {
    /// A server does what a client asks. Answers whether that was a success.
    pub(crate) fn serve(&mut self, key: &InstanceKey, index: usize, write: &Write) -> bool {
        let at = self.now;
        let Some(run) = self.hosts.get(index).and_then(|host| host.run()) else {
            return false;
        };
        self.told.writes += 1;
        let is_done = if self.java(index).is_some() {
            self.java_does(index, key, write)
        } else {
            self.node_does(index, key, write)
        };
        match write {
            Write::Register(_) if is_done => self.expected.registered(key, at, index),
            Write::Cancel => self.expected.cancelled(key, at, index, run, is_done),
            Write::Register(_) | Write::Renew(_) => {}
        }
        self.settle(index);
        is_done
    }

    /// The same for a request whose answer nobody waits for any more.
    pub(crate) fn serve_late(&mut self, key: &InstanceKey, index: usize, write: &Write) {
        if let Write::Register(sent) = write {
            self.expected.returned_late(key, sent.document.last_dirty.0);
        }
        self.serve(key, index, write);
        // A cancel for which nobody waits any more counts as the later write among nodes; a Java-like server has no stamps,
        // and may have taken a return before that it tells the nodes after it.
        if let (Some(_), Write::Cancel) = (self.scenario.java, write) {
            self.expected.cancel_is_lost(key);
        }
    }

    /// A client was told that what it asked was done.
    pub(crate) fn acknowledged(&mut self, key: &InstanceKey, host: usize, run: u64, write: &Write) {
        let dirty_ms = match write {
            Write::Register(sent) => Some(sent.document.last_dirty.0),
            Write::Renew(_) => None,
            // What follows from a cancel does not wait for its answer.
            Write::Cancel => return,
        };
        self.expected
            .acknowledged(key, self.now, host, run, dirty_ms);
    }

    fn node_does(&mut self, index: usize, key: &InstanceKey, write: &Write) -> bool {
        let at = self.now;
        let Some(host) = self.hosts.get_mut(index) else {
            return false;
        };
        let now = host.now(at);
        let Some(process) = &mut host.process else {
            return false;
        };
        let (app, id, node) = (key.app.as_str(), key.id.as_str(), &mut process.node);
        match write {
            Write::Register(sent) => node
                .register(now, Registration::clone(sent), Origin::Client)
                .is_ok(),
            Write::Renew(last_dirty) => {
                let renewal = Renewal {
                    last_dirty: Some(*last_dirty),
                    overridden_status: None,
                };
                let outcome = node.renew(now, app, id, renewal, Origin::Client);
                if outcome != RenewOutcome::Unknown {
                    self.expected.gave_a_sign(key, at);
                }
                outcome == RenewOutcome::Renewed
            }
            Write::Cancel => node.cancel(now, app, id, Origin::Client) == CancelOutcome::Cancelled,
        }
    }
}
