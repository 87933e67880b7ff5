//! A client over a simulated network, and servers that follow a script.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use heureka_model::ServiceUrl;
use heureka_net::{AnswerLimits, Client, Dial, DialConfig, DialError, Proxy, Tls};
use http::{Request, Response};
use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    task::JoinSet,
    time::{Instant, sleep},
};

/// How many bytes fit into a pipe in each direction.
const PIPE_BYTES: usize = 64 * 1024;

/// A machine that runs `script` for each connection, which is told how many there were before.
struct Scripted<F> {
    script: F,
    dialled: Arc<Mutex<Vec<String>>>,
    open: Arc<AtomicUsize>,
    connections: Mutex<JoinSet<()>>,
}

impl<F, Fut> Dial for Scripted<F>
where
    F: Fn(usize, DuplexStream) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    type Io = DuplexStream;

    async fn dial(&self, host: &str, port: u16) -> io::Result<DuplexStream> {
        let (client, server) = duplex(PIPE_BYTES);
        let mut dialled = self.dialled.lock();
        let script = (self.script)(dialled.len(), server);
        dialled.push(format!("{host}:{port}"));
        let open = Arc::clone(&self.open);
        self.connections.lock().spawn(async move {
            open.fetch_add(1, Ordering::Relaxed);
            script.await;
            open.fetch_sub(1, Ordering::Relaxed);
        });
        Ok(client)
    }
}

/// A client whose network consists of one machine that follows a script.
pub(crate) struct Net {
    pub(crate) client: Client,
    dialled: Arc<Mutex<Vec<String>>>,
    open: Arc<AtomicUsize>,
}

impl Net {
    pub(crate) fn of<F, Fut>(script: F) -> Self
    where
        F: Fn(usize, DuplexStream) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        Self::with(no_tls(), script)
    }

    pub(crate) fn with<F, Fut>(tls: Tls, script: F) -> Self
    where
        F: Fn(usize, DuplexStream) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        Self::made(script, |machine| {
            Client::over(machine, DialConfig::default(), tls)
        })
    }

    /// The machine is the proxy.
    pub(crate) fn through<F, Fut>(proxy: Proxy, tls: Tls, script: F) -> Self
    where
        F: Fn(usize, DuplexStream) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        Self::made(script, |machine| {
            Client::over_and_through(machine, proxy, DialConfig::default(), tls)
        })
    }

    fn made<F>(script: F, client: impl FnOnce(Scripted<F>) -> Client) -> Self {
        let (dialled, open) = (Arc::default(), Arc::default());
        let machine = Scripted {
            script,
            dialled: Arc::clone(&dialled),
            open: Arc::clone(&open),
            connections: Mutex::default(),
        };
        Self {
            client: client(machine),
            dialled,
            open,
        }
    }

    /// To which hosts and ports there were connections.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.dialled.lock().clone()
    }

    /// How many connections there were.
    pub(crate) fn dialled(&self) -> usize {
        self.dialled.lock().len()
    }

    /// How many connections have a script that has not ended.
    pub(crate) async fn open(&self) -> usize {
        // The other side learns of a close once it gets its turn.
        sleep(Duration::from_millis(1)).await;
        self.open.load(Ordering::Relaxed)
    }

    pub(crate) async fn get(&self, limits: AnswerLimits) -> Result<Response<Bytes>, DialError> {
        self.client
            .send(&url(PEER), get("/eureka/apps/"), limits)
            .await
    }

    /// The text of the answer to `request`, with the usual limits.
    pub(crate) async fn ask(&self, to: &str, request: Request<Bytes>) -> Result<String, DialError> {
        let to = url(to);
        let answer = self.client.send(&to, request, AnswerLimits::default());
        answer.await.map(text_of)
    }

    /// The text of an answer with the usual limits.
    pub(crate) async fn text(&self) -> Result<String, DialError> {
        self.get(AnswerLimits::default()).await.map(text_of)
    }
}

pub(crate) const PEER: &str = "http://peer1:8761/eureka/";

pub(crate) fn url(text: &str) -> ServiceUrl {
    ServiceUrl::parse(text).expect(text)
}

pub(crate) fn get(target: &str) -> Request<Bytes> {
    Request::get(target).body(Bytes::new()).unwrap()
}

pub(crate) fn text_of(answer: Response<Bytes>) -> String {
    String::from_utf8(answer.into_body().to_vec()).unwrap()
}

/// TLS that trusts somebody unknown, for tests without it; reading the machine's roots takes time.
pub(crate) fn no_tls() -> Tls {
    let signed = rcgen::generate_simple_self_signed(vec!["nobody".to_owned()]).unwrap();
    Tls::trusting(signed.cert.pem().as_bytes()).unwrap()
}

pub(crate) fn within(deadline: Duration) -> AnswerLimits {
    AnswerLimits {
        deadline,
        ..AnswerLimits::default()
    }
}

pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Reads the head of a request, and its body if it has a length; `None` where the client closed.
pub(crate) async fn request_on(io: &mut DuplexStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(io.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    io.read_exact(&mut body).await.ok()?;
    Some(head + &String::from_utf8(body).unwrap())
}

/// Says `text`; whether anybody listens is not the script's affair.
pub(crate) async fn say(io: &mut DuplexStream, text: &str) -> bool {
    io.write_all(text.as_bytes()).await.is_ok()
}

/// Waits until the client closes.
pub(crate) async fn closed(io: &mut DuplexStream) {
    while !matches!(io.read(&mut [0; 64]).await, Ok(0) | Err(_)) {}
}

/// Answers every request with `ok`.
pub(crate) async fn well_behaved(mut io: DuplexStream) {
    while request_on(&mut io).await.is_some() {
        say(&mut io, OK).await;
    }
}

/// Asserts that `began` lies `expected` back, to the timer's resolution.
#[track_caller]
pub(crate) fn assert_elapsed(began: Instant, expected: Duration) {
    let elapsed = began.elapsed();
    let slack = Duration::from_millis(5);
    assert!(
        elapsed >= expected && elapsed <= expected + slack,
        "{elapsed:?} for {expected:?}"
    );
}
