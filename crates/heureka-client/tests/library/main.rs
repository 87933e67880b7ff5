//! The library as an application sees it, against servers that the test makes up, under paused time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails says so by panicking"
)]

mod bad_answers;
mod ending;
mod log;
mod looking_up;
mod odd_listings;
mod registering;
mod secrets;
mod snapshot_file;
mod support;
