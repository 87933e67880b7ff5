//! Watches how the lines of request heads end.

use memchr::{memchr_iter, memrchr_iter};

/// Finds bare line feeds, which hyper takes for line ends and strict parsers do not.
///
/// Two parsers that disagree about where a header ends can be made to disagree about where a
/// request ends, so a head with a bare line feed is refused. The end of a head is known from the
/// bytes alone, the end of its body from its length, which hyper tells. What a client sends ahead of
/// an answer (pipelining) comes behind that, perhaps with the rest of the head after the answer; in
/// which of it bodies are is not known here, so there a bare line feed anywhere counts.
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
    /// How many bytes came behind the last head that was seen.
    behind_bytes: u64,
    /// How many of these are its body.
    body_bytes: u64,
    /// How many of these are in front of the last bare line feed among them.
    bare_behind: Option<u64>,
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
    /// The next byte is the first one of a request, of which some may have been sent ahead.
    pub(crate) fn begin_head(&mut self) {
        *self = Self {
            place: Place::Head,
            last: self.last,
            bare_in_head: self.is_bare_ahead(),
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

    /// hyper reports a request with a body of so many bytes; says whether its head may have had a
    /// bare line feed.
    pub(crate) fn head_complete(&mut self, body_bytes: u64) -> bool {
        match std::mem::take(&mut self.place) {
            Place::BehindHead => {
                self.body_bytes = body_bytes;
                self.bare_in_head
            }
            // It began in what was sent ahead, and where it ended was not seen.
            Place::Head => self.bare_in_head,
            Place::Elsewhere => self.is_bare_ahead(),
        }
    }

    /// Whether a bare line feed came behind the body of the last head that was seen.
    fn is_bare_ahead(&self) -> bool {
        self.bare_behind.is_some_and(|at| at >= self.body_bytes)
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
        let bare = memrchr_iter(b'\n', bytes).find(|at| self.before(bytes, *at) != b'\r');
        if let Some(at) = bare {
            self.bare_behind = Some(self.behind_bytes + at as u64);
        }
        self.behind_bytes += bytes.len() as u64;
    }

    fn before(&self, bytes: &[u8], at: usize) -> u8 {
        at.checked_sub(1)
            .and_then(|before| bytes.get(before))
            .copied()
            .unwrap_or(self.last)
    }
}

/// Whether these bytes begin with a line of a head, end with its end and nothing behind it, and have
/// no bare line feed anywhere. Nearly every head comes like this, and so is looked at in one sweep.
fn is_clean_head(bytes: &[u8]) -> bool {
    let begins_in_a_line = !matches!(bytes.first(), None | Some(b'\r' | b'\n'));
    let lines = bytes.strip_suffix(b"\r\n");
    let lines = lines.filter(|lines| begins_in_a_line && lines.ends_with(b"\r\n"));
    lines.is_some_and(|lines| !has_other_line_end(lines))
}

/// Whether a line feed is bare, or an empty line begins. Says nothing of the first byte, before which
/// there may be a carriage return.
fn has_other_line_end(lines: &[u8]) -> bool {
    let behind = lines.get(1..).unwrap_or_default();
    // Without a way out the compiler compares many bytes at a time.
    let other = |(before, byte): (&u8, &u8)| {
        ((*byte == b'\n') & (*before != b'\r')) | ((*byte == b'\r') & (*before == b'\n'))
    };
    lines
        .iter()
        .zip(behind)
        .fold(false, |any, pair| any | other(pair))
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
        line_ends.head_complete(0)
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
    fn a_head_sent_ahead_is_judged_by_all_that_came_behind_the_body() {
        let clean = "GET / HTTP/1.1\r\n\r\n";
        for (body, ahead, expected) in [
            ("", clean, false),
            ("", "GET / HTTP/1.1\nHost: a\r\n\r\n", true),
            ("{\n}\n", clean, false),
            ("{\n}\r\n\r\n", clean, false),
            ("{\n}\n", "\r\n\r\nGET / HTTP/1.1\nHost: a\r\n\r\n", true),
            ("\r\n\r\n", "G\nT / HTTP/1.1\r\n\r\n", true),
        ] {
            let request = format!("POST / HTTP/1.1\r\n\r\n{body}");
            // In one piece, with the body in a piece of its own, and with that and what is ahead in one.
            for split in [0, request.len(), request.len() - body.len()] {
                let all = format!("{request}{ahead}");
                let (first, rest) = all.split_at(split);
                let mut line_ends = LineEnds::default();
                line_ends.begin_head();
                line_ends.scan(first.as_bytes());
                line_ends.scan(rest.as_bytes());
                assert!(!line_ends.head_complete(body.len() as u64));
                let is_bare = line_ends.head_complete(0);
                assert_eq!(is_bare, expected, "{body:?} {ahead:?} {split}");
            }
        }
    }

    #[test]
    fn a_head_of_which_a_part_was_sent_ahead_is_judged_by_both_parts() {
        for (ahead, rest, expected) in [
            ("GET / HTTP/1.1\nHost: a", "\r\n\r\n", true),
            ("GET / HTTP/1.1\r\nHost: a", "\nX: b\r\n\r\n", true),
            ("\r\n", "\r\nGET / HTTP/1.1\nHost: a\r\n\r\n", true),
            ("GET / HTTP/1.1\r\nHost: a", "\r\n\r\n", false),
            ("GET / HTTP/1.1\r\nHost: a\r", "\n\r\n", false),
            ("", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", false),
        ] {
            let mut line_ends = LineEnds::default();
            line_ends.begin_head();
            line_ends.scan(b"POST / HTTP/1.1\r\n\r\n");
            assert!(!line_ends.head_complete(4));
            line_ends.scan(format!("{{\n}}\n{ahead}").as_bytes());
            line_ends.begin_head();
            line_ends.scan(rest.as_bytes());
            assert_eq!(line_ends.head_complete(0), expected, "{ahead:?} {rest:?}");
        }
    }
}
