//! Listings over plain HTTP.

use std::pin::pin;

use bytes::Bytes;
use heureka_core::FetchFailure;
use heureka_model::ServiceUrl;
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper::body::Body as _;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::fetch::{Fetch, FetchFuture};

/// Gets each answer over a connection of its own: one in thirty seconds is worth no pool.
#[derive(Clone, Copy, Debug)]
pub struct PlainHttp;

impl Fetch for PlainHttp {
    fn get<'a>(
        &'a self,
        server: &'a ServiceUrl,
        request: Request<()>,
        limit_bytes: usize,
    ) -> FetchFuture<'a> {
        Box::pin(get(server, request, limit_bytes))
    }
}

async fn get(
    server: &ServiceUrl,
    request: Request<()>,
    limit_bytes: usize,
) -> Result<Response<Bytes>, FetchFailure> {
    let stream = TcpStream::connect((server.host(), server.port()))
        .await
        .map_err(|error| unreachable(&error))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unreachable(&error))?;
    let answer = async {
        let answer = sender.send_request(with_host(server, request)?).await;
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

fn with_host(
    server: &ServiceUrl,
    request: Request<()>,
) -> Result<Request<Empty<Bytes>>, FetchFailure> {
    let host = HeaderValue::from_str(&server.authority()).map_err(|error| unreachable(&error))?;
    let mut request = request.map(|()| Empty::new());
    request.headers_mut().insert(header::HOST, host);
    Ok(request)
}

fn unreachable(error: &dyn std::fmt::Display) -> FetchFailure {
    FetchFailure::Unreachable(error.to_string())
}
