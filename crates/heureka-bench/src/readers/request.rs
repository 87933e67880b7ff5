//! Requests for everything by clients that are not to be trusted with the rest.

use std::net::SocketAddr;

use anyhow::Result;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};

use crate::fleet::{Coding, Fleet, Listing};
use crate::http::loopback_source;

/// What a client that hardly reads has room for; with the kernel's usual buffers it would take megabytes before anybody
/// noticed.
pub(super) const SMALL_BUFFER_BYTES: u32 = 16 * 1024;

/// Connects from the `n`th address of 127.0.0.0/8.
pub(super) async fn connect_from(
    n: usize,
    server: SocketAddr,
    receive_buffer_bytes: Option<u32>,
) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if let Some(bytes) = receive_buffer_bytes {
        socket.set_recv_buffer_size(bytes)?;
    }
    socket.bind(SocketAddr::new(loopback_source(n), 0))?;
    let stream = socket.connect(server).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Asks for everything.
pub(super) async fn ask(stream: &mut TcpStream, fleet: &Fleet, coding: Coding) -> Result<()> {
    let mut request = Vec::new();
    fleet.read(&mut request, Listing::Full, coding, None);
    stream.write_all(&request).await?;
    Ok(())
}
