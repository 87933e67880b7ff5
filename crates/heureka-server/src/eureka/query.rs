//! The parameters of a request.

use std::borrow::Cow;
use std::collections::BTreeSet;

use memchr::memchr2;
use percent_encoding::percent_decode_str;

use super::separated::{split, split_once};

/// How many parameters are looked at (faults-and-attacks.md S47): a change of metadata is the only request that has more
/// than three.
const MAX_PARAMETERS: usize = 1024;

/// The parameters of a request in their order, decoded when they are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    /// A plus is a space, a name without a value has an empty one, and an escape that is none stays as it is, as on
    /// Java's servers.
    pub(crate) fn new(query: Option<&'a str>) -> Self {
        Self(query.unwrap_or_default())
    }

    /// The first value of a parameter.
    pub(crate) fn get(self, name: &str) -> Option<Cow<'a, str>> {
        self.encoded()
            .find(|(own, _)| decode(own) == name)
            .map(|(_, value)| decode(value))
    }

    /// The remote regions that are asked for, as Java's servers read them: in lower case and sorted (server.md C3).
    pub(crate) fn regions(self) -> Vec<String> {
        let list = self.get("regions").unwrap_or_default().to_lowercase();
        let mut regions: Vec<String> = list
            .split(',')
            .filter(|region| !region.is_empty())
            .map(str::to_owned)
            .collect();
        regions.sort();
        regions
    }

    /// Names and values; of a name that is repeated only the first value (wire.md 1.9).
    pub(crate) fn first_values(self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> {
        let mut seen = BTreeSet::new();
        self.encoded()
            .map(|(name, value)| (decode(name), decode(value)))
            .filter(move |(name, _)| seen.insert(name.clone()))
    }

    fn encoded(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let parameters = split(self.0, b'&').filter(|text| !text.is_empty());
        parameters
            .take(MAX_PARAMETERS)
            .map(|text| split_once(text, b'=').unwrap_or((text, "")))
    }
}

fn decode(text: &str) -> Cow<'_, str> {
    if memchr2(b'+', b'%', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let spaced = text.replace('+', " ");
    Cow::Owned(percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_java_reads() {
        let query = Query::new(Some("a=1&b&c=&d=x+y%20z&e=%zz&a=2&=f&gr%C3%BC=%E2%9C%93"));
        for (name, value) in [
            ("a", "1"),
            ("b", ""),
            ("c", ""),
            ("d", "x y z"),
            ("e", "%zz"),
            ("", "f"),
            ("grü", "✓"),
        ] {
            assert_eq!(query.get(name).as_deref(), Some(value), "{name}");
        }
        assert_eq!(query.get("g"), None);
        assert_eq!(
            query
                .first_values()
                .filter(|(name, _)| *name == "a")
                .count(),
            1
        );
    }

    #[test]
    fn regions_are_in_lower_case_and_sorted() {
        for (query, regions) in [
            (None, &[][..]),
            (Some("regions"), &[]),
            (Some("regions="), &[]),
            (Some("regions=US,eu"), &["eu", "us"]),
            (Some("x=1&regions=,b,,a"), &["a", "b"]),
        ] {
            assert_eq!(Query::new(query).regions(), regions, "{query:?}");
        }
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(Query::new(None).first_values().count(), 0);
        assert_eq!(Query::new(Some("")).first_values().count(), 0);
    }
}
