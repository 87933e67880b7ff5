//! The instances of one application.

use heureka_model::{InstanceId, SeededHash, WideHash, WideHashItself};
use indexmap::IndexMap;

use crate::entry::Entry;

/// The instances of one application, found by a hash of their ids.
///
/// The hash is so wide that it stands for the id, as the sums of MERGE 6 stand for what they are made of: to compare the
/// text as well, a heartbeat would have to fetch it from memory, which takes as long as all the rest of it.
#[derive(Debug)]
pub(crate) struct Instances {
    by_id: IndexMap<WideHash, Entry, WideHashItself>,
    hash: SeededHash,
}

impl Instances {
    pub(crate) fn new(hash: SeededHash) -> Self {
        Self {
            by_id: IndexMap::with_hasher(WideHashItself),
            hash,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Entry> {
        self.by_id.get(&self.hash.wide(id))
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Entry> {
        self.with_hash(self.hash.wide(id))
    }

    /// The instance whose id has this hash.
    pub(crate) fn with_hash(&mut self, id: WideHash) -> Option<&mut Entry> {
        self.by_id.get_mut(&id)
    }

    pub(crate) fn insert(&mut self, entry: Entry) {
        let hash = self.hash.wide(entry.document.document.id.as_str());
        self.by_id.insert(hash, entry);
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Entry> {
        self.by_id.swap_remove(&self.hash.wide(id))
    }

    pub(crate) fn values(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.by_id.values()
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&InstanceId, &Entry)> {
        self.values()
            .map(|entry| (&entry.document.document.id, entry))
    }
}
