//! Walks through a document element by element, within limits.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};

use super::chars::is_legal;
use crate::ReadError;

/// How deep a document may be nested (faults-and-attacks.md S03). The protocol needs six levels.
pub const MAX_XML_DEPTH: usize = 16;
/// How many attributes an element may have (faults-and-attacks.md S03). The protocol knows one.
pub const MAX_XML_ATTRIBUTES: usize = 32;
/// How many elements a document about one instance may have (faults-and-attacks.md S03).
pub const MAX_XML_ELEMENTS: usize = 4096;

/// A document that is being walked through. There is always one open element: the root first.
///
/// Nothing is ever looked up: a document type is refused, and of entities only the five of XML itself are known.
pub(super) struct Elements<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
    elements: usize,
    max_elements: usize,
}

impl<'a> Elements<'a> {
    /// Goes to the root of a document.
    pub(super) fn open(bytes: &'a [u8], max_elements: usize) -> Result<(Self, Tag<'a>), ReadError> {
        let text =
            str::from_utf8(bytes).map_err(|error| ReadError::unreadable(error.to_string()))?;
        let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
        reader.config_mut().expand_empty_elements = true;
        reader.config_mut().check_comments = true;
        let mut elements = Self {
            reader,
            depth: 0,
            elements: 0,
            max_elements,
        };
        loop {
            match elements.event()? {
                Event::Decl(declaration) => check_encoding(&declaration, text)?,
                Event::Start(start) => {
                    let root = elements.enter(start)?;
                    return Ok((elements, root));
                }
                Event::Comment(_) | Event::PI(_) => {}
                Event::Text(text) if text.trim_ascii().is_empty() => {}
                Event::DocType(_) => {
                    return Err(elements.unreadable("document type declarations are not accepted"));
                }
                Event::Text(_)
                | Event::CData(_)
                | Event::GeneralRef(_)
                | Event::End(_)
                | Event::Empty(_)
                | Event::Eof => {
                    return Err(elements.unreadable("no root element"));
                }
            }
        }
    }

    /// Makes sure that nothing but comments and space follows the root.
    pub(super) fn finish(mut self) -> Result<(), ReadError> {
        loop {
            match self.event()? {
                Event::Eof => return Ok(()),
                Event::Comment(_) | Event::PI(_) => {}
                Event::Text(text) if text.trim_ascii().is_empty() => {}
                Event::Text(_)
                | Event::CData(_)
                | Event::GeneralRef(_)
                | Event::DocType(_)
                | Event::Decl(_)
                | Event::Start(_)
                | Event::End(_)
                | Event::Empty(_) => {
                    return Err(self.unreadable("something follows the root element"));
                }
            }
        }
    }

