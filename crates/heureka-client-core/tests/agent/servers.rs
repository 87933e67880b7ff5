//! Servers that answer as a test wants, and otherwise as Eureka's do.

use std::collections::{BTreeMap, VecDeque};

use heureka_client_core::{Answer, Call, CallFailure, ListingOf, Operation};
use heureka_model::{ActionType, InstanceInfo, UnixMillis};

use crate::values::listing;

/// What comes of a call.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Answer(Answer),
    Failure(CallFailure),
    /// Nothing, ever.
    Silence,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self::Answer(Answer::of(status))
    }

    pub(crate) fn refused() -> Self {
        Self::Failure(CallFailure::Unreachable("connection refused".into()))
    }

    pub(crate) fn garbage() -> Self {
        Self::Failure(CallFailure::Unreadable("HTML".into()))
    }
}

/// Servers in front of one registry.
#[derive(Debug, Default)]
pub(crate) struct Servers {
    /// What everybody but the client has registered.
    pub(crate) others: Vec<InstanceInfo>,
    /// What the next delta says; its hash is that of the registry unless a test says otherwise.
    pub(crate) changes: Vec<InstanceInfo>,
    pub(crate) own: Option<InstanceInfo>,
    /// Whether a newer version than the stored one makes a heartbeat 404, as with Netflix's server.
    pub(crate) compares_versions: bool,
    always: BTreeMap<String, Reply>,
    next: BTreeMap<String, VecDeque<Reply>>,
}

impl Servers {
    /// Every answer to `what`: an operation such as `PUT`, a host such as `a`, or both (`a PUT`).
    pub(crate) fn always(&mut self, what: &str, reply: Reply) {
        self.always.insert(what.to_owned(), reply);
    }

    /// The usual answers again.
    pub(crate) fn recover(&mut self, what: &str) {
        self.always.remove(what);
    }

    /// One answer to `what`, after those that were told before.
    pub(crate) fn next(&mut self, what: &str, reply: Reply) {
        self.next
            .entry(what.to_owned())
            .or_default()
            .push_back(reply);
    }

    pub(crate) fn reply(&mut self, call: &Call) -> Reply {
        let (host, operation) = (call.server.host().to_owned(), name_of(&call.operation));
        let names = [format!("{host} {operation}"), operation.to_owned(), host];
        for name in &names {
            if let Some(reply) = self.next.get_mut(name).and_then(VecDeque::pop_front) {
                return reply;
            }
        }
        let always = names.iter().find_map(|name| self.always.get(name).cloned());
        always.unwrap_or_else(|| Reply::Answer(self.usual(&call.operation)))
    }

    fn usual(&mut self, operation: &Operation) -> Answer {
        match operation {
            Operation::Register(document) => {
                let mut info = crate::values::listed("ME", "me-1", document.status);
                info.document = document.clone();
                self.changes.push(InstanceInfo {
                    action: Some(ActionType::Added),
                    ..info.clone()
                });
                self.own = Some(info);
                Answer::of(204)
            }
            Operation::Renew { last_dirty, .. } => Answer::of(self.renew(*last_dirty)),
            Operation::Cancel(_) => Answer::of(if self.own.take().is_some() { 200 } else { 404 }),
            Operation::Fetch(asked) => Answer::listing(match asked.of {
                ListingOf::Delta => {
                    let hash = listing(&self.everybody()).hash;
                    crate::values::with_hash(&self.changes, 2, &hash)
                }
                _ => listing(&self.everybody()),
            }),
            _ => Answer::of(500),
        }
    }

    fn renew(&self, last_dirty: UnixMillis) -> u16 {
        let is_known =
            |own: &&InstanceInfo| !self.compares_versions || last_dirty <= own.document.last_dirty;
        if self.own.as_ref().filter(is_known).is_some() {
            200
        } else {
            404
        }
    }

    pub(crate) fn everybody(&self) -> Vec<InstanceInfo> {
        self.others.iter().chain(&self.own).cloned().collect()
    }
}

pub(crate) fn name_of(operation: &Operation) -> &'static str {
    match operation {
        Operation::Register(_) => "POST",
        Operation::Renew { .. } => "PUT",
        Operation::Cancel(_) => "DELETE",
        Operation::Fetch(listing) => match listing.of {
            ListingOf::All => "GET apps/",
            ListingOf::Delta => "GET delta",
            ListingOf::Vip(_) => "GET vip",
            _ => "GET",
        },
        _ => "?",
    }
}
