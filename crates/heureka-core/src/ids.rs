//! Which applications have an instance with an id.

use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use heureka_model::{WideHash, WideHashItself};
use indexmap::IndexSet;

/// A table below this size is not worth giving back.
const MIN_KEPT: usize = 1024;

/// The ids of all instances, each with what names its application, so that whoever asks for an id alone need not wait until
/// each application has been asked.
#[derive(Debug)]
pub(crate) struct IdIndex<A, S> {
    table: HashTable<Held<A, S>>,
    hash: S,
}

/// A part of an id's hash is enough to find it: whoever asks looks into the application.
#[derive(Debug)]
struct Held<A, S> {
    id: u64,
    apps: Apps<A, S>,
}

/// Nearly every id is that of one instance, which takes no memory beside the id's.
#[derive(Debug)]
enum Apps<A, S> {
    One(A),
    Many(Box<IndexSet<A, S>>),
}

impl<A: Clone + Eq + Hash, S: BuildHasher + Clone> IdIndex<A, S> {
    /// Knows no id; `hash` is for applications that share one.
    pub(crate) fn new(hash: S) -> Self {
        Self {
            table: HashTable::new(),
            hash,
        }
    }

    /// What names the applications that have an instance with this id, and, very seldom, others.
    pub(crate) fn apps_of(&self, id: WideHash) -> impl Iterator<Item = &A> {
        let id = part(id);
        let held = self.table.find(id, |held| held.id == id);
        held.into_iter().flat_map(|held| held.apps.iter())
    }

    /// An application has one that it did not have.
    pub(crate) fn add(&mut self, id: WideHash, app: A) {
        let id = part(id);
        let is_own = |held: &Held<A, S>| held.id == id;
        match self.table.entry(id, is_own, |held| held.id) {
            Entry::Occupied(mut held) => held.get_mut().apps.add(app, &self.hash),
            Entry::Vacant(place) => {
                let apps = Apps::One(app);
                place.insert(Held { id, apps });
            }
        }
    }

    /// It has it no longer.
    pub(crate) fn remove(&mut self, id: WideHash, app: &A) {
        let id = part(id);
        if let Ok(mut held) = self.table.find_entry(id, |held| held.id == id)
            && !held.get_mut().apps.keeps_others_than(app)
        {
            held.remove();
        }
        if self.table.capacity() / 4 > self.table.len().max(MIN_KEPT) {
            self.table.shrink_to(self.table.len() * 2, |held| held.id);
        }
    }

    /// How many instances are found; looks at every id.
    pub(crate) fn count(&self) -> usize {
        self.table.iter().map(|held| held.apps.iter().count()).sum()
    }
}

impl<A: Clone + Eq + Hash, S: BuildHasher + Clone> Apps<A, S> {
    fn iter(&self) -> impl Iterator<Item = &A> {
        let (one, many) = match self {
            Self::One(app) => (Some(app), None),
            Self::Many(apps) => (None, Some(apps.iter())),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }

    fn add(&mut self, app: A, hash: &S) {
        match self {
            Self::One(own) => {
                let mut apps = IndexSet::with_hasher(hash.clone());
                apps.extend([own.clone(), app]);
                *self = Self::Many(Box::new(apps));
            }
            Self::Many(apps) => {
                apps.insert(app);
            }
        }
    }

    /// Takes one out, and says whether others are left.
    fn keeps_others_than(&mut self, app: &A) -> bool {
        match self {
            Self::One(own) => own != app,
            Self::Many(apps) => {
                apps.swap_remove(app);
                !apps.is_empty()
            }
        }
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
        let mut index = IdIndex::new(SeededHash::new(3, 4));
        let apps = |index: &IdIndex<char, SeededHash>, id| {
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
        index.add(hash(1), 'a');
        index.remove(hash(2), &'b');
        for (id, app) in [(1, 'b'), (1, 'a'), (2, 'a')] {
            assert!(apps(&index, id).contains(&app));
            index.remove(hash(id), &app);
        }
        assert!(index.table.is_empty());
    }

    /// Whoever gives all his instances one id makes nobody wait for looking through them.
    #[test]
    fn an_id_that_many_share_is_taken_out_of_one_place() {
        let mut index = IdIndex::new(SeededHash::new(3, 4));
        (0..10_000).for_each(|app| index.add(hash(1), app));
        assert_eq!((index.table.len(), index.count()), (1, 10_000));
        (0..10_000).for_each(|app| index.remove(hash(1), &app));
        assert!(index.table.is_empty());
    }

    #[test]
    fn memory_is_given_back() {
        let mut index = IdIndex::new(SeededHash::new(3, 4));
        (0..40 * MIN_KEPT).for_each(|id| index.add(hash(id), 'a'));
        (MIN_KEPT..40 * MIN_KEPT).for_each(|id| index.remove(hash(id), &'a'));
        assert_eq!(index.count(), MIN_KEPT);
        assert!(index.table.capacity() < 8 * MIN_KEPT);
        assert!((0..MIN_KEPT).all(|id| index.apps_of(hash(id)).next().is_some()));
    }
}
