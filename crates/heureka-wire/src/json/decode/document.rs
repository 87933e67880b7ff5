//! A document: what holds for its bytes, whatever is in it.

use std::marker::PhantomData;

use super::object::{ReadObject, nested};
use super::reader::Reader;
use crate::ReadError;

/// How deep a document may be nested. The protocol needs eight levels; unknown fields may bring more.
pub const MAX_JSON_DEPTH: usize = 64;

/// Reads a document. A byte order mark before it and anything behind it are ignored (`golden/spring` 24-malformed/15
/// and 25).
pub(super) fn read<'de, R: ReadObject<'de>>(
    bytes: &'de [u8],
    reader: R,
) -> Result<R::Value, ReadError> {
    let text = text_of_bounded_depth(bytes)?;
    nested(&mut Reader::new(text), reader)?.ok_or(ReadError::NotAnInstance("null"))
}

/// The text that `bytes` are, where it is nested no deeper than [`MAX_JSON_DEPTH`].
pub(crate) fn text_of_bounded_depth(bytes: &[u8]) -> Result<&str, ReadError> {
    let text = str::from_utf8(bytes).map_err(|error| ReadError::unreadable(error.to_string()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if has_many_brackets(text) {
        check_depth(text)?;
    }
    Ok(text)
}

/// Whether there are enough brackets to be nested too deep, counted fast: a registration has about eight.
fn has_many_brackets(text: &str) -> bool {
    // In pieces of which a byte can hold the count, because then a processor counts sixteen bytes or more at once.
    let pieces = text.as_bytes().chunks(usize::from(u8::MAX));
    let count = |piece: &[u8]| -> u8 {
        let openings = piece.iter().map(|byte| matches!(byte, b'{' | b'['));
        openings.map(u8::from).sum()
    };
    let brackets: usize = pieces.map(|piece| usize::from(count(piece))).sum();
    brackets > MAX_JSON_DEPTH
}

/// Looks at brackets only, up to the end of the document, so that nothing after this can nest without bound: skipping
/// an unknown value would.
fn check_depth(text: &str) -> Result<(), ReadError> {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                if depth > MAX_JSON_DEPTH {
                    return Err(ReadError::TooDeep {
                        limit: MAX_JSON_DEPTH,
                    });
                }
            }
            b'}' | b']' if !in_text => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Ok(());
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// A document of a server: an object with one field that counts.
#[derive(Debug)]
pub(super) struct Document<F, R, V> {
    name: &'static str,
    reader: F,
    value: Option<V>,
    marker: PhantomData<R>,
}

impl<'de, F: Fn() -> R, R: ReadObject<'de>> Document<F, R, R::Value> {
    pub(super) fn new(name: &'static str, reader: F) -> Self {
        Self {
            name,
            reader,
            value: None,
            marker: PhantomData,
        }
    }
}

impl<'de, F: Fn() -> R, R: ReadObject<'de>> ReadObject<'de> for Document<F, R, R::Value> {
    type Value = R::Value;
    const WHAT: &'static str = "a document of a server";

    fn field(&mut self, key: &str, reader: &mut Reader<'de>) -> Result<(), ReadError> {
        if key == self.name {
            self.value = nested(reader, (self.reader)())?;
        } else {
            reader.skip()?;
        }
        Ok(())
    }

    fn finish(self) -> Result<R::Value, String> {
        self.value.ok_or_else(|| format!("no {}", self.name))
    }
}
