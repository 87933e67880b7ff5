//! A client at each node that fetches everything once and then follows by deltas (I11).

use std::collections::BTreeMap;
use std::time::Duration;

use heureka_core::Node;
use heureka_model::{
    ActionType, Applications, InstanceInfo, InstanceKey, InstanceStatus, Metadata, StatusCounts,
    UnixMillis,
};

/// A delta holds the changes of three minutes; who read longer ago fetches everything.
const RETENTION: Duration = Duration::from_secs(180);

/// What a client sees of an instance; heartbeats are in no delta.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    dirty: UnixMillis,
    status: InstanceStatus,
    overridden: InstanceStatus,
    metadata: Metadata,
}

/// The copy of a client that reads from one run of a node.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    copy: BTreeMap<InstanceKey, Seen>,
    read_at: Option<Duration>,
}

impl Reader {
    /// Reads what changed, or everything. Answers what is wrong with its copy then.
    pub(crate) fn read(&mut self, node: &mut Node, mono: Duration) -> Option<String> {
        let is_young = |at: Duration| mono.saturating_sub(at) <= RETENTION;
        let follows = self.read_at.is_some_and(is_young);
        self.read_at = Some(mono);
        let full = seen_in(&node.applications());
        match node.delta(mono) {
            Ok(delta) if follows => {
                self.apply(&delta);
                self.compare(&full, &delta.hash)
            }
            Ok(_) | Err(_) => {
                self.copy = full;
                None
            }
        }
    }

    fn apply(&mut self, delta: &Applications) {
        for info in instances(delta) {
            let key = info.document.key();
            if info.action == Some(ActionType::Deleted) {
                self.copy.remove(&key);
            } else {
                self.copy.insert(key, seen(info));
            }
        }
    }

    fn compare(&self, full: &BTreeMap<InstanceKey, Seen>, hash: &str) -> Option<String> {
        let statuses = self.copy.values().map(|seen| seen.status);
        let own_hash = statuses.collect::<StatusCounts>().hash();
        if own_hash != *hash {
            return Some(format!("the hash is {hash}, and the copy's {own_hash}"));
        }
        let differs = |(key, seen): &(&InstanceKey, &Seen)| self.copy.get(*key) != Some(*seen);
        let (key, seen) = full.iter().find(differs)?;
        let copied = self.copy.get(key);
        Some(format!("{key} is {seen:?}, and the copy has {copied:?}"))
    }
}

fn instances(applications: &Applications) -> impl Iterator<Item = &InstanceInfo> {
    let applications = applications.applications.iter();
    applications.flat_map(|application| &application.instances)
}

pub(crate) fn seen_in(applications: &Applications) -> BTreeMap<InstanceKey, Seen> {
    instances(applications)
        .map(|info| (info.document.key(), seen(info)))
        .collect()
}

pub(crate) fn seen(info: &InstanceInfo) -> Seen {
    Seen {
        dirty: info.document.last_dirty,
        status: info.status,
        overridden: info.overridden_status,
        metadata: info.document.metadata.clone(),
    }
}
