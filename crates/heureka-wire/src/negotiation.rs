//! What to answer with, by what the request's headers accept (wire.md 1.0.2, `golden/spring` 18-accept and 20-gzip).

use std::cmp::Reverse;

use thiserror::Error;

use crate::media_type::MediaType;
use crate::{Detail, Format};

/// The form of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerType {
    /// What to write.
    pub format: Format,
    /// Its `Content-Type`: always that of the bytes, where Java may label JSON as XML and XML as JSON.
    pub content_type: String,
}

/// The client takes nothing that can be written: 406.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("nothing acceptable")]
pub struct NotAcceptable;

/// The form of a listing: JSON where `json` stands anywhere in `Accept`, else XML (wire.md 1.0.2).
///
/// # Errors
///
/// `Accept` has neither of the two types.
pub fn listing_answer(accept: Option<&str>) -> Result<AnswerType, NotAcceptable> {
    if !is_acceptable(accept) {
        return Err(NotAcceptable);
    }
    // Java compares bytes here: `application/JSON` is answered in XML.
    let wants_json = accept.is_some_and(|accept| accept.contains("json"));
    let format = if wants_json {
        Format::Json
    } else {
        Format::Xml
    };
    Ok(labelled(format, accept))
}

/// The form of anything but a listing, as [`instance_format`] says, and how it is called.
///
/// # Errors
///
/// `Accept` has neither of the two types.
pub fn instance_answer(accept: Option<&str>) -> Result<AnswerType, NotAcceptable> {
    let format = instance_format(accept)?;
    Ok(labelled(format, accept))
}

/// What anything but a listing is written as: the type with the highest weight, then the one that is named most exactly,
/// then the first. Wildcards and silence mean XML.
///
/// # Errors
///
/// `Accept` has neither of the two types.
pub fn instance_format(accept: Option<&str>) -> Result<Format, NotAcceptable> {
    if accepts_anything(accept) {
        return Ok(Format::Xml);
    }
    let best = ranges(accept)
        .max_by_key(|range| (range.weight, range.exactness, Reverse(range.place)))
        .ok_or(NotAcceptable)?;
    Ok(best.format)
}

/// How much to tell: `compact` in any case, and everything for any other value (wire.md 1.0.2).
#[must_use]
pub fn detail(x_eureka_accept: Option<&str>) -> Detail {
    match x_eureka_accept {
        Some(value) if value.eq_ignore_ascii_case("compact") => Detail::Compact,
        Some(_) | None => Detail::Full,
    }
}

/// Whether the client takes gzip. As in Java a part of a name will do, and case counts; unlike there, a weight of 0
/// means no (DESIGN 2.14).
#[must_use]
pub fn accepts_gzip(accept_encoding: Option<&str>) -> bool {
    accept_encoding
        .into_iter()
        .flat_map(|header| header.split(','))
        .any(|coding| {
            let mut parts = coding.split(';');
            parts.next().is_some_and(|name| name.contains("gzip"))
                && parts.filter_map(weight_of).all(|weight| weight > 0)
        })
}

/// How the body of a request is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentCoding {
    /// It is not.
    Identity,
    /// With gzip.
    Gzip,
}

/// A body is packed in a way that nobody here can undo: 415.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an unsupported Content-Encoding")]
pub struct UnsupportedCoding;

/// Looks at `Content-Encoding`, line by line. A body that is packed twice is refused (faults-and-attacks.md S05), and two lines
/// are two codings.
///
/// # Errors
///
/// It is neither gzip nor nothing.
pub fn content_coding<'a>(
    lines: impl IntoIterator<Item = &'a [u8]>,
) -> Result<ContentCoding, UnsupportedCoding> {
    let mut lines = lines.into_iter();
    let coding = lines.next().unwrap_or_default();
    if lines.next().is_some() {
        return Err(UnsupportedCoding);
    }
    match coding.trim_ascii().to_ascii_lowercase().as_slice() {
        b"" | b"identity" => Ok(ContentCoding::Identity),
        b"gzip" | b"x-gzip" => Ok(ContentCoding::Gzip),
        _ => Err(UnsupportedCoding),
    }
}

