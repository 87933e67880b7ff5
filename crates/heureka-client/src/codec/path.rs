//! Paths and queries below a service URL (client.md T2).

use std::fmt::Write as _;

use heureka_model::InstanceKey;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// What a segment of a path may have as it is. Java's clients leave the colons of ids as they are, and a semicolon would
/// begin a matrix parameter.
const ENCODED_IN_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':');

const ENCODED_IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

pub(super) fn of_app(app: &str) -> String {
    format!("apps/{}", segment(app))
}

pub(super) fn of_instance(key: &InstanceKey) -> String {
    let (app, id) = (segment(key.app.as_str()), segment(key.id.as_str()));
    format!("apps/{app}/{id}")
}

pub(super) fn segment(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, ENCODED_IN_SEGMENT)
}

/// Writes `?a=b&c=d`, or nothing where there are no parameters.
pub(super) fn query<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = String::new();
    for (key, value) in parameters {
        let mark = if query.is_empty() { '?' } else { '&' };
        let (key, value) = (encoded(key), encoded(value));
        // Writing to a string cannot fail.
        let _ = write!(query, "{mark}{key}={value}");
    }
    query
}

/// `?regions=a,b`: the comma between regions stays as it is.
pub(super) fn regions(regions: &[Box<str>]) -> String {
    if regions.is_empty() {
        return String::new();
    }
    let names: Vec<String> = regions
        .iter()
        .map(|region| encoded(region).to_string())
        .collect();
    format!("?regions={}", names.join(","))
}

fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, ENCODED_IN_QUERY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t2_segments_are_percent_encoded_but_for_colons() {
        for (id, sent) in [
            ("host:orders:8080", "host:orders:8080"),
            ("a/b", "a%2Fb"),
            ("a b?c#d%e;f", "a%20b%3Fc%23d%25e%3Bf"),
            ("größe", "gr%C3%B6%C3%9Fe"),
            ("i-0a_b~c.d", "i-0a_b~c.d"),
        ] {
            let path = of_instance(&InstanceKey::new("orders", id));
            assert_eq!(path, format!("apps/ORDERS/{sent}"));
        }
    }

    #[test]
    fn t2_queries_are_encoded_and_regions_joined_by_commas() {
        assert_eq!(query([("a", "1 2"), ("k&", "v=")]), "?a=1%202&k%26=v%3D");
        assert_eq!(query([]), "");
        assert_eq!(
            regions(&["us-east-1".into(), "a&b".into()]),
            "?regions=us-east-1,a%26b"
        );
        assert_eq!(regions(&[]), "");
    }
}
