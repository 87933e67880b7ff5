//! Bytes to values and back: Eureka's JSON and XML, the negotiation of what to answer with, and gzip.
//!
//! What is written is what the Java servers write, byte for byte where their recordings show it. What is read is more
//! than they read: whatever a known client sends, in any of the shapes of client.md 6.5. What nodes of this kind
//! tell each other has a form of its own, around documents in Eureka's. Nothing here does IO or reads a clock, and nothing
//! here panics on input: every reader has named limits.
//!
//! | to write | to read |
//! |---|---|
//! | [`encode_applications`], [`encode_application`], [`Pieces`] | [`decode_applications`], [`decode_application`] |
//! | [`encode_instance`], [`encode_registration`] | [`decode_registration`], [`decode_instance`] |
//! | [`encode_batch`], [`encode_batch_answer`] | [`decode_batch`], [`decode_batch_answer`] |
//! | [`encode_status_info`], [`encode_status_overrides`], [`parse_error_body`] | |
//! | [`encode_peer_message`], [`encode_peer_reply`] | [`decode_peer_message`], [`decode_peer_reply`] |

mod decode;
mod draft_fields;
mod encode;
mod fields;
mod form;
mod gzip;
mod json;
mod listing;
mod media_type;
mod negotiation;
mod peer;
mod pieces;
mod read_error;
mod xml;

pub use decode::{
    decode_application, decode_applications, decode_batch, decode_batch_answer, decode_instance,
    decode_registration,
};
pub use encode::{
    encode_application, encode_applications, encode_batch, encode_batch_answer, encode_instance,
    encode_registration, encode_status_info, encode_status_overrides,
};
pub use form::{Detail, Form, Format, Version};
pub use gzip::{
    Checksum, Effort, GunzipError, MAX_RATIO, MEMBER_HEAD, MIN_RATIO_ALLOWANCE_BYTES, Packer,
    gunzip, gunzip_listing, gzip, member_end, stored, unpack_after,
};
pub use json::MAX_JSON_DEPTH;
pub use listing::{ListedApplication, Listing, PeerAnswer};
pub use media_type::{BodyType, BodyTypeError, body_type, parse_error_body};
pub use negotiation::{
    AnswerType, ContentCoding, NotAcceptable, UnsupportedCoding, accepts_gzip, content_coding,
    detail, instance_answer, instance_format, listing_answer,
};
pub use peer::{
    Decoded, decode_peer_message, decode_peer_reply, encode_peer_message, encode_peer_reply,
};
pub use pieces::{ListingHeader, Pieces, Within};
pub use read_error::ReadError;
pub use xml::{MAX_XML_ATTRIBUTES, MAX_XML_DEPTH, MAX_XML_ELEMENTS};
