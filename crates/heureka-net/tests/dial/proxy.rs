//! The client behind a proxy: what it asks of it, and what it makes of the answers.

use std::{io, sync::Arc, time::Duration};

use heureka_net::{
    AnswerLimits, Client, Dial, DialConfig, DialError, InvalidProxy, Proxy, ProxyError,
};
use parking_lot::Mutex;
use tokio::{
    io::DuplexStream,
    time::{Instant, sleep},
};

use crate::{
    harness::{Net, OK, assert_elapsed, closed, get, no_tls, request_on, say, url, within},
    tls::{answer_over_tls, identity},
};

const SECURE: &str = "https://peer1:8761/eureka/";
const OPENED: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

fn proxy() -> Proxy {
    Proxy::parse("http://proxy:3128").unwrap()
}

fn known_to_proxy() -> Proxy {
    proxy().with_credentials("us", "geheim:%/@").unwrap()
}

/// `us:geheim:%/@`, as Basic authentication has it.
const BASIC: &str = "proxy-authorization: basic dxm6z2vozwltoiuvqa==";

/// A proxy that says `text` to whatever it is asked, and waits.
fn saying(proxy: Proxy, text: &'static str) -> Net {
    Net::through(proxy, no_tls(), move |_, mut io| async move {
        request_on(&mut io).await;
        say(&mut io, text).await;
        closed(&mut io).await;
    })
}

/// What a request to the servers of `urls` makes a proxy hear that answers all of them.
async fn heard(proxy: Proxy, urls: &[&str]) -> Vec<String> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hearing = Arc::clone(&heard);
    let net = Net::through(proxy, no_tls(), move |_, mut io: DuplexStream| {
        let hearing = Arc::clone(&hearing);
        async move {
            while let Some(request) = request_on(&mut io).await {
                hearing.lock().push(request.to_lowercase());
                say(&mut io, OK).await;
            }
        }
    });
    for to in urls {
        // What stands in that answer is for no tunnel.
        let _: Result<String, DialError> = net.ask(to, get("/eureka/apps/?x=y")).await;
    }
    assert!(
        net.addresses()
            .iter()
            .all(|dialled| dialled == "proxy:3128")
    );
    std::mem::take(&mut heard.lock())
}

