//! Rows: lists in which the place says what an element is.

use std::fmt;
use std::marker::PhantomData;

use heureka_model::{
    AppDigest, AppName, InstanceId, KeyVersion, LeaseState, NodeId, Slice, Stamp, UnixMillis,
};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};

use super::micros::{Micros, write_age};
use super::texts::Text;
use crate::json::Json;

/// A value that is written as a row. Elements beyond those that are known are ignored.
#[derive(Debug)]
pub(super) struct Row<T>(pub(super) T);

/// What a row can stand for.
pub(super) trait FromRow<'de>: Sized {
    /// Takes its elements from the front of `row`.
    fn from_row<A: SeqAccess<'de>>(row: &mut A) -> Result<Self, A::Error>;
}

/// Takes the next element of `row`.
pub(super) fn next<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(
    row: &mut A,
) -> Result<T, A::Error> {
    row.next_element()?
        .ok_or_else(|| A::Error::custom("a row is too short"))
}

impl<'de, T: FromRow<'de>> Deserialize<'de> for Row<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_seq(RowVisitor(PhantomData))
            .map(Self)
    }
}

struct RowVisitor<T>(PhantomData<T>);

impl<'de, T: FromRow<'de>> Visitor<'de> for RowVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<T, A::Error> {
        let value = T::from_row(&mut row)?;
        while row.next_element::<IgnoredAny>()?.is_some() {}
        Ok(value)
    }
}

pub(super) fn write_stamp(json: &mut Json, stamp: Stamp) {
    json.array(|json| {
        json.number(stamp.wall_ms);
        json.number(stamp.count);
        json.hex(stamp.node.0);
    });
}

impl<'de> FromRow<'de> for Stamp {
    fn from_row<A: SeqAccess<'de>>(row: &mut A) -> Result<Self, A::Error> {
        let (wall_ms, count) = (next(row)?, next(row)?);
        let Text(node) = next(row)?;
        Ok(Self {
            wall_ms,
            count,
            node,
        })
    }
}

/// Writes the elements of a lease, into a row of its own or at the end of a longer one.
pub(super) fn write_lease_elements(json: &mut Json, lease: LeaseState) {
    write_age(json, lease.age);
    json.number(u8::from(lease.ever_renewed));
    match lease.origin {
        Some(node) => json.hex(node.0),
        None => json.literal("null"),
    }
}

impl<'de> FromRow<'de> for LeaseState {
    fn from_row<A: SeqAccess<'de>>(row: &mut A) -> Result<Self, A::Error> {
        let Micros(age) = next(row)?;
        let ever_renewed: u8 = next(row)?;
        let origin: Option<Text<NodeId>> = next(row)?;
        Ok(Self {
            age,
            ever_renewed: ever_renewed != 0,
            origin: origin.map(|Text(node)| node),
        })
    }
}

pub(super) fn write_slice(json: &mut Json, slice: &Slice) {
    json.array(|json| {
        json.text(slice.app.as_str());
        json.number(slice.bits);
        json.number(slice.prefix);
    });
}

impl<'de> FromRow<'de> for Slice {
    fn from_row<A: SeqAccess<'de>>(row: &mut A) -> Result<Self, A::Error> {
        let Text(app) = next(row)?;
        let (bits, prefix) = (next(row)?, next(row)?);
        if bits > Self::MAX_BITS {
            return Err(A::Error::custom("a slice has at most 16 bits"));
        }
        Ok(Self { app, bits, prefix })
    }
}

pub(super) fn write_key_version(json: &mut Json, version: &KeyVersion) {
    json.array(|json| {
        json.text(version.id.as_str());
        json.hex(version.version);
        write_stamp(json, version.newest);
    });
}

impl<'de> FromRow<'de> for KeyVersion {
    fn from_row<A: SeqAccess<'de>>(row: &mut A) -> Result<Self, A::Error> {
        let Text(id) = next(row)?;
        let Text(version) = next(row)?;
        let Row(newest) = next(row)?;
        Ok(Self {
            id,
            version,
            newest,
        })
    }
}

pub(super) fn write_app_digest(json: &mut Json, digest: &AppDigest) {
    json.array(|json| {
        json.text(digest.app.as_str());
        json.number(digest.keys);
        json.hex(digest.present.0);
        json.hex(digest.cancelled.0);
    });
}

impl<'de> FromRow<'de> for AppDigest {
    fn from_row<A: SeqAccess<'de>>(row: &mut A) -> Result<Self, A::Error> {
        let Text(app) = next(row)?;
        let keys = next(row)?;
        let Text(present) = next(row)?;
        let Text(cancelled) = next(row)?;
        Ok(Self {
            app,
            keys,
            present,
            cancelled,
        })
    }
}

/// A slice and the versions in it.
impl<'de> FromRow<'de> for (Slice, Vec<KeyVersion>) {
    fn from_row<A: SeqAccess<'de>>(row: &mut A) -> Result<Self, A::Error> {
        let Row(slice) = next(row)?;
        let versions: Vec<Row<KeyVersion>> = next(row)?;
        Ok((slice, versions.into_iter().map(|Row(it)| it).collect()))
    }
}

/// A key by itself.
impl<'de> FromRow<'de> for (AppName, InstanceId) {
    fn from_row<A: SeqAccess<'de>>(row: &mut A) -> Result<Self, A::Error> {
        let Text(app) = next(row)?;
        let Text(id) = next(row)?;
        Ok((app, id))
    }
}

/// The generation and the dirty timestamp of a key that was cancelled.
impl<'de> FromRow<'de> for (u32, UnixMillis) {
    fn from_row<A: SeqAccess<'de>>(row: &mut A) -> Result<Self, A::Error> {
        Ok((next(row)?, UnixMillis(next(row)?)))
    }
}
