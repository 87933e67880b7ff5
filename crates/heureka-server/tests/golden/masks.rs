//! What differs from run to run, and how it is made equal on both sides.

use std::ops::Range;

use crate::subject::CLOCK_AT_START_MS;

/// What a recording shows where Java's server showed its clock plus a lease of 90 s.
pub(crate) const CLOCK_PLUS_LEASE_MS: u64 = CLOCK_AT_START_MS + 90_000;

/// A story lasts less than this, so that a reading of the clock is never taken for one plus a lease.
pub(crate) const LONGEST_STORY_MS: u64 = 60_000;

/// The end of what is read as a clock plus a lease.
const END_OF_CLOCK_MS: u64 = 1_888_888_999_999;

const DELTA_VERSION: &str = "versions__delta";

/// What stands for any valid version of a delta.
const ANY_VERSION: &str = "#";

/// What recordings show for what is the machine's.
const PLACEHOLDERS: [&str; 5] = ["<ISO-TIME>", "<PORT>", "<HOST>", "<HOST-IP>", "<HOST-NAME>"];

/// Writes each reading of the server's clock as the one at its start, and each reading plus a lease as that plus a lease.
pub(crate) fn mask_times(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(from.len());
        let (digits, after) = from.split_at(end);
        masked.push_str(before);
        masked.push_str(&mask_time(digits));
        rest = after;
    }
    masked + rest
}

fn mask_time(digits: &str) -> String {
    const END_OF_STORY_MS: u64 = CLOCK_AT_START_MS + LONGEST_STORY_MS;
    match digits.parse() {
        Ok(CLOCK_AT_START_MS..=END_OF_STORY_MS) => CLOCK_AT_START_MS.to_string(),
        Ok(CLOCK_PLUS_LEASE_MS..=END_OF_CLOCK_MS) => CLOCK_PLUS_LEASE_MS.to_string(),
        _ => digits.to_owned(),
    }
}

/// The version that a listing carries, as it is written.
pub(crate) fn delta_version(body: &str) -> Option<&str> {
    find_delta_version(body).map(|range| &body[range])
}

/// Puts a placeholder in place of the version, if it is one: a positive number of 31 bits.
pub(crate) fn mask_delta_version(body: &str) -> String {
    let mut masked = body.to_owned();
    if let Some(range) =
        find_delta_version(body).filter(|range| is_delta_version(&body[range.clone()]))
    {
        masked.replace_range(range, ANY_VERSION);
    }
    masked
}

pub(crate) fn is_delta_version(digits: &str) -> bool {
    let is_canonical = !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_canonical && digits.parse::<i32>().is_ok_and(|version| version > 0)
}

fn find_delta_version(body: &str) -> Option<Range<usize>> {
    let is_part = |c: char| c.is_ascii_digit() || c == '-';
    let after_name = body.find(DELTA_VERSION)? + DELTA_VERSION.len();
    let opening = ["\":\"", "\":", ">"]
        .into_iter()
        .find(|open| body[after_name..].starts_with(open))?;
    let start = after_name + opening.len();
    let length = body[start..].find(|c| !is_part(c))?;
    (length > 0).then_some(start..start + length)
}

pub(crate) fn has_placeholder(recorded: &str) -> bool {
    PLACEHOLDERS
        .iter()
        .any(|placeholder| recorded.contains(placeholder))
}

/// Placeholders look like elements and would make XML ill-formed.
pub(crate) fn without_placeholders(recorded: &str) -> String {
    PLACEHOLDERS
        .iter()
        .fold(recorded.to_owned(), |text, placeholder| {
            text.replace(placeholder, "x")
        })
}

/// Whether `text` is `recorded` with something in place of each placeholder.
pub(crate) fn fits(recorded: &str, text: &str) -> bool {
    let next = PLACEHOLDERS
        .iter()
        .filter_map(|placeholder| Some((recorded.find(placeholder)?, placeholder.len())))
        .min();
    let Some((start, length)) = next else {
        return recorded == text;
    };
    let Some(rest) = text.strip_prefix(&recorded[..start]) else {
        return false;
    };
    let recorded = &recorded[start + length..];
    // What a placeholder stands for is one word, so it ends where the string or the element does.
    let ends = rest
        .char_indices()
        .skip(1)
        .take_while(|(end, _)| !rest[..*end].contains(['"', '<', '\n']));
    let mut ends = ends.map(|(end, _)| end).chain([rest.len()]);
    ends.any(|end| fits(recorded, &rest[end..]))
}

#[test]
fn times_of_the_run_are_masked_and_others_are_not() {
    for (text, masked) in [
        ("1888888888888", "1888888888888"),
        ("\"1888888895123\",", "\"1888888888888\","),
        ("1888888978901", "1888888978888"),
        ("1888888960000", "1888888960000"),
        ("1700000000001", "1700000000001"),
        ("18888888951230", "18888888951230"),
        ("a 12 é 1888888888889", "a 12 é 1888888888888"),
    ] {
        assert_eq!(mask_times(text), masked);
    }
}

#[test]
fn versions_are_found_and_masked_where_they_are_positive_and_of_31_bits() {
    let json = |version: &str| format!(r#"{{"versions__delta":"{version}","a":"7"}}"#);
    let xml = |version: &str| format!("<versions__delta>{version}</versions__delta>\n<a>7</a>");
    for version in ["1", "2147483647", "-1", "0", "2147483648", "007"] {
        assert_eq!(delta_version(&json(version)), Some(version));
        assert_eq!(delta_version(&xml(version)), Some(version));
        let shown = if matches!(version, "1" | "2147483647") {
            ANY_VERSION
        } else {
            version
        };
        assert_eq!(mask_delta_version(&json(version)), json(shown));
        assert_eq!(mask_delta_version(&xml(version)), xml(shown));
    }
    assert_eq!(mask_delta_version(&json(ANY_VERSION)), json(ANY_VERSION));
}

#[test]
fn a_placeholder_stands_for_one_word() {
    let recorded = r#"{"href":"http://127.0.0.1:<PORT>/actuator","at":"<ISO-TIME>"}"#;
    assert!(fits(
        recorded,
        r#"{"href":"http://127.0.0.1:8761/actuator","at":"2026-11-21"}"#
    ));
    assert!(!fits(
        recorded,
        r#"{"href":"http://127.0.0.1:/actuator","at":"2026-11-21"}"#
    ));
    assert!(!fits(
        recorded,
        r#"{"href":"http://127.0.0.1:8761/actuator","at":"a","b":"c"}"#
    ));
    assert!(!fits(
        recorded,
        r#"{"href":"http://127.0.0.1:8761/health","at":"2026-11-21"}"#
    ));
}
