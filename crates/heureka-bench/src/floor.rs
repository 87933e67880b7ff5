//! What any server on hyper costs: connections of hyper's HTTP/1.1, one task each, and answers that are ready.
//!
//! It reads what a server has to read (a body is taken to its end) and decides nothing: no routing beyond the path's
//! first word, no names, no state, no deadlines. A POST is answered 204, any other write an empty 200; a GET of `/bytes/N` as
//! many bytes, of `/304` this code.

use std::cell::RefCell;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::rc::Rc;

use anyhow::{Context as _, Result};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinSet, LocalSet};

/// Connections that the kernel keeps until they are accepted.
const BACKLOG: u32 = 1024;

/// Serves until the process is ended.
pub(crate) fn serve(address: SocketAddr, threads: NonZeroUsize) -> Result<()> {
    let mut others = Vec::new();
    for _ in 1..threads.get() {
        others.push(std::thread::spawn(move || serve_on_this_thread(address)));
    }
    serve_on_this_thread(address)?;
    for other in others {
        other.join().ok().context("a thread panicked")??;
    }
    Ok(())
}

/// Each thread has a runtime and a listener of its own; the kernel shares connections out among them.
fn serve_on_this_thread(address: SocketAddr) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    LocalSet::new().block_on(&runtime, async {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.set_reuseport(true)?;
        socket.bind(address)?;
        accept(socket.listen(BACKLOG)?).await
    })
}

/// Serves connections until one cannot be accepted. Needs a `LocalSet` around it.
pub(crate) async fn accept(listener: TcpListener) -> Result<()> {
    let mut connections = JoinSet::new();
    let body = Rc::new(Filler::default());
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        while connections.try_join_next().is_some() {}
        connections.spawn_local(serve_connection(stream, Rc::clone(&body)));
    }
}

async fn serve_connection(stream: TcpStream, filler: Rc<Filler>) {
    let service = service_fn(|request| answer(request, &filler));
    // A connection that breaks is the generator's matter.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    request: Request<Incoming>,
    filler: &Filler,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (status, body) = choose(request.method(), request.uri().path(), filler);
    // Whether the body was whole does not matter here, only that it was read.
    let _ = request.into_body().collect().await;
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    Ok(response)
}

fn choose(method: &Method, path: &str, filler: &Filler) -> (StatusCode, Bytes) {
    if let Some(length) = path.strip_prefix("/bytes/") {
        return (StatusCode::OK, filler.bytes(length.parse().unwrap_or(0)));
    }
    let status = match path {
        "/304" => StatusCode::NOT_MODIFIED,
        _ if method == Method::POST => StatusCode::NO_CONTENT,
        _ => StatusCode::OK,
    };
    (status, Bytes::new())
}

/// One piece of memory, of which every answer is a part.
#[derive(Default)]
struct Filler {
    bytes: RefCell<Bytes>,
}

impl Filler {
    fn bytes(&self, length: usize) -> Bytes {
        let mut bytes = self.bytes.borrow_mut();
        if bytes.len() < length {
            *bytes = vec![b'x'; length].into();
        }
        bytes.slice(..length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_says_what_is_answered() {
        let filler = Filler::default();
        for (method, path, status, length) in [
            (Method::PUT, "/eureka/apps/A/1", 200, 0),
            (Method::DELETE, "/eureka/apps/A/1/status", 200, 0),
            (Method::POST, "/eureka/apps/A", 204, 0),
            (Method::GET, "/304", 304, 0),
            (Method::GET, "/bytes/0", 200, 0),
            (Method::GET, "/bytes/77", 200, 77),
            (Method::GET, "/bytes/12", 200, 12),
            (Method::GET, "/bytes/many", 200, 0),
        ] {
            let (answered, body) = choose(&method, path, &filler);
            let answered = (answered.as_u16(), body.len());
            assert_eq!(answered, (status, length), "{method} {path}");
        }
    }
}
