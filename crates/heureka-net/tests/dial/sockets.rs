//! What only the kernel's sockets show.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use heureka_net::{AnswerLimits, Client, DialConfig, DialError, Tcp, bind};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time::sleep,
};

use crate::harness::{OK, get, no_tls, text_of, url};

fn client() -> Client {
    let config = DialConfig::default();
    Client::over(Tcp::new(config.connect_timeout), config, no_tls())
}

fn listener() -> (TcpListener, String) {
    let listener = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, format!("http://{address}/eureka/"))
}

/// Accepts for ever and answers the one request of each connection with `answer`; then it closes,
/// with a reset if wanted.
async fn answer_once(listener: TcpListener, answer: &'static str, reset: bool) {
    loop {
        let (mut io, _) = listener.accept().await.unwrap();
        read_head(&mut io).await;
        io.write_all(answer.as_bytes()).await.unwrap();
        if reset {
            io.set_zero_linger().unwrap();
        }
    }
}

async fn read_head(io: &mut TcpStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(io.read_u8().await.unwrap());
    }
}

#[tokio::test]
async fn a_port_without_a_process_refuses() {
    let (listener, to) = listener();
    drop(listener);
    for to in [to.clone(), to.replace("127.0.0.1", "localhost")] {
        let error = client()
            .send(&url(&to), get("/"), AnswerLimits::default())
            .await;
        assert_eq!(error.unwrap_err(), DialError::Refused, "{to}");
    }
}

#[tokio::test]
async fn a_reset_within_a_body_breaks_the_exchange() {
    let (listener, to) = listener();
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc";
    let mut server = JoinSet::new();
    server.spawn(answer_once(listener, cut, true));
    let error = client()
        .send(&url(&to), get("/"), AnswerLimits::default())
        .await;
    assert!(matches!(error, Err(DialError::Broken(_))), "{error:?}");
}

#[tokio::test]
async fn a_name_leads_to_a_connection() {
    let (listener, to) = listener();
    let mut server = JoinSet::new();
    server.spawn(answer_once(listener, OK, false));
    let to = url(&to.replace("127.0.0.1", "localhost"));
    let answer = client().send(&to, get("/"), AnswerLimits::default()).await;
    assert_eq!(text_of(answer.unwrap()), "ok");
}

/// The close of the server has arrived when the connection is used again. (One that arrives after
/// the request was written is a broken exchange: only the caller knows whether the request may be
/// sent twice.)
#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_replaced() {
    let (listener, to) = listener();
    let (to, client) = (url(&to), client());
    let closed = Arc::new(Semaphore::new(0));
    let mut server = JoinSet::new();
    server.spawn(answer_and_close(listener, Arc::clone(&closed)));
    for _ in 0..20 {
        let answer = client.send(&to, get("/"), AnswerLimits::default()).await;
        assert_eq!(text_of(answer.unwrap()), "ok");
        closed.acquire().await.unwrap().forget();
        // The runtime asks the kernel for news only when it waits.
        sleep(Duration::from_millis(1)).await;
    }
}

/// Answers one request per connection, closes it, and adds a permit to `closed`.
async fn answer_and_close(listener: TcpListener, closed: Arc<Semaphore>) {
    loop {
        let (mut io, _) = listener.accept().await.unwrap();
        read_head(&mut io).await;
        io.write_all(OK.as_bytes()).await.unwrap();
        io.shutdown().await.unwrap();
        closed.add_permits(1);
    }
}
