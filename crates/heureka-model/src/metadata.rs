//! Text to text, in the order in which it came.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use crate::lengths::{push_length, take_length};

/// What a map has room for at first, so that it seldom grows while it is read; [`Metadata::compact`] gives the rest back.
const FIRST_BYTES: usize = 256;

/// How many keys are looked through for one that is repeated; with more than that, all of them are sorted once.
const LOOKED_THROUGH: usize = 32;

/// A map of texts as clients send it: small, so it is kept as a list, and a key occurs once.
///
/// Keys and values are mostly shorter than the pointers to them would be, so all of them are one text, each entry behind
/// the lengths of its key and its value.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Metadata {
    texts: String,
    len: u32,
}

impl Metadata {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter()
            .find(|(own, _)| *own == key)
            .map(|(_, value)| value)
    }

    /// Sets the value of `key`, in the place it already has or at the end.
    pub fn set(&mut self, key: &str, value: &str) {
        match self.place_of(key) {
            Some(place) => {
                let mut entry = String::new();
                push_entry(&mut entry, key, value);
                self.texts.replace_range(place, &entry);
            }
            None => self.append(key, value),
        }
    }

    /// Adds an entry whose key is not there yet.
    fn append(&mut self, key: &str, value: &str) {
        if self.texts.is_empty() {
            self.texts.reserve(FIRST_BYTES);
        }
        push_entry(&mut self.texts, key, value);
        self.len += 1;
    }

    /// Keys and values in the order in which the keys came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        Entries { rest: &self.texts }
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::try_from(self.len).unwrap_or(usize::MAX)
    }

    /// What keys and values come to, with a few bytes for their lengths.
    #[must_use]
    pub fn len_bytes(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The same, in no more memory than it needs.
    #[must_use]
    pub fn compact(mut self) -> Self {
        self.texts.shrink_to_fit();
        self
    }

    /// Which part of the text is the entry of `key`.
    fn place_of(&self, key: &str) -> Option<Range<usize>> {
        let mut entries = Entries { rest: &self.texts };
        let mut begin = 0;
        while let Some((own, _)) = entries.next() {
            let end = self.texts.len() - entries.rest.len();
            if own == key {
                return Some(begin..end);
            }
            begin = end;
        }
        None
    }
}

impl<K: AsRef<str>, V: AsRef<str>> FromIterator<(K, V)> for Metadata {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(entries: T) -> Self {
        let mut metadata = MetadataBuilder::default();
        for (key, value) in entries {
            metadata.set(key.as_ref(), value.as_ref());
        }
        metadata.finish().compact()
    }
}

/// A map in the making, of any number of entries: what an entry takes hardly grows with those before it.
#[derive(Debug, Default)]
pub struct MetadataBuilder {
    few: Metadata,
    /// What came when there were many already.
    more: Vec<(Box<str>, Box<str>)>,
}

impl MetadataBuilder {
    /// Adds an entry; a key that is there already keeps its place and takes the last value.
    pub fn set(&mut self, key: &str, value: &str) {
        if self.more.is_empty() && self.few.len() < LOOKED_THROUGH {
            self.few.set(key, value);
        } else {
            self.more.push((key.into(), value.into()));
        }
    }

    /// All of them.
    #[must_use]
    pub fn finish(self) -> Metadata {
        if self.more.is_empty() {
            return self.few;
        }
        let more = self.more.iter().map(|(key, value)| (&**key, &**value));
        let mut by_key: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
        for (place, (key, value)) in self.few.iter().chain(more).enumerate() {
            let (_, last) = by_key.entry(key).or_insert((place, value));
            *last = value;
        }
        let entries = by_key.into_iter();
        let mut by_place: Vec<_> = entries
            .map(|(key, (place, value))| (place, key, value))
            .collect();
        by_place.sort_unstable();
        let mut metadata = Metadata::new();
        for (_, key, value) in by_place {
            metadata.append(key, value);
        }
        metadata
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// The entries of a text of them, from the first to the last.
struct Entries<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Entries<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        let (key_len, rest) = take_length(self.rest)?;
        let (value_len, rest) = take_length(rest)?;
        let (key, rest) = rest.split_at_checked(key_len)?;
        let (value, rest) = rest.split_at_checked(value_len)?;
        self.rest = rest;
        Some((key, value))
    }
}

fn push_entry(texts: &mut String, key: &str, value: &str) {
    push_length(texts, key.len());
    push_length(texts, value.len());
    texts.push_str(key);
    texts.push_str(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_key_counts_and_keeps_the_first_place() {
        let metadata: Metadata = [("a", "1"), ("b", "2"), ("a", "3")].into_iter().collect();
        assert_eq!(
            metadata.iter().collect::<Vec<_>>(),
            [("a", "3"), ("b", "2")]
        );
    }

    #[test]
    fn many_keys_are_kept_as_few_are() {
        let keys: Vec<String> = (0..1_000).map(|n| (n * 7 % 1_000).to_string()).collect();
        let again = [
            ("0", "first again"),
            ("7", "second"),
            ("7", "second again"),
            ("993", "last"),
        ];
        let metadata: Metadata = keys.iter().map(|key| (&**key, "")).chain(again).collect();
        assert_eq!(metadata.len(), keys.len());
        assert!(metadata.iter().map(|(key, _)| key).eq(&keys));
        let values = metadata.iter().filter(|(_, value)| !value.is_empty());
        let expected = [("0", "first again"), ("7", "second again"), ("993", "last")];
        assert_eq!(values.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn texts_of_any_length_and_language_come_back_as_they_were() {
        let lengths = [0, 1, 63, 64, 127, 128, 4095, 4096, 300_000];
        let texts: Vec<String> = lengths.iter().map(|length| "x".repeat(*length)).collect();
        let mut entries: Vec<(&str, &str)> = texts.iter().map(|key| (&**key, "")).collect();
        let values = texts.iter().rev();
        entries
            .iter_mut()
            .zip(values)
            .for_each(|(entry, value)| entry.1 = value);
        entries.extend([("grüße", "\u{0}\u{7f}\u{80}🦀"), ("\u{41}\u{1}", "ab")]);
        let metadata: Metadata = entries.iter().copied().collect();
        assert_eq!(metadata.iter().collect::<Vec<_>>(), entries);
        assert_eq!(metadata.len(), entries.len());
        for (key, value) in entries {
            assert_eq!(metadata.get(key), Some(value));
        }
    }

    #[test]
    fn a_value_of_another_length_moves_only_what_is_behind_it() {
        let mut metadata: Metadata = [("a", "1"), ("b", "2"), ("c", "3")].into_iter().collect();
        for value in ["", "longer than before", &"y".repeat(100)] {
            metadata.set("b", value);
            let expected = [("a", "1"), ("b", value), ("c", "3")];
            assert_eq!(metadata.iter().collect::<Vec<_>>(), expected);
        }
    }
}
