//! The keys with which the children of a branch begin.

use std::cmp::Ordering;

use heureka_model::{AppName, InstanceId, InstanceKey};

/// The keys with which the children of a branch begin, in their order.
///
/// Their texts are spread over memory and seldom in a processor's cache. So a few bytes of each are kept side by side, and a
/// search reads a text only where these are alike.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FirstKeys {
    keys: Vec<InstanceKey>,
    /// The first bytes of each key that not all of them share.
    heads: Vec<u64>,
    /// Whether they are of one application: then heads are of ids, otherwise of applications.
    are_of_one_app: bool,
    /// How many bytes all have in common before their heads.
    common_bytes: usize,
}

/// Where a key belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Which child has it, or would have it: the first one has what is before it, too.
    pub(crate) child: usize,
    /// Whether it is the child's first key, or would be.
    pub(crate) begins: bool,
}

type Names<'a> = (&'a AppName, &'a InstanceId);

impl FirstKeys {
    /// Puts keys in the place of some. All are looked at.
    pub(crate) fn splice(
        &mut self,
        place: std::ops::Range<usize>,
        keys: impl Iterator<Item = InstanceKey>,
    ) {
        self.keys.splice(place, keys);
        self.look_at_all();
    }

    /// Puts another key in the place of one, mostly the same text in another piece of memory.
    pub(crate) fn set(&mut self, at: usize, key: InstanceKey) {
        if let Some(own) = self.keys.get_mut(at) {
            let is_same = *own == key;
            *own = key;
            if !is_same {
                self.look_at_all();
            }
        }
    }

    /// Where these names belong.
    pub(crate) fn find(&self, searched: Names<'_>) -> Place {
        let alike = match self.head_of(searched) {
            Ok(head) => {
                // All are counted, because then a processor waits for memory once and not again and again.
                let below = self.heads.iter().filter(|own| **own < head).count();
                let others = self.heads.iter().skip(below);
                below..below + others.take_while(|own| **own == head).count()
            }
            Err(Ordering::Less) => 0..0,
            Err(_) => self.keys.len()..self.keys.len(),
        };
        let keys = self.keys.get(alike.clone()).unwrap_or_default();
        match keys.binary_search_by(|key| names(key).cmp(&searched)) {
            Ok(at) => Place {
                child: alike.start + at,
                begins: true,
            },
            Err(at) => Place {
                child: (alike.start + at).saturating_sub(1),
                begins: alike.start + at == 0,
            },
        }
    }

    /// Whether these names come before a child's first key.
    pub(crate) fn is_before(&self, searched: Names<'_>, child: usize) -> bool {
        let key = self.keys.get(child);
        key.is_some_and(|key| searched < names(key))
    }

    /// The head that these names have, or on which side of all keys they are.
    fn head_of(&self, (app, id): Names<'_>) -> Result<u64, Ordering> {
        let first = self.keys.first().ok_or(Ordering::Greater)?;
        let text = if self.are_of_one_app {
            is_equal(app.cmp(&first.app))?;
            id.as_str()
        } else {
            app.as_str()
        };
        let common = self.text_of(first).as_bytes().get(..self.common_bytes);
        let common = common.unwrap_or_default();
        let text = text.as_bytes();
        match text.split_at_checked(common.len()) {
            Some((begin, rest)) => {
                is_equal(begin.cmp(common))?;
                Ok(head(rest))
            }
            // It is shorter, so where it begins like the others it is before them.
            None => Err(text.cmp(common)),
        }
    }

    fn text_of<'a>(&self, key: &'a InstanceKey) -> &'a str {
        if self.are_of_one_app {
            key.id.as_str()
        } else {
            key.app.as_str()
        }
    }

    fn look_at_all(&mut self) {
        let both = self.keys.first().zip(self.keys.last());
        self.are_of_one_app = both.is_some_and(|(first, last)| first.app == last.app);
        // What the first and the last have in common is common to all between them.
        let common =
            both.map(|(first, last)| common_bytes(self.text_of(first), self.text_of(last)));
        self.common_bytes = common.unwrap_or(0);
        let rests = self
            .keys
            .iter()
            .map(|key| self.text_of(key).as_bytes().get(self.common_bytes..));
        self.heads = rests.map(|rest| head(rest.unwrap_or_default())).collect();
    }
}

