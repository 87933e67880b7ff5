//! The connections that hyper is given, and what it is told of them.

use std::{
    io,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
};

use http::Extensions;
use hyper_util::client::legacy::connect::{CaptureConnection, Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::error::DialError;

/// A connection of whatever kind.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<Io: AsyncRead + AsyncWrite + Unpin + Send> Stream for Io {}

pub(crate) type BoxStream = Box<dyn Stream>;

/// A connection that keeps what its TLS failed of.
///
/// A server that does not accept our certificate says so only after we took the handshake for done
/// (RFC 8446, 4.4.2.4), and closes. hyper may notice that before it has the request, or while it
/// writes, and then tells everything but the reason.
pub(crate) struct Link {
    stream: BoxStream,
    failure: Option<TlsFailure>,
    forwarded: bool,
}

#[derive(Clone, Default)]
struct TlsFailure(Arc<OnceLock<DialError>>);

impl Link {
    pub(crate) fn plain(stream: BoxStream) -> Self {
        Self {
            stream,
            failure: None,
            forwarded: false,
        }
    }

    /// A connection to a proxy that hands requests on.
    pub(crate) fn forwarded(stream: BoxStream) -> Self {
        Self {
            forwarded: true,
            ..Self::plain(stream)
        }
    }

    /// A connection on which TLS has agreed.
    pub(crate) fn secure(stream: BoxStream) -> Self {
        Self {
            failure: Some(TlsFailure::default()),
            ..Self::plain(stream)
        }
    }

    /// What TLS failed of on the connection that a request had.
    pub(crate) fn failure_on(connection: &CaptureConnection) -> Option<DialError> {
        let mut known = Extensions::new();
        if let Some(connected) = &*connection.connection_metadata() {
            connected.get_extras(&mut known);
        }
        known.get::<TlsFailure>()?.0.get().cloned()
    }

    fn note(&self, failure: &io::Error) {
        let Some(known) = &self.failure else {
            return;
        };
        if let failure @ DialError::Tls(_) = DialError::of_exchange(failure) {
            // The first failure is the one that others follow from.
            let _: Result<(), _> = known.0.set(failure);
        }
    }

    /// Gives the result of a write on, but hears the other side out first if it has cut us off.
    fn written<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(Err(failure)) = &written
            && self.failure.is_some()
            && is_cut_off(failure)
        {
            ready!(self.poll_last_words(cx));
        }
        written
    }

    /// Reads to the end, for the reason. Where the other side is gone, the end is near, and nobody
    /// else reads on: hyper gives the answer up once it cannot write.
    fn poll_last_words(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut buffer = [0; 512];
        loop {
            let mut unread = ReadBuf::new(&mut buffer);
            match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut unread)) {
                Ok(()) if unread.filled().is_empty() => return Poll::Ready(()),
                Ok(()) => {}
                Err(failure) => {
                    self.note(&failure);
                    return Poll::Ready(());
                }
            }
        }
    }
}

fn is_cut_off(failure: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset};
    matches!(failure.kind(), BrokenPipe | ConnectionReset)
}

impl Connection for Link {
    fn connected(&self) -> Connected {
        // For a proxy hyper writes the whole URL (RFC 9112, 3.2.2).
        let connected = Connected::new().proxy(self.forwarded);
        match &self.failure {
            Some(failure) => connected.extra(failure.clone()),
            None => connected,
        }
    }
}

impl AsyncRead for Link {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, into);
        if let Poll::Ready(Err(failure)) = &read {
            self.note(failure);
        }
        read
    }
}

impl AsyncWrite for Link {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.written(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
