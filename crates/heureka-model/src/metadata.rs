//! Text to text, in the order in which it came.

/// A map of texts as clients send it: small, so it is kept as a list, and a key occurs once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Metadata(Vec<(Box<str>, Box<str>)>);

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
        match self.0.iter_mut().find(|(own, _)| **own == *key) {
            Some((_, own)) => *own = value.into(),
            None => self.0.push((key.into(), value.into())),
        }
    }

    /// Keys and values in the order in which the keys came.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same, in no more memory than it needs.
    #[must_use]
    pub fn compact(mut self) -> Self {
        self.0.shrink_to_fit();
        self
    }
}

impl<K: AsRef<str>, V: AsRef<str>> FromIterator<(K, V)> for Metadata {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(entries: T) -> Self {
        let mut metadata = Self::new();
        for (key, value) in entries {
            metadata.set(key.as_ref(), value.as_ref());
        }
        metadata
    }
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
}
