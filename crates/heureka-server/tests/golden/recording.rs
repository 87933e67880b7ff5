//! The packed recordings, as `xtask pack-golden` writes them.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where the packed recordings lie.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings"))
}

/// Which server was recorded.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Suite {
    Spring,
    Netflix,
}

impl Suite {
    pub(crate) const ALL: [Self; 2] = [Self::Spring, Self::Netflix];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Spring => "spring",
            Self::Netflix => "netflix",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.name() == name)
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A story: requests to a server that was just started, in order.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) suite: Suite,
    pub(crate) name: String,
    pub(crate) exchanges: Vec<Exchange>,
}

impl Scenario {
    /// Reads the recording of `name`.
    pub(crate) fn load(suite: Suite, name: &str) -> Self {
        let file = folder().join(suite.name()).join(format!("{name}.jsonl"));
        let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let exchanges = text.lines().map(|line| parse(line).unwrap()).collect();
        Self {
            suite,
            name: name.to_owned(),
            exchanges,
        }
    }

    /// The name of an exchange in the table of differences: `06-datacenter-other/05`.
    pub(crate) fn id_of(&self, exchange: &Exchange) -> String {
        format!("{}/{}", self.name, exchange.number())
    }
}

/// The names of all recorded scenarios of a suite.
pub(crate) fn recorded_scenarios(suite: Suite) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder().join(suite.name()))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".jsonl").map(str::to_owned))
        .collect();
    names.sort();
    names
}

/// A request and the answer that a Java server gave.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Exchange {
    /// Its number and what it is about: `05-get-renewed`.
    pub(crate) name: String,
    pub(crate) request: RecordedRequest,
    pub(crate) response: RecordedResponse,
}

impl Exchange {
    /// Two digits up to 99, three after.
    pub(crate) fn number(&self) -> &str {
        self.name.split('-').next().unwrap_or_default()
    }
}

/// A request as it was sent, but for `Host`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordedRequest {
    pub(crate) method: String,
    /// The full path with the query.
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    body: Option<String>,
    body_base64: Option<String>,
}

impl RecordedRequest {
    /// The body's bytes, if one was sent.
    pub(crate) fn body(&self) -> Option<Vec<u8>> {
        let text = self.body.as_ref().map(|text| text.as_bytes().to_vec());
        text.or_else(|| self.body_base64.as_deref().map(decode_base64))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The path without query and trailing slash.
    pub(crate) fn resource(&self) -> &str {
        let path = self.path.split('?').next().unwrap_or_default();
        path.strip_suffix('/').unwrap_or(path)
    }
}

/// An answer as it was recorded, with placeholders for what is volatile.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RecordedResponse {
    /// `None` where no answer came in time.
    pub(crate) status: Option<u16>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) body: String,
    /// Whether it came packed; `body` is unpacked.
    #[serde(default)]
    pub(crate) gzip: bool,
    /// Whether it was a page for people; its text is left out.
    #[serde(default)]
    pub(crate) html: bool,
}

impl RecordedResponse {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

fn find<'a>(headers: &'a BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    let mut found = headers
        .iter()
        .filter(|(own, _)| own.eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value.as_str())
}

/// Reads one line, and gives a body its length, which the recording leaves out.
fn parse(line: &str) -> Result<Exchange, serde_json::Error> {
    let mut exchange: Exchange = serde_json::from_str(line)?;
    if let Some(body) = exchange.request.body() {
        let length = body.len().to_string();
        exchange
            .request
            .headers
            .insert("Content-Length".to_owned(), length);
    }
    Ok(exchange)
}

/// RFC 4648, section 4. Only the recordings are read with it, so what is no digit is padding.
fn decode_base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<usize> = text
        .bytes()
        .filter_map(|byte| DIGITS.iter().position(|digit| *digit == byte))
        .collect();
    let mut bytes = Vec::new();
    for group in digits.chunks(4) {
        let bits = group
            .iter()
            .enumerate()
            .fold(0, |bits, (i, digit)| bits | digit << (18 - 6 * i));
        let whole = [(bits >> 16) as u8, (bits >> 8) as u8, bits as u8];
        bytes.extend_from_slice(&whole[..group.len() * 6 / 8]);
    }
    bytes
}

#[test]
fn base64_is_read_with_and_without_padding() {
    for (text, bytes) in [
        ("", ""),
        ("Zg==", "f"),
        ("Zm8=", "fo"),
        ("Zm9v", "foo"),
        ("Zm9vYg==", "foob"),
    ] {
        assert_eq!(decode_base64(text), bytes.as_bytes());
    }
}
