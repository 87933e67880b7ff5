//! The pace a connection has to keep, as a state machine that is told the time.

#[cfg(test)]
mod tests;

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
///
/// What is reported between two calls of `due` counts as of the later one: hyper is polled once in
/// between, and the clock need not be read for each step of a request that is answered at once.
#[derive(Debug)]
pub(crate) struct Pace {
    phase: Phase,
    since: Since,
    stall: Option<Stall>,
    /// The begin of an answer that had to wait for its reader and is not all written.
    waiting_answer: Option<Since>,
    line_ends: LineEnds,
    /// Whether part of the latest request's body has not been read.
    body_unread: bool,
}

/// When something began; none where no clock was read since.
type Since = Option<Instant>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Accepted, and no byte has come yet.
    Silent,
    /// A request's first byte has come, the end of its head has not.
    Head,
    /// The service has a request, or its answer is being fetched from it.
    Busy,
    /// Between two requests.
    Idle,
    /// We have said our last word; what the client still sends is thrown away.
    Lingering,
}

/// A write that waits for the client to make room.
#[derive(Clone, Copy, Debug, Default)]
struct Stall {
    since: Since,
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
    /// The client reads, but takes too long over an answer.
    Answer,
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
    pub(crate) fn new() -> Self {
        Self {
            phase: Phase::Silent,
            since: None,
            stall: None,
            waiting_answer: None,
            line_ends: LineEnds::default(),
            body_unread: false,
        }
    }

    /// When the connection is to be ended, and why.
    pub(crate) fn due(
        &mut self,
        limits: &Limits,
        clock: impl FnOnce() -> Instant,
    ) -> Option<(Instant, Overdue)> {
        self.note_time(clock);
        let in_phase = self
            .since
            .and_then(|since| self.due_in_phase(since, limits));
        let answer = self.waiting_answer.flatten();
        let answer = answer.map(|since| (since + limits.answer_deadline, Overdue::Answer));
        let stall = self.stall.and_then(|stall| stall.since);
        let write = stall.map(|since| (since + limits.write_stall, Overdue::Write));
        // While a write is pending, the connection does not rest.
        let earliest = [answer, write.or(in_phase)].into_iter().flatten();
        earliest.min_by_key(|(at, _)| *at)
    }

    fn due_in_phase(&self, since: Instant, limits: &Limits) -> Option<(Instant, Overdue)> {
        match self.phase {
            Phase::Silent => Some((since + limits.header_deadline, Overdue::FirstByte)),
            Phase::Head => Some((since + limits.header_deadline, Overdue::Head)),
            Phase::Busy => None,
            Phase::Idle => Some((since + limits.idle_timeout, Overdue::Idle)),
            Phase::Lingering => Some((since + LINGER, Overdue::Linger)),
        }
    }

    /// Gives the time to what has begun since this was called last.
    fn note_time(&mut self, clock: impl FnOnce() -> Instant) {
        let stall = self.stall.as_mut().map(|stall| &mut stall.since);
        let mut begun = [Some(&mut self.since), stall, self.waiting_answer.as_mut()]
            .into_iter()
            .flatten()
            .filter(|since| since.is_none())
            .peekable();
        if begun.peek().is_some() {
            let now = clock();
            begun.for_each(|since| *since = Some(now));
        }
    }

    /// Bytes came from the client.
    ///
    /// A client that sent the beginning of its next head ahead of an answer is taken for idle until
    /// it sends more of it: hyper does not tell what it holds. That costs no more than an idle
    /// connection does.
    pub(crate) fn received(&mut self, bytes: &[u8]) {
        if let Phase::Silent | Phase::Idle = self.phase {
            self.begin(Phase::Head);
            self.line_ends.begin_head();
        }
        self.line_ends.scan(bytes);
    }

    /// hyper has read the head of a request with a body of so many bytes, or of unknown length; says
    /// whether a bare line feed may have been in the head.
    pub(crate) fn head_complete(&mut self, body_bytes: Option<u64>) -> bool {
        self.begin(Phase::Busy);
        self.body_unread = body_bytes != Some(0);
        // What is left to be written of the answer before has its time anew: it is hyper's by now, and
        // `flushed` will not tell its end from that of the next one.
        if let Some(since) = &mut self.waiting_answer {
            *since = None;
        }
        self.line_ends.head_complete(body_bytes.unwrap_or(0))
    }

    /// Whether the service has not read all of the latest request's body.
    pub(crate) fn is_body_unread(&self) -> bool {
        self.body_unread
    }

    /// The service has read the body to its end.
    pub(crate) fn body_complete(&mut self) {
        self.body_unread = false;
    }

    /// hyper has taken the last of the answer, or has dropped it.
    pub(crate) fn answered(&mut self) {
        self.begin(Phase::Idle);
    }

    /// The client has no room for what is to be written.
    pub(crate) fn write_blocked(&mut self) {
        self.stall.get_or_insert_default();
        self.waiting_answer.get_or_insert_default();
    }

    /// The client has made room for `bytes`.
    pub(crate) fn written(&mut self, bytes: usize) {
        if self.phase == Phase::Idle {
            self.since = None;
        }
        if let Some(stall) = &mut self.stall {
            stall.written_bytes += bytes;
            if stall.written_bytes >= WRITE_PROGRESS_BYTES {
                self.stall = None;
            }
        }
    }

    /// Nothing is left to be written of what hyper has; says whether that was the end of the answer.
    pub(crate) fn flushed(&mut self) -> bool {
        self.stall = None;
        let is_end = self.phase != Phase::Busy;
        if is_end {
            self.waiting_answer = None;
        }
        is_end
    }

    /// Our side of the connection is shut.
    pub(crate) fn shut(&mut self) -> Shut {
        let unread = self.body_unread || self.phase == Phase::Head;
        self.begin(Phase::Lingering);
        self.stall = None;
        self.waiting_answer = None;
        if unread { Shut::Unread } else { Shut::AllRead }
    }

    fn begin(&mut self, phase: Phase) {
        self.phase = phase;
        self.since = None;
    }
}
