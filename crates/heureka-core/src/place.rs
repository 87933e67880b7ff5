//! Where the registry has an entry.

use heureka_model::{InstanceKey, SeededHash, WideHash, WideHashItself};
use indexmap::IndexMap;

/// What is found by the hash of a name, which stands for the name.
pub(crate) type ByHash<K, V> = IndexMap<K, V, WideHashItself>;

/// The hashes of an instance's names, which stand for these. They are made once for all that is done to it at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Names {
    pub(crate) app: WideHash,
    pub(crate) id: WideHash,
}

impl Names {
    pub(crate) fn new(hash: SeededHash, app: &str, id: &str) -> Self {
        Self {
            app: hash.wide(app),
            id: hash.wide(id),
        }
    }
}

/// What names an instance, with the hashes of it.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) key: InstanceKey,
    pub(crate) names: Names,
}

impl Named {
    pub(crate) fn new(hash: SeededHash, key: InstanceKey) -> Self {
        let names = Names::new(hash, key.app.as_str(), key.id.as_str());
        Self { key, names }
    }
}

/// The way to an entry: its application, and itself.
///
/// It is found without its names, whose texts would have to be fetched from memory and hashed, and as long as nothing
/// moves without the maps' tables too: a large registry does not fit into a processor's cache, and each access to memory
/// takes as long as everything else that is done to an entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) app: Seen,
    pub(crate) id: Seen,
}

impl Place {
    pub(crate) fn new(names: Names) -> Self {
        Self {
            app: Seen::new(names.app),
            id: Seen::new(names.id),
        }
    }

    pub(crate) fn names(&self) -> Names {
        Names {
            app: self.app.key,
            id: self.id.key,
        }
    }
}

/// A key of a map, and the index at which it was seen last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    key: WideHash,
    index: usize,
}

impl Seen {
    /// A key that was not seen yet.
    fn new(key: WideHash) -> Self {
        Self { key, index: 0 }
    }

    /// What the map has under the key.
    pub(crate) fn find_in<'a, V>(&mut self, map: &'a mut ByHash<WideHash, V>) -> Option<&'a mut V> {
        let is_there = map.get_index(self.index).map(|(key, _)| *key) == Some(self.key);
        if !is_there {
            // A removal has moved another into the gap.
            self.index = map.get_index_of(&self.key)?;
        }
        map.get_index_mut(self.index).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use heureka_model::SeededHash;

    use super::*;

    fn key(name: &str) -> WideHash {
        SeededHash::new(1, 2).wide(name)
    }

    #[test]
    fn a_key_is_found_where_it_was_and_where_it_was_moved_to() {
        let mut map: ByHash<WideHash, char> = ByHash::default();
        for name in ['a', 'b', 'c'] {
            map.insert(key(&name.to_string()), name);
        }
        let (mut a, mut c) = (Seen::new(key("a")), Seen::new(key("c")));
        assert_eq!(c.find_in(&mut map), Some(&mut 'c'));
        assert_eq!(c.index, 2);
        map.swap_remove(&key("a"));
        assert_eq!(c.find_in(&mut map), Some(&mut 'c'));
        assert_eq!(c.index, 0);
        assert_eq!(a.find_in(&mut map), None);
        map.clear();
        assert_eq!(c.find_in(&mut map), None);
    }
}
