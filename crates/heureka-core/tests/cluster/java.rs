//! A Java server as far as its peers see it, and instances that are told to it.

use std::collections::{BTreeSet, VecDeque};

use heureka_core::{Failure, PeerResult};
use heureka_model::{
    InstanceInfo, ReplicationAction, ReplicationAnswer, ReplicationItem, UnixMillis,
};

/// What it has been told, what it answers, and what it lists.
#[derive(Debug)]
pub(crate) struct Java {
    /// Every item of every batch, as `Register 1`.
    pub(crate) told: Vec<String>,
    /// The same with everything that came along.
    pub(crate) items: Vec<ReplicationItem>,
    /// How many items each batch had.
    pub(crate) batches: Vec<usize>,
    /// Which instances it has; a heartbeat of another one is answered 404.
    pub(crate) known: BTreeSet<String>,
    /// What it answers to the next batches, before it answers by itself. The items of such a batch it does not take.
    pub(crate) scripted: VecDeque<PeerResult>,
    /// It cannot read a batch with an item about this instance.
    pub(crate) stumbles_over: Option<String>,
    /// What it answers heartbeats with in place of 200.
    pub(crate) newer: Option<InstanceInfo>,
    pub(crate) listing: Result<Vec<InstanceInfo>, Failure>,
    pub(crate) listed: usize,
}

impl Java {
    pub(crate) fn new() -> Self {
        Self {
            told: Vec::new(),
            items: Vec::new(),
            batches: Vec::new(),
            known: BTreeSet::new(),
            scripted: VecDeque::new(),
            stumbles_over: None,
            newer: None,
            listing: Ok(Vec::new()),
            listed: 0,
        }
    }

    pub(crate) fn list(&mut self) -> PeerResult {
        self.listed += 1;
        match &self.listing {
            Ok(instances) => PeerResult::Listing(instances.clone()),
            Err(failure) => PeerResult::Failed(*failure),
        }
    }

    pub(crate) fn take(&mut self, items: &[ReplicationItem]) -> PeerResult {
        if let Some(answer) = self.scripted.pop_front() {
            return answer;
        }
        let is_bad = |item: &ReplicationItem| {
            item.id.as_ref().map(|id| id.as_str()) == self.stumbles_over.as_deref()
        };
        if self.stumbles_over.is_some() && items.iter().any(is_bad) {
            return PeerResult::Failed(Failure::Status {
                code: 400,
                retry_after: None,
            });
        }
        self.batches.push(items.len());
        PeerResult::Batch(items.iter().map(|item| self.take_item(item)).collect())
    }

    fn take_item(&mut self, item: &ReplicationItem) -> ReplicationAnswer {
        let (action, id) = (item.action.unwrap(), item.id.clone().unwrap().to_string());
        self.told.push(format!("{} {id}", action.as_str()));
        self.items.push(item.clone());
        let status_code = match action {
            ReplicationAction::Register => {
                self.known.insert(id);
                200
            }
            ReplicationAction::Cancel => {
                self.known.remove(&id);
                200
            }
            ReplicationAction::Heartbeat if self.newer.is_some() => 409,
            ReplicationAction::Heartbeat
            | ReplicationAction::StatusUpdate
            | ReplicationAction::DeleteStatusOverride => {
                if self.known.contains(&id) {
                    200
                } else {
                    404
                }
            }
        };
        ReplicationAnswer {
            status_code,
            instance: self.newer.clone().filter(|_| status_code == 409),
        }
    }

    /// What it was told since this was asked last.
    pub(crate) fn heard(&mut self) -> Vec<String> {
        std::mem::take(&mut self.told)
    }
}

/// A moment before the cluster started.
pub(crate) fn before_start(secs: i64) -> UnixMillis {
    crate::instances::dirty(-secs * 1000)
}
