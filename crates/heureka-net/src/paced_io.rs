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
    /// Whether a write had to wait and not all of its answer is written since. Most answers go out at
    /// once, and the pace need not hear of them.
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
        let io = Pin::new(&mut this.io);
        let written = match bufs {
            // An answer without a body, which most are: the kernel sends one piece with less ado than a list of one.
            [whole] => io.poll_write(cx, whole),
            _ => io.poll_write_vectored(cx, bufs),
        };
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
        // The rest of an answer that had to wait once may be written at once.
        if this.has_waited && this.session.pace().flushed() {
            this.has_waited = false;
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

#[cfg(test)]
mod tests {
    use std::{net::SocketAddr, sync::Arc, task::Waker};

    use tokio::{
        io::{AsyncReadExt as _, AsyncWrite as _, duplex},
        time::Instant,
    };

    use super::*;
    use crate::{Counters, Limits, pace::Overdue};

    /// hyper flushes whenever its buffer is empty, also between two pieces of an answer.
    #[tokio::test]
    async fn an_answer_that_had_to_wait_is_over_with_its_last_byte() {
        let (mut client, server) = duplex(4);
        let limits = Limits {
            idle_timeout: Limits::ANSWER_DEADLINE * 2,
            ..Limits::default()
        };
        let peer = SocketAddr::from(([192, 0, 2, 7], 4711));
        let session = Session::new(peer, limits, Arc::new(Counters::default()));
        let mut io = PacedIo::new(server, Arc::clone(&session));
        let mut cx = Context::from_waker(Waker::noop());
        session.pace().received(b"GET / HTTP/1.1\r\n\r\n");
        session.pace().head_complete(Some(0));

        assert!(Pin::new(&mut io).poll_write(&mut cx, b"full").is_ready());
        assert!(Pin::new(&mut io).poll_write(&mut cx, b"more").is_pending());
        client.read_exact(&mut [0; 4]).await.unwrap();
        assert!(Pin::new(&mut io).poll_flush(&mut cx).is_ready());
        let due = session.pace().due(&limits, Instant::now);
        assert_eq!(due.map(|(_, overdue)| overdue), Some(Overdue::Answer));

        assert!(Pin::new(&mut io).poll_write(&mut cx, b"more").is_ready());
        session.pace().answered();
        assert!(Pin::new(&mut io).poll_flush(&mut cx).is_ready());
        let due = session.pace().due(&limits, Instant::now);
        assert_eq!(due.map(|(_, overdue)| overdue), Some(Overdue::Idle));
    }
}
