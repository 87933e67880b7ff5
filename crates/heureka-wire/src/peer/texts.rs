//! Values that are written as texts.

use std::fmt;
use std::marker::PhantomData;

use heureka_model::{AppName, Digest, InstanceId, InstanceStatus, NodeId, SentId};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

/// A value that is written as a text, read without a copy of the text.
#[derive(Debug)]
pub(super) struct Text<T>(pub(super) T);

/// What a text can stand for.
pub(super) trait FromText: Sized {
    /// What it is, for the log.
    const WHAT: &'static str;

    /// The value, if `text` is one.
    fn from_text(text: &str) -> Option<Self>;
}

impl<'de, T: FromText> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_str(TextVisitor(PhantomData))
            .map(Self)
    }
}

struct TextVisitor<T>(PhantomData<T>);

impl<T: FromText> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::WHAT)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::from_text(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

impl FromText for AppName {
    const WHAT: &'static str = "the name of an application";

    fn from_text(text: &str) -> Option<Self> {
        Some(Self::new(text))
    }
}

impl FromText for InstanceId {
    const WHAT: &'static str = "the id of an instance";

    fn from_text(text: &str) -> Option<Self> {
        Some(Self::new(text))
    }
}

impl FromText for InstanceStatus {
    const WHAT: &'static str = "a status";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// Hexadecimal.
impl FromText for u64 {
    const WHAT: &'static str = "at most 16 hexadecimal digits";

    fn from_text(text: &str) -> Option<Self> {
        Self::from_str_radix(text, 16).ok()
    }
}

impl FromText for NodeId {
    const WHAT: &'static str = "a node, in at most 16 hexadecimal digits";

    fn from_text(text: &str) -> Option<Self> {
        u64::from_text(text).map(Self)
    }
}

impl FromText for Digest {
    const WHAT: &'static str = "a sum, in at most 32 hexadecimal digits";

    fn from_text(text: &str) -> Option<Self> {
        u128::from_str_radix(text, 16).ok().map(Self)
    }
}

impl FromText for SentId {
    const WHAT: &'static str = "how an id was sent";

    fn from_text(text: &str) -> Option<Self> {
        [Self::Empty, Self::Absent]
            .into_iter()
            .find(|sent| sent_text(*sent) == Some(text))
    }
}

/// How it is written that a client gave no id; one that it gave needs no word.
pub(super) fn sent_text(sent: SentId) -> Option<&'static str> {
    match sent {
        SentId::AsInstanceId => None,
        SentId::Empty => Some("empty"),
        SentId::Absent => Some("absent"),
    }
}
