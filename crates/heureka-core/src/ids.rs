//! Which applications have an instance with an id.

use std::hash::BuildHasher as _;

use hashbrown::HashTable;
use heureka_model::{WideHash, WideHashItself};

/// A table below this size is not worth giving back.
const MIN_KEPT: usize = 1024;

/// The ids of all instances, each with what names its application, so that whoever asks for an id alone need not wait until
/// each application has been asked. Nearly every id is that of one instance.
#[derive(Debug)]
pub(crate) struct IdIndex<A> {
    table: HashTable<Held<A>>,
}

/// A part of the hash is enough to find it: whoever asks looks into the application.
#[derive(Debug)]
struct Held<A> {
    id: u64,
    app: A,
}

impl<A> Default for IdIndex<A> {
    fn default() -> Self {
        Self {
            table: HashTable::new(),
        }
    }
}

impl<A: PartialEq> IdIndex<A> {
    /// What names the applications that have an instance with this id, and, very seldom, others.
    pub(crate) fn apps_of(&self, id: WideHash) -> impl Iterator<Item = &A> {
        let id = part(id);
        let held = self.table.iter_hash(id).filter(move |held| held.id == id);
        held.map(|held| &held.app)
    }

    /// An application has one that it did not have.
    pub(crate) fn add(&mut self, id: WideHash, app: A) {
        let id = part(id);
        self.table
            .insert_unique(id, Held { id, app }, |held| held.id);
    }

    /// It has it no longer.
    pub(crate) fn remove(&mut self, id: WideHash, app: &A) {
        let id = part(id);
        let held = self
            .table
            .find_entry(id, |held| held.id == id && held.app == *app);
        if let Ok(held) = held {
            held.remove();
        }
        if self.table.capacity() / 4 > self.table.len().max(MIN_KEPT) {
            self.table.shrink_to(self.table.len() * 2, |held| held.id);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }
}

fn part(id: WideHash) -> u64 {
    WideHashItself.hash_one(id)
}

#[cfg(test)]
mod tests {
    use heureka_model::SeededHash;

    use super::*;

    fn hash(id: usize) -> WideHash {
        SeededHash::new(1, 2).wide(&id.to_string())
    }

    #[test]
    fn an_id_is_found_in_each_application_that_has_it() {
        let mut index = IdIndex::default();
        let apps = |index: &IdIndex<char>, id| {
            let mut apps: Vec<char> = index.apps_of(hash(id)).copied().collect();
            apps.sort_unstable();
            apps
        };
        for (id, app) in [(1, 'a'), (2, 'a'), (1, 'b')] {
            index.add(hash(id), app);
        }
        assert_eq!(
            (apps(&index, 1), apps(&index, 2)),
            (vec!['a', 'b'], vec!['a'])
        );
        index.remove(hash(1), &'a');
        index.remove(hash(1), &'c');
        assert_eq!((apps(&index, 1), apps(&index, 2)), (vec!['b'], vec!['a']));
        assert!(apps(&index, 3).is_empty());
    }

    #[test]
    fn memory_is_given_back() {
        let mut index = IdIndex::default();
        (0..40 * MIN_KEPT).for_each(|id| index.add(hash(id), 'a'));
        (MIN_KEPT..40 * MIN_KEPT).for_each(|id| index.remove(hash(id), &'a'));
        assert_eq!(index.len(), MIN_KEPT);
        assert!(index.table.capacity() < 8 * MIN_KEPT);
        assert!((0..MIN_KEPT).all(|id| index.apps_of(hash(id)).next().is_some()));
    }
}
