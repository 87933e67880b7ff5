//! What the server answers to requests that the recordings do not show: bad input, limits, pages.

#![allow(clippy::unwrap_used, reason = "a test that fails says so by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod bad_input;
mod batch;
mod batch_limits;
mod conditional;
mod following;
mod limits;
mod pages;
mod peer_world;
mod peers;
mod peers_seen;
mod region_client;
mod region_world;
mod regions;
mod versions;
mod visible;
