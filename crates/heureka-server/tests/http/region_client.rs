//! The client by which regions are fetched, against servers that answer all sorts of bytes.

use std::net::Ipv4Addr;
use std::time::Duration;

use heureka_model::ServiceUrl;
use heureka_net::{AnswerLimits, Client, DialConfig, Tls};
use heureka_server::Fetch as _;
use http::Request;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const LIMIT_BYTES: usize = 1000;

const LIMITS: AnswerLimits = AnswerLimits {
    deadline: PATIENCE,
    max_bytes: LIMIT_BYTES,
};

fn client() -> Client {
    Client::new(DialConfig::default(), Tls::of_machine(None).unwrap())
}

/// Far more than anything here takes; only a failing test waits for as long.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came of a request to a server that writes `answer` and closes: a status and a body, or a reason. Also the head of
/// the request.
async fn get(answer: &[u8]) -> (Result<(u16, Vec<u8>), String>, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/eureka/", listener.local_addr().unwrap());
    let url: ServiceUrl = url.parse().unwrap();
    let served = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = vec![0; 4096];
        let count = stream.read(&mut head).await.unwrap();
        stream.write_all(answer).await.unwrap();
        head.truncate(count);
        String::from_utf8(head).unwrap()
    };
    let request = Request::get(url.join("apps/"))
        .header("accept", "application/json")
        .body(());
    let client = client();
    let fetched = client.get(&url, request.unwrap(), LIMITS);
    let both = async { tokio::join!(fetched, served) };
    let (fetched, head) = tokio::time::timeout(PATIENCE, both).await.unwrap();
    let fetched = fetched.map(|answer| (answer.status().as_u16(), answer.body().to_vec()));
    (fetched.map_err(|failure| failure.to_string()), head)
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
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n",
            302,
            "",
        ),
    ] {
        let text = String::from_utf8_lossy(answer);
        let (fetched, head) = get(answer).await;
        assert_eq!(fetched, Ok((status, body.as_bytes().to_vec())), "{text}");
        assert!(head.starts_with("GET /eureka/apps/ HTTP/1.1\r\n"), "{head}");
        assert!(head.contains("host: 127.0.0.1:"), "{head}");
        assert!(head.contains("accept: application/json"), "{head}");
    }
}

#[tokio::test]
async fn answers_that_are_none() {
    let too_long = [b"HTTP/1.1 200 OK\r\n\r\n", &[b' '; 2 * LIMIT_BYTES][..]].concat();
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
    let request = Request::get(url.join("apps/")).body(()).unwrap();
    assert!(client().get(&url, request, LIMITS).await.is_err());
}
