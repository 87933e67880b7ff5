//! Reads JSON: straight from the bytes into drafts, without a tree in between.

mod batch;
mod data_center;
mod document;
mod instance;
mod listing;
mod object;
mod parts;
mod reader;
mod scalar;

use heureka_model::{InstanceDraft, ReplicationItem};

use self::batch::{AnswerReader, ItemReader, ListOf};
use self::document::{Document, read};
use self::instance::{InstanceReader, MaybeWrapped, Wrapped};
use self::listing::{ApplicationReader, ListingReader};
use self::object::nested;
use self::reader::Reader;
use crate::{ListedApplication, Listing, PeerAnswer, ReadError};

pub use self::document::MAX_JSON_DEPTH;
pub(crate) use self::document::text_of_bounded_depth;

pub(crate) fn read_registration(bytes: &[u8]) -> Result<InstanceDraft, ReadError> {
    read(bytes, Wrapped::default())
}

pub(crate) fn read_instance(bytes: &[u8]) -> Result<InstanceDraft, ReadError> {
    read(bytes, MaybeWrapped::default())
}

/// Reads an instance without a wrapper from within a document that was looked at as a whole.
pub(crate) fn read_bare(text: &str) -> Result<InstanceDraft, ReadError> {
    nested(&mut Reader::new(text), InstanceReader::default())?
        .ok_or(ReadError::NotAnInstance("null"))
}

pub(crate) fn read_application(bytes: &[u8]) -> Result<ListedApplication, ReadError> {
    read(
        bytes,
        Document::new("application", ApplicationReader::default),
    )
}

pub(crate) fn read_applications(bytes: &[u8]) -> Result<Listing, ReadError> {
    read(bytes, Document::new("applications", ListingReader::default))
}

pub(crate) fn read_batch(bytes: &[u8]) -> Result<Vec<ReplicationItem>, ReadError> {
    read(bytes, ListOf::new("replicationList", ItemReader::default))?.ok_or(
        ReadError::NotAnInstance("a batch without a list, or with a null in it"),
    )
}

pub(crate) fn read_batch_answer(bytes: &[u8]) -> Result<Vec<PeerAnswer>, ReadError> {
    read(bytes, ListOf::new("responseList", AnswerReader::default))?.ok_or(
        ReadError::NotAnInstance("an answer without a list, or with a null in it"),
    )
}
