//! What the fuzz targets do with their bytes.
//!
//! The targets in `fuzz/` call these functions with whatever the fuzzer finds; the tests of this crate call them with the
//! corpus that it left, so a finding stays found. Each panics where something that must hold does not.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a broken promise has to stop the fuzzer"
)]

mod codecs;
mod registry;

pub use codecs::{json, peer, xml};
pub use registry::registry;
