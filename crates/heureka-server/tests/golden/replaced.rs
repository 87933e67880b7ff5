//! What is expected where a row names single exchanges: `tests/recordings/replaced.jsonl`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::compare::{Body, DeltaVersion, Encoding, Expected, Received, is_status_page, shape};
use crate::differences::{RowId, is_delta};
use crate::masks::{mask_delta_version, mask_times};
use crate::recording::{RecordedRequest, Suite, folder};

/// The answer that a named exchange is expected to get: one line.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replaced {
    suite: Suite,
    /// `06-datacenter-other/05`
    exchange: String,
    row: RowId,
    status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    gzip: bool,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    allow: BTreeSet<String>,
    /// Whether the connection ends with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    closes: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    body: String,
}

impl Replaced {
    /// Writes down an answer, with what differs from run to run masked.
    pub(crate) fn new(
        row: &RowId,
        (suite, exchange): (Suite, String),
        request: &RecordedRequest,
        got: &Received,
    ) -> Self {
        let body = match got.text.as_str() {
            _ if is_page(got.content_type.as_deref()) => String::new(),
            text if is_status_page(request) && got.status == 200 => shape(text),
            text if is_delta(request) => mask_delta_version(&mask_times(text)),
            text => mask_times(text),
        };
        Self {
            suite,
            exchange,
            row: row.clone(),
            status: got.status,
            content_type: got.content_type.clone(),
            gzip: got.is_packed,
            allow: got.allow.clone().unwrap_or_default(),
            closes: got.closes,
            body,
        }
    }

    /// # Errors
    ///
    /// The line is malformed.
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
        serde_json::from_str(line).map_err(|error| format!("replaced.jsonl: {error} in {line}"))
    }

    /// The exchange and the suite whose recording it is.
    pub(crate) fn key(&self) -> (Suite, String) {
        (self.suite, self.exchange.clone())
    }

    /// The row that names the exchange.
    pub(crate) fn row(&self) -> &RowId {
        &self.row
    }

    /// The answer that is expected to `request`.
    pub(crate) fn expected(&self, request: &RecordedRequest) -> Expected {
        let body = match self.body.clone() {
            _ if is_page(self.content_type.as_deref()) => Body::Page,
            body if is_status_page(request) && self.status == 200 => Body::Shape(body),
            body => Body::Text(body),
        };
        let delta_version = match is_delta(request) {
            true => DeltaVersion::AnyPositive,
            false => DeltaVersion::AsRecorded,
        };
        Expected {
            status: self.status,
            content_type: self.content_type.clone(),
            encoding: if self.gzip {
                Encoding::Gzip
            } else {
                Encoding::Plain
            },
            content_length: None,
            allow: Some(self.allow.clone()).filter(|allow| !allow.is_empty()),
            closes: self.closes,
            body,
            delta_version,
        }
    }
}

fn is_page(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|kind| kind.starts_with("text/html"))
}

/// Writes the file, whole or not at all.
pub(crate) fn write_replaced(entries: &[Replaced]) {
    let lines = entries
        .iter()
        .map(|entry| serde_json::to_string(entry).unwrap() + "\n");
    let new = replaced_file().with_extension("new");
    fs::write(&new, lines.collect::<String>()).unwrap();
    fs::rename(&new, replaced_file()).unwrap();
}

pub(crate) fn replaced_file() -> PathBuf {
    folder().join("replaced.jsonl")
}
