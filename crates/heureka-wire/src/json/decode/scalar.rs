//! Values that are neither objects nor lists.

use std::borrow::Cow;

use super::reader::{Kind, Reader, Scalar};
use crate::ReadError;
use crate::draft_fields::number_of;

impl<'a> Scalar<'a> {
    /// Takes the next value, which is that of `key`.
    pub(super) fn next(key: &str, reader: &mut Reader<'a>) -> Result<Self, ReadError> {
        match reader.kind()? {
            Kind::Scalar | Kind::Null => reader.scalar(),
            Kind::Object | Kind::List => {
                Err(reader.unreadable(format_args!("{key} must not be an object or a list")))
            }
        }
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
