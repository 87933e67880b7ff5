//! Values that are neither objects nor lists.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::draft_fields::number_of;

/// A value that is neither an object nor a list. A number is kept as it is written, because in a place for text its
/// text is what counts: `1.50` stays `1.50`.
#[derive(Debug)]
pub(super) enum Scalar<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    Text(Cow<'a, str>),
}

impl<'a> Scalar<'a> {
    /// Takes the next value of `map`.
    pub(super) fn next<A: MapAccess<'a>>(key: &str, map: &mut A) -> Result<Self, A::Error> {
        let raw: &'a RawValue = map.next_value()?;
        let scalar = match raw.get() {
            "null" => Self::Null,
            "true" => Self::Bool(true),
            "false" => Self::Bool(false),
            text if text.starts_with('"') => Self::Text(unquoted(text).map_err(A::Error::custom)?),
            nested if nested.starts_with(['{', '[']) => {
                return Err(A::Error::custom(format!(
                    "{key} must not be an object or a list"
                )));
            }
            number => Self::Number(number),
        };
        Ok(scalar)
    }

    /// Its text; none for null.
    pub(super) fn into_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Null => None,
            Self::Bool(true) => Some(Cow::Borrowed("true")),
            Self::Bool(false) => Some(Cow::Borrowed("false")),
            Self::Number(text) => Some(Cow::Borrowed(text)),
            Self::Text(text) => Some(text),
        }
    }

    /// Its number as Jackson sees it: a text that is no number is 0 (`golden/spring` 08-ports/41, 09-scalar-values/47);
    /// none for null.
    pub(super) fn number(&self) -> Option<i64> {
        match self {
            Self::Null => None,
            Self::Bool(set) => Some(i64::from(*set)),
            Self::Number(text) => Some(number_of(text).unwrap_or(0)),
            Self::Text(text) => Some(number_of(text).unwrap_or(0)),
        }
    }

    /// Whether it says yes: `true`, exactly that text, or a number but 0; none for null (wire.md 2.3.2).
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::Null => None,
            Self::Bool(set) => Some(*set),
            Self::Number(_) => Some(self.number() != Some(0)),
            Self::Text(text) => Some(text.trim() == "true"),
        }
    }
}

/// The text that a valid text in quotation marks says: without an escape, what stands between them.
fn unquoted(quoted: &str) -> serde_json::Result<Cow<'_, str>> {
    let between = quoted.get(1..quoted.len().saturating_sub(1));
    match between.filter(|between| !between.contains('\\')) {
        Some(between) => Ok(Cow::Borrowed(between)),
        None => serde_json::from_str(quoted).map(|Text(text)| text),
    }
}

/// A text, borrowed where nothing in it is escaped.
#[derive(Debug)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}
