//! Clients that prove who they are, and texts that are no proof.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use bytes::Bytes;
use heureka_net::{
    AnswerLimits, Client, ClientIdentity, DialConfig, DialError, InvalidIdentity, Tls, bind,
};
use http::Request;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    RootCertStore, ServerConfig, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
    version::{TLS12, TLS13},
};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::{
    harness::{Net, get, url},
    tls::answer_over_tls,
};

/// A certificate with its PKCS#1 key, and one with its SEC1 key, as OpenSSL writes them; they sign
/// themselves and last for a hundred years.
const RSA: &str = include_str!("identities/rsa.pem");
const EC: &str = include_str!("identities/ec.pem");

/// Somebody who signs certificates.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for `name` and its key.
    fn sign(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let signed = params.signed_by(&key, &self.0).unwrap();
        (signed.pem(), key.serialize_pem())
    }

    /// A server with the name `name` that speaks to clients whose certificates lead to `trusted`.
    fn server(
        &self,
        name: &str,
        trusted: &str,
        version: &'static SupportedProtocolVersion,
    ) -> TlsAcceptor {
        let provider = Arc::new(ring::default_provider());
        let mut roots = RootCertStore::empty();
        for root in CertificateDer::pem_slice_iter(trusted.as_bytes()) {
            roots.add(root.unwrap()).unwrap();
        }
        let clients = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
        let (certificate, key) = self.sign(name);
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_client_cert_verifier(clients.build().unwrap())
            .with_single_cert(
                vec![certificate],
                PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
            )
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

fn net(acceptor: TlsAcceptor, tls: Tls) -> Net {
    Net::with(tls, move |_, io| {
        let acceptor = acceptor.clone();
        async move {
            // A refused handshake fails on both sides; the client's is looked at.
            let _: io::Result<String> = answer_over_tls(acceptor, io).await;
        }
    })
}

fn tls(server: &Authority, identity: Option<ClientIdentity>) -> Tls {
    let trusting = Tls::builder().root_pem(server.pem().as_bytes()).unwrap();
    match identity {
        Some(identity) => trusting.identity(identity).build().unwrap(),
        None => trusting.build().unwrap(),
    }
}

fn identity(certificate: &str, key: &str) -> Result<ClientIdentity, InvalidIdentity> {
    ClientIdentity::from_pem(certificate.as_bytes(), key.as_bytes())
}

#[tokio::test(start_paused = true)]
async fn a_client_with_a_certificate_is_let_in() {
    let (server, signer) = (Authority::new(), Authority::new());
    let (signed, key) = signer.sign("client");
    for version in [&TLS12, &TLS13] {
        for (trusted, certificate, key) in [
            (&*signer.pem(), &*signed, &*key),
            (RSA, RSA, RSA),
            (EC, EC, EC),
        ] {
            let us = identity(certificate, key).unwrap();
            let net = net(
                server.server("peer1", trusted, version),
                tls(&server, Some(us)),
            );
            let answer = net.ask("https://peer1/", get("/")).await;
            assert_eq!(answer.as_deref(), Ok("ok"), "{version:?}");
        }
    }
}

/// With TLS 1.3 the server says so when the client takes the handshake for done, and has begun to
/// send: its request, or so much that the end of the connection is noticed in the middle of it.
#[tokio::test(start_paused = true)]
async fn a_client_without_one_is_told_so() {
    let (server, signer) = (Authority::new(), Authority::new());
    for version in [&TLS12, &TLS13] {
        for us in [None, Some(identity(EC, EC).unwrap())] {
            for bytes in [0, 100, 1_000_000] {
                let net = net(
                    server.server("peer1", &signer.pem(), version),
                    tls(&server, us.clone()),
                );
                let request = Request::post("/").body(Bytes::from(vec![b'x'; bytes]));
                let error = net.ask("https://peer1/", request.unwrap()).await;
                let DialError::Tls(told) = error.unwrap_err() else {
                    panic!("{version:?} {us:?} {bytes}");
                };
                assert!(told.contains("with a certificate that it trusts"), "{told}");
            }
        }
    }
}

#[test]
fn what_is_no_identity_is_told() {
    use InvalidIdentity as No;
    let (certificate, key) = Authority::new().sign("client");
    let (other, other_key) = Authority::new().sign("client");
    let (certificate, key, other_key) = (&*certificate, &*key, &*other_key);
    let both = format!("{other}{certificate}");
    let one_line = key.replace('\n', " ");
    let headless = certificate.replace("-----END", "END");
    for (chain, of, expected) in [
        ("", key, No::NoCertificate),
        ("garbage", key, No::NoCertificate),
        (key, key, No::NoCertificate),
        (&*headless, key, No::CertificateNotPem),
        (one_line.as_str(), key, No::CertificateNotPem),
        (certificate, "", No::NoKey),
        (certificate, "garbage", No::NoKey),
        (certificate, certificate, No::NoKey),
        (certificate, &one_line, No::KeyNotPem),
        (certificate, "-----BEGIN PRIVATE KEY-----\n", No::KeyNotPem),
        (certificate, other_key, No::KeyOfAnother),
        (&both, key, No::KeyOfAnother),
    ] {
        assert_eq!(identity(chain, of).unwrap_err(), expected, "{chain} {of}");
    }
}

#[test]
fn a_key_that_cannot_be_used_is_told() {
    let (certificate, _) = Authority::new().sign("client");
    for (label, text, expected) in [
        ("PRIVATE KEY", "AAAA", InvalidIdentity::UnusableKey),
        ("RSA PRIVATE KEY", "AAAA", InvalidIdentity::UnusableKey),
        ("EC PRIVATE KEY", "AAAA", InvalidIdentity::UnusableKey),
        ("PRIVATE KEY", "????", InvalidIdentity::KeyNotPem),
        (
            "ENCRYPTED PRIVATE KEY",
            "AAAA",
            InvalidIdentity::EncryptedKey,
        ),
        (
            "RSA PRIVATE KEY",
            "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA",
            InvalidIdentity::EncryptedKey,
        ),
    ] {
        let key = format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n");
        assert_eq!(identity(&certificate, &key).unwrap_err(), expected, "{key}");
    }
}

#[test]
fn a_certificate_that_cannot_be_used_is_told() {
    let nonsense = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let error = identity(nonsense, EC);
    assert!(
        matches!(error, Err(InvalidIdentity::UnusableCertificate(_))),
        "{error:?}"
    );
}

#[test]
fn no_key_is_ever_shown() {
    let us = identity(EC, EC).unwrap();
    let tls = Tls::builder().identity(us.clone());
    assert_eq!(format!("{us:?}"), "ClientIdentity { .. }");
    assert_eq!(format!("{tls:?}"), "TlsBuilder { .. }");
    assert_eq!(format!("{:?}", tls.build().unwrap()), "Tls { .. }");
    let one_line = EC.replace('\n', " ");
    let secret = EC.lines().rev().nth(2).unwrap();
    let error = identity(&one_line, &one_line).unwrap_err();
    assert!(!format!("{error} {error:?}").contains(secret));
}

/// On real sockets the refusal and the end of the connection can come at any moment of the client's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_told_whenever_it_comes() {
    let (server, signer) = (Authority::new(), Authority::new());
    let acceptor = server.server("localhost", &signer.pem(), &TLS13);
    let listener = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut accepting = JoinSet::new();
    accepting.spawn(async move {
        loop {
            let (io, _) = listener.accept().await.unwrap();
            acceptor.accept(io).await.unwrap_err();
        }
    });
    let client = Client::new(DialConfig::default(), tls(&server, None));
    let to = url(&format!("https://localhost:{port}/"));
    for bytes in [0, 100, 300_000].repeat(30) {
        let request = Request::post("/").body(Bytes::from(vec![b'x'; bytes]));
        let answer = client.send(&to, request.unwrap(), AnswerLimits::default());
        let error = answer.await.unwrap_err();
        assert!(matches!(error, DialError::Tls(_)), "{bytes}: {error:?}");
    }
}