    /// Goes to the next child of the open element, which is then the open one. `None` closes the element. Text between
    /// children is skipped.
    pub(super) fn next_child(&mut self) -> Result<Option<Tag<'a>>, ReadError> {
        loop {
            match self.content()? {
                Content::Child(tag) => return Ok(Some(tag)),
                Content::Text(_) => {}
                Content::End => return Ok(None),
            }
        }
    }

    /// The text of the open element, which it closes. Children are skipped, as in Java (`golden/spring` 07-metadata/56).
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>, ReadError> {
        let mut text = Cow::Borrowed("");
        loop {
            match self.content()? {
                Content::Child(_) => self.skip()?,
                Content::Text(more) if text.is_empty() => text = more,
                Content::Text(more) => text.to_mut().push_str(&more),
                Content::End => return Ok(text),
            }
        }
    }

    /// Closes the open element, whatever is in it.
    pub(super) fn skip(&mut self) -> Result<(), ReadError> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.content()?;
        }
        Ok(())
    }

    /// An error at this place.
    pub(super) fn unreadable(&self, reason: impl std::fmt::Display) -> ReadError {
        ReadError::unreadable(format!(
            "{reason} at byte {}",
            self.reader.buffer_position()
        ))
    }

    fn content(&mut self) -> Result<Content<'a>, ReadError> {
        loop {
            return Ok(match self.event()? {
                Event::Start(start) => Content::Child(self.enter(start)?),
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Content::End
                }
                Event::Text(text) => Content::Text(self.legal(text.xml10_content())?),
                Event::CData(text) => Content::Text(self.legal(text.xml10_content())?),
                Event::GeneralRef(reference) => {
                    Content::Text(Cow::Owned(self.resolve(&reference)?.to_string()))
                }
                Event::Comment(_) | Event::PI(_) => continue,
                Event::Eof => return Err(self.unreadable("the document ends too early")),
                Event::DocType(_) | Event::Decl(_) | Event::Empty(_) => {
                    return Err(self.unreadable("a declaration inside the document"));
                }
            });
        }
    }

    fn event(&mut self) -> Result<Event<'a>, ReadError> {
        self.reader
            .read_event()
            .map_err(|error| self.unreadable(error))
    }

    fn enter(&mut self, start: BytesStart<'a>) -> Result<Tag<'a>, ReadError> {
        self.depth += 1;
        if self.depth > MAX_XML_DEPTH {
            return Err(ReadError::TooDeep {
                limit: MAX_XML_DEPTH,
            });
        }
        self.elements += 1;
        if self.elements > self.max_elements {
            return Err(ReadError::TooLarge {
                what: "elements",
                limit: self.max_elements,
            });
        }
        let mut enabled = None;
        // The check for repeated attributes compares each with each, so they are counted before they are looked at.
        for (index, attribute) in start.attributes().enumerate() {
            if index == MAX_XML_ATTRIBUTES {
                return Err(ReadError::TooLarge {
                    what: "attributes",
                    limit: MAX_XML_ATTRIBUTES,
                });
            }
            let attribute = attribute.map_err(|error| self.unreadable(error))?;
            if attribute.key.as_ref() == "enabled" {
                enabled = Some(attribute.value.as_ref().to_owned());
            }
        }
        Ok(Tag { start, enabled })
    }

    fn legal(&self, text: Cow<'a, str>) -> Result<Cow<'a, str>, ReadError> {
        match text.chars().find(|c| !is_legal(*c)) {
            Some(c) => Err(self.unreadable(format!("the character {c:?}"))),
            None => Ok(text),
        }
    }

    /// No entity is looked up anywhere (faults-and-attacks.md S02).
    fn resolve(&self, reference: &BytesRef<'_>) -> Result<char, ReadError> {
        if let Some(c) = reference
            .resolve_char_ref()
            .map_err(|error| self.unreadable(error))?
        {
            return if is_legal(c) {
                Ok(c)
            } else {
                Err(self.unreadable("an illegal reference"))
            };
        }
        Ok(match &**reference {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => return Err(self.unreadable("an unknown entity")),
        })
    }
}

/// Bodies are UTF-8. The two other names are taken where they make no difference.
fn check_encoding(declaration: &BytesDecl<'_>, text: &str) -> Result<(), ReadError> {
    let encoding = match declaration.encoding() {
        None => return Ok(()),
        Some(encoding) => encoding.map_err(|error| ReadError::unreadable(error.to_string()))?,
    };
    let fits = match encoding.to_ascii_lowercase().as_str() {
        "utf-8" => true,
        "us-ascii" | "iso-8859-1" => text.is_ascii(),
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        Err(ReadError::unreadable(format!("the encoding {encoding}")))
    }
}

enum Content<'a> {
    Child(Tag<'a>),
    Text(Cow<'a, str>),
    End,
}

/// The beginning of an element.
#[derive(Debug)]
pub(super) struct Tag<'a> {
    start: BytesStart<'a>,
    enabled: Option<String>,
}

impl Tag<'_> {
    /// Its name.
    pub(super) fn name(&self) -> &str {
        self.start.name().into_inner()
    }

    /// The one attribute that the protocol reads: whether a port is in use.
    pub(super) fn enabled(&self) -> Option<&str> {
        self.enabled.as_deref()
    }
}
