//! Objects and lists, read key by key and element by element.

use super::reader::{Kind, Reader, Scalar};
use crate::ReadError;

/// Reads an object.
pub(super) trait ReadObject<'de>: Sized {
    /// What comes of it.
    type Value;
    /// What it is, for the log.
    const WHAT: &'static str;

    /// Takes the value of `key`, or skips it: exactly one value has to be taken.
    fn field(&mut self, key: &str, reader: &mut Reader<'de>) -> Result<(), ReadError>;

    /// What comes of it after the last field, or why nothing does.
    fn finish(self) -> Result<Self::Value, String>;

    /// What a text or a number in place of the object stands for, if anything.
    fn scalar(self, _scalar: &Scalar<'_>) -> Option<Self::Value> {
        None
    }
}

/// Takes the next value as an object; null is `None`.
pub(super) fn nested<'de, R: ReadObject<'de>>(
    reader: &mut Reader<'de>,
    mut object: R,
) -> Result<Option<R::Value>, ReadError> {
    match reader.kind()? {
        Kind::Object => {
            reader.object(|reader, key| object.field(key, reader))?;
            let finished = object.finish();
            finished
                .map(Some)
                .map_err(|reason| reader.unreadable(reason))
        }
        Kind::Null => reader.skip().map(|()| None),
        Kind::List => Err(unexpected::<R>(reader)),
        Kind::Scalar => {
            let value = object.scalar(&reader.scalar()?);
            value.map(Some).ok_or_else(|| unexpected::<R>(reader))
        }
    }
}

fn unexpected<'de, R: ReadObject<'de>>(reader: &Reader<'de>) -> ReadError {
    reader.unreadable(format_args!("expected {}", R::WHAT))
}

/// The elements of a list; those that are null take no memory.
#[derive(Debug)]
pub(super) struct Elements<V> {
    pub(super) present: Vec<V>,
    pub(super) has_null: bool,
}

/// Takes a list, or a single object for a list of one, or null (wire.md 2.12). Each element has a reader of its own, and
/// may be null too. Those that are present are no more than `at_most`.
pub(super) fn elements<'de, R: ReadObject<'de>>(
    reader: &mut Reader<'de>,
    element: impl Fn() -> R,
    at_most: usize,
) -> Result<Option<Elements<R::Value>>, ReadError> {
    let mut elements = Elements {
        present: Vec::new(),
        has_null: false,
    };
    let mut take = |reader: &mut Reader<'de>| {
        match nested(reader, element())? {
            Some(_) if elements.present.len() == at_most => {
                return Err(ReadError::TooLarge {
                    what: "elements of a list",
                    limit: at_most,
                });
            }
            Some(present) => elements.present.push(present),
            None => elements.has_null = true,
        }
        Ok(())
    };
    match reader.kind()? {
        Kind::List => reader.list(take)?,
        Kind::Object => take(reader)?,
        Kind::Null => return reader.skip().map(|()| None),
        Kind::Scalar => {
            return Err(reader.unreadable(format_args!("expected a list of {}", R::WHAT)));
        }
    }
    Ok(Some(elements))
}
