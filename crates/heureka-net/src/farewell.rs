//! How a connection is closed so that the client still reads the last answer.

use std::{
    future::poll_fn,
    io,
    mem::MaybeUninit,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf},
    time::timeout,
};

use crate::pace::LINGER;

const DISCARD_BYTES: usize = 8 * 1024;

/// Writes `answer` and closes the connection, within [`LINGER`].
pub(crate) async fn say_farewell<Io>(mut io: Io, answer: &'static [u8])
where
    Io: AsyncRead + AsyncWrite + Unpin,
{
    let farewell = async {
        io.write_all(answer).await?;
        io.shutdown().await?;
        poll_fn(|cx| poll_discard(Pin::new(&mut io), cx)).await
    };
    // A client that does not read or does not stop sending loses the answer, which is its choice.
    let _: Result<io::Result<()>, _> = timeout(LINGER, farewell).await;
}

/// Throws away what comes until the other end closes.
///
/// The kernel resets a connection that is closed with unread bytes, and on a reset the other end
/// drops an answer that it has not read yet.
pub(crate) fn poll_discard<Io>(mut io: Pin<&mut Io>, cx: &mut Context<'_>) -> Poll<io::Result<()>>
where
    Io: AsyncRead,
{
    let mut scratch = [MaybeUninit::uninit(); DISCARD_BYTES];
    loop {
        let mut discarded = ReadBuf::uninit(&mut scratch);
        ready!(io.as_mut().poll_read(cx, &mut discarded))?;
        if discarded.filled().is_empty() {
            return Poll::Ready(Ok(()));
        }
    }
}
