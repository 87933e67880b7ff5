//! An answer, taken from however many reads it arrives in.

use anyhow::{Context as _, Result, bail, ensure};

/// A longer head is none that a Eureka server sends.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// A longer line between two chunks is none.
const MAX_CHUNK_LINE_BYTES: usize = 4 * 1024;
const MAX_HEADERS: usize = 64;

/// What is kept of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Answer {
    /// The code of the status line.
    pub(crate) status: u16,
    /// The length of the body as it was sent, without the lines between chunks.
    pub(crate) body_bytes: u64,
}

/// Reads one answer after the other.
#[derive(Debug, Default)]
pub(crate) struct AnswerReader {
    state: State,
    /// The beginning of a head or of a line whose end has not come yet.
    pending: Vec<u8>,
    answer: Answer,
    etag: Option<String>,
    closes: bool,
    /// The body as far as it has come, where somebody wants it.
    body: Option<Vec<u8>>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Head,
    /// A body with a known length, and how much is to come.
    Sized(u64),
    ChunkLength,
    Chunk(u64),
    ChunkEnd,
    Trailers,
    Complete,
}

impl AnswerReader {
    /// Takes what was read. Answers whether the answer is complete.
    pub(crate) fn take(&mut self, mut bytes: &[u8]) -> Result<bool> {
        while !bytes.is_empty() {
            ensure!(
                self.state != State::Complete,
                "bytes after the end of an answer"
            );
            bytes = self.step(bytes)?;
        }
        Ok(self.state == State::Complete)
    }

    /// Gives the complete answer away and begins anew.
    pub(crate) fn finish(&mut self) -> Answer {
        self.state = State::Head;
        std::mem::take(&mut self.answer)
    }

    /// The `ETag` of the answer whose head was read last.
    pub(crate) fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    /// Whether the server closes the connection after this answer.
    pub(crate) fn closes(&self) -> bool {
        self.closes
    }

    /// Keeps the body of the next answer.
    pub(crate) fn keep_body(&mut self) {
        self.body = Some(Vec::new());
    }

    /// The body, if it was to be kept.
    pub(crate) fn take_body(&mut self) -> Option<Vec<u8>> {
        self.body.take()
    }

    fn step<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8]> {
        match self.state {
            State::Head => self.head(bytes),
            State::Sized(left) => Ok(self.body(bytes, left, State::Sized, State::Complete)),
            State::Chunk(left) => Ok(self.body(bytes, left, State::Chunk, State::ChunkEnd)),
            State::ChunkLength | State::ChunkEnd | State::Trailers => self.line(bytes),
            State::Complete => bail!("bytes after the end of an answer"),
        }
    }

    fn body<'a>(
        &mut self,
        bytes: &'a [u8],
        left: u64,
        more: impl Fn(u64) -> State,
        done: State,
    ) -> &'a [u8] {
        let taken = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
        let (body, rest) = bytes.split_at_checked(taken).unwrap_or((bytes, &[]));
        if let Some(kept) = &mut self.body {
            kept.extend_from_slice(body);
        }
        let taken = body.len() as u64;
        self.answer.body_bytes += taken;
        self.state = if taken == left {
            done
        } else {
            more(left - taken)
        };
        rest
    }

    fn head<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8]> {
        let before = self.pending.len();
        if before == 0 {
            // Almost every head comes in one piece, and then nothing is copied.
            if let Some(length) = self.parse_head(bytes)? {
                return Ok(bytes.get(length..).unwrap_or_default());
            }
        }
        self.pending.extend_from_slice(bytes);
        ensure!(self.pending.len() <= MAX_HEAD_BYTES, "a head without end");
        let pending = std::mem::take(&mut self.pending);
        if let Some(length) = self.parse_head(&pending)? {
            return Ok(bytes.get(length - before..).unwrap_or_default());
        }
        self.pending = pending;
        Ok(&[])
    }

    /// The length of the head, if all of it is there.
    fn parse_head(&mut self, bytes: &[u8]) -> Result<Option<usize>> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut head = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(length) = head.parse(bytes).context("a head")? else {
            return Ok(None);
        };
        self.answer.status = head.code.context("no status")?;
        self.etag = None;
        let (mut body_length, mut chunked, mut closes) = (None, false, false);
        for header in head.headers.iter() {
            let value = header.value.trim_ascii();
            if header.name.eq_ignore_ascii_case("content-length") {
                body_length = Some(std::str::from_utf8(value)?.parse()?);
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                chunked = value.eq_ignore_ascii_case(b"chunked");
            } else if header.name.eq_ignore_ascii_case("connection") {
                closes = value.eq_ignore_ascii_case(b"close");
            } else if header.name.eq_ignore_ascii_case("etag") {
                self.etag = Some(String::from_utf8_lossy(value).into_owned());
            }
        }
        self.closes = closes;
        self.state = after_head(self.answer.status, body_length, chunked)?;
        Ok(Some(length))
    }

    /// Takes the bytes up to the end of a line, and the line if that is among them.
    fn line<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8]> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(bytes.len(), |end| end + 1);
        let (line, rest) = bytes.split_at_checked(taken).unwrap_or((bytes, &[]));
        self.pending.extend_from_slice(line);
        ensure!(
            self.pending.len() <= MAX_CHUNK_LINE_BYTES,
            "a line without end between chunks"
        );
        if end.is_some() {
            self.state = after_line(self.state, self.pending.trim_ascii())?;
            self.pending.clear();
        }
        Ok(rest)
    }
}

fn after_head(status: u16, body_length: Option<u64>, chunked: bool) -> Result<State> {
    if matches!(status, 204 | 304) {
        return Ok(State::Complete);
    }
    match (chunked, body_length) {
        (true, _) => Ok(State::ChunkLength),
        (false, Some(0)) => Ok(State::Complete),
        (false, Some(length)) => Ok(State::Sized(length)),
        (false, None) => bail!("an answer {status} with neither length nor chunks"),
    }
}

fn after_line(state: State, line: &[u8]) -> Result<State> {
    if state == State::ChunkLength {
        let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
        let digits = std::str::from_utf8(digits.trim_ascii())?;
        return match u64::from_str_radix(digits, 16).context("the length of a chunk")? {
            0 => Ok(State::Trailers),
            length => Ok(State::Chunk(length)),
        };
    }
    match (state, line.is_empty()) {
        (State::ChunkEnd, true) => Ok(State::ChunkLength),
        (State::ChunkEnd, false) => bail!("a chunk longer than it said"),
        (_, true) => Ok(State::Complete),
        (_, false) => Ok(state),
    }
}

#[cfg(test)]
mod tests;
