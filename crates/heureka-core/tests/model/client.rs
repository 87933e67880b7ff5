//! A client that fetches everything once and then follows by deltas (faults-and-attacks.md I11).

use std::collections::BTreeMap;
use std::time::Duration;

use heureka_core::{DeltaRefused, Node};
use heureka_model::{ActionType, Applications, InstanceInfo, InstanceKey, Now, UnixMillis};

use crate::listing::{by_key, hash_of};

#[derive(Debug, Default)]
pub(crate) struct Client {
    copy: BTreeMap<InstanceKey, InstanceInfo>,
    fetched_at: Option<Duration>,
}

impl Client {
    /// Fetches a delta where its copy is young enough for one, and everything where it is not or where that is refused;
    /// whether a delta brought it to what the node holds.
    pub(crate) fn fetch(&mut self, node: &mut Node, now: Now, retention: Duration) {
        let full = without_renewals(by_key(&node.applications()));
        let is_young = |at: Duration| now.mono - at <= retention;
        match node.delta(now.mono) {
            Ok(delta) if self.fetched_at.is_some_and(is_young) => {
                self.apply(&delta);
                assert_eq!(
                    delta.hash,
                    hash_of(self.copy.values()),
                    "the client's own hash"
                );
            }
            Ok(_) | Err(DeltaRefused::Truncated) => self.copy = full.clone(),
            Err(DeltaRefused::Disabled) => panic!("deltas are on"),
        }
        self.fetched_at = Some(now.mono);
        assert_eq!(self.copy, full, "the client's copy");
    }

    fn apply(&mut self, delta: &Applications) {
        for (key, info) in without_renewals(by_key(delta)) {
            if info.action == Some(ActionType::Deleted) {
                self.copy.remove(&key);
            } else {
                self.copy.insert(key, info);
            }
        }
    }
}

/// Heartbeats are in no delta, and no client reads their time from a listing.
fn without_renewals(
    mut listing: BTreeMap<InstanceKey, InstanceInfo>,
) -> BTreeMap<InstanceKey, InstanceInfo> {
    for info in listing.values_mut() {
        info.lease.last_renewal = UnixMillis(0);
    }
    listing
}
