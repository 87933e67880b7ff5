//! Connections over the cap.

use tokio::{
    io::{AsyncRead, AsyncWrite},
    task::JoinSet,
};

use crate::farewell::say_farewell;

/// How many connections are being refused at the same time; more are closed without a word.
const CONNECTIONS: usize = 128;

const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n\
    Connection: close\r\nContent-Length: 0\r\n\r\n";

/// The refusals that are under way. Each is bounded in time, and none holds up the accept loop.
#[derive(Debug, Default)]
pub(crate) struct Refusals(JoinSet<()>);

impl Refusals {
    /// Tells the client to come back later.
    pub(crate) fn refuse<Io>(&mut self, io: Io)
    where
        Io: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        while self.0.try_join_next().is_some() {}
        if self.0.len() < CONNECTIONS {
            self.0.spawn(say_farewell(io, BUSY));
        }
    }
}
