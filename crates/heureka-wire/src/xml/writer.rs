//! Writes XML as XStream's pretty printer does, or on one line as Jackson does.

use std::io::Write as _;

use super::chars::is_legal;
use crate::Detail;
use crate::fields::PIECE_BYTES;

/// XML that is being written. It is well-formed if every element that is opened is closed.
#[derive(Debug)]
pub(super) struct Xml {
    bytes: Vec<u8>,
    detail: Detail,
    depth: usize,
}

impl Xml {
    /// A document, or a piece of one that begins inside `depth` elements.
    pub(super) fn new(detail: Detail, depth: usize) -> Self {
        Self::behind(Vec::with_capacity(PIECE_BYTES), detail, depth)
    }

    /// A piece that is written behind other bytes.
    pub(super) fn behind(bytes: Vec<u8>, detail: Detail, depth: usize) -> Self {
        Self {
            bytes,
            detail,
            depth,
        }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// An element with elements in it.
    pub(super) fn element(
        &mut self,
        name: &str,
        attribute: Option<Attribute>,
        content: impl FnOnce(&mut Self),
    ) {
        self.open(name, attribute);
        content(self);
        self.close(name);
    }

    pub(super) fn open(&mut self, name: &str, attribute: Option<Attribute>) {
        self.tag(name, attribute);
        self.depth += 1;
    }

    pub(super) fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.new_line();
        self.end(name);
    }

    /// An element with a text in it, which may be empty.
    pub(super) fn leaf(&mut self, name: &str, text: &str) {
        self.leaf_with(name, None, text);
    }

    pub(super) fn leaf_with(&mut self, name: &str, attribute: Option<Attribute>, text: &str) {
        self.tag(name, attribute);
        self.text(text);
        self.end(name);
    }

    /// An element with a number in it.
    pub(super) fn number(&mut self, name: &str, number: i64) {
        self.tag(name, None);
        self.push(itoa::Buffer::new().format(number));
        self.end(name);
    }

    /// A text element, if there is a text.
    pub(super) fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.leaf(name, text);
        }
    }

    /// An element with nothing in it.
    pub(super) fn empty(&mut self, name: &str, attribute: Option<Attribute>) {
        self.tag(name, attribute);
        self.bytes.pop();
        self.push("/>");
    }

    fn tag(&mut self, name: &str, attribute: Option<Attribute>) {
        if self.depth > 0 {
            self.new_line();
        }
        self.push("<");
        self.push(name);
        if let Some((key, value)) = attribute {
            // Attributes are the protocol's own words: nothing in them needs an escape.
            let _ = write!(self.bytes, " {key}=\"{value}\"");
        }
        self.push(">");
    }

    fn end(&mut self, name: &str) {
        self.push("</");
        self.push(name);
        self.push(">");
    }

    fn new_line(&mut self) {
        if self.detail == Detail::Full {
            self.push("\n");
            (0..self.depth).for_each(|_| self.push("  "));
        }
    }

    fn text(&mut self, text: &str) {
        if has_nothing_special(text) {
            self.push(text);
            return;
        }
        let mut rest = text;
        while let Some((at, special)) = rest.char_indices().find(|(_, c)| self.is_special(*c)) {
            let (plain, from_special) = rest.split_at(at);
            self.push(plain);
            self.escape(special);
            rest = from_special.get(special.len_utf8()..).unwrap_or_default();
        }
        self.push(rest);
    }

    /// Jackson leaves quotes alone.
    fn is_special(&self, c: char) -> bool {
        match c {
            '&' | '<' | '>' => true,
            '"' | '\'' => self.detail == Detail::Full,
            '\t' | '\n' => false,
            _ => c.is_control() || !is_legal(c),
        }
    }

    fn escape(&mut self, special: char) {
        match special {
            '&' => self.push("&amp;"),
            '<' => self.push("&lt;"),
            '>' => self.push("&gt;"),
            '"' => self.push("&quot;"),
            '\'' => self.push("&apos;"),
            _ if is_legal(special) => {
                let _ = write!(self.bytes, "&#x{:x};", u32::from(special));
            }
            // Java writes a reference that no reader takes, or fails. Nothing that is stored holds such a character.
            _ => self.push("\u{fffd}"),
        }
    }

    fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }
}

/// Whether a look at the bytes is enough to say that nothing has to be escaped, as in nearly all texts. All bytes are
/// looked at, because many are looked at together where none ends the search.
fn has_nothing_special(text: &str) -> bool {
    let is_plain = |byte: u8| {
        (b' '..0x7f).contains(&byte) && !matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'')
    };
    text.bytes().fold(true, |all, byte| all & is_plain(byte))
}

/// A key and a value.
pub(super) type Attribute = (&'static str, &'static str);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_as_recorded() {
        let text = "v<>&\"'\r\n\tx]]>\u{85}\u{7f}\u{2028}😀\u{1}\u{ffff}";
        for (detail, expected) in [
            (
                Detail::Full,
                "<a>v&lt;&gt;&amp;&quot;&apos;&#xd;\n\tx]]&gt;&#x85;&#x7f;\u{2028}😀\u{fffd}\u{fffd}</a>",
            ),
            (
                Detail::Compact,
                "<a>v&lt;&gt;&amp;\"'&#xd;\n\tx]]&gt;&#x85;&#x7f;\u{2028}😀\u{fffd}\u{fffd}</a>",
            ),
        ] {
            let mut xml = Xml::new(detail, 0);
            xml.leaf("a", text);
            assert_eq!(String::from_utf8(xml.finish()).unwrap(), expected);
        }
    }

    #[test]
    fn elements_are_indented_where_xml_is_full() {
        for (detail, expected) in [
            (
                Detail::Full,
                "<a>\n  <b c=\"d\">\n    <e></e>\n  </b>\n  <f g=\"h\"/>\n</a>",
            ),
            (Detail::Compact, "<a><b c=\"d\"><e></e></b><f g=\"h\"/></a>"),
        ] {
            let mut xml = Xml::new(detail, 0);
            xml.element("a", None, |xml| {
                xml.element("b", Some(("c", "d")), |xml| xml.leaf("e", ""));
                xml.empty("f", Some(("g", "h")));
            });
            assert_eq!(String::from_utf8(xml.finish()).unwrap(), expected);
        }
    }
}
