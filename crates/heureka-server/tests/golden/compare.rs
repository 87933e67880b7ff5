//! Whether an answer is the expected one.

use std::collections::BTreeSet;
use std::fmt::{self, Write};
use std::io::Read;

use crate::json;
use crate::masks::{fits, has_placeholder, mask_delta_version, mask_times, without_placeholders};
use crate::recording::{Exchange, RecordedRequest};
use crate::subject::Answer;
use crate::xml;

/// How much of a body a failure shows, in characters.
const SHOWN_CHARS: usize = 2000;

/// How much of that stands before the first difference.
const SHOWN_BEFORE_CHARS: usize = 200;

/// What an answer has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    /// 0 where no answer is expected.
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) encoding: Encoding,
    /// Compared where it is known.
    pub(crate) content_length: Option<String>,
    pub(crate) allow: Option<BTreeSet<String>>,
    /// Whether the connection ends with this answer.
    pub(crate) closes: bool,
    pub(crate) body: Body,
    pub(crate) delta_version: DeltaVersion,
}

/// How the body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Plain,
    Gzip,
    /// Both will do.
    Either,
}

/// What is compared of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Text(String),
    /// Keys and types, or elements: the values are the machine's.
    Shape(String),
    /// A page for people.
    Page,
}

/// How the version of a delta is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeltaVersion {
    AsRecorded,
    /// A positive number of 31 bits.
    AnyPositive,
}

impl Expected {
    /// The recorded answer.
    pub(crate) fn of(exchange: &Exchange) -> Self {
        let response = &exchange.response;
        let body = if response.html {
            Body::Page
        } else if is_status_page(&exchange.request) && response.status == Some(200) {
            Body::Shape(shape(&without_placeholders(&response.body)))
        } else {
            Body::Text(response.body.clone())
        };
        let is_exact = matches!(&body, Body::Text(text) if !has_placeholder(text));
        let length = response
            .header("Content-Length")
            .filter(|_| is_exact && !response.gzip);
        Self {
            status: response.status.unwrap_or(0),
            content_type: response.header("Content-Type").map(str::to_owned),
            encoding: if response.gzip {
                Encoding::Gzip
            } else {
                Encoding::Plain
            },
            content_length: length.map(str::to_owned),
            allow: response.header("Allow").map(as_set),
            closes: response.header("Connection") == Some("close"),
            body,
            delta_version: DeltaVersion::AsRecorded,
        }
    }
}

/// Everything in it but its shape is the machine's.
pub(crate) fn is_status_page(request: &RecordedRequest) -> bool {
    let path = request.resource();
    path.ends_with("/status") && !path.contains("/apps/") && !path.contains("/asg/")
}

/// The shape of a body in whatever form it is. Netflix's server leaves out the last brace of its JSON.
pub(crate) fn shape(body: &str) -> String {
    let form = if body.starts_with('<') {
        xml::shape(body)
    } else {
        json::shape(body)
    };
    form.or_else(|| json::shape(&format!("{body}}}")))
        .unwrap_or_else(|| body.to_owned())
}

fn as_set(list: &str) -> BTreeSet<String> {
    list.split(',').map(|item| item.trim().to_owned()).collect()
}

/// An answer, unpacked.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) is_packed: bool,
    pub(crate) content_length: Option<String>,
    pub(crate) allow: Option<BTreeSet<String>>,
    pub(crate) closes: bool,
    pub(crate) text: String,
}

impl Received {
    /// # Errors
    ///
    /// The answer contradicts itself.
    pub(crate) fn new(request: &RecordedRequest, answer: &Answer) -> Result<Self, String> {
        let encoding = answer.header("Content-Encoding");
        let body = match encoding {
            None => answer.body.clone(),
            Some("gzip") => unpack(request, &answer.body)?,
            Some(other) => return Err(format!("Content-Encoding: {other}")),
        };
        let content_length = answer.header("Content-Length").map(str::to_owned);
        let length = answer.body.len().to_string();
        if request.method != "HEAD" && content_length.as_ref().is_some_and(|said| *said != length) {
            return Err(format!(
                "Content-Length is {content_length:?}, but the body has {length} bytes"
            ));
        }
        Ok(Self {
            status: answer.status,
            content_type: answer.header("Content-Type").map(str::to_owned),
            is_packed: encoding.is_some(),
            content_length,
            allow: answer.header("Allow").map(as_set),
            closes: answer
                .header("Connection")
                .is_some_and(|value| value.eq_ignore_ascii_case("close")),
            text: String::from_utf8(body)
                .map_err(|error| format!("the body is not UTF-8: {error}"))?,
        })
    }
}

fn unpack(request: &RecordedRequest, packed: &[u8]) -> Result<Vec<u8>, String> {
    let mut plain = Vec::new();
    if request.method != "HEAD" {
        let mut reader = flate2::read::MultiGzDecoder::new(packed);
        reader
            .read_to_end(&mut plain)
            .map_err(|error| format!("the body is no gzip: {error}"))?;
    }
    Ok(plain)
}

