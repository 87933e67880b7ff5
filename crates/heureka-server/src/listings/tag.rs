//! `ETag`: what an answer shows, so that a client that has it need not be told again.

use heureka_model::Digest;
use heureka_wire::{Detail, Form, Format, Version};
use http::{HeaderMap, HeaderValue, header};

use super::ScopeKey;

/// What a weak tag begins with.
const WEAK: &str = "W/";
/// How long a tag is at most, so that its memory is taken once.
const LONGEST_BYTES: usize = 41;

/// A weak entity tag. It is made of what is shown (MERGE 6), in which form, and of which regions: so it is the same at
/// every node that shows the same, and after a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag(String);

/// What a tag is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    /// What is in the answer.
    Rows,
    /// Everything, of which the answer has what changed lately: a client that knows the one need not be told the other.
    /// So the tag moves when a change enters the window, and not when one leaves it.
    Changes,
}

impl Tag {
    pub(crate) fn new(shows: Shows, content: Digest, form: Form, scope: &ScopeKey) -> Self {
        let of_regions = match scope {
            ScopeKey::Local => content,
            ScopeKey::Usual => Digest::of(&(content.0, "*")),
            ScopeKey::Regions(names) => Digest::of(&(content.0, names)),
        };
        let shows = match shows {
            Shows::Rows => "",
            Shows::Changes => "d",
        };
        let format = match form.format {
            Format::Json => "j",
            Format::Xml => "x",
        };
        let detail = match form.detail {
            Detail::Full => "f",
            Detail::Compact => "c",
        };
        let version = match form.version {
            Version::V1 => "1",
            Version::V2 => "",
        };
        let mut text = String::with_capacity(LONGEST_BYTES);
        text.extend([WEAK, "\""]);
        text.extend(hex_digits(of_regions));
        text.extend(["-", shows, format, detail, version, "\""]);
        Self(text)
    }

    /// What is compared: of two tags it does not matter which of them is weak (RFC 9110, 8.8.3.2).
    fn opaque(&self) -> &str {
        self.0.strip_prefix(WEAK).unwrap_or(&self.0)
    }

    /// Whether a client that sends these headers has what the tag stands for. What is no tag is none of ours (RFC 9110,
    /// 13.1.2).
    pub(crate) fn is_known_to(&self, headers: &HeaderMap) -> bool {
        let values = headers.get_all(header::IF_NONE_MATCH).iter();
        let texts = values.filter_map(|value| value.to_str().ok());
        let is_own = |tag: &str| tag.strip_prefix(WEAK).unwrap_or(tag) == self.opaque();
        // An asterisk means anything only where it stands alone. A tag may have commas in it, but ours has none.
        texts
            .map(str::trim)
            .any(|text| text == "*" || text.split(',').map(str::trim).any(is_own))
    }

    pub(crate) fn into_header(self) -> Option<HeaderValue> {
        HeaderValue::try_from(self.0).ok()
    }
}

/// All 32 of them, zeros included.
fn hex_digits(digest: Digest) -> impl Iterator<Item = char> {
    let bytes = digest.0.to_be_bytes().into_iter();
    let halves = bytes.flat_map(|byte| [byte >> 4, byte & 0xf]);
    halves.filter_map(|half| char::from_digit(u32::from(half), 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: Form = Form {
        format: Format::Json,
        detail: Detail::Full,
        version: Version::V2,
    };

    fn tag(content: u128) -> Tag {
        Tag::new(Shows::Rows, Digest(content), JSON, &ScopeKey::Local)
    }

    #[test]
    fn a_tag_is_found_in_whatever_a_client_sends() {
        let own = "\"0000000000000000000000000000001f-jf\"";
        for (values, expected) in [
            (&[][..], false),
            (&[own], true),
            (&["W/\"0000000000000000000000000000001f-jf\""], true),
            (&["*"], true),
            (&[" * "], true),
            (&["\"a,*,b\""], false),
            (&["\"a\", *"], false),
            (&["\"*\""], false),
            (
                &["\"a\", \"0000000000000000000000000000001f-jf\" ,W/\"b\""],
                true,
            ),
            (&["\"a\"", own], true),
            (&["0000000000000000000000000000001f-jf"], false),
            (&["w/\"0000000000000000000000000000001f-jf\""], false),
            (&["\"0000000000000000000000000000001f-xf\""], false),
            (&["\"", ",,,", "W/", "\u{7f}", ""], false),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                if let Ok(value) = HeaderValue::from_str(value) {
                    headers.append(header::IF_NONE_MATCH, value);
                }
            }
            assert_eq!(tag(31).is_known_to(&headers), expected, "{values:?}");
        }
    }

    #[test]
    fn what_is_shown_and_how_makes_the_tag() {
        let other_form = Form {
            format: Format::Xml,
            ..JSON
        };
        let regions = ScopeKey::Regions(vec!["eu".to_owned()]);
        let others = [
            tag(2),
            Tag::new(Shows::Changes, Digest(1), JSON, &ScopeKey::Local),
            Tag::new(Shows::Rows, Digest(1), other_form, &ScopeKey::Local),
            Tag::new(Shows::Rows, Digest(1), JSON, &ScopeKey::Usual),
            Tag::new(Shows::Rows, Digest(1), JSON, &regions),
        ];
        assert_eq!(tag(1), tag(1));
        for other in others {
            assert_ne!(tag(1), other);
        }
    }
}
