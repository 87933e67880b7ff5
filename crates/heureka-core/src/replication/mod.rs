//! What is still to be told to a peer, and when (MERGE 6).
//!
//! A queue holds keys, not requests: what a key needs is read when it is sent. So a queue is never longer than what the
//! registry knows, order and repetition do no harm, and nothing in it grows old.

mod batch;
mod queue;
mod task;
mod traffic_shaper;

pub(crate) use batch::java_items;
pub(crate) use queue::ChangeQueue;
pub(crate) use task::Intent;
pub(crate) use traffic_shaper::{Setback, TrafficShaper};
