//! The instances of one application.

use heureka_model::{AppName, InstanceId, WideHash, WideHashItself};

use crate::entry::Entry;
use crate::place::{ByHash, Seen};
use crate::sums::Sum;

/// The name of an application and its instances, found by a hash of their ids.
///
/// The hash is so wide that it stands for the id, as the sums of MERGE 6 stand for what they are made of: to compare the
/// text as well, a heartbeat would have to fetch it from memory, which takes as long as all the rest of it.
#[derive(Debug)]
pub(crate) struct Instances {
    name: AppName,
    by_id: ByHash<WideHash, Entry>,
    /// Over those whose lease has not ended, as [`crate::registry::Registry`] keeps it.
    pub(crate) sum: Sum,
}

impl Instances {
    pub(crate) fn new(name: AppName) -> Self {
        Self {
            name,
            // Many applications have one instance, and a map that grows by itself makes room for three.
            by_id: ByHash::with_capacity_and_hasher(1, WideHashItself),
            sum: Sum::default(),
        }
    }

    /// The application's name.
    pub(crate) fn name(&self) -> &AppName {
        &self.name
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub(crate) fn get(&self, id: WideHash) -> Option<&Entry> {
        self.by_id.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: WideHash) -> Option<&mut Entry> {
        self.by_id.get_mut(&id)
    }

    /// The same, with the sum in which it is counted.
    pub(crate) fn get_with_sum(&mut self, id: WideHash) -> Option<(&mut Entry, &mut Sum)> {
        Some((self.by_id.get_mut(&id)?, &mut self.sum))
    }

    /// The instance that was seen at a place.
    pub(crate) fn at(&mut self, id: &mut Seen) -> Option<&mut Entry> {
        id.find_in(&mut self.by_id)
    }

    pub(crate) fn insert(&mut self, id: WideHash, entry: Entry) {
        self.by_id.insert(id, entry);
    }

    pub(crate) fn remove(&mut self, id: WideHash) -> Option<Entry> {
        self.by_id.swap_remove(&id)
    }

    pub(crate) fn values(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.by_id.values()
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&InstanceId, &Entry)> {
        self.values()
            .map(|entry| (&entry.document.document.id, entry))
    }
}
