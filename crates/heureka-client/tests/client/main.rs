//! The client over a transport that a test makes up, under tokio's paused clock.

#![cfg(test)]

mod answers;
mod api;
#[cfg(feature = "blocking")]
mod blocking;
mod changes;
mod cluster;
mod life;
mod log;
mod memory;
mod network;
mod requests;
mod snapshot;
mod start;