#[tokio::test(start_paused = true)]
async fn a_request_in_the_clear_is_handed_over_with_its_whole_url() {
    for (to, expected) in [
        ("http://peer1:8761/", "peer1:8761"),
        ("http://peer1/", "peer1"),
        ("http://[::1]:8761/", "[::1]:8761"),
        ("http://user:pass@10.0.0.7:8761/", "10.0.0.7:8761"),
    ] {
        let asked = heard(known_to_proxy(), &[to]).await.remove(0);
        let line = format!("get http://{expected}/eureka/apps/?x=y http/1.1\r\n");
        assert!(asked.starts_with(&line), "{asked}");
        assert!(
            asked.contains(&format!("\r\nhost: {expected}\r\n")),
            "{asked}"
        );
        assert!(asked.contains(&format!("\r\n{BASIC}\r\n")), "{asked}");
        assert_eq!(asked.contains("\r\nauthorization: "), to.contains('@'));
    }
    let asked = heard(proxy(), &["http://peer1/"]).await.remove(0);
    assert!(!asked.contains("authorization"), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn a_tunnel_is_asked_for_with_host_and_port_and_nothing_else() {
    for (to, expected) in [
        (SECURE, "peer1:8761"),
        ("https://peer1/", "peer1:443"),
        ("https://[::1]/", "[::1]:443"),
        ("https://user:pass@peer1/", "peer1:443"),
    ] {
        let head = format!("connect {expected} http/1.1\r\nhost: {expected}\r\n");
        let asked = heard(proxy(), &[to]).await;
        assert_eq!(asked, [format!("{head}\r\n")]);
        let asked = heard(known_to_proxy(), &[to]).await;
        assert_eq!(asked, [format!("{head}{BASIC}\r\n\r\n")]);
    }
}

#[tokio::test(start_paused = true)]
async fn connections_through_a_proxy_are_used_again_but_never_for_another_server() {
    let net = Net::through(proxy(), no_tls(), |_, mut io| async move {
        while request_on(&mut io).await.is_some() {
            say(&mut io, OK).await;
        }
    });
    for (to, dialled) in [
        ("http://peer1/", 1),
        ("http://peer1/", 1),
        ("http://peer2/", 2),
    ] {
        assert_eq!(net.ask(to, get("/")).await.as_deref(), Ok("ok"));
        assert_eq!(net.dialled(), dialled);
        sleep(Duration::from_millis(1)).await;
    }
}

/// The answers with which proxies open tunnels; behind them is the server, which hears nothing of
/// the proxy's credentials.
#[tokio::test(start_paused = true)]
async fn a_tunnel_leads_to_the_server() {
    for opened in [
        OPENED,
        "HTTP/1.0 200 OK\r\nProxy-agent: x\r\n\r\n",
        "HTTP/1.1 204 \r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200\r\n\r\n",
    ] {
        let (acceptor, trusted) = identity(&["peer1"]);
        let net = Net::through(known_to_proxy(), trusted, move |_, mut io| {
            let acceptor = acceptor.clone();
            async move {
                request_on(&mut io).await;
                for byte in opened.split_inclusive(|_: char| true) {
                    say(&mut io, byte).await;
                    sleep(Duration::from_millis(10)).await;
                }
                let asked = answer_over_tls(acceptor, io).await.unwrap();
                assert!(
                    asked.starts_with("GET /eureka/apps/ HTTP/1.1\r\n"),
                    "{asked}"
                );
                assert!(!asked.to_lowercase().contains("proxy"), "{asked}");
            }
        });
        let answer = net.ask(SECURE, get("/eureka/apps/")).await;
        assert_eq!(answer.as_deref(), Ok("ok"), "{opened:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_wants_credentials_says_so_for_both_schemes() {
    let wanted = "HTTP/1.1 407 Proxy Authentication Required\r\n\
                  Proxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 2\r\n\r\nno";
    for (proxy, expected) in [
        (proxy(), ProxyError::CredentialsMissing),
        (known_to_proxy(), ProxyError::CredentialsRefused),
    ] {
        for to in [SECURE, "http://peer1/"] {
            let error = saying(proxy.clone(), wanted).ask(to, get("/")).await;
            let error = error.unwrap_err();
            assert_eq!(error, DialError::Proxy(expected.clone()));
            assert!(error.is_unsent() && !error.is_congestion());
            assert!(error.to_string().contains("407"), "{error}");
        }
    }
    // Without a proxy it is an answer like any.
    let server = Net::of(move |_, mut io| async move {
        request_on(&mut io).await;
        say(&mut io, wanted).await;
    });
    assert_eq!(server.text().await.as_deref(), Ok("no"));
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_opens_no_tunnel_is_told() {
    for (said, status) in [
        (
            "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno",
            502,
        ),
        ("HTTP/1.1 403 Forbidden\r\n\r\n<html>", 403),
        ("HTTP/1.0 301 Moved\r\nLocation: /\r\n\r\n", 301),
        ("HTTP/1.1 100 Continue\r\n\r\n", 100),
    ] {
        let error = saying(proxy(), said)
            .ask(SECURE, get("/"))
            .await
            .unwrap_err();
        assert_eq!(error, DialError::Proxy(ProxyError::Refused { status }));
        assert!(error.to_string().contains(&status.to_string()), "{error}");
    }
    // In the clear it may be the server's answer, and it is given on.
    let net = saying(
        proxy(),
        "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno",
    );
    assert_eq!(
        net.ask("http://peer1/", get("/")).await.as_deref(),
        Ok("no")
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_no_proxy_is_told() {
    for said in [
        "SSH-2.0-OpenSSH_9.6\r\n",
        "\x16\x03\x01\x02",
        "X",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 +20 OK\r\n\r\n",
        "HTTP/1.x 200 OK\r\n\r\n",
        "HTTP/1.1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    ] {
        let error = saying(proxy(), said).ask(SECURE, get("/")).await;
        let error = error.unwrap_err();
        assert_eq!(error, DialError::Proxy(ProxyError::NoProxy), "{said:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_breaks_off_is_told() {
    for said in ["", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nX: y\r\n"] {
        let net = Net::through(proxy(), no_tls(), move |_, mut io| async move {
            request_on(&mut io).await;
            say(&mut io, said).await;
        });
        let error = net.ask(SECURE, get("/")).await.unwrap_err();
        let broken = matches!(error, DialError::Proxy(ProxyError::Broken { .. }));
        assert!(broken, "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_an_end_is_cut_off() {
    const HEADER: &str = "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n";
    for first in [
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 502 ",
        "HTTP/1.1 200 OK\r\nX: ",
    ] {
        let net = Net::through(proxy(), no_tls(), move |_, mut io| async move {
            request_on(&mut io).await;
            let mut heard = say(&mut io, first).await;
            while heard {
                heard = say(&mut io, HEADER).await;
            }
        });
        let error = net.ask(SECURE, get("/")).await.unwrap_err();
        assert_eq!(error, DialError::Proxy(ProxyError::TooLarge), "{first:?}");
        assert_eq!(net.open().await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_does_not_answer_is_not_waited_for() {
    let waited = DialConfig::HANDSHAKE_TIMEOUT;
    for (said, again) in [("", ""), ("HTTP/1.1 200 OK\r\n", "X: y\r\n")] {
        let net = Net::through(proxy(), no_tls(), move |_, mut io| async move {
            request_on(&mut io).await;
            let mut heard = say(&mut io, said).await;
            while heard {
                sleep(Duration::from_millis(700)).await;
                heard = say(&mut io, again).await;
            }
        });
        let began = Instant::now();
        let error = net.ask(SECURE, get("/")).await.unwrap_err();
        assert_eq!(error, DialError::Proxy(ProxyError::Silent { waited }));
        assert_elapsed(began, waited);
        // The caller's deadline counts as well.
        let (began, short) = (Instant::now(), Duration::from_secs(2));
        let error = net.client.send(&url(SECURE), get("/"), within(short)).await;
        assert_eq!(error.unwrap_err(), DialError::ReadTimeout);
        assert_elapsed(began, short);
    }
}

/// A network on which the proxy is not there, or does not accept.
struct Gone(Option<io::ErrorKind>);

impl Dial for Gone {
    type Io = DuplexStream;

    async fn dial(&self, _: &str, _: u16) -> io::Result<DuplexStream> {
        match self.0 {
            Some(kind) => Err(kind.into()),
            None => std::future::pending().await,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn that_the_proxy_is_gone_is_not_told_of_the_server() {
    for kind in [
        Some(io::ErrorKind::ConnectionRefused),
        Some(io::ErrorKind::HostUnreachable),
        None,
    ] {
        for to in [SECURE, "http://peer1/"] {
            let config = DialConfig::default();
            let client = Client::over_and_through(Gone(kind), proxy(), config, no_tls());
            let answer = client
                .send(&url(to), get("/"), AnswerLimits::default())
                .await;
            let error = answer.unwrap_err();
            let unreachable = matches!(error, DialError::Proxy(ProxyError::Unreachable { .. }));
            assert!(unreachable && error.is_unsent(), "{error:?}");
            assert_eq!(error.label(), "proxy");
        }
    }
}

#[test]
fn what_is_no_proxy_is_not_taken_for_one() {
    for (text, expected) in [
        ("https://proxy:3128", "Scheme"),
        ("http://proxy:3128/path", "Path"),
        ("proxy:3128", "Url(Scheme)"),
        ("http://:3128", "Url(Host)"),
        ("http://proxy:0", "Url(Port)"),
        ("http://a%3Ab:geheim@proxy", "Url(Credentials)"),
    ] {
        let error = Proxy::parse(text).unwrap_err();
        assert_eq!(format!("{error:?}"), expected, "{text}");
        assert!(!error.to_string().contains("geheim"));
    }
    for (host, port) in [("", 3128), ("a b", 3128), ("proxy", 0)] {
        assert!(Proxy::at(host, port).is_err(), "{host}:{port}");
    }
    for (user, password) in [("a:b", "geheim"), ("a\r\nX: y", ""), ("a", "geheim\n")] {
        let error = proxy().with_credentials(user, password).unwrap_err();
        assert_eq!(error, InvalidProxy::Credentials);
    }
}

#[test]
fn a_proxy_shows_where_it_is_and_no_password() {
    for proxy in [
        known_to_proxy(),
        Proxy::parse("http://us:geheim@proxy:3128/").unwrap(),
        Proxy::at("PROXY", 3128).unwrap(),
    ] {
        assert_eq!(format!("{proxy:?}"), "Proxy(http://proxy:3128/)");
    }
    let proxy = Proxy::at("::1", 3128).unwrap();
    assert_eq!(format!("{proxy:?}"), "Proxy(http://[::1]:3128/)");
    let client = Client::through(known_to_proxy(), DialConfig::default(), no_tls());
    let shown = format!("{client:?}");
    assert!(
        !shown.contains("geheim") && !shown.contains("Basic"),
        "{shown}"
    );
}
