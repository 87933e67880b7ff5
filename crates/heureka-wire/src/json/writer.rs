//! Writes JSON as Jackson does: on one line, with nothing escaped that need not be.

use std::io::Write as _;

use super::special::is_plain;
use crate::fields::PIECE_BYTES;

/// How characters beyond the basic plane are written. Jackson escapes them when it writes to a stream and does not
/// when it writes to a string, which is what listings are made of (`golden/spring` 07-metadata/17 and 58).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Astral {
    Raw,
    Escaped,
}

/// JSON that is being written, or a piece of it. Commas come by themselves.
#[derive(Debug)]
pub(crate) struct Json {
    bytes: Vec<u8>,
    /// Where this piece begins; what stands before it is none of its affair.
    begin: usize,
    astral: Astral,
}

impl Json {
    pub(crate) fn new(astral: Astral) -> Self {
        Self::behind(Vec::with_capacity(PIECE_BYTES), astral)
    }

    /// A piece that is written behind other bytes.
    pub(crate) fn behind(bytes: Vec<u8>, astral: Astral) -> Self {
        Self {
            begin: bytes.len(),
            bytes,
            astral,
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn object(&mut self, fields: impl FnOnce(&mut Self)) {
        self.open_object();
        fields(self);
        self.close_object();
    }

    pub(crate) fn array(&mut self, elements: impl FnOnce(&mut Self)) {
        self.open_array();
        elements(self);
        self.close_array();
    }

    pub(crate) fn open_object(&mut self) {
        self.separate();
        self.bytes.push(b'{');
    }

    pub(crate) fn close_object(&mut self) {
        self.bytes.push(b'}');
    }

    pub(crate) fn open_array(&mut self) {
        self.separate();
        self.bytes.push(b'[');
    }

    pub(crate) fn close_array(&mut self) {
        self.bytes.push(b']');
    }

    /// A key of the protocol's, in which nothing needs an escape.
    pub(crate) fn key(&mut self, key: &'static str) -> &mut Self {
        self.separate();
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(key.as_bytes());
        self.bytes.extend_from_slice(b"\":");
        self
    }

    /// A key that somebody chose.
    pub(crate) fn any_key(&mut self, key: &str) -> &mut Self {
        self.text(key);
        self.bytes.push(b':');
        self
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.separate();
        self.bytes.push(b'"');
        self.escaped(text);
        self.bytes.push(b'"');
    }

    pub(crate) fn number(&mut self, number: impl Into<i64>) {
        self.separate();
        self.digits(number.into());
    }

    /// A number, as a text.
    pub(crate) fn number_text(&mut self, number: i64) {
        self.separate();
        self.bytes.push(b'"');
        self.digits(number);
        self.bytes.push(b'"');
    }

    /// A number in hexadecimal, as a text: readers may lose digits of a number that no float can hold.
    pub(crate) fn hex(&mut self, number: impl Into<u128>) {
        self.separate();
        // Writing to a vector cannot fail.
        let _ = write!(self.bytes, "\"{:x}\"", number.into());
    }

    /// A text, or `null`.
    pub(crate) fn nullable(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.literal("null"),
        }
    }

    pub(crate) fn literal(&mut self, literal: &'static str) {
        self.separate();
        self.bytes.extend_from_slice(literal.as_bytes());
    }

    /// A text field, if there is a text.
    pub(crate) fn text_field(&mut self, key: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.key(key).text(text);
        }
    }

    /// Every value ends in something else than what a value may follow without a comma.
    fn separate(&mut self) {
        let own = self.bytes.get(self.begin..).unwrap_or_default();
        if !matches!(own.last(), None | Some(b'{' | b'[' | b':')) {
            self.bytes.push(b',');
        }
    }

    fn digits(&mut self, number: i64) {
        let mut digits = itoa::Buffer::new();
        self.bytes
            .extend_from_slice(digits.format(number).as_bytes());
    }

    fn escaped(&mut self, text: &str) {
        if is_plain(text) {
            self.bytes.extend_from_slice(text.as_bytes());
            return;
        }
        let mut rest = text;
        while let Some((at, special)) = rest.char_indices().find(|(_, c)| self.is_special(*c)) {
            let (plain, from_special) = rest.split_at(at);
            self.bytes.extend_from_slice(plain.as_bytes());
            self.escape(special);
            rest = from_special.get(special.len_utf8()..).unwrap_or_default();
        }
        self.bytes.extend_from_slice(rest.as_bytes());
    }

    fn is_special(&self, c: char) -> bool {
        matches!(c, '"' | '\\' | '\0'..='\u{1f}')
            || (self.astral == Astral::Escaped && c > '\u{ffff}')
    }

    fn escape(&mut self, special: char) {
        let short = match special {
            '"' => b'"',
            '\\' => b'\\',
            '\u{8}' => b'b',
            '\t' => b't',
            '\n' => b'n',
            '\u{c}' => b'f',
            '\r' => b'r',
            _ => {
                for unit in special.encode_utf16(&mut [0; 2]) {
                    let _ = write!(self.bytes, "\\u{unit:04X}");
                }
                return;
            }
        };
        self.bytes.extend_from_slice(&[b'\\', short]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_as_jackson_does() {
        for (text, raw, escaped) in [
            ("", r#""""#, r#""""#),
            ("a\"b\\c/d", r#""a\"b\\c/d""#, r#""a\"b\\c/d""#),
            (
                "\u{8}\t\n\u{c}\r\0\u{1b}\u{7f}",
                "\"\\b\\t\\n\\f\\r\\u0000\\u001B\u{7f}\"",
                "\"\\b\\t\\n\\f\\r\\u0000\\u001B\u{7f}\"",
            ),
            ("grüße 😀 ✓", "\"grüße 😀 ✓\"", "\"grüße \\uD83D\\uDE00 ✓\""),
        ] {
            for (astral, expected) in [(Astral::Raw, raw), (Astral::Escaped, escaped)] {
                let mut json = Json::new(astral);
                json.text(text);
                assert_eq!(String::from_utf8(json.finish()).unwrap(), expected);
            }
        }
    }
}
