use std::time::Duration;

use tokio::time::Instant;

use super::{LINGER, Overdue, Pace, Shut, WRITE_PROGRESS_BYTES};
use crate::Limits;

const HEAD: &[u8] = b"GET / HTTP/1.1\r\n\r\n";

/// A connection accepted at second 0 and the seconds since.
struct Clocked {
    pace: Pace,
    start: Instant,
}

impl Clocked {
    fn new() -> Self {
        let mut new = Self {
            pace: Pace::new(),
            start: Instant::now(),
        };
        new.expect_due(0, 10, Overdue::FirstByte);
        new
    }

    /// Lets something be reported at second `seconds`, and says until when it may go on.
    fn at(&mut self, seconds: u64, report: impl FnOnce(&mut Pace)) -> Option<(u64, Overdue)> {
        report(&mut self.pace);
        let now = self.start + Duration::from_secs(seconds);
        let due = self.pace.due(&Limits::default(), || now);
        due.map(|(at, overdue)| ((at - self.start).as_secs(), overdue))
    }

    #[track_caller]
    fn expect_due(&mut self, now: u64, due: u64, overdue: Overdue) {
        assert_eq!(self.at(now, |_| {}), Some((due, overdue)));
    }

    /// A request that came and was answered at second `seconds`.
    fn exchange(&mut self, seconds: u64) {
        let due = self.at(seconds, |pace| {
            pace.received(HEAD);
            assert!(!pace.head_complete(Some(0)));
        });
        assert_eq!(due, None);
        self.at(seconds, Pace::answered);
    }

    /// Takes a little less than is enough of an answer in every second but the last of `seconds`, and waits again.
    fn read_steadily(&mut self, seconds: std::ops::Range<u64>) {
        for second in seconds {
            self.at(second, |pace| {
                pace.written(WRITE_PROGRESS_BYTES);
                pace.write_blocked();
            });
        }
    }
}

#[test]
fn a_head_has_its_time_from_the_first_byte_on() {
    let mut connection = Clocked::new();
    let due = connection.at(7, |pace| pace.received(b"G"));
    assert_eq!(due, Some((17, Overdue::Head)));
    let due = connection.at(16, |pace| pace.received(b"ET"));
    assert_eq!(due, Some((17, Overdue::Head)));
}

#[test]
fn a_connection_may_rest_between_requests() {
    let mut connection = Clocked::new();
    connection.exchange(1);
    connection.expect_due(2, 76, Overdue::Idle);
    connection.exchange(31);
    connection.expect_due(32, 106, Overdue::Idle);
    let due = connection.at(61, |pace| pace.received(b"G"));
    assert_eq!(due, Some((71, Overdue::Head)));
}

#[test]
fn what_is_reported_between_two_looks_is_of_one_moment_and_needs_one_clock_read() {
    let mut connection = Clocked::new();
    connection.pace.received(HEAD);
    connection.pace.head_complete(Some(0));
    connection.pace.answered();
    connection.expect_due(5, 80, Overdue::Idle);
    let unread_clock = || panic!("nothing has begun since");
    let due = connection.pace.due(&Limits::default(), unread_clock);
    assert_eq!(due.map(|(_, overdue)| overdue), Some(Overdue::Idle));
}

#[test]
fn a_pending_write_needs_more_than_single_bytes() {
    let mut connection = Clocked::new();
    connection.exchange(1);
    connection.at(2, Pace::write_blocked);
    let nearly = |pace: &mut Pace| {
        pace.written(WRITE_PROGRESS_BYTES - 1);
        pace.write_blocked();
    };
    assert_eq!(connection.at(16, nearly), Some((17, Overdue::Write)));
    let enough = |pace: &mut Pace| {
        pace.written(1);
        pace.write_blocked();
    };
    assert_eq!(connection.at(16, enough), Some((31, Overdue::Write)));
    let rest = |pace: &mut Pace| {
        pace.written(1);
        pace.flushed();
    };
    assert_eq!(connection.at(20, rest), Some((95, Overdue::Idle)));
}

#[test]
fn an_answer_that_waited_for_its_reader_has_a_deadline_however_steadily_it_is_read() {
    let mut connection = Clocked::new();
    connection.at(1, |pace| {
        pace.received(HEAD);
        pace.head_complete(Some(0));
    });
    connection.at(2, Pace::write_blocked);
    connection.read_steadily(3..120);
    connection.expect_due(120, 122, Overdue::Answer);
    // hyper has written all that it had and takes more from the service: still the same answer.
    let refill = |pace: &mut Pace| {
        pace.flushed();
        pace.write_blocked();
    };
    assert_eq!(connection.at(121, refill), Some((122, Overdue::Answer)));
    let end = |pace: &mut Pace| {
        pace.answered();
        pace.written(1);
        pace.flushed();
    };
    assert_eq!(connection.at(121, end), Some((196, Overdue::Idle)));
    connection.exchange(122);
    let due = connection.at(130, Pace::write_blocked);
    assert_eq!(due, Some((145, Overdue::Write)), "the next has its own");
}

#[test]
fn answers_to_requests_that_were_sent_ahead_have_a_deadline_each() {
    let mut connection = Clocked::new();
    for sent_ahead in 0..5 {
        let begin = 1 + sent_ahead * 100;
        connection.at(begin, |pace| {
            pace.head_complete(Some(0));
            pace.write_blocked();
        });
        connection.read_steadily(begin + 1..begin + 99);
        // hyper has all of the answer, but not written it all, when it reads the next head.
        connection.at(begin + 99, Pace::answered);
        connection.expect_due(begin + 99, begin + 113, Overdue::Write);
    }
    connection.at(500, |pace| {
        pace.head_complete(Some(0));
    });
    connection.read_steadily(501..620);
    connection.expect_due(619, 620, Overdue::Answer);
}

#[test]
fn a_client_that_is_still_sending_is_listened_to_for_a_moment() {
    #[track_caller]
    fn check(prepare: fn(&mut Pace), expected: Shut) {
        let mut connection = Clocked::new();
        prepare(&mut connection.pace);
        assert_eq!(connection.pace.shut(), expected);
        connection.expect_due(3, 3 + LINGER.as_secs(), Overdue::Linger);
    }
    fn begin_post(pace: &mut Pace) {
        pace.received(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n");
        pace.head_complete(Some(9));
    }
    check(|pace| pace.received(b"GET"), Shut::Unread);
    check(
        |pace| {
            begin_post(pace);
            pace.answered();
        },
        Shut::Unread,
    );
    check(
        |pace| {
            begin_post(pace);
            pace.body_complete();
            pace.answered();
        },
        Shut::AllRead,
    );
    check(|_| {}, Shut::AllRead);
}
