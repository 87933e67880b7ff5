//! What a connection may take: sizes, counts and times, each with a name.

use std::time::Duration;

/// The limits of one accept loop.
///
/// A deadline of zero closes connections at once; nothing here means "without limit".
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many connections are served at the same time; one more is answered 503 and closed.
    pub max_connections: usize,
    /// How many bytes the head of a request may have; a longer one is answered 431.
    pub header_bytes: usize,
    /// How many bytes of these the path and the query may have; longer ones are answered 414.
    pub target_bytes: usize,
    /// The time from the first byte of a request to the end of its head, and from the accepting of
    /// a connection to its first byte.
    pub header_deadline: Duration,
    /// The time from the end of a head to the end of the body.
    pub body_deadline: Duration,
    /// How long a connection may rest between two requests.
    pub idle_timeout: Duration,
    /// How long a client may take to make room for the next 16 KiB of an answer.
    pub write_stall: Duration,
    /// How long an answer that had to wait for its reader may take from its first wait to its last byte.
    pub answer_deadline: Duration,
    /// How long requests in flight are waited for once the loop was told to stop.
    pub drain_deadline: Duration,
}

impl Limits {
    /// Enough for the clients of a large fleet, which hold one to three connections each.
    pub const MAX_CONNECTIONS: usize = 8192;
    /// The heads of known clients have less than 1 KiB.
    pub const HEADER_BYTES: usize = 32 * 1024;
    /// The longest path of known clients has 1 KiB.
    pub const TARGET_BYTES: usize = 8 * 1024;
    /// A head fits into one packet or two.
    pub const HEADER_DEADLINE: Duration = Duration::from_secs(10);
    /// The largest body, a batch of replications, takes less than a second on a slow line.
    pub const BODY_DEADLINE: Duration = Duration::from_secs(10);
    /// Java clients heartbeat every 30 s and reuse a pooled connection that is as old.
    pub const IDLE_TIMEOUT: Duration = Duration::from_secs(75);
    /// A client that takes less than 1 kB/s holds memory for nothing.
    pub const WRITE_STALL: Duration = Duration::from_secs(15);
    /// The listing of a very large registry, 100 MB, takes no longer at 1 MB/s.
    pub const ANSWER_DEADLINE: Duration = Duration::from_secs(120);
    /// Supervisors grant ten seconds before they kill.
    pub const DRAIN_DEADLINE: Duration = Duration::from_secs(9);
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: Self::MAX_CONNECTIONS,
            header_bytes: Self::HEADER_BYTES,
            target_bytes: Self::TARGET_BYTES,
            header_deadline: Self::HEADER_DEADLINE,
            body_deadline: Self::BODY_DEADLINE,
            idle_timeout: Self::IDLE_TIMEOUT,
            write_stall: Self::WRITE_STALL,
            answer_deadline: Self::ANSWER_DEADLINE,
            drain_deadline: Self::DRAIN_DEADLINE,
        }
    }
}
