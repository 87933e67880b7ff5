//! Bytes that claim to be JSON or XML.

use heureka_model::{
    AppName, Application, Applications, DocumentLimits, InstanceDraft, InstanceInfo, StatusCounts,
    UnixMillis,
};
use heureka_wire::{
    Detail, Form, Format, Version, decode_applications, decode_batch, decode_batch_answer,
    decode_instance, decode_peer_message, decode_peer_reply, decode_registration,
    encode_applications, encode_batch, encode_instance, encode_peer_message, encode_peer_reply,
};

const RECEIVED: UnixMillis = UnixMillis(1_700_000_000_000);

/// Reads `data` as each document that arrives as JSON.
pub fn json(data: &[u8]) {
    read(data, Format::Json);
    if let Ok(items) = decode_batch(data) {
        let again = decode_batch(&encode_batch(&items)).expect("a batch that was written is read");
        assert_eq!(again.len(), items.len());
    }
    let _ = decode_batch_answer(data);
}

/// Reads `data` as each document that arrives as XML.
pub fn xml(data: &[u8]) {
    read(data, Format::Xml);
}

/// Reads `data` as what another node of this kind asks and answers. What could be read is taken again without loss.
pub fn peer(data: &[u8]) {
    let limits = DocumentLimits::default();
    if let Ok(read) = decode_peer_message(data, RECEIVED, &limits) {
        let written = encode_peer_message(&read.header, &read.body);
        let again = decode_peer_message(&written, RECEIVED, &limits)
            .expect("a message that was written is read");
        assert_eq!(again.refused, 0);
        assert_eq!(encode_peer_message(&again.header, &again.body), written);
    }
    if let Ok(read) = decode_peer_reply(data, RECEIVED, &limits) {
        let written = encode_peer_reply(&read.header, &read.body);
        let again = decode_peer_reply(&written, RECEIVED, &limits)
            .expect("a reply that was written is read");
        assert_eq!(again.refused, 0);
        assert_eq!(encode_peer_reply(&again.header, &again.body), written);
    }
}

fn read(data: &[u8], format: Format) {
    if let Ok(draft) = decode_registration(data, format) {
        survives_writing(&draft);
    }
    if let Ok(listing) = decode_applications(data, format) {
        let drafts = listing
            .applications
            .iter()
            .flat_map(|application| &application.instances);
        drafts.for_each(survives_writing);
    }
}

/// What may be stored must be readable by every client: written in either language it is read as the same, and the
/// listing that holds it can be read too.
fn survives_writing(draft: &InstanceDraft) {
    let limits = DocumentLimits::default();
    let app = AppName::new(draft.app.as_str());
    let Ok(registration) = draft.clone().into_registration(&app, RECEIVED, &limits) else {
        return;
    };
    let shown = draft
        .clone()
        .into_listed(RECEIVED)
        .expect("what may be registered may be listed");
    assert_eq!(*shown.document, registration.document);
    for format in [Format::Json, Format::Xml] {
        let written = encode_instance(&shown, format, Version::V2);
        let read = decode_instance(&written, format).expect("what was written is read");
        let again = read
            .into_listed(RECEIVED)
            .expect("what was written has an id");
        assert_eq!(again.document, shown.document, "{format:?}");
        assert_eq!(again.status, shown.status, "{format:?}");
        listing_survives(&shown, format);
    }
}

fn listing_survives(shown: &InstanceInfo, format: Format) {
    let statuses: StatusCounts = [shown.status].into_iter().collect();
    let listing = Applications {
        version: 1,
        hash: statuses.hash(),
        applications: vec![Application {
            name: shown.document.app.clone(),
            instances: vec![shown.clone()],
        }],
    };
    for detail in [Detail::Full, Detail::Compact] {
        let form = Form {
            format,
            detail,
            version: Version::V2,
        };
        let written = encode_applications(&listing, form);
        let read =
            decode_applications(&written, format).expect("a listing that was written is read");
        assert_eq!(read.hash, listing.hash);
        assert_eq!(read.applications.len(), 1);
    }
}
