//! Many fetches at the same moment.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{ErrorKind, Read as _};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use flate2::read::GzDecoder;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::super::request::ask;
use crate::fleet::{Coding, Fleet};
use crate::http::{Answer, AnswerReader};

/// All readers share one buffer, for one of them reads at a time.
const BUFFER_BYTES: usize = 256 * 1024;
/// Of so many answers one is kept and unpacked.
const LOOK_AT_ONE_OF: usize = 100;

/// What became of the fetches.
#[derive(Debug, Default)]
pub(super) struct Burst {
    /// Answers 200 that came to their end.
    pub(super) whole: usize,
    /// The lengths of these.
    pub(super) lengths: BTreeSet<u64>,
    /// Answers that were unpacked.
    pub(super) looked_at: usize,
    /// Those of them that had what they should have.
    pub(super) right: usize,
    /// From the first request to half of the whole answers.
    pub(super) half: Duration,
    /// From the first request to the last whole answer.
    pub(super) last: Duration,
}

/// One answer.
struct Fetched {
    answer: Answer,
    at: Duration,
    /// The body, of those that are looked at.
    body: Option<Vec<u8>>,
}

/// Asks on every connection, one right after the other, and reads all answers.
pub(super) async fn fetch_all(
    mut streams: Vec<TcpStream>,
    fleet: &Fleet,
    coding: Coding,
    patience: Duration,
) -> Result<Burst> {
    let started = Instant::now();
    for stream in &mut streams {
        ask(stream, fleet, coding).await?;
    }
    let buffer = Rc::new(RefCell::new(vec![0; BUFFER_BYTES]));
    let mut tasks = JoinSet::new();
    for (n, stream) in streams.into_iter().enumerate() {
        let mut reader = AnswerReader::default();
        if n.is_multiple_of(LOOK_AT_ONE_OF) {
            reader.keep_body();
        }
        let reading = read_answer(stream, Rc::clone(&buffer), reader, started);
        tasks.spawn_local(tokio::time::timeout(patience, reading));
    }
    let mut fetched = Vec::with_capacity(tasks.len());
    while let Some(done) = tasks.join_next().await {
        // Whoever was given up or cut off has no whole answer; that is counted, not an error.
        if let Ok(Ok(one)) = done.context("a reader's task")? {
            fetched.push(one);
        }
    }
    Ok(Burst::of(&fetched, fleet.instances))
}

async fn read_answer(
    stream: TcpStream,
    buffer: Rc<RefCell<Vec<u8>>>,
    mut reader: AnswerReader,
    started: Instant,
) -> Result<Fetched> {
    loop {
        stream.readable().await?;
        let mut buffer = buffer.borrow_mut();
        let length = match stream.try_read(&mut buffer) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
            read => read?,
        };
        ensure!(length > 0, "the server closed the connection");
        let bytes = buffer.get(..length).unwrap_or_default();
        if reader.take(bytes)? {
            return Ok(Fetched {
                answer: reader.finish(),
                at: started.elapsed(),
                body: reader.take_body(),
            });
        }
    }
}

impl Burst {
    fn of(fetched: &[Fetched], instances: usize) -> Self {
        let mut burst = Self::default();
        let mut times = Vec::with_capacity(fetched.len());
        for one in fetched.iter().filter(|one| one.answer.status == 200) {
            burst.whole += 1;
            burst.lengths.insert(one.answer.body_bytes);
            times.push(one.at);
            if let Some(body) = &one.body {
                burst.looked_at += 1;
                burst.right += usize::from(instances_in(body) == Some(instances));
            }
        }
        times.sort();
        burst.half = times.get(times.len() / 2).copied().unwrap_or_default();
        burst.last = times.last().copied().unwrap_or_default();
        burst
    }
}

/// How many instances a packed body shows; none if its checksum is wrong.
fn instances_in(body: &[u8]) -> Option<usize> {
    let mut text = String::new();
    GzDecoder::new(body).read_to_string(&mut text).ok()?;
    Some(text.matches(r#""instanceId":"#).count())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn fetched(status: u16, body_bytes: u64, ms: u64, body: Option<Vec<u8>>) -> Fetched {
        Fetched {
            answer: Answer { status, body_bytes },
            at: Duration::from_millis(ms),
            body,
        }
    }

    #[test]
    fn an_answer_is_right_if_it_unpacks_to_all_instances() {
        let whole = packed(r#"[{"instanceId":"a"},{"instanceId":"b"}]"#);
        assert_eq!(instances_in(&whole), Some(2));
        assert_eq!(instances_in(&whole[..whole.len() - 1]), None);
        let mut damaged = whole.clone();
        // The checksum is in front of the length, the last four bytes.
        let place = damaged.len() - 5;
        damaged[place] ^= 1;
        assert_eq!(instances_in(&damaged), None);
        assert_eq!(instances_in(b"HTTP/1.1 200 OK\r\n"), None);
    }

    #[test]
    fn refusals_are_no_answers() {
        let two = packed(r#"{"instanceId":"a","instanceId":"b"}"#);
        let all = [
            fetched(200, 70, 10, Some(two.clone())),
            fetched(200, 70, 30, None),
            fetched(200, 71, 20, Some(packed("{}"))),
            fetched(503, 0, 90, Some(two)),
        ];
        let burst = Burst::of(&all, 2);
        assert_eq!((burst.whole, burst.looked_at, burst.right), (3, 2, 1));
        assert_eq!(burst.lengths, BTreeSet::from([70, 71]));
        assert_eq!((burst.half.as_millis(), burst.last.as_millis()), (20, 30));
    }
}
