//! From values to bytes, whole documents at a time.

use heureka_model::{
    Application, Applications, InstanceDraft, InstanceInfo, InstanceStatus, ReplicationAnswer,
    ReplicationItem, StatusInfo,
};

use crate::fields::Fields;
use crate::{Form, Format, ListingHeader, Pieces, Version, Within, json, xml};

/// Writes a listing: the whole registry, a delta, or what is found under a vip (wire.md 2.1).
#[must_use]
pub fn encode_applications(applications: &Applications, form: Form) -> Vec<u8> {
    let pieces = Pieces(form);
    let header = ListingHeader {
        version: applications.version,
        hash: &applications.hash,
        is_empty: applications.applications.is_empty(),
    };
    let mut bytes = pieces.head(&header);
    for (index, application) in applications.applications.iter().enumerate() {
        if index > 0 {
            bytes.extend_from_slice(pieces.separator());
        }
        append_application(&mut bytes, pieces, application, Within::Applications);
    }
    bytes.extend(pieces.tail(&header));
    bytes
}

/// Writes an application as a document of its own (wire.md 2.2).
#[must_use]
pub fn encode_application(application: &Application, form: Form) -> Vec<u8> {
    let mut bytes = Vec::new();
    append_application(&mut bytes, Pieces(form), application, Within::Application);
    bytes
}

/// Writes an instance as a document of its own, which is always full (wire.md 2.0).
///
/// In `v2` it shows its real status also in XML; Java's servers show `DOWN` there for two of the five, because they
/// forget the version before they write (wire.md 2.9, DESIGN 2.15).
#[must_use]
pub fn encode_instance(instance: &InstanceInfo, format: Format, version: Version) -> Vec<u8> {
    let fields = Fields::from(instance);
    match format {
        Format::Json => json::wrapped_instance(&fields),
        Format::Xml => xml::single_instance(&fields, version),
    }
}

/// Writes the body of a registration, in JSON: every server reads that.
#[must_use]
pub fn encode_registration(draft: &InstanceDraft) -> Vec<u8> {
    json::wrapped_instance(&Fields::from(draft))
}

/// Writes what a server says of itself (wire.md 2.10).
#[must_use]
pub fn encode_status_info(info: &StatusInfo, format: Format, version: Version) -> Vec<u8> {
    match format {
        Format::Json => json::status_info(info),
        Format::Xml => xml::status_info(info, version),
    }
}

/// Writes ids and their overrides, in JSON: the address knows no other form.
#[must_use]
pub fn encode_status_overrides<'a>(
    overrides: impl IntoIterator<Item = (&'a str, InstanceStatus)>,
) -> Vec<u8> {
    json::status_overrides(overrides.into_iter())
}

/// Writes a batch for a peer, in JSON: peers read nothing else (wire.md 2.11).
#[must_use]
pub fn encode_batch(items: &[ReplicationItem]) -> Vec<u8> {
    json::batch(items)
}

/// Writes the answer to a batch, one entry for each item in its order (wire.md trap 18). Peers accept JSON alone.
#[must_use]
pub fn encode_batch_answer(answers: &[ReplicationAnswer], format: Format) -> Vec<u8> {
    match format {
        Format::Json => json::batch_answer(answers),
        Format::Xml => xml::batch_answer(answers),
    }
}

fn append_application(
    bytes: &mut Vec<u8>,
    pieces: Pieces,
    application: &Application,
    within: Within,
) {
    bytes.extend(pieces.application_head(&application.name, within));
    for (index, instance) in application.instances.iter().enumerate() {
        if index > 0 {
            bytes.extend_from_slice(pieces.separator());
        }
        *bytes = pieces.instance(std::mem::take(bytes), instance, within);
    }
    bytes.extend(pieces.application_tail(within));
}
