//! Objects and lists, read key by key and element by element.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::scalar::{Scalar, Text};

/// Reads an object.
pub(super) trait ReadObject<'de>: Sized {
    /// What comes of it.
    type Value;
    /// What it is, for the log.
    const WHAT: &'static str;

    /// Reads the value of `key` from `map`, or skips it: exactly one value has to be taken.
    fn field<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error>;

    /// What comes of it after the last field, or why nothing does.
    fn finish(self) -> Result<Self::Value, String>;

    /// What a text or a number in place of the object stands for, if anything.
    fn scalar(self, _scalar: &Scalar<'_>) -> Option<Self::Value> {
        None
    }
}

/// Reads the next value of `map` as an object; null is `None`.
pub(super) fn nested<'de, A: MapAccess<'de>, R: ReadObject<'de>>(
    map: &mut A,
    reader: R,
) -> Result<Option<R::Value>, A::Error> {
    map.next_value_seed(Object(reader))
}

/// An object or null.
#[derive(Debug)]
pub(super) struct Object<R>(pub(super) R);

impl<'de, R: ReadObject<'de>> DeserializeSeed<'de> for Object<R> {
    type Value = Option<R::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<R> Object<R> {
    fn take_scalar<'de, E: Error>(self, scalar: &Scalar<'_>) -> Result<Option<R::Value>, E>
    where
        R: ReadObject<'de>,
    {
        self.0
            .scalar(scalar)
            .map(Some)
            .ok_or_else(|| E::custom(format!("expected {}", R::WHAT)))
    }
}

impl<'de, R: ReadObject<'de>> Visitor<'de> for Object<R> {
    type Value = Option<R::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(R::WHAT)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
        while let Some(Text(key)) = map.next_key()? {
            self.0.field(&key, &mut map)?;
        }
        self.0.finish().map(Some).map_err(A::Error::custom)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        self.take_scalar(&Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        self.take_scalar(&Scalar::Number(&number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        self.take_scalar(&Scalar::Number(&number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        self.take_scalar(&Scalar::Number(&number.to_string()))
    }
}

/// A list, or a single object for a list of one, or nothing for an empty one (wire.md 2.12).
#[derive(Debug)]
pub(super) struct List<F> {
    reader: F,
}

impl<F> List<F> {
    /// A list of objects, each with a reader of its own.
    pub(super) fn of<'de, R: ReadObject<'de>>(reader: F) -> Self
    where
        F: Fn() -> R,
    {
        Self { reader }
    }
}

/// The elements of a list, or `None` for null. An element may be null too.
pub(super) type Elements<V> = Option<Vec<Option<V>>>;

impl<'de, F: Fn() -> R, R: ReadObject<'de>> DeserializeSeed<'de> for List<F> {
    type Value = Elements<R::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: Fn() -> R, R: ReadObject<'de>> Visitor<'de> for List<F> {
    type Value = Elements<R::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of {}", R::WHAT)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element_seed(Object((self.reader)()))? {
            elements.push(element);
        }
        Ok(Some(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let element = Object((self.reader)()).visit_map(map)?;
        Ok(Some(vec![element]))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}
