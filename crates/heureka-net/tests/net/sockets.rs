//! What only the kernel's sockets show.

use std::{
    convert::Infallible,
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use heureka_net::{Counters, Drained, Limits, RequestBody, bind, serve};
use http::{Request, Response};
use http_body_util::Full;
use hyper::service::service_fn;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Semaphore,
    task::{JoinSet, yield_now},
};
use tokio_util::sync::CancellationToken;

use crate::harness::{Client, Seen, answer, closes, get};

/// More than the kernel takes for a client that does not read.
const ENDLESS_BYTES: usize = 64 * 1024 * 1024;

struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinSet<Drained>,
    /// Has a permit for each request that waits at the gate.
    waiting: Arc<Semaphore>,
    /// Takes a permit for each request that may pass.
    gate: Arc<Semaphore>,
    counters: Arc<Counters>,
}

impl Server {
    fn start() -> Self {
        Self::with(Limits::default())
    }

    fn with(limits: Limits) -> Self {
        let listener = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let (waiting, gate) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let at_gate = (Arc::clone(&waiting), Arc::clone(&gate));
        let service = service_fn(move |request| respond(at_gate.clone(), request));
        let counters = Arc::new(Counters::default());
        let mut task = JoinSet::new();
        let served = serve(
            listener,
            limits,
            service,
            stop.clone(),
            Arc::clone(&counters),
        );
        task.spawn(served);
        Self {
            address,
            stop,
            task,
            waiting,
            gate,
            counters,
        }
    }

    async fn connect(&self) -> Client<TcpStream> {
        Client::new(TcpStream::connect(self.address).await.unwrap())
    }
}

async fn respond(
    (waiting, gate): (Arc<Semaphore>, Arc<Semaphore>),
    request: Request<RequestBody>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    match request.uri().path() {
        "/peer" => {
            let peer = request.body().peer();
            Ok(Response::new(Full::from(peer.to_string())))
        }
        "/gate" => {
            waiting.add_permits(1);
            gate.acquire().await.unwrap().forget();
            Ok(Response::new(Full::from("open")))
        }
        "/endless" => Ok(Response::new(Full::from(vec![b'x'; ENDLESS_BYTES]))),
        _ => answer(Seen::default(), request).await,
    }
}

#[tokio::test]
async fn the_service_learns_the_address_of_the_client() {
    let server = Server::start();
    let mut client = server.connect().await;
    let address = client.io.local_addr().unwrap().to_string();
    client.send(&get("/peer")).await;
    assert!(client.answer().await.ends_with(&address));
}

/// Without the linger on close, the kernel answers the unread bytes with a reset, and the client
/// finds neither the answer nor an orderly end.
#[tokio::test]
async fn an_answer_reaches_a_client_that_is_still_sending() {
    const BODY_BYTES: usize = 4 * 1024 * 1024;
    let server = Server::start();
    for _ in 0..5 {
        let mut client = server.connect().await;
        let head = format!("POST /unread/413 HTTP/1.1\r\nContent-Length: {BODY_BYTES}\r\n\r\n");
        client.send(&head).await;
        client.send(&"x".repeat(BODY_BYTES)).await;
        let answer = client.rest().await;
        assert!(
            answer.starts_with("HTTP/1.1 413 ") && closes(&answer),
            "{answer}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_in_flight_outlive_the_listener() {
    let mut server = Server::start();
    let mut clients = Vec::new();
    for _ in 0..64 {
        let mut client = server.connect().await;
        client.send(&get("/gate")).await;
        clients.push(client);
    }
    server.waiting.acquire_many(64).await.unwrap().forget();
    server.stop.cancel();
    while TcpStream::connect(server.address).await.is_ok() {
        yield_now().await;
    }
    server.gate.add_permits(64);
    for client in &mut clients {
        let answer = client.rest().await;
        assert!(answer.ends_with("open"), "{answer}");
    }
    let drained = server.task.join_next().await.unwrap().unwrap();
    assert_eq!(drained.aborted, 0);
}

#[tokio::test]
async fn a_client_that_breaks_off_is_noticed() {
    let server = Server::start();
    let mut client = server.connect().await;
    client.send(&get("/hang")).await;
    drop(client);
    let mut next = server.connect().await;
    next.exchange("/").await;
    next.io.shutdown().await.unwrap();
    assert_eq!(next.io.read(&mut [0]).await.unwrap(), 0);
    server.stop.cancel();
    let mut task = server.task;
    assert_eq!(task.join_next().await.unwrap().unwrap().aborted, 0);
}

/// After a plain close the client would first find all that the kernel has kept for it, and then an orderly end.
#[tokio::test]
async fn nothing_is_kept_for_a_client_that_does_not_read() {
    let server = Server::with(Limits {
        write_stall: Duration::ZERO,
        ..Limits::default()
    });
    let mut client = server.connect().await;
    client.send(&get("/endless")).await;
    while server.counters.write_timeouts.get() == 0 || server.counters.open.get() > 0 {
        yield_now().await;
    }
    let end = client.io.read_to_end(&mut Vec::new()).await;
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
}