/// What differs, one line or paragraph each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mismatch(Vec<String>);

impl Mismatch {
    pub(crate) fn of(what: impl Into<String>) -> Self {
        Self(vec![what.into()])
    }

    /// Says both: what differs from one acceptable answer, and what from the other.
    pub(crate) fn or(self, other: Self) -> Self {
        let intro = "and it is not Spring's answer either:".to_owned();
        Self(self.0.into_iter().chain([intro]).chain(other.0).collect())
    }

    fn note<T: PartialEq + fmt::Debug>(&mut self, what: &str, expected: &T, got: &T) {
        if expected != got {
            self.0
                .push(format!("{what}: expected {expected:?}, got {got:?}"));
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|line| writeln!(f, "  {}", line.replace('\n', "\n  ")))
    }
}

/// Compares everything that counts.
///
/// # Errors
///
/// What differs.
pub(crate) fn compare(expected: &Expected, got: &Received) -> Result<(), Mismatch> {
    let mut mismatch = Mismatch::default();
    mismatch.note("status", &expected.status, &got.status);
    mismatch.note("Content-Type", &expected.content_type, &got.content_type);
    mismatch.note("Allow", &expected.allow, &got.allow);
    match expected.encoding {
        Encoding::Plain => mismatch.note("gzip", &false, &got.is_packed),
        Encoding::Gzip => mismatch.note("gzip", &true, &got.is_packed),
        Encoding::Either => {}
    }
    if expected.closes {
        mismatch.note("Connection: close", &true, &got.closes);
    }
    if expected.content_length.is_some() && !got.is_packed {
        mismatch.note(
            "Content-Length",
            &expected.content_length,
            &got.content_length,
        );
    }
    mismatch.0.extend(compare_body(expected, &got.text));
    if mismatch.0.is_empty() {
        Ok(())
    } else {
        Err(mismatch)
    }
}

fn compare_body(expected: &Expected, got: &str) -> Option<String> {
    match &expected.body {
        Body::Page => None,
        Body::Shape(wanted) => differ("shape of the body", wanted, &shape(got)),
        Body::Text(wanted) if wanted == got || fits(wanted, got) => None,
        Body::Text(wanted) => match expected.delta_version {
            DeltaVersion::AsRecorded => compare_texts(&mask_times(wanted), &mask_times(got)),
            DeltaVersion::AnyPositive => {
                let mask = |text: &str| mask_delta_version(&mask_times(text));
                compare_texts(&mask(wanted), &mask(got))
            }
        },
    }
}

/// Compares two masked bodies in the form that the expected one has.
fn compare_texts(expected: &str, got: &str) -> Option<String> {
    if let Some(canonical) = json::canonical(expected) {
        let got_canonical = json::canonical(got).unwrap_or_else(|| got.to_owned());
        // The order of what has none does not change how much there is of each character, and white space, escapes
        // and the like do.
        return differ("JSON body", &canonical, &got_canonical).or_else(|| {
            differ(
                "spelling of the JSON body",
                &sorted_chars(expected),
                &sorted_chars(got),
            )
        });
    }
    if !expected.starts_with('<') {
        return differ("body", expected, got);
    }
    // Java writes keys of metadata as names of elements, whatever they are: such XML is compared by line only.
    let trees = xml::canonical(expected).and_then(|canonical| {
        differ(
            "XML body",
            &canonical,
            &xml::canonical(got).unwrap_or_else(|| got.to_owned()),
        )
    });
    let is_indented = expected.contains('\n');
    trees.or_else(|| match is_indented {
        true => differ(
            "lines of the XML body",
            &sorted_lines(expected),
            &sorted_lines(got),
        ),
        false => differ(
            "spelling of the XML body",
            &sorted_chars(expected),
            &sorted_chars(got),
        ),
    })
}

fn sorted_chars(text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    chars.sort_unstable();
    chars.into_iter().collect()
}

fn sorted_lines(text: &str) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    lines.sort_unstable();
    lines.join("\n")
}

/// Both texts from shortly before where they begin to differ.
fn differ(what: &str, expected: &str, got: &str) -> Option<String> {
    if expected == got {
        return None;
    }
    let same = expected
        .chars()
        .zip(got.chars())
        .take_while(|(one, other)| one == other)
        .count();
    let from = same.saturating_sub(SHOWN_BEFORE_CHARS);
    let cut = |text: &str| {
        text.chars()
            .skip(from)
            .take(SHOWN_CHARS)
            .collect::<String>()
    };
    let mut message = format!("{what} differs at character {same}; from character {from}\n");
    let _ = write!(
        message,
        "expected: {}\n     got: {}",
        cut(expected),
        cut(got)
    );
    Some(message)
}
