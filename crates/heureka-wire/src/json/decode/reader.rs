//! Walks through a document token by token.
//!
//! serde's visitors are told what a number is and not how it was written, so each value would have to be cut out first and then
//! be read; that is more than a quarter of the time of reading a registration. A text in which something is escaped is
//! serde_json's to read.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::ReadError;
use crate::json::special::plain_bytes;

/// What a value is, by its first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    List,
    Null,
    /// A text, a number, true or false.
    Scalar,
}

/// A value that is neither an object nor a list. A number is kept as it is written, because in a place for text its
/// text is what counts: `1.50` stays `1.50`.
#[derive(Debug)]
pub(super) enum Scalar<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    Text(Cow<'a, str>),
}

/// A document that is being walked through (RFC 8259). It does not bound how deep it goes: whoever opens it has.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// What the next value is.
    pub(super) fn kind(&mut self) -> Result<Kind, ReadError> {
        Ok(match self.peek()? {
            b'{' => Kind::Object,
            b'[' => Kind::List,
            b'n' => Kind::Null,
            _ => Kind::Scalar,
        })
    }

    /// Takes an object. `field` has to take exactly one value for each key.
    pub(super) fn object(
        &mut self,
        mut field: impl FnMut(&mut Self, &str) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        self.between(b'{', b'}', |reader| {
            reader.peek()?;
            let key = reader.text()?;
            reader.expect(b':', "a colon")?;
            field(reader, &key)
        })
    }

    /// Takes a list. `element` has to take exactly one value each time.
    pub(super) fn list(
        &mut self,
        element: impl FnMut(&mut Self) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        self.between(b'[', b']', element)
    }

    /// Takes a value that is neither an object nor a list.
    pub(super) fn scalar(&mut self) -> Result<Scalar<'a>, ReadError> {
        match self.peek()? {
            b'"' => self.text().map(Scalar::Text),
            b'-' | b'0'..=b'9' => self.number().map(Scalar::Number),
            b'n' => self.word("null").map(|()| Scalar::Null),
            b't' => self.word("true").map(|()| Scalar::Bool(true)),
            b'f' => self.word("false").map(|()| Scalar::Bool(false)),
            _ => Err(self.expected("a value")),
        }
    }

    /// Takes a value, whatever it is, and nothing from it. A text that no Rust text can be, which is one with half of a
    /// surrogate pair, is nothing to stumble over here.
    pub(super) fn skip(&mut self) -> Result<(), ReadError> {
        match self.peek()? {
            b'{' => self.between(b'{', b'}', |reader| {
                reader.peek()?;
                reader.skip_text()?;
                reader.expect(b':', "a colon")?;
                reader.skip()
            }),
            b'[' => self.list(Self::skip),
            b'"' => self.skip_text(),
            _ => self.scalar().map(|_| ()),
        }
    }

    fn skip_text(&mut self) -> Result<(), ReadError> {
        match self.plain_text() {
            Some(_) => Ok(()),
            None => self.quoted().map(|_| ()),
        }
    }

    /// Takes a value as it is written.
    pub(super) fn raw(&mut self) -> Result<&'a str, ReadError> {
        self.peek()?;
        let start = self.at;
        self.skip()?;
        Ok(self.since(start))
    }

    /// An error at this place.
    pub(super) fn unreadable(&self, reason: impl std::fmt::Display) -> ReadError {
        ReadError::unreadable(format!("{reason} at byte {}", self.at))
    }

    /// Takes what is between two brackets, part by part.
    fn between(
        &mut self,
        opening: u8,
        closing: u8,
        mut part: impl FnMut(&mut Self) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        self.expect(opening, "an object or a list")?;
        if self.peek()? == closing {
            self.at += 1;
            return Ok(());
        }
        loop {
            part(self)?;
            if self.peek()? == closing {
                self.at += 1;
                return Ok(());
            }
            self.expect(b',', "a comma or the end of an object or a list")?;
        }
    }

    /// The first character that is no space, which stays where it is.
    #[inline]
    fn peek(&mut self) -> Result<u8, ReadError> {
        loop {
            match self.byte() {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.at += 1,
                Some(byte) => return Ok(byte),
                None => return Err(self.ends_early()),
            }
        }
    }

    #[inline]
    fn expect(&mut self, byte: u8, what: &str) -> Result<(), ReadError> {
        if self.peek()? != byte {
            return Err(self.expected(what));
        }
        self.at += 1;
        Ok(())
    }

    fn word(&mut self, word: &'static str) -> Result<(), ReadError> {
        if !self.rest().starts_with(word.as_bytes()) {
            return Err(self.expected(word));
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Result<&'a str, ReadError> {
        let start = self.at;
        self.take(b"-");
        if !self.take(b"0") {
            self.digits()?;
        }
        if self.take(b".") {
            self.digits()?;
        }
        if self.take(b"eE") {
            self.take(b"+-");
            self.digits()?;
        }
        Ok(self.since(start))
    }

    fn digits(&mut self) -> Result<(), ReadError> {
        let rest = self.rest();
        let is_other = |byte: &u8| !byte.is_ascii_digit();
        let count = rest.iter().position(is_other).unwrap_or(rest.len());
        if count == 0 {
            return Err(self.expected("a digit"));
        }
        self.at += count;
        Ok(())
    }

    /// Takes the next character where it is one of these.
    fn take(&mut self, bytes: &[u8]) -> bool {
        let is_next = self.byte().is_some_and(|byte| bytes.contains(&byte));
        self.at += usize::from(is_next);
        is_next
    }

    /// Takes a text, which begins here. It is borrowed where nothing in it is escaped.
    fn text(&mut self) -> Result<Cow<'a, str>, ReadError> {
        match self.plain_text() {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => self.escaped_text(),
        }
    }

    /// Takes a text without an escape, without its quotation marks. `None` takes nothing.
    #[inline]
    fn plain_text(&mut self) -> Option<&'a str> {
        let rest = self.rest().strip_prefix(b"\"")?;
        let length = plain_bytes(rest);
        if rest.get(length) != Some(&b'"') {
            return None;
        }
        self.at += 1 + length;
        let text = self.since(self.at - length);
        self.at += 1;
        Some(text)
    }

    #[cold]
    fn escaped_text(&mut self) -> Result<Cow<'a, str>, ReadError> {
        let quoted = self.quoted()?;
        serde_json::from_str(quoted)
            .map(Cow::Owned)
            .map_err(|error| self.unreadable(error))
    }

    /// Takes a text as it is written, with its quotation marks.
    #[cold]
    fn quoted(&mut self) -> Result<&'a str, ReadError> {
        let start = self.at;
        self.expect(b'"', "a text")?;
        loop {
            self.at += plain_bytes(self.rest());
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(_) => return Err(self.unreadable("a control character in a text")),
                None => return Err(self.unreadable("the document ends within a text")),
            }
        }
        self.at += 1;
        Ok(self.since(start))
    }

    fn escape(&mut self) -> Result<(), ReadError> {
        self.at += 1;
        if self.take(b"\"\\/bfnrt") {
            return Ok(());
        }
        let is_code = self.take(b"u") && (0..4).all(|_| self.take(b"0123456789abcdefABCDEF"));
        if is_code {
            Ok(())
        } else {
            Err(self.unreadable("an unknown escape"))
        }
    }

    #[cold]
    fn ends_early(&self) -> ReadError {
        self.unreadable("the document ends too early")
    }

    #[cold]
    fn expected(&self, what: &str) -> ReadError {
        self.unreadable(format_args!("expected {what}"))
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// What was taken from `start` on. Both ends are beside a character of ASCII, so this is whole characters.
    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }
}
