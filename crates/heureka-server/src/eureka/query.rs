//! The parameters of a request.

use percent_encoding::percent_decode_str;

/// How many parameters are looked at (faults-and-attacks.md S47): a change of metadata is the only request that has more
/// than three.
const MAX_PARAMETERS: usize = 1024;

/// The parameters of a request, decoded, in their order.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query. A plus is a space, a name without a value has an empty one, and an escape that is none stays as
    /// it is, as on Java's servers.
    pub(crate) fn parse(query: Option<&str>) -> Self {
        let parameters = query
            .unwrap_or_default()
            .split('&')
            .filter(|text| !text.is_empty());
        Self(
            parameters
                .take(MAX_PARAMETERS)
                .map(|text| text.split_once('=').unwrap_or((text, "")))
                .map(|(name, value)| (decode(name), decode(value)))
                .collect(),
        )
    }

    /// The first value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// The remote regions that are asked for, as Java's servers read them: in lower case and sorted (server.md C3).
    pub(crate) fn regions(&self) -> Vec<String> {
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
    pub(crate) fn first_values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .enumerate()
            .filter(|(index, (name, _))| !self.0.iter().take(*index).any(|(own, _)| own == name))
            .map(|(_, (name, value))| (name.as_str(), value.as_str()))
    }
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_java_reads() {
        let query = Query::parse(Some("a=1&b&c=&d=x+y%20z&e=%zz&a=2&=f&gr%C3%BC=%E2%9C%93"));
        for (name, value) in [
            ("a", "1"),
            ("b", ""),
            ("c", ""),
            ("d", "x y z"),
            ("e", "%zz"),
            ("", "f"),
            ("grü", "✓"),
        ] {
            assert_eq!(query.get(name), Some(value), "{name}");
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
            assert_eq!(Query::parse(query).regions(), regions, "{query:?}");
        }
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(Query::parse(None).first_values().count(), 0);
        assert_eq!(Query::parse(Some("")).first_values().count(), 0);
    }
}
