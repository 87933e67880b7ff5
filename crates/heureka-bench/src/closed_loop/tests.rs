//! The loop against the bare server, and against one that ends connections.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::LocalSet;

use super::*;
use crate::floor;

fn with_listener<F: Future<Output = ()>>(test: impl FnOnce(TcpListener, Target) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = Target::local(listener.local_addr().unwrap());
        test(listener, target).await;
    });
}

fn get(path: &'static str) -> Rc<Write> {
    Rc::new(move |out, _| {
        out.extend_from_slice(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes());
    })
}

#[test]
fn every_request_is_counted_once() {
    with_listener(|listener, target| async move {
        let mut server = JoinSet::new();
        server.spawn_local(floor::accept(listener));
        let mut pool = Pool::open(&target, 3).await.unwrap();
        for (path, status, body_bytes) in [("/bytes/300000", 200, 300_000), ("/304", 304, 0)] {
            let tally = pool.run(Until::Sent(50), get(path)).await.unwrap();
            assert_eq!((tally.requests, tally.failures), (50, 0));
            assert_eq!(
                (tally.last.status, tally.last.body_bytes),
                (status, body_bytes)
            );
        }
    });
}

#[test]
fn requests_are_numbered_and_the_etag_of_their_answers_is_kept() {
    with_listener(|listener, target| async move {
        let mut server = JoinSet::new();
        server.spawn_local(answer_each_connection(
            listener,
            b"HTTP/1.1 503 \r\nETag: \"a\"\r\ncontent-length: 0\r\n\r\n",
            9,
        ));
        let seen = Rc::new(RefCell::new(Vec::new()));
        let sees = Rc::clone(&seen);
        let write: Rc<Write> = Rc::new(move |out, n| {
            sees.borrow_mut().push(n);
            out.extend_from_slice(b"GET / HTTP/1.1\r\n\r\n");
        });
        let mut pool = Pool::open(&target, 1).await.unwrap();
        let tally = pool.run(Until::Sent(3), write).await.unwrap();
        assert_eq!((tally.requests, tally.failures), (3, 3));
        assert_eq!(tally.first_failure, Some(503));
        assert_eq!(*seen.borrow(), [0, 1, 2]);
        assert_eq!(pool.etag(), Some("\"a\""));
    });
}

#[test]
fn a_connection_that_the_server_said_it_closes_is_opened_again() {
    with_listener(|listener, target| async move {
        let mut server = JoinSet::new();
        server.spawn_local(answer_each_connection(
            listener,
            b"HTTP/1.1 200 \r\nConnection: close\r\ncontent-length: 0\r\n\r\n",
            1,
        ));
        let mut pool = Pool::open(&target, 1).await.unwrap();
        let tally = pool.run(Until::Sent(5), get("/")).await.unwrap();
        assert_eq!((tally.requests, tally.failures), (5, 0));
    });
}

#[test]
fn a_connection_that_breaks_under_a_request_is_an_error() {
    with_listener(|listener, target| async move {
        let mut server = JoinSet::new();
        server.spawn_local(answer_each_connection(
            listener,
            b"HTTP/1.1 200 \r\ncontent-length: 9\r\n\r\nhalf",
            1,
        ));
        let mut pool = Pool::open(&target, 1).await.unwrap();
        assert!(pool.run(Until::Sent(1), get("/")).await.is_err());
    });
}

/// Answers so many requests on each connection, and ends it.
async fn answer_each_connection(listener: TcpListener, answer: &'static [u8], requests: usize) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        for _ in 0..requests {
            if stream.read(&mut [0; 1024]).await.unwrap() == 0 {
                break;
            }
            stream.write_all(answer).await.unwrap();
        }
    }
}
