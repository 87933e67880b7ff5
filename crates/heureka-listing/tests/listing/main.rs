//! Listings from fragments, compared with listings that are written at once.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that fails says so by panicking"
)]

mod conditions;
mod fleet;
mod properties;
mod selections;
mod sharing;
