//! Which calls were made to which peer, and what came of them.

use std::collections::BTreeMap;

use heureka_core::{PeerCall, PeerId, PeerResult, Request};
use heureka_model::PeerMessage;
use parking_lot::Mutex;

/// What a call was for and what came of it: a closed set.
pub(crate) type CallName = (&'static str, &'static str);

/// Calls since a peer is in the list. The core counts what failed only, and one number for all calls would hide that
/// changes do not arrive behind comparisons that do.
#[derive(Debug, Default)]
pub(crate) struct PeerCalls(Mutex<BTreeMap<PeerId, BTreeMap<CallName, u64>>>);

impl PeerCalls {
    pub(crate) fn count(&self, call: &PeerCall, result: &PeerResult) {
        let name = (purpose(&call.request), outcome(result));
        let mut all = self.0.lock();
        *all.entry(call.id.peer)
            .or_default()
            .entry(name)
            .or_default() += 1;
    }

    pub(crate) fn of(&self, peer: PeerId) -> BTreeMap<CallName, u64> {
        self.0.lock().get(&peer).cloned().unwrap_or_default()
    }

    /// Forgets peers that are no longer in the list; their ids do not come again.
    pub(crate) fn keep_only(&self, listed: &[PeerId]) {
        self.0.lock().retain(|id, _| listed.contains(id));
    }
}

fn purpose(request: &Request) -> &'static str {
    match request {
        Request::Ours(_, message) => match **message {
            PeerMessage::Hello => "hello",
            PeerMessage::Changes(_) => "changes",
            PeerMessage::Compare(_) => "compare",
            PeerMessage::Ages(_) => "ages",
            PeerMessage::Leave => "leave",
        },
        Request::Batch(_) => "changes",
        Request::Listing => "listing",
    }
}

fn outcome(result: &PeerResult) -> &'static str {
    match result {
        PeerResult::Failed(_) => "failure",
        PeerResult::Ours(..)
        | PeerResult::NotOurs
        | PeerResult::Batch(_)
        | PeerResult::Listing(_) => "success",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use heureka_core::{CallId, Failure, Lane};

    use super::*;

    #[test]
    fn calls_are_counted_for_each_peer_until_it_leaves_the_list() {
        let calls = PeerCalls::default();
        for (peer, result) in [
            (1, PeerResult::Listing(Vec::new())),
            (1, PeerResult::Failed(Failure::Broken)),
            (1, PeerResult::Failed(Failure::Refused)),
            (2, PeerResult::Listing(Vec::new())),
        ] {
            calls.count(&listing(PeerId(peer)), &result);
        }
        let of_first = [(("listing", "failure"), 2), (("listing", "success"), 1)];
        assert_eq!(calls.of(PeerId(1)), BTreeMap::from(of_first));
        calls.keep_only(&[PeerId(2), PeerId(3)]);
        assert_eq!(calls.of(PeerId(1)), BTreeMap::new());
        assert_eq!(calls.of(PeerId(2)).len(), 1);
    }

    fn listing(peer: PeerId) -> PeerCall {
        PeerCall {
            id: CallId {
                peer,
                lane: Lane::Contact,
                number: 1,
            },
            url: "http://peer:8761/eureka/".parse().unwrap(),
            request: Request::Listing,
            deadline: Duration::from_secs(1),
        }
    }
}
