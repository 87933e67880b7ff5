//! A metadata service that follows a script.

use std::io;
use std::sync::{Arc, LazyLock};

use heureka_client::{Imds, ImdsConfig};
use heureka_client_core::Address;
use heureka_model::ServiceUrl;
use heureka_net::{Dial, Tls};
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinSet;

static TLS: LazyLock<Tls> = LazyLock::new(|| Tls::of_machine(None).unwrap());

/// What the service does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// An answer with this status and body.
    Answer(u16, String),
    /// Bytes that are no answer.
    Garbage(&'static [u8]),
    /// The connection is closed.
    Close,
    /// Nothing ever comes.
    Silence,
}

pub(crate) fn ok(text: &str) -> Reply {
    Reply::Answer(200, text.to_owned())
}

pub(crate) fn status(status: u16) -> Reply {
    Reply::Answer(status, "<html>no".to_owned())
}

/// Gives the token `token-N` for the N-th request of one, and else what `script` says; anything but the last token is
/// refused, as by the second version of the protocol.
pub(crate) fn version_2(
    mut script: impl FnMut(&str) -> Reply + Send + 'static,
) -> impl FnMut(&str) -> Reply + Send + 'static {
    let mut tokens = 0;
    move |request| {
        if request.starts_with("PUT /latest/api/token HTTP/1.1\r\n") {
            assert!(
                request.contains("x-aws-ec2-metadata-token-ttl-seconds: 300\r\n"),
                "{request}"
            );
            tokens += 1;
            return ok(&format!("token-{tokens}"));
        }
        if !request.contains(&format!("x-aws-ec2-metadata-token: token-{tokens}\r\n")) {
            return status(401);
        }
        script(path_of(request))
    }
}

/// What is asked for below `/latest/`.
pub(crate) fn path_of(request: &str) -> &str {
    let path = request.split(' ').nth(1).unwrap();
    path.strip_prefix("/latest/").unwrap()
}

type Script = Arc<Mutex<dyn FnMut(&str) -> Reply + Send>>;

struct Machine {
    script: Script,
    seen: Arc<Mutex<Vec<String>>>,
    connections: Mutex<JoinSet<()>>,
}

impl Dial for Machine {
    type Io = DuplexStream;

    async fn dial(&self, _: &str, _: u16) -> io::Result<DuplexStream> {
        let (client, server) = duplex(64 * 1024);
        let (script, seen) = (Arc::clone(&self.script), Arc::clone(&self.seen));
        self.connections.lock().spawn(serve(server, script, seen));
        Ok(client)
    }
}

async fn serve(mut io: DuplexStream, script: Script, seen: Arc<Mutex<Vec<String>>>) {
    while let Some(request) = head(&mut io).await {
        seen.lock().push(request.lines().next().unwrap().to_owned());
        let reply = (script.lock())(&request);
        let text = match reply {
            Reply::Answer(status, body) => format!(
                "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            ),
            Reply::Garbage(bytes) => {
                let _ = io.write_all(bytes).await;
                return;
            }
            Reply::Close => return,
            Reply::Silence => return std::future::pending().await,
        };
        if io.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn head(io: &mut DuplexStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(io.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// A service, and what was asked of it.
pub(crate) struct Service {
    pub(crate) imds: Imds,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Service {
    pub(crate) fn of(script: impl FnMut(&str) -> Reply + Send + 'static) -> Self {
        Self::with(|_| {}, script)
    }

    pub(crate) fn with(
        change: impl FnOnce(&mut ImdsConfig),
        script: impl FnMut(&str) -> Reply + Send + 'static,
    ) -> Self {
        let seen = Arc::new(Mutex::default());
        let machine = Machine {
            script: Arc::new(Mutex::new(script)),
            seen: Arc::clone(&seen),
            connections: Mutex::default(),
        };
        let mut config = ImdsConfig::at(ServiceUrl::parse("http://imds/").unwrap());
        change(&mut config);
        let imds = Imds::over(machine, config, TLS.clone());
        Self { imds, seen }
    }

    /// The first lines of the requests, without the version.
    pub(crate) fn seen(&self) -> Vec<String> {
        let seen = self.seen.lock();
        seen.iter()
            .map(|line| line.replace(" HTTP/1.1", ""))
            .collect()
    }
}

pub(crate) fn machine() -> Address {
    Address {
        host_name: "host".into(),
        ip_addr: "10.0.0.1".into(),
    }
}

/// A machine that knows its id and its address within its network.
pub(crate) fn plain(path: &str) -> Reply {
    match path {
        "meta-data/instance-id" => ok("i-1"),
        "meta-data/local-ipv4" => ok("172.16.0.1"),
        _ => status(404),
    }
}
