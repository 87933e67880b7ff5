//! JSON: `LegacyJacksonJson`, and `JacksonJsonMini` where it is compact (wire.md 2.0).

mod batch;
mod decode;
mod instance;
mod listing;
mod special;
mod status_info;
mod writer;

pub(crate) use batch::{batch, batch_answer};
pub use decode::MAX_JSON_DEPTH;
pub(crate) use decode::{
    read_application, read_applications, read_bare, read_batch, read_batch_answer, read_instance,
    read_registration, text_of_bounded_depth,
};
pub(crate) use instance::{listed_instance, wrapped_instance, write_full};
pub(crate) use listing::{application_head, application_tail, head, tail};
pub(crate) use status_info::{status_info, status_overrides};
pub(crate) use writer::{Astral, Json};
