//! From what is wanted to a request, and from an answer to what it says.

mod answer;
mod listing;
mod path;
mod request;

pub(crate) use answer::{read, unpacked};
pub(crate) use listing::{application, excerpt, instance, listing};
pub(crate) use request::{Asked, request};

/// How many bytes a listing may have, packed and unpacked: 64 MiB, about 50,000 instances.
pub const MAX_LISTING_BYTES: usize = 64 * 1024 * 1024;
