//! Servers that do not answer as they should; none of them holds us for longer, or makes us hold
//! more, than we allow (faults F20 to F23).

use std::time::Duration;

use heureka_net::{AnswerLimits, DialError};
use tokio::{
    io::DuplexStream,
    time::{Instant, sleep},
};

use crate::harness::{Net, assert_elapsed, closed, request_on, say};

/// A server that says `first` and then `again` every `pause`, for ever.
fn tireless(first: &'static str, again: &'static str, pause: Duration) -> Net {
    Net::of(move |_, mut io: DuplexStream| async move {
        request_on(&mut io).await;
        let mut heard = say(&mut io, first).await;
        while heard {
            sleep(pause).await;
            heard = say(&mut io, again).await;
        }
    })
}

/// A server that says `text` and closes.
fn brief(text: &'static str) -> Net {
    Net::of(move |_, mut io: DuplexStream| async move {
        request_on(&mut io).await;
        say(&mut io, text).await;
    })
}

const SECOND: Duration = Duration::from_secs(1);
const INSTANT: Duration = Duration::from_millis(1);

#[tokio::test(start_paused = true)]
async fn what_takes_too_long_ends_at_the_deadline() {
    for (first, again) in [
        ("", ""),
        ("", "H"),
        ("HTTP/1.1 200 OK\r\n", ""),
        ("HTTP/1.1 200 OK\r\n", "X: y\r\n"),
        ("HTTP/1.1 200 OK\r\nX: ", "y"),
        ("", "HTTP/1.1 100 Continue\r\n\r\n"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", ""),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "x"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "1\r\nx\r\n",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
            "X: y\r\n",
        ),
        ("HTTP/1.1 200 OK\r\n\r\n", "x"),
    ] {
        let net = tireless(first, again, SECOND);
        let began = Instant::now();
        let error = net.text().await.unwrap_err();
        assert_eq!(error, DialError::ReadTimeout, "{first:?} {again:?}");
        assert!(error.is_congestion() && !error.is_unsent());
        assert_elapsed(began, AnswerLimits::DEADLINE);
    }
}

#[tokio::test(start_paused = true)]
async fn what_has_no_end_is_cut_off() {
    const HEADER: &str =
        "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n";
    const TEXT: &str =
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy";
    const CHUNK: &str =
        "40\r\nyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n";
    for (first, again) in [
        ("HTTP/1.1 200 OK\r\n", HEADER),
        ("HTTP/1.1 200 OK\r\nX: ", TEXT),
        ("HTTP/1.1 200 ", TEXT),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            CHUNK,
        ),
        ("HTTP/1.1 200 OK\r\n\r\n", TEXT),
    ] {
        let net = tireless(first, again, INSTANT);
        let limits = AnswerLimits {
            max_bytes: 64 * 1024,
            ..AnswerLimits::default()
        };
        assert_eq!(
            net.get(limits).await.unwrap_err(),
            DialError::TooLarge,
            "{first:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_announced_as_too_large_is_not_waited_for() {
    let net = tireless(
        "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n",
        "",
        SECOND,
    );
    let began = Instant::now();
    assert_eq!(net.text().await, Err(DialError::TooLarge));
    assert_elapsed(began, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_be_exactly_as_large_as_allowed() {
    for (max_bytes, expected) in [
        (5, Ok(5)),
        (4, Err(DialError::TooLarge)),
        (0, Err(DialError::TooLarge)),
    ] {
        for answer in [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nabcde",
        ] {
            let limits = AnswerLimits {
                max_bytes,
                ..AnswerLimits::default()
            };
            let read = brief(answer).get(limits).await;
            assert_eq!(
                read.map(|answer| answer.body().len()),
                expected,
                "{answer:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_answer_is_a_broken_exchange() {
    for text in [
        "",
        "H",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "SSH-2.0-OpenSSH_9.6\r\n",
        "\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\u{7f}",
        "<html>It works!</html>",
    ] {
        let error = brief(text).text().await.unwrap_err();
        assert!(matches!(error, DialError::Broken(_)), "{text:?}: {error:?}");
        assert!(!error.is_congestion() && !error.is_unsent());
    }
}

/// A request that was given up must not leave its connection to the next one.
#[tokio::test(start_paused = true)]
async fn a_connection_is_closed_when_its_answer_is_given_up() {
    for said in [
        "",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nabc",
    ] {
        let net = Net::of(move |_, mut io: DuplexStream| async move {
            request_on(&mut io).await;
            say(&mut io, said).await;
            closed(&mut io).await;
        });
        for dialled in 1..=3 {
            assert!(net.text().await.is_err(), "{said:?}");
            assert_eq!((net.dialled(), net.open().await), (dialled, 0), "{said:?}");
        }
    }
}
