//! What goes over the lines, in a form that a test can say.

use heureka_core::{Failure, PeerCall, Request};
use heureka_model::{Changes, InstanceKey, PeerMessage};

use crate::harness::Cluster;
use crate::instances::APP;

/// An answer with this status and nothing else.
pub(crate) fn status(code: u16) -> Failure {
    Failure::Status {
        code,
        retry_after: None,
    }
}

pub(crate) fn key(id: &str) -> InstanceKey {
    InstanceKey::new(APP, id)
}

/// The message of a request to a node of ours.
pub(crate) fn message(request: &Request) -> Option<&PeerMessage> {
    match request {
        Request::Ours(_, message) => Some(message),
        Request::Batch(_) | Request::Listing => None,
    }
}

pub(crate) fn changes(request: &Request) -> Option<&Changes> {
    match message(request)? {
        PeerMessage::Changes(changes) => Some(changes),
        PeerMessage::Hello
        | PeerMessage::Compare(_)
        | PeerMessage::Ages(_)
        | PeerMessage::Leave => None,
    }
}

/// The keys of which a request tells something, states before heartbeats.
pub(crate) fn keys_told(request: &Request) -> Vec<String> {
    let Some(changes) = changes(request) else {
        return Vec::new();
    };
    let states = changes.states.iter().map(|state| state.key());
    let renewed = changes.renewed.iter().map(|renewed| renewed.key.clone());
    states
        .chain(renewed)
        .map(|key| key.id.to_string())
        .collect()
}

impl Cluster {
    /// The messages with changes that went from one node to another.
    pub(crate) fn told(&self, from: usize, to: usize) -> Vec<Vec<String>> {
        let calls = self.sent.iter().filter(|(f, t, _)| (*f, *t) == (from, to));
        let told = calls.map(|(_, _, request)| keys_told(request));
        told.filter(|keys| !keys.is_empty()).collect()
    }

    /// How many messages of one kind went from one host to another.
    pub(crate) fn count(&self, from: usize, to: usize, kind: fn(&PeerMessage) -> bool) -> usize {
        let calls = self.sent.iter().filter(|(f, t, _)| (*f, *t) == (from, to));
        calls
            .filter(|(_, _, request)| message(request).is_some_and(kind))
            .count()
    }

    /// Takes the next call with changes out of a node, and gives it to nobody.
    #[track_caller]
    pub(crate) fn poll_changes(&mut self, from: usize) -> PeerCall {
        let call = self.poll(from).expect("there is something to tell");
        let is_batch = matches!(call.request, Request::Batch(_));
        assert!(
            is_batch || changes(&call.request).is_some(),
            "{:?}",
            call.request
        );
        call
    }
}
