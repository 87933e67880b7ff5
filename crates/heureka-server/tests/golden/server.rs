//! Our server as a subject: its accept loop and router, on a pipe and under a clock that the test moves.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use heureka_model::UnixMillis;
use heureka_net::{Counters, Limits, Listener, serve};
use heureka_server::{App, Clock as _, ManualClock, ServerConfig, router, tick};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::recording::RecordedRequest;
use crate::scenarios::ScenarioSettings;
use crate::subject::{Answer, CLOCK_AT_START_MS, Subject};

/// Larger than any recorded message, so that neither side waits for the other.
const PIPE_BYTES: usize = 1024 * 1024;

/// Connections that are not accepted yet; a test has one at a time.
const BACKLOG: usize = 1;

/// A server at the other end of a pipe.
pub(crate) struct ServerSubject {
    runtime: Runtime,
    app: App,
    clock: Arc<ManualClock>,
    connections: mpsc::Sender<DuplexStream>,
}

/// Starts a server with an empty registry.
pub(crate) fn start(settings: ScenarioSettings) -> ServerSubject {
    let wall = UnixMillis(i64::try_from(CLOCK_AT_START_MS).unwrap());
    let clock = Arc::new(ManualClock::at(wall));
    let counters = Arc::new(Counters::default());
    let app = App::new(
        config(settings),
        Arc::clone(&clock) as _,
        1,
        Arc::clone(&counters),
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let (connections, pipes) = mpsc::channel(BACKLOG);
    let service = router(app.clone());
    runtime.spawn(serve(
        Pipes(pipes),
        Limits::default(),
        service,
        CancellationToken::new(),
        counters,
    ));
    ServerSubject {
        runtime,
        app,
        clock,
        connections,
    }
}

fn config(settings: ScenarioSettings) -> ServerConfig {
    let mut config = ServerConfig::default();
    config.node.delta.enabled = settings.delta_enabled;
    config.node.delta.retention = settings.delta_retention;
    config.node.self_preservation.enabled = settings.self_preservation;
    config.node.eviction_interval = settings.eviction_interval;
    config
}

/// Where the accept loop gets its connections from.
struct Pipes(mpsc::Receiver<DuplexStream>);

impl Listener for Pipes {
    type Io = DuplexStream;

    async fn accept(&mut self) -> io::Result<(DuplexStream, SocketAddr)> {
        match self.0.recv().await {
            Some(pipe) => Ok((pipe, SocketAddr::from((Ipv4Addr::LOCALHOST, 1)))),
            None => std::future::pending().await,
        }
    }
}

impl Subject for ServerSubject {
    fn send(&mut self, request: &RecordedRequest) -> Answer {
        let raw = raw_request(request);
        let has_body = request.method != "HEAD";
        self.runtime.block_on(async {
            let (mut ours, theirs) = duplex(PIPE_BYTES);
            self.connections.send(theirs).await.unwrap();
            ours.write_all(&raw).await.unwrap();
            read_answer(&mut ours, has_body).await
        })
    }

    fn advance(&mut self, by: Duration) {
        let end = self.clock.now().mono + by;
        loop {
            let (due, _timer) = self.app.node().poll_timeout();
            if due > end {
                break;
            }
            self.clock
                .advance(due.saturating_sub(self.clock.now().mono));
            tick(&self.app);
        }
        self.clock.advance(end - self.clock.now().mono);
    }
}

/// The request as it was sent: only its own headers, but `Host`, which HTTP/1.1 asks for.
fn raw_request(request: &RecordedRequest) -> Vec<u8> {
    let body = request.body();
    let mut head = format!(
        "{} {} HTTP/1.1\r\nHost: localhost:8761\r\n",
        request.method, request.path
    );
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let says_length = request.header("Content-Length").is_some();
    if let Some(body) = body.as_ref().filter(|_| !says_length) {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    let mut raw = head.into_bytes();
    raw.extend(body.unwrap_or_default());
    raw
}

async fn read_answer(stream: &mut DuplexStream, has_body: bool) -> Answer {
    let mut received = Vec::new();
    let head_end = loop {
        if let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        assert_ne!(
            stream.read_buf(&mut received).await.unwrap(),
            0,
            "closed without an answer"
        );
    };
    let body_start = received.split_off(head_end);
    let mut answer = parse_head(std::str::from_utf8(&received).unwrap());
    answer.body = body_start;
    let length = answer
        .header("Content-Length")
        .map_or(0, |length| length.parse().unwrap());
    while has_body && answer.body.len() < length {
        assert_ne!(
            stream.read_buf(&mut answer.body).await.unwrap(),
            0,
            "closed within the body"
        );
    }
    answer
}

fn parse_head(head: &str) -> Answer {
    let mut lines = head.lines();
    let status_line = lines.next().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    Answer {
        status: status_line.split(' ').nth(1).unwrap().parse().unwrap(),
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: Vec::new(),
    }
}
