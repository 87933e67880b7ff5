//! Listings over plain HTTP.

use std::pin::pin;

use bytes::Bytes;
use heureka_core::FetchFailure;
use http::uri::PathAndQuery;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper::body::Body as _;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::fetch::{Fetch, FetchFuture};

const DEFAULT_PORT: u16 = 80;

/// Gets each answer over a connection of its own: one in thirty seconds is worth no pool.
#[derive(Clone, Copy, Debug)]
pub struct PlainHttp;

impl Fetch for PlainHttp {
    fn get(&self, request: Request<()>, limit_bytes: usize) -> FetchFuture<'_> {
        Box::pin(get(request, limit_bytes))
    }
}

async fn get(request: Request<()>, limit_bytes: usize) -> Result<Response<Bytes>, FetchFailure> {
    let stream = connect(request.uri()).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unreachable(&error))?;
    let answer = async {
        let answer = sender.send_request(in_origin_form(request)?).await;
        let (head, body) = answer.map_err(|error| unreachable(&error))?.into_parts();
        if body.size_hint().lower() > u64::try_from(limit_bytes).unwrap_or(u64::MAX) {
            return Err(FetchFailure::TooLarge { limit_bytes });
        }
        match Limited::new(body, limit_bytes).collect().await {
            Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => {
                Err(FetchFailure::TooLarge { limit_bytes })
            }
            Err(error) => Err(unreachable(&error)),
        }
    };
    let (mut answer, connection) = (pin!(answer), pin!(connection));
    // The connection moves the bytes; when it has ended, what it brought is still to be taken.
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        _ended = connection => answer.await,
    }
}

async fn connect(uri: &Uri) -> Result<TcpStream, FetchFailure> {
    let host = uri.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = uri.port_u16().unwrap_or(DEFAULT_PORT);
    let stream = TcpStream::connect((host, port)).await;
    stream.map_err(|error| unreachable(&error))
}

/// The request as it is written to the server itself: a path in its first line, and the host in a header.
fn in_origin_form(request: Request<()>) -> Result<Request<Empty<Bytes>>, FetchFailure> {
    let (mut head, ()) = request.into_parts();
    let authority = head.uri.authority().map(ToString::to_string);
    let host = HeaderValue::from_str(&authority.unwrap_or_default());
    let host = host.map_err(|error| unreachable(&error))?;
    head.headers.insert(header::HOST, host);
    let path = head.uri.path_and_query().cloned();
    head.uri = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
    Ok(Request::from_parts(head, Empty::new()))
}

fn unreachable(error: &dyn std::fmt::Display) -> FetchFailure {
    FetchFailure::Unreachable(error.to_string())
}
