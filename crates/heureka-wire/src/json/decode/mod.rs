//! Reads JSON: straight from the bytes into drafts, without a tree in between.

mod batch;
mod data_center;
mod document;
mod instance;
mod listing;
mod object;
mod parts;
mod scalar;

use heureka_model::{InstanceDraft, ReplicationItem};

use self::batch::{AnswerReader, ItemReader, ListOf};
use self::document::{Document, read};
use self::instance::{MaybeWrapped, Wrapped};
use self::listing::{ApplicationReader, ListingReader};
use self::object::List;
use crate::{ListedApplication, Listing, PeerAnswer, ReadError};

pub use self::document::MAX_JSON_DEPTH;
pub(crate) use self::document::text_of_bounded_depth;
pub(crate) use self::instance::BareInstance;

pub(crate) fn read_registration(bytes: &[u8]) -> Result<InstanceDraft, ReadError> {
    read(bytes, Wrapped::default())
}

pub(crate) fn read_instance(bytes: &[u8]) -> Result<InstanceDraft, ReadError> {
    read(bytes, MaybeWrapped::default())
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
    read(
        bytes,
        ListOf::new("replicationList", List::of(ItemReader::default)),
    )?
    .ok_or(ReadError::NotAnInstance(
        "a batch without a list, or with a null in it",
    ))
}

pub(crate) fn read_batch_answer(bytes: &[u8]) -> Result<Vec<PeerAnswer>, ReadError> {
    read(
        bytes,
        ListOf::new("responseList", List::of(AnswerReader::default)),
    )?
    .ok_or(ReadError::NotAnInstance(
        "an answer without a list, or with a null in it",
    ))
}
