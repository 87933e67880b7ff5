//! The servers of `test_util` do what Eureka's do: the conformance tests, with them as the subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails says so by panicking"
)]

#[path = "../conformance/formats.rs"]
mod formats;
#[path = "../conformance/names.rs"]
mod names;
#[path = "../conformance/others.rs"]
mod others;
#[path = "../conformance/own.rs"]
mod own;
#[path = "../conformance/protocol.rs"]
mod protocol;
#[path = "../conformance/specs.rs"]
mod specs;
mod subject;
#[path = "../conformance/waiting.rs"]
mod waiting;
