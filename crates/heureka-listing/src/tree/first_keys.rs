//! The keys with which the children of a branch begin.

use std::cmp::Ordering;
use std::ops::Range;

use heureka_model::{AppName, InstanceId};
use smallvec::SmallVec;

use super::node::MAX_CHILDREN;

/// The keys with which the children of a branch begin, in their order.
///
/// The rows' own texts are spread over memory and seldom in a processor's cache. So all texts are here once more, side by
/// side, and a search reads one only where the first bytes of several are alike.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FirstKeys {
    marks: SmallVec<[Mark; MAX_CHILDREN]>,
    /// The application and the id of each, one key behind the other.
    texts: Vec<u8>,
    /// Whether they are of one application: then heads are of ids, otherwise of applications.
    are_of_one_app: bool,
    /// How many bytes all have in common before their heads.
    common_bytes: usize,
}

/// What is known of one key.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mark {
    /// Its first bytes that not all keys share.
    head: u64,
    /// Where its id begins in the texts. Its application begins where the key before it ends.
    id_begins: u32,
    ends: u32,
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
/// As bytes, whose order is that of the texts.
type Texts<'a> = (&'a [u8], &'a [u8]);

impl FirstKeys {
    /// Puts keys in the place of some. All are looked at.
    pub(crate) fn splice<'a>(
        &mut self,
        place: Range<usize>,
        keys: impl Iterator<Item = Names<'a>>,
    ) {
        let mut spliced = Self::default();
        (0..place.start).for_each(|at| spliced.push(self.texts_at(at)));
        keys.for_each(|key| spliced.push(texts(key)));
        (place.end..self.marks.len()).for_each(|at| spliced.push(self.texts_at(at)));
        spliced.make_heads();
        *self = spliced;
    }

    /// Puts another key in the place of one, mostly the same.
    pub(crate) fn set(&mut self, at: usize, key: Names<'_>) {
        if self.texts_at(at) != texts(key) {
            self.splice(at..at + 1, std::iter::once(key));
        }
    }

    /// Where these names belong.
    pub(crate) fn find(&self, searched: Names<'_>) -> Place {
        self.find_texts(texts(searched))
    }

    /// The children that may have something of an application.
    pub(crate) fn of_app(&self, app: &str) -> Range<usize> {
        let app = app.as_bytes();
        // No id is before the empty one.
        let first = self.find_texts((app, &[])).child;
        let behind = first + 1..self.marks.len();
        let begin_with_it = behind.take_while(|child| self.texts_at(*child).0 == app);
        first..first + 1 + begin_with_it.count()
    }

    fn find_texts(&self, searched: Texts<'_>) -> Place {
        let alike = match self.head_of(searched) {
            Ok(head) => {
                // All are counted, because then a processor waits for memory once and not again and again.
                let below = self.marks.iter().filter(|own| own.head < head).count();
                let others = self.marks.iter().skip(below);
                below..below + others.take_while(|own| own.head == head).count()
            }
            Err(Ordering::Less) => 0..0,
            Err(_) => self.marks.len()..self.marks.len(),
        };
        for child in alike.clone().rev() {
            let order = self.texts_at(child).cmp(&searched);
            if order.is_le() {
                let begins = order.is_eq();
                return Place { child, begins };
            }
        }
        Place {
            child: alike.start.saturating_sub(1),
            begins: alike.start == 0,
        }
    }

    /// Whether these names come before a child's first key.
    pub(crate) fn is_before(&self, searched: Names<'_>, child: usize) -> bool {
        texts(searched) < self.texts_at(child)
    }

    /// The head that these names have, or on which side of all keys they are.
    fn head_of(&self, searched: Texts<'_>) -> Result<u64, Ordering> {
        let first = self.texts_at(0);
        if self.are_of_one_app {
            is_equal(searched.0.cmp(first.0))?;
        }
        let (text, first) = (self.told_apart_by(searched), self.told_apart_by(first));
        let common = first.get(..self.common_bytes).unwrap_or_default();
        match text.split_at_checked(common.len()) {
            Some((begin, rest)) => {
                is_equal(begin.cmp(common))?;
                Ok(head(rest))
            }
            // It is shorter, so where it begins like the others it is before them.
            None => Err(text.cmp(common)),
        }
    }

    /// The names of a key, which are empty where there is none.
    fn texts_at(&self, at: usize) -> Texts<'_> {
        let begins = at.checked_sub(1).and_then(|before| self.marks.get(before));
        let begins = begins.map_or(0, |before| before.ends);
        let texts = self.marks.get(at).and_then(|own| {
            let app = self.texts.get(place(begins)..place(own.id_begins))?;
            let id = self.texts.get(place(own.id_begins)..place(own.ends))?;
            Some((app, id))
        });
        texts.unwrap_or_default()
    }

    fn told_apart_by<'a>(&self, (app, id): Texts<'a>) -> &'a [u8] {
        if self.are_of_one_app { id } else { app }
    }

    fn push(&mut self, (app, id): Texts<'_>) {
        self.texts.extend_from_slice(app);
        let id_begins = offset(self.texts.len());
        self.texts.extend_from_slice(id);
        self.marks.push(Mark {
            head: 0,
            id_begins,
            ends: offset(self.texts.len()),
        });
    }

    fn make_heads(&mut self) {
        let last = self.marks.len().saturating_sub(1);
        self.are_of_one_app = self.texts_at(0).0 == self.texts_at(last).0;
        // What the first and the last have in common is common to all between them.
        let [first, last] = [0, last].map(|at| self.told_apart_by(self.texts_at(at)));
        self.common_bytes = common_bytes(first, last);
        for at in 0..self.marks.len() {
            let text = self.told_apart_by(self.texts_at(at));
            let own = head(text.get(self.common_bytes..).unwrap_or_default());
            if let Some(mark) = self.marks.get_mut(at) {
                mark.head = own;
            }
        }
    }
}

