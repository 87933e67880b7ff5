//! Names that are found in any case.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use heureka_model::SeededHash;
use indexmap::{Equivalent, IndexMap};

/// A name in upper case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct UpperCase(Arc<str>);

/// Things by name, found by the name in any case (Q1, Q5).
#[derive(Clone, Debug, Default)]
pub(super) struct ByName<V>(IndexMap<UpperCase, V, SeededHash>);

/// A name of ASCII letters in any case, as somebody asks for it.
struct AnyCase<'a>(&'a str);

impl UpperCase {
    pub(super) fn new(name: &str) -> Self {
        Self(name.to_uppercase().into())
    }
}

impl<V> ByName<V> {
    pub(super) fn new(hash: SeededHash) -> Self {
        Self(IndexMap::with_hasher(hash))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn values(&self) -> impl ExactSizeIterator<Item = &V> {
        self.0.values()
    }

    /// Nothing is allocated for a name in ASCII, which nearly all are. Other letters may change their number in upper case.
    pub(super) fn get(&self, name: &str) -> Option<&V> {
        if name.is_ascii() {
            self.0.get(&AnyCase(name))
        } else {
            self.0.get(&UpperCase::new(name))
        }
    }

    pub(super) fn of(&self, name: &UpperCase) -> Option<&V> {
        self.0.get(name)
    }

    pub(super) fn insert(&mut self, name: UpperCase, value: V) {
        self.0.insert(name, value);
    }

    pub(super) fn remove(&mut self, name: &UpperCase) {
        self.0.swap_remove(name);
    }
}

impl Hash for UpperCase {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_in_upper_case(&self.0, state);
    }
}

impl Hash for AnyCase<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_in_upper_case(self.0, state);
    }
}

impl Equivalent<UpperCase> for AnyCase<'_> {
    fn equivalent(&self, key: &UpperCase) -> bool {
        self.0.eq_ignore_ascii_case(&key.0)
    }
}

/// Whether both are the same in upper case.
pub(super) fn equal_in_any_case(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        one.eq_ignore_ascii_case(other)
    } else {
        one.to_uppercase() == other.to_uppercase()
    }
}

/// A key and what is asked for are cut into the same pieces, as a hasher may tell one piece from two.
fn hash_in_upper_case<H: Hasher>(name: &str, state: &mut H) {
    const PIECE_BYTES: usize = 64;
    for bytes in name.as_bytes().chunks(PIECE_BYTES) {
        let mut piece = [0; PIECE_BYTES];
        for (upper, byte) in piece.iter_mut().zip(bytes) {
            *upper = byte.to_ascii_uppercase();
        }
        state.write(piece.get(..bytes.len()).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q1_names_are_found_in_any_case() {
        let long = "x".repeat(200);
        for (stored, asked) in [
            ("orders", "ORDERS"),
            ("Orders", "oRdErS"),
            ("", ""),
            (&*long, &*long.to_uppercase()),
            ("grüsse", "GRÜSSE"),
            ("STRASSE", "straße"),
            ("I", "ı"),
        ] {
            let mut map = ByName::new(SeededHash::new(1, 2));
            map.insert(UpperCase::new(stored), ());
            assert!(map.get(asked).is_some(), "{asked} for {stored}");
            assert!(map.get(&format!("{asked}x")).is_none());
        }
    }
}
