//! What happened to connections, counted.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The counts of one accept loop; whoever shows metrics reads them.
#[derive(Debug, Default)]
pub struct Counters {
    /// Connections that were accepted, those refused over the cap included.
    pub accepted: Counter,
    /// Connections that are open and served now.
    pub open: Gauge,
    /// Connections refused because `max_connections` were open.
    pub refused_over_cap: Counter,
    /// Failed attempts to accept, as when file descriptors run out.
    pub accept_errors: Counter,
    /// Requests refused because their head has more than `header_bytes`.
    pub heads_too_large: Counter,
    /// Requests refused because their path and query have more than `target_bytes`.
    pub targets_too_long: Counter,
    /// Requests refused because their head is not HTTP/1.1, or can be read in two ways.
    pub malformed_heads: Counter,
    /// Connections closed because a head did not end in time, or never began.
    pub header_timeouts: Counter,
    /// Connections closed because they rested for too long between two requests.
    pub idle_closed: Counter,
    /// Requests whose body did not end in time.
    pub body_timeouts: Counter,
    /// Connections closed because the client did not read its answer.
    pub write_timeouts: Counter,
    /// Connections closed because the client took too long over an answer, if steadily.
    pub answer_timeouts: Counter,
    /// Connections that a panic of the service ended.
    pub panics: Counter,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// The count so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn increment(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A number that grows and shrinks.
#[derive(Debug, Default)]
pub struct Gauge(AtomicU64);

impl Gauge {
    /// The number now.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts a connection as open for as long as it exists, however it ends.
#[derive(Debug)]
pub(crate) struct OpenConnection(Arc<Counters>);

impl OpenConnection {
    pub(crate) fn new(counters: Arc<Counters>) -> Self {
        counters.open.0.fetch_add(1, Ordering::Relaxed);
        Self(counters)
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.open.0.fetch_sub(1, Ordering::Relaxed);
    }
}