/// A part of `Accept` that fits one of the two types.
#[derive(Debug)]
struct Range<'a> {
    format: Format,
    media_type: MediaType<'a>,
    /// In thousandths.
    weight: u16,
    exactness: u8,
    place: usize,
}

fn is_acceptable(accept: Option<&str>) -> bool {
    accepts_anything(accept) || ranges(accept).next().is_some()
}

/// Whether nothing is said, which any answer fits.
fn accepts_anything(accept: Option<&str>) -> bool {
    accept.is_none_or(|accept| accept.trim().is_empty())
}

/// The parts of `Accept` that fit; those that are no media type fit nothing.
fn ranges(accept: Option<&str>) -> impl Iterator<Item = Range<'_>> {
    let parts = accept.into_iter().flat_map(|accept| accept.split(','));
    parts
        .enumerate()
        .filter_map(|(place, part)| range_of(part, place))
}

fn range_of(part: &str, place: usize) -> Option<Range<'_>> {
    let media_type = MediaType::parse(part)?;
    let (format, exactness) = media_type.format()?;
    let weight = media_type.parameter("q").map_or(Some(1000), thousandths)?;
    (weight > 0).then_some(Range {
        format,
        media_type,
        weight,
        exactness,
        place,
    })
}

/// The type as the client spells it, with its charset, if it named this one; otherwise as everybody spells it. So
/// `application/json; charset=utf-8` is answered as `application/json;charset=utf-8` (`golden/spring` 18-accept/121).
fn labelled(format: Format, accept: Option<&str>) -> AnswerType {
    let named = ranges(accept).find(|range| range.format == format && range.exactness == 2);
    let content_type = match named {
        None => format.media_type().to_owned(),
        Some(Range { media_type, .. }) => {
            let charset = media_type.parameter("charset");
            let charset = charset.filter(|charset| is_utf_8(charset));
            let (before, charset) = charset.map_or(("", ""), |charset| (";charset=", charset));
            [media_type.kind, "/", media_type.subtype, before, charset].concat()
        }
    };
    AnswerType {
        format,
        content_type,
    }
}

/// Answers are never in another charset, so no other is promised.
fn is_utf_8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8")
}

/// The weight that a parameter states, if it is one.
fn weight_of(parameter: &str) -> Option<u16> {
    let (key, value) = parameter.split_once('=')?;
    if key.trim().eq_ignore_ascii_case("q") {
        thousandths(value.trim())
    } else {
        None
    }
}

