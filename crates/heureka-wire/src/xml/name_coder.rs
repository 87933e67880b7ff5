//! Keys of metadata as names of elements, as XStream's `XmlFriendlyNameCoder` makes them (wire.md 2.6; `golden/spring`
//! 07-metadata/24, 16-metadata-update/22).

use std::borrow::Cow;

use super::chars::{is_name_part, is_name_start};
use crate::ReadError;

/// The empty key. XStream writes `<>`, which no reader takes. This name is legal, and nothing else is written so,
/// because no key that may be stored holds the character 0, for which it stands otherwise.
const EMPTY: &str = "_.0000";
/// How a UTF-16 unit begins that no name may hold; four hexadecimal digits follow.
const UNIT: &str = "_.";

/// The name for `key`, always a legal one.
pub(super) fn encode(key: &str) -> Cow<'_, str> {
    if key.is_empty() {
        return Cow::Borrowed(EMPTY);
    }
    if key.chars().enumerate().all(|(index, c)| is_plain(index, c)) {
        return Cow::Borrowed(key);
    }
    let mut name = String::with_capacity(key.len() + 8);
    for (index, c) in key.chars().enumerate() {
        match c {
            '_' => name.push_str("__"),
            '$' => name.push_str("_-"),
            _ if is_plain(index, c) => name.push(c),
            _ => c
                .encode_utf16(&mut [0; 2])
                .iter()
                .for_each(|unit| name.push_str(&escaped(*unit))),
        }
    }
    Cow::Owned(name)
}

/// The key that `name` stands for. Names that were not encoded stand for themselves.
pub(super) fn decode(name: &str) -> Result<Cow<'_, str>, ReadError> {
    if name == EMPTY {
        return Ok(Cow::Borrowed(""));
    }
    if !name.contains('_') {
        return Ok(Cow::Borrowed(name));
    }
    let mut units = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        let taken = if rest.starts_with("__") {
            units.push(u16::from(b'_'));
            2
        } else if rest.starts_with("_-") {
            units.push(u16::from(b'$'));
            2
        } else if let Some(digits) = rest.strip_prefix(UNIT) {
            units.push(unit(digits)?);
            6
        } else {
            units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
            c.len_utf8()
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    Ok(Cow::Owned(String::from_utf16_lossy(&units)))
}

fn is_plain(index: usize, c: char) -> bool {
    !matches!(c, '_' | '$')
        && if index == 0 {
            is_name_start(c)
        } else {
            is_name_part(c)
        }
}

fn escaped(unit: u16) -> String {
    format!("{UNIT}{unit:04x}")
}

fn unit(digits: &str) -> Result<u16, ReadError> {
    digits
        .get(..4)
        .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
        .and_then(|digits| u16::from_str_radix(digits, 16).ok())
        .ok_or_else(|| ReadError::unreadable("an element's name has a broken escape"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_recorded() {
        for (key, name) in [
            ("zone", "zone"),
            ("management.port", "management.port"),
            ("my_key", "my__key"),
            ("a$b", "a_-b"),
            ("$x", "_-x"),
            ("with space", "with_.0020space"),
            ("1digit", "_.0031digit"),
            ("a/b", "a_.002fb"),
            ("a:b", "a:b"),
            ("<", "_.003c"),
            ("grüße", "grüße"),
            ("😀", "_.d83d_.de00"),
            ("-a", "_.002da"),
            ("", "_.0000"),
        ] {
            assert_eq!(encode(key), name, "{key:?}");
            assert_eq!(decode(name).unwrap(), key, "{name:?}");
        }
    }

    #[test]
    fn names_that_nobody_encoded_stand_for_themselves() {
        for (name, key) in [
            ("my_key", "my_key"),
            ("_", "_"),
            ("a_", "a_"),
            ("my___x", "my__x"),
        ] {
            assert_eq!(decode(name).unwrap(), key);
        }
    }

    #[test]
    fn broken_escapes_are_refused() {
        for name in ["_.zz", "_.", "_.12", "_.+123", "_.12é"] {
            assert!(decode(name).is_err(), "{name}");
        }
    }

    #[test]
    fn half_a_character_is_replaced() {
        assert_eq!(decode("_.d83d").unwrap(), "\u{fffd}");
    }
}
