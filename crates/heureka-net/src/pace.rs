//! The pace a connection has to keep, as a state machine that is told the time.

use std::time::Duration;

use tokio::time::Instant;

use crate::{Limits, line_ends::LineEnds};

/// How much of an answer a client has to take within [`Limits::write_stall`]. It is more than a
/// byte, for otherwise a client that reads a byte at a time keeps a whole listing in memory.
const WRITE_PROGRESS_BYTES: usize = 16 * 1024;

/// How long a client that was still sending may go on until the socket is closed.
pub(crate) const LINGER: Duration = Duration::from_secs(2);

/// What one connection is doing and until when it may go on.
///
/// `received`, `written`, `write_blocked`, `flushed` and `shut` report what the socket did;
/// `head_complete`, `body_complete` and `answered` report what hyper did. After any of them,
/// [`Pace::due`] says when the connection is to be ended unless more is reported.
#[derive(Debug)]
pub(crate) struct Pace {
    phase: Phase,
    stall: Option<Stall>,
    line_ends: LineEnds,
    /// Whether part of the latest request's body has not been read.
    body_unread: bool,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Accepted, and no byte has come yet.
    Silent { since: Instant },
    /// A request's first byte has come, the end of its head has not.
    Head { since: Instant },
    /// The service has a request, or its answer is being fetched from it.
    Busy,
    /// Between two requests.
    Idle { since: Instant },
    /// We have said our last word; what the client still sends is thrown away.
    Lingering { since: Instant },
}

/// A write that waits for the client to make room.
#[derive(Clone, Copy, Debug)]
struct Stall {
    since: Instant,
    written_bytes: usize,
}

/// Why a connection has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overdue {
    /// Not a single byte came.
    FirstByte,
    /// A head did not end.
    Head,
    /// No further request came.
    Idle,
    /// The client does not read.
    Write,
    /// The client does not stop sending.
    Linger,
}

/// Whether the client is still sending when we have said our last word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shut {
    /// Everything was read: the socket can be closed.
    AllRead,
    /// Something was not read: closing now would reset the connection and lose the answer.
    Unread,
}

