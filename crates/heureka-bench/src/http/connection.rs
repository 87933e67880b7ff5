//! A connection that carries one request after the other.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};

use anyhow::{Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::answer::{Answer, AnswerReader};

/// A connection to a server; where the server closes it after an answer, the next request opens it again.
#[derive(Debug)]
pub(crate) struct Connection {
    address: SocketAddr,
    source: Option<IpAddr>,
    stream: TcpStream,
    reader: AnswerReader,
    buffer: Box<[u8]>,
}

impl Connection {
    /// Connects, from `source` if there is one. As much as `buffer_bytes` is read at once.
    pub(crate) async fn open(
        address: SocketAddr,
        source: Option<IpAddr>,
        buffer_bytes: usize,
    ) -> Result<Self> {
        Ok(Self {
            address,
            source,
            stream: connect(address, source).await?,
            reader: AnswerReader::default(),
            buffer: vec![0; buffer_bytes].into(),
        })
    }

    /// Sends a request and waits for its whole answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer> {
        self.reopen_if_closed().await?;
        self.send_and_receive(request).await
    }

    /// The same, with the body of the answer as it was sent.
    pub(crate) async fn exchange_for_body(&mut self, request: &[u8]) -> Result<(Answer, Vec<u8>)> {
        self.reopen_if_closed().await?;
        self.reader.keep_body();
        let answer = self.send_and_receive(request).await?;
        Ok((answer, self.reader.take_body().unwrap_or_default()))
    }

    async fn reopen_if_closed(&mut self) -> Result<()> {
        if self.reader.closes() || self.was_closed() {
            self.reopen().await?;
        }
        Ok(())
    }

    async fn send_and_receive(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request).await?;
        loop {
            let length = self.stream.read(&mut self.buffer).await?;
            ensure!(length > 0, "the server closed the connection");
            if self
                .reader
                .take(self.buffer.get(..length).unwrap_or_default())?
            {
                return Ok(self.reader.finish());
            }
        }
    }

    /// Whether the server has ended the connection while it was idle, as servers do. This asks the kernel only where the
    /// runtime knows that there is something.
    fn was_closed(&self) -> bool {
        !matches!(self.stream.try_read(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock)
    }

    /// Connects anew, after an error.
    pub(crate) async fn reopen(&mut self) -> Result<()> {
        self.stream = connect(self.address, self.source).await?;
        self.reader = AnswerReader::default();
        Ok(())
    }

    /// The `ETag` of the last answer.
    pub(crate) fn etag(&self) -> Option<&str> {
        self.reader.etag()
    }
}

async fn connect(address: SocketAddr, source: Option<IpAddr>) -> Result<TcpStream> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    if let Some(source) = source {
        socket.bind(SocketAddr::new(source, 0))?;
    }
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
