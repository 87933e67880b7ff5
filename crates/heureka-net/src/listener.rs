//! Where connections come from.

use std::{io, net::SocketAddr};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpSocket, TcpStream},
};
use tracing::debug;

/// How many connections the kernel keeps for us until we accept them (it takes the smaller of this
/// and `net.core.somaxconn`), so that a fleet that comes back at once is not refused.
const BACKLOG_CONNECTIONS: u32 = 4096;

/// A source of connections: a bound socket, or a simulated network.
pub trait Listener: Send {
    /// A connection's two streams of bytes.
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Waits for the next connection; the address is that of the other end.
    ///
    /// The returned future may be dropped at any time without losing a connection.
    ///
    /// # Errors
    ///
    /// Those of `accept(2)`. None of them ends the accept loop: it tries again.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Self::Io, SocketAddr)>> + Send;

    /// Ends a connection whose client does not read, with all that is still to be sent.
    fn abandon(io: Self::Io) {
        drop(io);
    }
}

impl Listener for TcpListener {
    type Io = TcpStream;

    async fn accept(&mut self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, peer) = Self::accept(self).await?;
        // Answers are written in one piece: waiting for more to send only delays them.
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%peer, %error, "TCP_NODELAY could not be set");
        }
        Ok((stream, peer))
    }

    /// After a plain close the kernel would hold megabytes for such a client, for as long as it reads a
    /// little now and then, and no limit of ours would count them. A reset throws them away.
    fn abandon(stream: TcpStream) {
        if let Err(error) = stream.set_zero_linger() {
            debug!(%error, "SO_LINGER could not be set");
        }
    }
}

/// Binds a listening socket; port 0 takes a free one, which `local_addr` then tells.
///
/// # Errors
///
/// The address is in use, not ours, or needs a right that the process lacks.
///
/// # Panics
///
/// Outside of a tokio runtime.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // A restarted server must not wait until the connections of its predecessor are forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG_CONNECTIONS)
}