impl Pace {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            phase: Phase::Silent { since: now },
            stall: None,
            line_ends: LineEnds::default(),
            body_unread: false,
        }
    }

    /// When the connection is to be ended, and why.
    pub(crate) fn due(&self, limits: &Limits) -> Option<(Instant, Overdue)> {
        if let Some(Stall { since, .. }) = self.stall {
            return Some((since + limits.write_stall, Overdue::Write));
        }
        match self.phase {
            Phase::Silent { since } => Some((since + limits.header_deadline, Overdue::FirstByte)),
            Phase::Head { since } => Some((since + limits.header_deadline, Overdue::Head)),
            Phase::Busy => None,
            Phase::Idle { since } => Some((since + limits.idle_timeout, Overdue::Idle)),
            Phase::Lingering { since } => Some((since + LINGER, Overdue::Linger)),
        }
    }

    /// Bytes came from the client.
    ///
    /// A client that sent the beginning of its next head ahead of an answer is taken for idle until
    /// it sends more of it: hyper does not tell what it holds. That costs no more than an idle
    /// connection does.
    pub(crate) fn received(&mut self, now: Instant, bytes: &[u8]) {
        if let Phase::Silent { .. } | Phase::Idle { .. } = self.phase {
            self.phase = Phase::Head { since: now };
            self.line_ends.begin_head();
        }
        self.line_ends.scan(bytes);
    }

    /// hyper has read a head; says whether a bare line feed may have been in it.
    pub(crate) fn head_complete(&mut self, has_body: bool) -> bool {
        self.phase = Phase::Busy;
        self.body_unread = has_body;
        self.line_ends.head_complete()
    }

    /// The service has read the body to its end.
    pub(crate) fn body_complete(&mut self) {
        self.body_unread = false;
    }

    /// hyper has taken the last of the answer, or has dropped it.
    pub(crate) fn answered(&mut self, now: Instant) {
        self.phase = Phase::Idle { since: now };
    }

    /// The client has no room for what is to be written.
    pub(crate) fn write_blocked(&mut self, now: Instant) {
        self.stall.get_or_insert(Stall {
            since: now,
            written_bytes: 0,
        });
    }

    /// The client has made room for `bytes`.
    pub(crate) fn written(&mut self, now: Instant, bytes: usize) {
        if let Phase::Idle { since } = &mut self.phase {
            *since = now;
        }
        if let Some(stall) = &mut self.stall {
            stall.written_bytes += bytes;
            if stall.written_bytes >= WRITE_PROGRESS_BYTES {
                self.stall = None;
            }
        }
    }

    /// Nothing is left to be written.
    pub(crate) fn flushed(&mut self) {
        self.stall = None;
    }

    /// Our side of the connection is shut.
    pub(crate) fn shut(&mut self, now: Instant) -> Shut {
        let unread = self.body_unread || matches!(self.phase, Phase::Head { .. });
        self.phase = Phase::Lingering { since: now };
        self.stall = None;
        if unread { Shut::Unread } else { Shut::AllRead }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{LINGER, Overdue, Pace, Shut, WRITE_PROGRESS_BYTES};
    use crate::Limits;

    const HEAD: &[u8] = b"GET / HTTP/1.1\r\n\r\n";

    /// A connection accepted at second 0 and the seconds since.
    struct Clocked {
        pace: Pace,
        start: Instant,
    }

    impl Clocked {
        fn new() -> Self {
            let start = Instant::now();
            Self {
                pace: Pace::new(start),
                start,
            }
        }

        fn at(&self, seconds: u64) -> Instant {
            self.start + Duration::from_secs(seconds)
        }

        #[track_caller]
        fn expect_due(&self, seconds: u64, overdue: Overdue) {
            assert_eq!(
                self.pace.due(&Limits::default()),
                Some((self.at(seconds), overdue))
            );
        }

        /// A request that came and was answered at second `seconds`.
        fn exchange(&mut self, seconds: u64) {
            let now = self.at(seconds);
            self.pace.received(now, HEAD);
            assert!(!self.pace.head_complete(false));
            assert_eq!(self.pace.due(&Limits::default()), None);
            self.pace.answered(now);
        }
    }

    #[test]
    fn a_head_has_its_time_from_the_first_byte_on() {
        let mut connection = Clocked::new();
        connection.expect_due(10, Overdue::FirstByte);
        connection.pace.received(connection.at(7), b"G");
        connection.expect_due(17, Overdue::Head);
        connection.pace.received(connection.at(16), b"ET");
        connection.expect_due(17, Overdue::Head);
    }

    #[test]
    fn a_connection_may_rest_between_requests() {
        let mut connection = Clocked::new();
        connection.exchange(1);
        connection.expect_due(76, Overdue::Idle);
        connection.exchange(31);
        connection.expect_due(106, Overdue::Idle);
        connection.pace.received(connection.at(61), b"G");
        connection.expect_due(71, Overdue::Head);
    }

    #[test]
    fn a_pending_write_needs_more_than_single_bytes() {
        let mut connection = Clocked::new();
        connection.exchange(1);
        connection.pace.write_blocked(connection.at(2));
        connection
            .pace
            .written(connection.at(16), WRITE_PROGRESS_BYTES - 1);
        connection.pace.write_blocked(connection.at(16));
        connection.expect_due(17, Overdue::Write);
        connection.pace.written(connection.at(16), 1);
        connection.pace.write_blocked(connection.at(16));
        connection.expect_due(31, Overdue::Write);
        connection.pace.written(connection.at(20), 1);
        connection.pace.flushed();
        connection.expect_due(95, Overdue::Idle);
    }

    #[test]
    fn a_client_that_is_still_sending_is_listened_to_for_a_moment() {
        #[track_caller]
        fn check(prepare: fn(&mut Pace, Instant), expected: Shut) {
            let mut connection = Clocked::new();
            prepare(&mut connection.pace, connection.start);
            assert_eq!(connection.pace.shut(connection.at(3)), expected);
            connection.expect_due(3 + LINGER.as_secs(), Overdue::Linger);
        }
        fn begin_post(pace: &mut Pace, now: Instant) {
            pace.received(now, b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n");
            pace.head_complete(true);
        }
        check(|pace, now| pace.received(now, b"GET"), Shut::Unread);
        check(
            |pace, now| {
                begin_post(pace, now);
                pace.answered(now);
            },
            Shut::Unread,
        );
        check(
            |pace, now| {
                begin_post(pace, now);
                pace.body_complete();
                pace.answered(now);
            },
            Shut::AllRead,
        );
        check(|_, _| {}, Shut::AllRead);
    }
}
