//! Bodies of registrations that are right but for what a test adds.

use heureka_model::{InstanceDraft, UnixMillis};
use heureka_wire::{Format, decode_registration};

/// When everything in these tests is received.
pub(crate) const RECEIVED: UnixMillis = UnixMillis(1_700_000_000_000);

/// The body of a registration that has what it must, and `more`.
pub(crate) fn json_body(more: &str) -> String {
    let must = r#""hostName":"h","app":"orders","ipAddr":"1.2.3.4""#;
    let comma = if more.is_empty() { "" } else { "," };
    format!(r#"{{"instance":{{{must}{comma}{more}}}}}"#)
}

/// The same in XML.
pub(crate) fn xml_body(more: &str) -> String {
    let must = "<hostName>h</hostName><app>orders</app><ipAddr>1.2.3.4</ipAddr>";
    format!("<instance>{must}{more}</instance>")
}

#[track_caller]
pub(crate) fn read_json(more: &str) -> InstanceDraft {
    decode_registration(json_body(more).as_bytes(), Format::Json).expect(more)
}

#[track_caller]
pub(crate) fn read_xml(more: &str) -> InstanceDraft {
    decode_registration(xml_body(more).as_bytes(), Format::Xml).expect(more)
}
