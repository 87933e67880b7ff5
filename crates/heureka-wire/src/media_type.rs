//! What a request's body is, and what is answered where it cannot be read (wire.md 1.0.2, 1.0.3).

use thiserror::Error;

use crate::Format;

/// What a body is, by its `Content-Type`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyType {
    /// What to read it as: a type with a wildcard is read as XML.
    pub format: Format,
    /// The type as the sender gave it, which is also the type of an answer that refuses the body.
    pub media_type: String,
    is_plain_json: bool,
}

/// Why a body is not even looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BodyTypeError {
    /// The request has no `Content-Type`: 415 with a body, and Java's 500 without one (`golden/spring` 24-malformed/57,
    /// 58).
    #[error("no Content-Type")]
    Absent,
    /// It is no media type at all: 400 (`golden/spring` 24-malformed/52, 56).
    #[error("a Content-Type that is no media type")]
    Malformed,
    /// It is another media type, or another charset: 415.
    #[error("an unsupported Content-Type")]
    Unsupported,
}

/// Looks at the `Content-Type` of a request that brings an instance or a batch.
///
/// # Errors
///
/// What is wrong with it, which tells the status to answer with.
pub fn body_type(content_type: Option<&str>) -> Result<BodyType, BodyTypeError> {
    let content_type = content_type.ok_or(BodyTypeError::Absent)?;
    let media_type = MediaType::parse(content_type).ok_or(BodyTypeError::Malformed)?;
    let (format, _) = media_type.format().ok_or(BodyTypeError::Unsupported)?;
    let charset = media_type.parameter("charset").unwrap_or("utf-8");
    let is_known = |known: &str| charset.eq_ignore_ascii_case(known);
    if !["utf-8", "iso-8859-1"].into_iter().any(is_known) {
        return Err(BodyTypeError::Unsupported);
    }
    Ok(BodyType {
        format,
        media_type: content_type.trim().to_owned(),
        is_plain_json: format == Format::Json && media_type.parameters.is_empty(),
    })
}

/// The body that answers an unreadable one: JSON only where the request's type is JSON without a parameter (wire.md
/// 1.0.3). Its type is [`BodyType::media_type`] either way.
#[must_use]
pub fn parse_error_body(body_type: &BodyType) -> &'static str {
    if body_type.is_plain_json {
        r#"{"error": "cannot parse request body"}"#
    } else {
        "<error><message>cannot parse request body</message></error>"
    }
}

/// A media type, or a range of them.
#[derive(Clone, Debug)]
pub(crate) struct MediaType<'a> {
    pub(crate) kind: &'a str,
    pub(crate) subtype: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
}

impl<'a> MediaType<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let range = parts.next()?;
        // Java's own clients send `*` for `*/*`.
        let (kind, subtype) = if range == "*" {
            ("*", "*")
        } else {
            range.split_once('/')?
        };
        let parameters = parts
            .filter(|part| !part.is_empty())
            .map(|part| {
                part.split_once('=')
                    .map(|(key, value)| (key.trim(), unquoted(value.trim())))
            })
            .collect::<Option<Vec<_>>>()?;
        let are_tokens = is_token(kind)
            && is_token(subtype)
            && parameters
                .iter()
                .all(|(key, value)| is_token(key) && is_token(value));
        are_tokens.then_some(Self {
            kind,
            subtype,
            parameters,
        })
    }

    /// The format that it stands for, and how exactly it names that: wildcards mean XML. In any case of its letters.
    pub(crate) fn format(&self) -> Option<(Format, u8)> {
        let is = |kind: &str, subtype: &str| {
            self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
        };
        let known = [
            ("application", "json", Format::Json, 2),
            ("application", "xml", Format::Xml, 2),
            ("application", "*", Format::Xml, 1),
            ("*", "*", Format::Xml, 0),
        ];
        let mut known = known.into_iter();
        let (.., format, exactness) = known.find(|(kind, subtype, ..)| is(kind, subtype))?;
        Some((format, exactness))
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&'a str> {
        let found = self
            .parameters
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| *value)
    }
}

fn unquoted(value: &str) -> &str {
    value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'))
        .unwrap_or(value)
}

/// RFC 9110, 5.6.2.
fn is_token(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use BodyTypeError::{Absent, Malformed, Unsupported};

    #[test]
    fn bodies_are_told_apart_as_recorded() {
        for (content_type, expected) in [
            ("application/json", Ok(Format::Json)),
            ("application/JSON", Ok(Format::Json)),
            ("application/json; charset=utf-8", Ok(Format::Json)),
            ("application/json;charset=ISO-8859-1", Ok(Format::Json)),
            ("application/json;charset=\"UTF-8\"", Ok(Format::Json)),
            ("application/xml", Ok(Format::Xml)),
            ("application/xml; charset=UTF-8", Ok(Format::Xml)),
            ("*/*", Ok(Format::Xml)),
            ("application/*", Ok(Format::Xml)),
            ("application/json;charset=utf-16", Err(Unsupported)),
            ("application/xml;charset=UTF-7", Err(Unsupported)),
            ("application/vnd.x+json", Err(Unsupported)),
            ("application/foo+xml", Err(Unsupported)),
            ("text/json", Err(Unsupported)),
            ("text/xml", Err(Unsupported)),
            ("text/plain", Err(Unsupported)),
            ("multipart/form-data", Err(Unsupported)),
            ("application/x-www-form-urlencoded", Err(Unsupported)),
            ("application/octet-stream", Err(Unsupported)),
            ("garbage", Err(Malformed)),
            ("", Err(Malformed)),
            ("application/json, application/xml", Err(Malformed)),
            ("application/", Err(Malformed)),
            ("application/json;charset", Err(Malformed)),
        ] {
            assert_eq!(
                body_type(Some(content_type)).map(|body| body.format),
                expected,
                "{content_type}"
            );
        }
        assert_eq!(body_type(None), Err(Absent));
    }

    #[test]
    fn refusals_have_the_recorded_text_and_the_type_of_the_request() {
        let json = r#"{"error": "cannot parse request body"}"#;
        let xml = "<error><message>cannot parse request body</message></error>";
        for (content_type, text) in [
            ("application/json", json),
            ("application/JSON", json),
            ("application/json; charset=utf-8", xml),
            ("application/xml", xml),
            ("*/*", xml),
            ("application/*", xml),
        ] {
            let body = body_type(Some(content_type)).unwrap();
            assert_eq!(parse_error_body(&body), text, "{content_type}");
            assert_eq!(body.media_type, content_type);
        }
    }
}
