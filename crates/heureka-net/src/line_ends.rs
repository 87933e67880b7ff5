//! Watches how the lines of request heads end.

use memchr::memchr_iter;

/// Finds bare line feeds, which hyper takes for line ends and strict parsers do not.
///
/// Two parsers that disagree about where a header ends can be made to disagree about where a
/// request ends, so a head with a bare line feed is refused. The end of a head is known from the
/// bytes alone. Heads that a client sent ahead of an answer (pipelining) are not told apart from
/// bodies here; for these, a bare line feed anywhere since the last head that was seen counts.
#[derive(Debug, Default)]
pub(crate) struct LineEnds {
    place: Place,
    /// The last byte of the last piece.
    last: u8,
    /// How many bytes the unfinished line has.
    line_bytes: usize,
    /// Whether the head has begun; empty lines in front of it do not end it.
    in_lines: bool,
    bare_in_head: bool,
    bare_behind_head: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// In a body, or in requests that were sent ahead.
    #[default]
    Elsewhere,
    /// In the head of a request.
    Head,
    /// Behind the head of a request that hyper has not reported yet.
    BehindHead,
}

impl LineEnds {
    /// The next byte is the first one of a request.
    pub(crate) fn begin_head(&mut self) {
        *self = Self {
            place: Place::Head,
            last: self.last,
            ..Self::default()
        };
    }

    /// Takes the next bytes of the connection.
    pub(crate) fn scan(&mut self, bytes: &[u8]) {
        if self.place == Place::Head && is_clean_head(bytes) {
            self.place = Place::BehindHead;
        } else if self.place == Place::Head {
            self.scan_head(bytes);
        } else {
            self.scan_behind(bytes);
        }
        if let Some(last) = bytes.last() {
            self.last = *last;
        }
    }

    /// hyper reports a request; says whether its head may have had a bare line feed.
    pub(crate) fn head_complete(&mut self) -> bool {
        match std::mem::take(&mut self.place) {
            Place::Head | Place::BehindHead => self.bare_in_head,
            Place::Elsewhere => self.bare_behind_head,
        }
    }

    fn scan_head(&mut self, bytes: &[u8]) {
        let mut line_start = 0;
        for at in memchr_iter(b'\n', bytes) {
            let bare = self.before(bytes, at) != b'\r';
            self.bare_in_head |= bare;
            let line_bytes = self.line_bytes + at - line_start;
            let text_bytes = line_bytes.saturating_sub(usize::from(!bare));
            self.line_bytes = 0;
            line_start = at + 1;
            if text_bytes == 0 && self.in_lines {
                self.place = Place::BehindHead;
                self.last = b'\n';
                self.scan_behind(bytes.get(line_start..).unwrap_or_default());
                return;
            }
            self.in_lines |= text_bytes > 0;
        }
        self.line_bytes += bytes.len() - line_start;
    }

    fn scan_behind(&mut self, bytes: &[u8]) {
        self.bare_behind_head = self.bare_behind_head
            || memchr_iter(b'\n', bytes).any(|at| self.before(bytes, at) != b'\r');
    }

    fn before(&self, bytes: &[u8], at: usize) -> u8 {
        at.checked_sub(1)
            .and_then(|before| bytes.get(before))
            .copied()
            .unwrap_or(self.last)
    }
}

/// Whether these bytes begin with a line of a head, end with the end of one, and have no bare line
/// feed anywhere. Nearly every head comes like this, and so is looked at in one sweep.
fn is_clean_head(bytes: &[u8]) -> bool {
    let begins_in_a_line = !matches!(bytes.first(), None | Some(b'\r' | b'\n'));
    begins_in_a_line && bytes.ends_with(b"\r\n\r\n") && !has_bare_line_feed(bytes)
}

/// Says nothing of the first byte, before which there may be a carriage return.
fn has_bare_line_feed(bytes: &[u8]) -> bool {
    let behind = bytes.get(1..).unwrap_or_default();
    // Without a way out the compiler compares many bytes at a time.
    let bare = |(before, byte): (&u8, &u8)| (*byte == b'\n') & (*before != b'\r');
    bytes
        .iter()
        .zip(behind)
        .fold(false, |any, pair| any | bare(pair))
}

#[cfg(test)]
mod tests {
    use super::LineEnds;

    /// Feeds `pieces` from the beginning of a head on.
    fn bare(pieces: &[&str]) -> bool {
        let mut line_ends = LineEnds::default();
        line_ends.begin_head();
        for piece in pieces {
            line_ends.scan(piece.as_bytes());
        }
        line_ends.head_complete()
    }

    #[test]
    fn heads_are_judged_by_their_line_ends() {
        for (pieces, expected) in [
            (&["GET / HTTP/1.1\r\nHost: a\r\n\r\n"][..], false),
            (&["\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"], false),
            (&["GET / HTTP/1.1\r", "\nHost: a\r\n\r", "\n"], false),
            (&["POST / HTTP/1.1\r\nHost: a\r\n\r\n{\n}\n"], false),
            (&["POST / HTTP/1.1\r\nHost: a\r\n\r\n", "{\n}\n"], false),
            (&["GET / HTTP/1.1\nHost: a\r\n\r\n"], true),
            (&["GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"], true),
            (&["GET / HTTP/1.1\r\nHost: a\r\n\n"], true),
            (&["GET / HTTP/1.1\nHost: a\r\n\r\n", "\r\n\r\n"], true),
            (&["\nHost: a\r\n\r\n"], true),
            (&["GET / HTTP/1.1\n", "Host: a\r\n\r\n"], true),
            (&["GET / HTTP/1.1\r\nHo", "st: a\r\n\r\n"], false),
            (&["GET / HTTP/1.1\r\nHost: a\n", "\n"], true),
            (&["GET / HTTP/1.1", "\nHost: a\r\n\r\n"], true),
            (&["\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"], true),
        ] {
            assert_eq!(bare(pieces), expected, "{pieces:?}");
        }
    }

    #[test]
    fn a_head_sent_ahead_is_judged_by_all_that_came_with_it() {
        for (behind, expected) in [
            ("GET / HTTP/1.1\r\n\r\n", false),
            ("GET / HTTP/1.1\nHost: a\r\n\r\n", true),
        ] {
            let mut line_ends = LineEnds::default();
            line_ends.begin_head();
            line_ends.scan(format!("GET / HTTP/1.1\r\n\r\n{behind}").as_bytes());
            assert!(!line_ends.head_complete());
            assert_eq!(line_ends.head_complete(), expected, "{behind:?}");
        }
    }
}
