//! XML: `XStreamXml`, and `JacksonXmlMini` where it is compact (wire.md 2.0).

mod batch;
mod chars;
mod decode;
mod elements;
mod instance;
mod listing;
mod name_coder;
mod status_info;
mod writer;

pub(crate) use batch::batch_answer;
pub(crate) use decode::{read_application, read_applications, read_registration};
pub use elements::{MAX_XML_ATTRIBUTES, MAX_XML_DEPTH, MAX_XML_ELEMENTS};
pub(crate) use instance::{listed_instance, single_instance};
pub(crate) use listing::{application_head, application_tail, head, tail};
pub(crate) use status_info::status_info;
