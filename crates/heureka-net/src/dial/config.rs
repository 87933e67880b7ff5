//! What a request to another server may take: sizes, counts and times, each with a name.

use std::time::Duration;

/// What one answer may take.
#[derive(Clone, Copy, Debug)]
pub struct AnswerLimits {
    /// The time from the call to the last byte of the answer, connecting included.
    pub deadline: Duration,
    /// How many bytes the answer's body may have as it is sent, that is, packed.
    pub max_bytes: usize,
}

impl AnswerLimits {
    /// A server that is well answers within milliseconds; one that takes longer is better asked later.
    pub const DEADLINE: Duration = Duration::from_secs(5);
    /// A full listing of 10,000 instances has about as much, and packed a tenth.
    pub const MAX_BYTES: usize = 16 * 1024 * 1024;
}

impl Default for AnswerLimits {
    fn default() -> Self {
        Self {
            deadline: Self::DEADLINE,
            max_bytes: Self::MAX_BYTES,
        }
    }
}

/// The limits of the connections of one [`Client`](crate::Client).
#[derive(Clone, Copy, Debug)]
pub struct DialConfig {
    /// How long it may take to find the address of a host and to connect to it.
    pub connect_timeout: Duration,
    /// How long TLS may take to agree, once connected.
    pub handshake_timeout: Duration,
    /// How long a connection may rest between two requests. Nobody notices when the machine on the
    /// other side of a resting connection dies, so it must not rest for long. Afterwards it is not
    /// used any more, and closed within the same time again.
    pub idle_timeout: Duration,
    /// How many connections to one host may rest.
    pub max_idle_per_host: usize,
    /// How many bytes the head of an answer may have.
    pub max_head_bytes: usize,
}

impl DialConfig {
    /// Within a region a connection takes milliseconds; one second leaves room for a packet lost.
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
    /// Two more round trips and some arithmetic, on a machine that is busy.
    pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(3);
    /// Less than the shortest of servers' idle timeouts, so that it is mostly we who close.
    pub const IDLE_TIMEOUT: Duration = Duration::from_secs(10);
    /// One for replication and one for the rest.
    pub const MAX_IDLE_PER_HOST: usize = 2;
    /// The heads of known servers have less than 1 KiB.
    pub const MAX_HEAD_BYTES: usize = 64 * 1024;
}

impl Default for DialConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Self::CONNECT_TIMEOUT,
            handshake_timeout: Self::HANDSHAKE_TIMEOUT,
            idle_timeout: Self::IDLE_TIMEOUT,
            max_idle_per_host: Self::MAX_IDLE_PER_HOST,
            max_head_bytes: Self::MAX_HEAD_BYTES,
        }
    }
}