/// A weight between 0 and 1 in thousandths (RFC 9110, 12.4.2).
fn thousandths(weight: &str) -> Option<u16> {
    if weight.is_empty() {
        return None;
    }
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let is_number = decimals.bytes().all(|digit| digit.is_ascii_digit());
    let decimals: u16 = format!("{decimals:0<3}")
        .get(..3)?
        .parse()
        .ok()
        .filter(|_| is_number)?;
    match whole {
        "0" | "" => Some(decimals),
        "1" if decimals == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Accept`, what a listing and what an instance is answered with; `None` is 406.
    #[test]
    fn answers_are_negotiated_as_recorded() {
        let json = Some("application/json");
        let xml = Some("application/xml");
        for (accept, listing, instance) in [
            (None, xml, xml),
            (Some(""), xml, xml),
            (Some("application/json"), json, json),
            (Some("application/xml"), xml, xml),
            (Some("*/*"), xml, xml),
            (Some("*"), xml, xml),
            (Some("application/*"), xml, xml),
            (Some("application/json;q=0.1, application/xml"), json, xml),
            (Some("application/xml, application/json;q=0.1"), json, xml),
            (Some("application/xml;q=0.9, */*;q=0.1"), xml, xml),
            (
                Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
                xml,
                xml,
            ),
            (
                Some("application/json; charset=utf-8"),
                Some("application/json;charset=utf-8"),
                Some("application/json;charset=utf-8"),
            ),
            (Some("application/json;charset=utf-16"), json, json),
            (Some("application/JSON"), xml, Some("application/JSON")),
            (Some("application/json, application/xml"), json, json),
            (Some("application/xml, application/json"), json, xml),
            (Some("application/json, text/plain, */*"), json, json),
            (Some("*/*, application/json"), json, json),
            (Some("application/json, application/*+json"), json, json),
            (Some("application/*, application/json;q=0.5"), json, xml),
            (Some("application/json;q=0.5, */*;q=0.5"), json, json),
            (Some("application/json;q=0.5, */*"), json, xml),
            (Some("application/vnd.x+json, application/xml"), json, xml),
            (Some("application/json,"), json, json),
            (
                Some("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"),
                xml,
                xml,
            ),
            (
                Some("application/json ; q=0.1 , application/xml;q=0.2"),
                json,
                xml,
            ),
            (Some("application/json;q=0"), None, None),
            (Some("application/json;q=2"), None, None),
            (Some("text/json"), None, None),
            (Some("text/xml"), None, None),
            (Some("text/html"), None, None),
            (Some("text/plain"), None, None),
            (Some("image/png"), None, None),
            (Some("garbage"), None, None),
            (Some("application/vnd.api+json"), None, None),
            (Some("application/*+json"), None, None),
        ] {
            for (answer, expected) in [
                (listing_answer(accept), listing),
                (instance_answer(accept), instance),
            ] {
                let content_type = answer.ok().map(|answer| answer.content_type);
                assert_eq!(content_type.as_deref(), expected, "{accept:?}");
            }
        }
    }

    #[test]
    fn the_label_is_that_of_the_bytes() {
        let answer = listing_answer(Some("application/xml, application/json;q=0.1")).unwrap();
        assert_eq!(
            (answer.format, &*answer.content_type),
            (Format::Json, "application/json")
        );
        let answer = listing_answer(Some("application/JSON")).unwrap();
        assert_eq!(
            (answer.format, &*answer.content_type),
            (Format::Xml, "application/xml")
        );
    }

    #[test]
    fn compact_is_asked_for_by_name() {
        for (value, expected) in [
            (None, Detail::Full),
            (Some("compact"), Detail::Compact),
            (Some("COMPACT"), Detail::Compact),
            (Some("full"), Detail::Full),
            (Some(""), Detail::Full),
            (Some("compact "), Detail::Full),
        ] {
            assert_eq!(detail(value), expected, "{value:?}");
        }
    }

    #[test]
    fn gzip_is_asked_for_by_name_and_can_be_excluded() {
        for (header, expected) in [
            (None, false),
            (Some("gzip"), true),
            (Some("gzip, deflate"), true),
            (Some("deflate, gzip;q=0.5"), true),
            (Some("x-gzip"), true),
            (Some("deflate"), false),
            (Some("*"), false),
            (Some("identity"), false),
            (Some("GZIP"), false),
            (Some("br"), false),
            (Some("gzip;q=0"), false),
            (Some("gzip; q=0.000, identity"), false),
            (Some("gzip;q=0.001"), true),
            (Some("gzip ; q=0"), false),
            (Some("gzip;Q=0"), false),
            (Some("gzip;q="), true),
            (Some("gzip;q=nonsense"), true),
            (Some("\tgzip\t,br"), true),
            (Some("identity;q=0"), false),
            (Some("*;q=0"), false),
            (Some("*;q=0, gzip"), true),
            (Some("br, gzip"), true),
            (Some("\u{fffd}"), false),
            (Some(",;,"), false),
        ] {
            assert_eq!(accepts_gzip(header), expected, "{header:?}");
        }
    }

    #[test]
    fn bodies_are_plain_or_packed_once() {
        use ContentCoding::{Gzip, Identity};
        for (lines, expected) in [
            (&[][..], Ok(Identity)),
            (&[""], Ok(Identity)),
            (&["identity"], Ok(Identity)),
            (&["gzip"], Ok(Gzip)),
            (&[" GZip\t"], Ok(Gzip)),
            (&["x-gzip"], Ok(Gzip)),
            (&["gzip, gzip"], Err(UnsupportedCoding)),
            (&["gzip", "gzip"], Err(UnsupportedCoding)),
            (&["identity", "gzip"], Err(UnsupportedCoding)),
            (&["deflate"], Err(UnsupportedCoding)),
            (&["br"], Err(UnsupportedCoding)),
            (&["\u{fffd}"], Err(UnsupportedCoding)),
        ] {
            let coding = content_coding(lines.iter().map(|line| line.as_bytes()));
            assert_eq!(coding, expected, "{lines:?}");
        }
    }
}
