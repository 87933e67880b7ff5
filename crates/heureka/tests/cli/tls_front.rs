//! What stands in front of a server and speaks TLS for it.

use std::{io, sync::Arc};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
};

/// It passes on what it gets for as long as it is there.
pub(crate) struct TlsFront {
    /// `HOST:PORT`
    pub(crate) address: String,
    /// What vouches for it, as PEM.
    pub(crate) certificate: String,
    last_head: Arc<Mutex<String>>,
    _serving: JoinSet<()>,
}

impl TlsFront {
    /// One for the server that listens on `backend`.
    pub(crate) async fn of(backend: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (acceptor, certificate) = identity();
        let last_head = Arc::<Mutex<String>>::default();
        let (backend, heads) = (backend.to_owned(), Arc::clone(&last_head));
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // Whoever does not trust it breaks off, and is looked at by the test.
                let _: io::Result<()> = pass_on(&acceptor, stream, &backend, &heads).await;
            }
        });
        Self {
            address,
            certificate,
            last_head,
            _serving: serving,
        }
    }

    /// The head of the last request; empty where there was none.
    pub(crate) fn last_head(&self) -> String {
        self.last_head.lock().clone()
    }
}

fn identity() -> (TlsAcceptor, String) {
    let signed = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signed.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), signed.cert.pem())
}

async fn pass_on(
    acceptor: &TlsAcceptor,
    stream: TcpStream,
    backend: &str,
    last_head: &Mutex<String>,
) -> io::Result<()> {
    let mut client = acceptor.accept(stream).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    *last_head.lock() = String::from_utf8_lossy(&head).into_owned();
    let mut server = TcpStream::connect(backend).await?;
    server.write_all(&head).await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}
