//! A stream that reports to its connection's pace.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::{farewell::poll_discard, pace::Shut, session::Session};

/// Reports what is read and written, and lingers on shutdown while the client is still sending.
#[derive(Debug)]
pub(crate) struct PacedIo<Io> {
    io: Io,
    session: Arc<Session>,
    shut: Option<Shut>,
    /// Whether a write had to wait and not all is written since. Most answers go out at once, and
    /// the pace need not hear of them.
    has_waited: bool,
}

impl<Io> PacedIo<Io> {
    pub(crate) fn new(io: Io, session: Arc<Session>) -> Self {
        Self {
            io,
            session,
            shut: None,
            has_waited: false,
        }
    }

    pub(crate) fn into_inner(self) -> Io {
        self.io
    }

    fn report_write(&mut self, written: &Poll<io::Result<usize>>) {
        match written {
            Poll::Pending => {
                self.has_waited = true;
                self.session.pace().write_blocked();
            }
            Poll::Ready(Ok(bytes)) if self.has_waited => self.session.pace().written(*bytes),
            Poll::Ready(_) => {}
        }
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for PacedIo<Io> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.io).poll_read(cx, buf))?;
        let read = buf.filled().get(before..).unwrap_or_default();
        if !read.is_empty() {
            this.session.pace().received(read);
        }
        Poll::Ready(Ok(()))
    }
}

impl<Io: AsyncRead + AsyncWrite + Unpin> AsyncWrite for PacedIo<Io> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.io).poll_write(cx, buf);
        this.report_write(&written);
        written
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.io).poll_write_vectored(cx, bufs);
        this.report_write(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    /// hyper flushes once its own buffer is empty, so nothing is left to be written afterwards.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.io).poll_flush(cx))?;
        if std::mem::take(&mut this.has_waited) {
            this.session.pace().flushed();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let shut = match this.shut {
            Some(shut) => shut,
            None => {
                ready!(Pin::new(&mut this.io).poll_shutdown(cx))?;
                *this.shut.insert(this.session.pace().shut())
            }
        };
        match shut {
            Shut::AllRead => Poll::Ready(Ok(())),
            Shut::Unread => poll_discard(Pin::new(&mut this.io), cx),
        }
    }
}
