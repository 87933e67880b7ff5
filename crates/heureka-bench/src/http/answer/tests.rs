//! Answers as servers send them, cut in every place.

use super::{Answer, AnswerReader};

const SIZED: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: W/\"a1\"\r\n\r\nhello";
const EMPTY: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const NO_CONTENT: &[u8] = b"HTTP/1.1 204 No Content\r\ndate: today\r\n\r\n";
const NOT_MODIFIED: &[u8] = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\n\r\n";
const CHUNKED: &[u8] = b"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n\
    3;note=x\r\nabc\r\n00A\r\n0123456789\r\n0\r\nTrailer: yes\r\n\r\n";

fn answer(status: u16, body_bytes: u64) -> Answer {
    Answer { status, body_bytes }
}

#[test]
fn an_answer_is_the_same_however_it_is_cut() {
    for (bytes, expected) in [
        (SIZED, answer(200, 5)),
        (EMPTY, answer(200, 0)),
        (NO_CONTENT, answer(204, 0)),
        (NOT_MODIFIED, answer(304, 0)),
        (CHUNKED, answer(200, 13)),
    ] {
        for cut in 0..bytes.len() {
            let mut reader = AnswerReader::default();
            assert!(!reader.take(&bytes[..cut]).unwrap());
            assert!(reader.take(&bytes[cut..]).unwrap());
            assert_eq!(reader.finish(), expected, "cut at {cut}");
        }
        let mut reader = AnswerReader::default();
        let complete: Vec<bool> = bytes
            .iter()
            .map(|byte| reader.take(&[*byte]).unwrap())
            .collect();
        assert_eq!(complete.iter().filter(|complete| **complete).count(), 1);
        assert_eq!(reader.finish(), expected, "byte by byte");
    }
}

#[test]
fn one_reader_reads_one_answer_after_the_other() {
    let mut reader = AnswerReader::default();
    for (bytes, status) in [(CHUNKED, 200), (NOT_MODIFIED, 304), (SIZED, 200)] {
        assert!(reader.take(bytes).unwrap());
        assert_eq!(reader.finish().status, status);
    }
}

#[test]
fn the_etag_is_that_of_the_last_answer() {
    let mut reader = AnswerReader::default();
    reader.take(SIZED).unwrap();
    assert_eq!(reader.etag(), Some("W/\"a1\""));
    reader.finish();
    reader.take(EMPTY).unwrap();
    assert_eq!(reader.etag(), None);
}

#[test]
fn the_end_of_a_connection_is_noticed() {
    let mut reader = AnswerReader::default();
    reader
        .take(b"HTTP/1.1 503 \r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        .unwrap();
    assert!(reader.closes());
    reader.finish();
    reader.take(EMPTY).unwrap();
    assert!(!reader.closes());
}

#[test]
fn what_is_no_answer_is_an_error() {
    for bytes in [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n".as_slice(),
        b"HTTP/1.1 200 OK\r\n\r\nuntil the end",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
    ] {
        assert!(AnswerReader::default().take(bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn nothing_grows_without_end() {
    let mut head = AnswerReader::default();
    head.take(b"HTTP/1.1 200 OK\r\nX: ").unwrap();
    assert!(head.take(&vec![b'a'; super::MAX_HEAD_BYTES]).is_err());
    let mut line = AnswerReader::default();
    line.take(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        .unwrap();
    assert!(
        line.take(&vec![b'0'; super::MAX_CHUNK_LINE_BYTES + 1])
            .is_err()
    );
}

#[test]
fn a_body_is_kept_for_who_wants_it_and_only_that_one() {
    for (bytes, expected) in [(SIZED, "hello"), (CHUNKED, "abc0123456789"), (EMPTY, "")] {
        let mut reader = AnswerReader::default();
        reader.keep_body();
        let (begin, end) = bytes.split_at(bytes.len() - 3);
        assert!(!reader.take(begin).unwrap() && reader.take(end).unwrap());
        reader.finish();
        assert_eq!(reader.take_body().unwrap(), expected.as_bytes());
        assert!(reader.take(bytes).unwrap());
        assert_eq!(reader.take_body(), None);
    }
}
