//! What is put to the test: anything that answers requests under a clock that the test moves.

use std::io::Write;
use std::time::Duration;

use crate::masks::without_placeholders;
use crate::recording::{Exchange, RecordedRequest, Scenario};

/// What the wall clock of a subject says at its start, in ms since 1970: the recordings' placeholder for "now".
pub(crate) const CLOCK_AT_START_MS: u64 = 1_888_888_888_888;

/// An answer as it came off the wire.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// 0 where none came.
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// As it came: perhaps packed.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self
            .headers
            .iter()
            .filter(|(own, _)| own.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }
}

/// A server that was just started and is empty. Its wall clock says [`CLOCK_AT_START_MS`] and moves only by `advance`.
pub(crate) trait Subject {
    fn send(&mut self, request: &RecordedRequest) -> Answer;

    /// Lets time pass, with everything that the server does by itself at its moment.
    fn advance(&mut self, by: Duration);
}

/// Answers with the recording itself: what tests of this harness replay.
pub(crate) struct RecordedSubject {
    exchanges: std::vec::IntoIter<Exchange>,
}

impl RecordedSubject {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        Self {
            exchanges: scenario.exchanges.clone().into_iter(),
        }
    }
}

impl Subject for RecordedSubject {
    fn send(&mut self, request: &RecordedRequest) -> Answer {
        let exchange = self
            .exchanges
            .next()
            .expect("the recording has an answer to each request");
        assert_eq!(
            exchange.request.path, request.path,
            "requests come in their recorded order"
        );
        recorded_answer(&exchange)
    }

    fn advance(&mut self, _by: Duration) {}
}

/// The recorded answer as it may have come off the wire, with something in place of each placeholder.
pub(crate) fn recorded_answer(exchange: &Exchange) -> Answer {
    let response = &exchange.response;
    let mut headers: Vec<(String, String)> = response.headers.clone().into_iter().collect();
    let mut body = without_placeholders(&response.body).into_bytes();
    if response.gzip {
        body = pack(&body);
        headers.push(("Content-Encoding".to_owned(), "gzip".to_owned()));
    }
    let length = headers
        .iter_mut()
        .find(|(name, _)| name.eq_ignore_ascii_case("Content-Length"));
    if let Some((_, length)) = length.filter(|_| exchange.request.method != "HEAD") {
        *length = body.len().to_string();
    }
    Answer {
        status: response.status.unwrap_or(0),
        headers,
        body,
    }
}

fn pack(body: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(body).unwrap();
    packer.finish().unwrap()
}
