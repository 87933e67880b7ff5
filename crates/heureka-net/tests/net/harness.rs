//! A server behind a simulated listener, and a client that speaks bytes.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use heureka_net::{Counters, Drained, Limits, Listener, RequestBody, is_body_timeout, serve};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use parking_lot::Mutex;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, duplex},
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

/// How many bytes fit into a pipe in each direction.
pub(crate) const PIPE_BYTES: usize = 64 * 1024;

/// What the next call of `accept` yields.
type Arrival = io::Result<DuplexStream>;

struct Door(mpsc::Receiver<Arrival>);

impl Listener for Door {
    type Io = DuplexStream;

    async fn accept(&mut self) -> io::Result<(DuplexStream, SocketAddr)> {
        match self.0.recv().await {
            Some(arrival) => Ok((arrival?, SocketAddr::from(([192, 0, 2, 7], 4711)))),
            None => std::future::pending().await,
        }
    }
}

/// The requests a service was given, as `METHOD path body`, in order.
pub(crate) type Seen = Arc<Mutex<Vec<String>>>;

pub(crate) struct Server {
    door: mpsc::Sender<Arrival>,
    pub(crate) stop: CancellationToken,
    pub(crate) counters: Arc<Counters>,
    pub(crate) seen: Seen,
    task: JoinSet<Drained>,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with(Limits::default())
    }

    pub(crate) fn with(limits: Limits) -> Self {
        let (door, arrivals) = mpsc::channel(16);
        let stop = CancellationToken::new();
        let counters = Arc::new(Counters::default());
        let seen = Seen::default();
        let log = Arc::clone(&seen);
        let service = service_fn(move |request| answer(Arc::clone(&log), request));
        let mut task = JoinSet::new();
        let served = serve(
            Door(arrivals),
            limits,
            service,
            stop.clone(),
            Arc::clone(&counters),
        );
        task.spawn(served);
        Self {
            door,
            stop,
            counters,
            seen,
            task,
        }
    }

    pub(crate) async fn connect(&self) -> Client<DuplexStream> {
        let (client, server) = duplex(PIPE_BYTES);
        self.door
            .send(Ok(server))
            .await
            .expect("the listener is open");
        Client::new(client)
    }

    pub(crate) async fn fail_to_accept(&self, failure: io::Error) {
        self.door
            .send(Err(failure))
            .await
            .expect("the listener is open");
    }

    pub(crate) fn is_listening(&self) -> bool {
        !self.door.is_closed()
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().clone()
    }

    /// Waits for the end that `stop` began.
    pub(crate) async fn drained(mut self) -> Drained {
        self.task
            .join_next()
            .await
            .expect("it was started")
            .expect("it does not panic")
    }
}

/// The service of these tests: the path says what it does.
pub(crate) async fn answer(
    seen: Seen,
    request: Request<RequestBody>,
) -> Result<Response<Full<Bytes>>, std::convert::Infallible> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    if let Some(status) = path.strip_prefix("/unread/") {
        return Ok(reply(status.parse().unwrap(), ""));
    }
    let body = match body.collect().await {
        Ok(body) => String::from_utf8(body.to_bytes().to_vec()).unwrap(),
        Err(error) if is_body_timeout(&error) => {
            return Ok(reply(StatusCode::REQUEST_TIMEOUT, ""));
        }
        Err(_) => return Ok(reply(StatusCode::BAD_REQUEST, "")),
    };
    seen.lock().push(
        format!("{} {path} {body}", head.method)
            .trim_end()
            .to_owned(),
    );
    Ok(match path.as_str() {
        "/hang" => std::future::pending().await,
        "/panic" => panic!("the handler has a bug"),
        "/large" => reply(StatusCode::OK, &"x".repeat(LARGE_BYTES)),
        slow if slow.starts_with("/wait/") => {
            sleep(Duration::from_secs(slow["/wait/".len()..].parse().unwrap())).await;
            reply(StatusCode::OK, "waited")
        }
        status if status.starts_with("/status/") => {
            reply(status["/status/".len()..].parse().unwrap(), "")
        }
        _ => reply(StatusCode::OK, "ok"),
    })
}

/// What `GET /large` answers: more than a pipe and hyper's own buffer hold.
pub(crate) const LARGE_BYTES: usize = 2 * 1024 * 1024;

fn reply(status: StatusCode, body: &str) -> Response<Full<Bytes>> {
    let mut reply = Response::new(Full::from(body.to_owned()));
    *reply.status_mut() = status;
    reply
}

pub(crate) struct Client<Io> {
    pub(crate) io: Io,
}

impl<Io: AsyncRead + AsyncWrite + Unpin> Client<Io> {
    pub(crate) fn new(io: Io) -> Self {
        Self { io }
    }

    pub(crate) async fn send(&mut self, text: &str) {
        self.io
            .write_all(text.as_bytes())
            .await
            .expect("the server reads");
    }

    /// Reads one answer with a Content-Length.
    pub(crate) async fn answer(&mut self) -> String {
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(self.io.read_u8().await.expect("an answer"));
        }
        let head = String::from_utf8(answer).unwrap();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        self.io.read_exact(&mut body).await.expect("a body");
        head + &String::from_utf8(body).unwrap()
    }

    /// Reads what comes until the server closes.
    pub(crate) async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        self.io
            .read_to_end(&mut rest)
            .await
            .expect("an orderly end");
        String::from_utf8(rest).unwrap()
    }

    /// Sends a request without a body and expects `200 OK` on a connection that stays open.
    pub(crate) async fn exchange(&mut self, path: &str) {
        self.send(&get(path)).await;
        let answer = self.answer().await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(!closes(&answer), "{answer}");
    }
}

pub(crate) fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: eureka\r\n\r\n")
}

pub(crate) fn closes(answer: &str) -> bool {
    answer
        .to_ascii_lowercase()
        .contains("\r\nconnection: close\r\n")
}

/// Asserts that `began` lies `seconds` back, to the timer's resolution.
#[track_caller]
pub(crate) fn assert_elapsed(began: Instant, seconds: u64) {
    let (elapsed, expected) = (began.elapsed(), Duration::from_secs(seconds));
    let slack = Duration::from_millis(5);
    assert!(
        elapsed >= expected && elapsed <= expected + slack,
        "{elapsed:?} for {seconds} s"
    );
}
