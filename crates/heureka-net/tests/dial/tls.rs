//! HTTP over TLS: who is trusted, and what is told when nobody can be.

use std::{io, path::Path, sync::Arc, time::Duration};

use heureka_net::{AnswerLimits, DialConfig, DialError, InvalidRoots, Tls};
use rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    time::Instant,
};
use tokio_rustls::TlsAcceptor;

use crate::harness::{Net, OK, assert_elapsed, closed, get, say, url, within};

/// A server's certificate for `names`, and who trusts it.
pub(crate) fn identity(names: &[&str]) -> (TlsAcceptor, Tls) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let signed = rcgen::generate_simple_self_signed(names).unwrap();
    let key = PrivateKeyDer::try_from(signed.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key)
        .unwrap();
    let trusted = Tls::trusting(signed.cert.pem().as_bytes()).unwrap();
    (TlsAcceptor::from(Arc::new(config)), trusted)
}

/// Answers one request, and gives its head.
pub(crate) async fn answer_over_tls(acceptor: TlsAcceptor, io: DuplexStream) -> io::Result<String> {
    let mut io = acceptor.accept(io).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(io.read_u8().await?);
    }
    io.write_all(OK.as_bytes()).await?;
    io.shutdown().await?;
    Ok(String::from_utf8(head).unwrap())
}

fn server(acceptor: TlsAcceptor, trusted: Tls) -> Net {
    Net::with(trusted, move |_, io| {
        let acceptor = acceptor.clone();
        async move {
            // A refused handshake fails on both sides; the client's is looked at.
            let _: io::Result<String> = answer_over_tls(acceptor, io).await;
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_trusted_server_is_asked() {
    let (acceptor, trusted) = identity(&["peer1", "10.0.0.7", "::1"]);
    let net = server(acceptor, trusted);
    for to in [
        "https://peer1/",
        "https://PEER1:8761/eureka/",
        "https://10.0.0.7:8761/",
        "https://[::1]:8761/",
    ] {
        assert_eq!(net.ask(to, get("/")).await.as_deref(), Ok("ok"), "{to}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stranger_is_sent_nothing() {
    let (acceptor, trusted) = identity(&["peer1"]);
    let (other, _) = identity(&["peer1"]);
    for (acceptor, to) in [
        (acceptor, "https://peer2/"),
        (other, "https://user:pass@peer1/"),
    ] {
        let error = server(acceptor, trusted.clone()).ask(to, get("/")).await;
        let error = error.unwrap_err();
        assert!(matches!(error, DialError::Tls(_)), "{error:?}");
        assert!(error.is_unsent());
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_without_tls_is_told_from_one_that_breaks_off() {
    let (_, trusted) = identity(&["peer1"]);
    let plain = Net::with(trusted.clone(), |_, mut io| async move {
        say(&mut io, "HTTP/1.1 400 Bad Request\r\n\r\n").await;
        closed(&mut io).await;
    });
    let error = plain.ask("https://peer1/", get("/")).await.unwrap_err();
    assert!(matches!(error, DialError::Tls(_)), "{error:?}");
    let leaving = Net::with(trusted, |_, _| async {});
    let error = leaving.ask("https://peer1/", get("/")).await.unwrap_err();
    assert!(matches!(error, DialError::Broken(_)), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_handshake_ends() {
    let (_, trusted) = identity(&["peer1"]);
    let net = Net::with(trusted, |_, mut io| async move { closed(&mut io).await });
    let to = url("https://peer1/");
    for (deadline, elapsed) in [
        (AnswerLimits::DEADLINE, DialConfig::HANDSHAKE_TIMEOUT),
        (Duration::from_secs(2), Duration::from_secs(2)),
    ] {
        let began = Instant::now();
        let error = net.client.send(&to, get("/"), within(deadline)).await;
        assert_eq!(error.unwrap_err(), DialError::ReadTimeout);
        assert_elapsed(began, elapsed);
    }
}

#[test]
fn certificates_that_cannot_be_trusted_are_told() {
    let missing = Tls::of_machine(Some(Path::new("/no/such/file.pem"))).unwrap_err();
    assert!(
        missing.to_string().starts_with("/no/such/file.pem: "),
        "{missing}"
    );
    for (pem, expected) in [
        ("", "Empty"),
        ("no certificate", "Empty"),
        ("-----BEGIN CERTIFICATE-----\n", "NotPem"),
    ] {
        let error = Tls::trusting(pem.as_bytes()).unwrap_err();
        assert!(format!("{error:?}").starts_with(expected), "{error:?}");
    }
    let nonsense = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let error = Tls::trusting(nonsense.as_bytes());
    assert!(matches!(error, Err(InvalidRoots::Unusable(_))), "{error:?}");
    assert!(Tls::of_machine(None).is_ok());
}