fn is_equal(ordering: Ordering) -> Result<(), Ordering> {
    match ordering {
        Ordering::Equal => Ok(()),
        Ordering::Less | Ordering::Greater => Err(ordering),
    }
}

fn names(key: &InstanceKey) -> Names<'_> {
    (&key.app, &key.id)
}

fn common_bytes(one: &str, other: &str) -> usize {
    let pairs = one.bytes().zip(other.bytes());
    pairs.take_while(|(one, other)| one == other).count()
}

/// The first bytes of a text, as a number that is in the order of texts. Where a text is shorter it is as if zeros followed,
/// so that it may be alike with another, but is never behind one that it is before.
fn head(bytes: &[u8]) -> u64 {
    if let Some(bytes) = bytes.first_chunk() {
        return u64::from_be_bytes(*bytes);
    }
    let mut head = [0; size_of::<u64>()];
    head.iter_mut()
        .zip(bytes)
        .for_each(|(own, byte)| *own = *byte);
    u64::from_be_bytes(head)
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::*;

    /// Names that begin alike, that are the beginning of another, and that have what is as good as nothing in a head.
    fn name() -> impl Strategy<Value = String> {
        let piece = select(vec!["A", "B", "\u{0}", "SERVICE-", "\u{e9}", "\u{1f980}"]);
        vec(piece, 0..5).prop_map(|pieces| pieces.concat())
    }

    fn key() -> impl Strategy<Value = InstanceKey> {
        let app = prop_oneof![3 => Just("ONE".to_owned()), 1 => name()];
        (app, name()).prop_map(|(app, id)| InstanceKey::new(&app, &id))
    }

    fn first_keys(keys: impl IntoIterator<Item = InstanceKey>) -> FirstKeys {
        let mut first_keys = FirstKeys::default();
        first_keys.splice(0..0, keys.into_iter());
        first_keys
    }

    fn assert_found(first_keys: &FirstKeys, searched: &InstanceKey) {
        let keys = &first_keys.keys;
        let at_most = keys.partition_point(|key| key <= searched);
        let expected = Place {
            child: at_most.saturating_sub(1),
            begins: at_most == 0 || keys[at_most - 1] == *searched,
        };
        assert_eq!(first_keys.find(names(searched)), expected, "{searched:?}");
    }

    proptest! {
        #[test]
        fn a_key_is_found_where_its_texts_say(
            keys in btree_set(key(), 1..20),
            others in vec(key(), 1..20),
            place in any::<Index>(),
        ) {
            let mut first_keys = first_keys(keys.iter().cloned());
            keys.iter().chain(&others).for_each(|key| assert_found(&first_keys, key));
            // The same key in another piece of memory, and one that is between its neighbours.
            let at = place.index(keys.len());
            let own = first_keys.keys[at].clone();
            first_keys.set(at, InstanceKey::new(own.app.as_str(), own.id.as_str()));
            keys.iter().chain(&others).for_each(|key| assert_found(&first_keys, key));
            let before = InstanceKey::new(own.app.as_str(), &format!("{}\u{0}", own.id.as_str()));
            first_keys.set(at, before);
            keys.iter().chain(&others).for_each(|key| assert_found(&first_keys, key));
        }
    }

    #[test]
    fn heads_begin_behind_what_all_have_in_common() {
        let apps = ["SERVICE-A", "SERVICE-B", "SERVICE-BB"];
        let of_apps = first_keys(apps.map(|app| InstanceKey::new(app, "id")));
        assert_eq!((of_apps.common_bytes, of_apps.are_of_one_app), (8, false));
        let ids = ["host-1", "host-2", "host-22"];
        let of_ids = first_keys(ids.map(|id| InstanceKey::new("APP", id)));
        assert_eq!((of_ids.common_bytes, of_ids.are_of_one_app), (5, true));
        assert!(of_ids.heads.is_sorted_by(|one, other| one < other));
    }
}
