//! The accept loop as its clients see it.
//!
//! Where time matters, connections are in-memory pipes and the clock is tokio's paused one, so a
//! deadline of a minute costs nothing and none of these tests can be early or late. Where the
//! kernel matters, `sockets` uses real ones and waits for no deadline.

#![cfg(test)]

mod deadlines;
mod drain;
mod harness;
mod limits;
mod smuggling;
mod sockets;