fn texts<'a>((app, id): Names<'a>) -> Texts<'a> {
    (app.as_str().as_bytes(), id.as_str().as_bytes())
}

fn place(offset: u32) -> usize {
    offset as usize
}

fn offset(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn is_equal(ordering: Ordering) -> Result<(), Ordering> {
    match ordering {
        Ordering::Equal => Ok(()),
        Ordering::Less | Ordering::Greater => Err(ordering),
    }
}

fn common_bytes(one: &[u8], other: &[u8]) -> usize {
    let pairs = one.iter().zip(other);
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
    use heureka_model::InstanceKey;
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

    fn names(key: &InstanceKey) -> Names<'_> {
        (&key.app, &key.id)
    }

    fn first_keys<'a>(keys: impl IntoIterator<Item = &'a InstanceKey>) -> FirstKeys {
        let mut first_keys = FirstKeys::default();
        first_keys.splice(0..0, keys.into_iter().map(names));
        first_keys
    }

    fn assert_found(first_keys: &FirstKeys, keys: &[InstanceKey], searched: &InstanceKey) {
        let at_most = keys.partition_point(|key| key <= searched);
        let expected = Place {
            child: at_most.saturating_sub(1),
            begins: at_most == 0 || keys[at_most - 1] == *searched,
        };
        assert_eq!(first_keys.find(names(searched)), expected, "{searched:?}");
        for (child, key) in keys.iter().enumerate() {
            assert_eq!(first_keys.is_before(names(searched), child), searched < key);
        }
        // The child before those that begin with the application may end with it.
        let app = &searched.app;
        let first = keys.partition_point(|key| {
            key.app < *app || (key.app == *app && key.id.as_str().is_empty())
        });
        let first = first.saturating_sub(1);
        let behind = keys.partition_point(|key| key.app <= *app).max(first + 1);
        assert_eq!(first_keys.of_app(app.as_str()), first..behind, "{app:?}");
    }

    proptest! {
        #[test]
        fn a_key_is_found_where_its_texts_say(
            keys in btree_set(key(), 1..20),
            others in vec(key(), 1..20),
            more in vec(key(), 0..4),
            place in any::<Index>(),
        ) {
            let mut keys: Vec<_> = keys.into_iter().collect();
            let mut first_keys = first_keys(&keys);
            let assert_all_found = |first_keys: &FirstKeys, keys: &[InstanceKey]| {
                keys.iter().chain(&others).for_each(|key| assert_found(first_keys, keys, key));
            };
            assert_all_found(&first_keys, &keys);
            // The same key, and one that is between its neighbours.
            let at = place.index(keys.len());
            first_keys.set(at, names(&keys[at].clone()));
            assert_all_found(&first_keys, &keys);
            keys[at] = InstanceKey::new(keys[at].app.as_str(), &format!("{}\u{0}", keys[at].id.as_str()));
            first_keys.set(at, names(&keys[at]));
            assert_all_found(&first_keys, &keys);
            // Several in the place of one, or none.
            let (mut before, behind) = (keys[..at].to_vec(), &keys[at + 1..]);
            let fits = |key: &InstanceKey| before.last().is_none_or(|last| last < key) && behind.first().is_none_or(|first| key < first);
            let mut more: Vec<_> = more.into_iter().filter(fits).collect();
            more.sort();
            more.dedup();
            first_keys.splice(at..at + 1, more.iter().map(names));
            before.extend(more);
            before.extend_from_slice(behind);
            assert_all_found(&first_keys, &before);
        }
    }

    #[test]
    fn heads_begin_behind_what_all_have_in_common() {
        let apps = ["SERVICE-A", "SERVICE-B", "SERVICE-BB"];
        let of_apps = first_keys(&apps.map(|app| InstanceKey::new(app, "id")));
        assert_eq!((of_apps.common_bytes, of_apps.are_of_one_app), (8, false));
        let ids = ["host-1", "host-2", "host-22"];
        let of_ids = first_keys(&ids.map(|id| InstanceKey::new("APP", id)));
        assert_eq!((of_ids.common_bytes, of_ids.are_of_one_app), (5, true));
        let heads = of_ids.marks.iter().map(|mark| mark.head);
        assert!(heads.is_sorted_by(|one, other| one < other));
    }
}
