//! From bytes to values.

use heureka_model::{InstanceDraft, ReplicationItem};

use crate::{Format, ListedApplication, Listing, PeerAnswer, ReadError, json, xml};

/// Reads the body of a registration: `{"instance":{…}}` or `<instance>`, with the defaults of wire.md 2.3.2.
///
/// # Errors
///
/// What Java refuses, but for the shapes of DESIGN 2.10, which are read.
pub fn decode_registration(bytes: &[u8], format: Format) -> Result<InstanceDraft, ReadError> {
    match format {
        Format::Json => json::read_registration(bytes),
        Format::Xml => xml::read_registration(bytes),
    }
}

/// Reads an instance that a server or a peer answered with. Unlike a registration it may come without its wrapper.
///
/// # Errors
///
/// It is no instance, or an unreadable one.
pub fn decode_instance(bytes: &[u8], format: Format) -> Result<InstanceDraft, ReadError> {
    match format {
        Format::Json => json::read_instance(bytes),
        Format::Xml => xml::read_registration(bytes),
    }
}

/// Reads a document about one application, full or compact.
///
/// # Errors
///
/// It is no such document, or an unreadable one.
pub fn decode_application(bytes: &[u8], format: Format) -> Result<ListedApplication, ReadError> {
    match format {
        Format::Json => json::read_application(bytes),
        Format::Xml => xml::read_application(bytes),
    }
}

/// Reads a listing in any of the forms that servers write: full or compact, lists that are single objects or missing,
/// numbers that are texts and texts that are numbers (wire.md 2.12).
///
/// How large it may be is the caller's business: whoever received the bytes has a limit for them.
///
/// # Errors
///
/// It is no listing, or an unreadable one.
pub fn decode_applications(bytes: &[u8], format: Format) -> Result<Listing, ReadError> {
    match format {
        Format::Json => json::read_applications(bytes),
        Format::Xml => xml::read_applications(bytes),
    }
}

/// Reads a batch from a peer. An item that names no known action or status, or whose instance cannot be read, is an
/// item without it: it fails alone (DESIGN 2.6).
///
/// # Errors
///
/// It is no batch, or an unreadable one.
pub fn decode_batch(bytes: &[u8]) -> Result<Vec<ReplicationItem>, ReadError> {
    json::read_batch(bytes)
}

/// Reads a peer's answer to a batch.
///
/// # Errors
///
/// It is no such answer, or an unreadable one.
pub fn decode_batch_answer(bytes: &[u8]) -> Result<Vec<PeerAnswer>, ReadError> {
    json::read_batch_answer(bytes)
}
