//! The client by which regions are fetched, against servers that answer all sorts of bytes.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use heureka_core::FetchFailure;
use heureka_model::ServiceUrl;
use heureka_net::{AnswerLimits, Client, Dial, DialConfig, Tls};
use heureka_server::Fetch as _;
use http::Request;
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::net::TcpListener;
use tokio::time::Instant;

/// A deadline far over anything here; only a failing test waits for as long.
const LIMITS: AnswerLimits = AnswerLimits {
    deadline: Duration::from_secs(60),
    max_bytes: 1000,
};

fn client() -> Client {
    Client::new(DialConfig::default(), Tls::of_machine(None).unwrap())
}

fn request(url: &ServiceUrl) -> Request<()> {
    Request::get(url.join("apps/"))
        .header("accept", "application/json")
        .body(())
        .unwrap()
}

/// What came of a request to a server that is told `credentials`, writes `answer` and closes: a status and a body, or a
/// reason. Also the head of the request.
async fn get_as(credentials: &str, answer: &[u8]) -> (Result<(u16, Vec<u8>), String>, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let url = format!("http://{credentials}{address}/eureka/");
    let url: ServiceUrl = url.parse().unwrap();
    let served = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = vec![0; 4096];
        let count = stream.read(&mut head).await.unwrap();
        stream.write_all(answer).await.unwrap();
        head.truncate(count);
        String::from_utf8(head).unwrap()
    };
    let client = client();
    let fetched = client.get(&url, request(&url), LIMITS);
    let (fetched, head) = tokio::join!(fetched, served);
    let fetched = fetched.map(|answer| (answer.status().as_u16(), answer.body().to_vec()));
    (fetched.map_err(|failure| failure.to_string()), head)
}

async fn get(answer: &[u8]) -> (Result<(u16, Vec<u8>), String>, String) {
    get_as("", answer).await
}

#[tokio::test]
async fn answers_are_taken_in_any_framing() {
    for (answer, status, body) in [
        (
            &b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"[..],
            200,
            "ok",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            200,
            "ok",
        ),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok", 200, "ok"),
        (b"HTTP/1.0 403 Forbidden\r\n\r\n", 403, ""),
    ] {
        let text = String::from_utf8_lossy(answer);
        let (fetched, head) = get(answer).await;
        assert_eq!(fetched, Ok((status, body.as_bytes().to_vec())), "{text}");
        assert!(head.starts_with("GET /eureka/apps/ HTTP/1.1\r\n"), "{head}");
        assert!(head.contains("host: 127.0.0.1:"), "{head}");
        assert!(head.contains("accept: application/json"), "{head}");
        assert!(!head.contains("authorization"), "{head}");
    }
}

#[tokio::test]
async fn who_asks_is_told_where_the_url_says_it() {
    let (_, head) = get_as("user:p%2Css@", b"HTTP/1.1 200 OK\r\n\r\n").await;
    // In clear text: user:p,ss
    assert!(
        head.contains("authorization: Basic dXNlcjpwLHNz\r\n"),
        "{head}"
    );
}

/// Credentials and listings are a matter of the server that was named.
#[tokio::test]
async fn a_redirect_is_not_followed() {
    // One that does not wait, so that nobody having come is certain.
    let elsewhere = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let address = elsewhere.local_addr().unwrap();
    for status in [301, 302, 303, 307, 308] {
        let answer = format!(
            "HTTP/1.1 {status} Elsewhere\r\nLocation: http://{address}/\r\nContent-Length: 0\r\n\r\n"
        );
        let (fetched, _) = get_as("user:password@", answer.as_bytes()).await;
        assert_eq!(fetched, Ok((status, Vec::new())));
        let nobody = elsewhere.accept().unwrap_err();
        assert_eq!(nobody.kind(), io::ErrorKind::WouldBlock, "{status}");
    }
}

#[tokio::test]
async fn answers_that_are_none() {
    let too_long = [b"HTTP/1.1 200 OK\r\n\r\n", &[b' '; 2000][..]].concat();
    let in_one_chunk = [
        &b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n"[..],
        &[b' '; 2000],
        b"\r\n0\r\n\r\n",
    ]
    .concat();
    for (answer, reason) in [
        (&b""[..], "cannot be reached"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "cannot be reached"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
            "cannot be reached",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "cannot be reached",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
            "remote-region-max-body = 1000",
        ),
        (&too_long, "remote-region-max-body = 1000"),
        (&in_one_chunk, "remote-region-max-body = 1000"),
    ] {
        let text = String::from_utf8_lossy(answer);
        let failure = get(answer).await.0.unwrap_err();
        assert!(failure.contains(reason), "{text}: {failure}");
    }
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let url: ServiceUrl = url.parse().unwrap();
    drop(listener);
    let failure = client().get(&url, request(&url), LIMITS).await.unwrap_err();
    assert_eq!(
        failure.to_string(),
        "the region cannot be reached: the connection is refused: no process listens there"
    );
}

/// A machine that takes connections and says nothing.
#[derive(Default)]
struct Silent(Mutex<Vec<DuplexStream>>);

impl Dial for Silent {
    type Io = DuplexStream;

    async fn dial(&self, _: &str, _: u16) -> io::Result<DuplexStream> {
        let (ours, theirs) = duplex(4096);
        self.0.lock().push(theirs);
        Ok(ours)
    }
}

#[tokio::test(start_paused = true)]
async fn silence_ends_at_the_deadline() {
    let tls = Tls::of_machine(None).unwrap();
    let client = Client::over(Silent::default(), DialConfig::default(), tls);
    let url: ServiceUrl = "http://eu/eureka/".parse().unwrap();
    let began = Instant::now();
    let failure = client.get(&url, request(&url), LIMITS).await.unwrap_err();
    assert_eq!(failure, FetchFailure::TimedOut);
    assert_eq!(began.elapsed().as_secs(), LIMITS.deadline.as_secs());
}
