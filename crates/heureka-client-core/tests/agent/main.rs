//! A client's life under simulated time: the rules of the reference's `client.md`, each by its number.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test that fails says so by panicking"
)]

mod bad_input;
mod deviations;
mod fetching;
mod health;
mod heartbeats;
mod leaving;
mod registering;
mod resolving;
mod scenarios;
mod servers;
mod stage;
mod starting;
mod values;
