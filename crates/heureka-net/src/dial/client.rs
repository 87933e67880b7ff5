//! One request, one whole answer.

use std::{sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use heureka_model::{Scheme, ServiceUrl};
use http::{
    Request, Response, StatusCode, Uri, Version,
    header::{AUTHORIZATION, PROXY_AUTHORIZATION},
    uri::PathAndQuery,
};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{self, connect::capture_connection},
    rt::TokioTimer,
};
use tokio::time::timeout;

use super::{
    authorization::basic,
    config::{AnswerLimits, DialConfig},
    connector::{Connector, Dial},
    error::DialError,
    link::Link,
    proxy::Proxy,
    tasks::Tasks,
    tcp::Tcp,
    tls::Tls,
};

/// Sends requests to other servers and reads their answers, over HTTP/1.1.
///
/// Clones share their connections. A connection rests for a short time after an answer and is used
/// again; what that saves is told in [`DialConfig`]. How many requests run at the same time is the
/// caller's affair: each has its own connection.
///
/// A redirect is an answer like any: it is never followed, because credentials and documents are
/// meant for the server that was asked. An answer that is packed stays packed: who unpacks it needs
/// a limit of its own.
#[derive(Clone, Debug)]
pub struct Client {
    http: legacy::Client<Connector, Full<Bytes>>,
    proxy: Option<Arc<Proxy>>,
    connect_timeout: Duration,
    tasks: Tasks,
}

impl Client {
    /// A client that uses the machine's network.
    #[must_use]
    pub fn new(config: DialConfig, tls: Tls) -> Self {
        Self::over(Tcp::new(config.connect_timeout), config, tls)
    }

    /// A client that uses the machine's network, and reaches every server through `proxy`.
    ///
    /// Where the proxy itself stands in the way, that is [`DialError::Proxy`]. What it answers to a
    /// request for an `http` URL cannot be told from what the server answers, except where it wants
    /// credentials.
    #[must_use]
    pub fn through(proxy: Proxy, config: DialConfig, tls: Tls) -> Self {
        Self::over_and_through(Tcp::new(config.connect_timeout), proxy, config, tls)
    }

    /// A client that connects by `dial`, such as over a simulated network.
    #[must_use]
    pub fn over(dial: impl Dial, config: DialConfig, tls: Tls) -> Self {
        Self::with(dial, None, config, tls)
    }

    /// A client that connects by `dial`, and only to `proxy`, which leads to every server.
    #[must_use]
    pub fn over_and_through(dial: impl Dial, proxy: Proxy, config: DialConfig, tls: Tls) -> Self {
        Self::with(dial, Some(Arc::new(proxy)), config, tls)
    }

    fn with(dial: impl Dial, proxy: Option<Arc<Proxy>>, config: DialConfig, tls: Tls) -> Self {
        let tasks = Tasks::default();
        let http = legacy::Client::builder(tasks.clone())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(config.idle_timeout)
            .pool_max_idle_per_host(config.max_idle_per_host)
            .http1_max_buf_size(config.max_head_bytes)
            .build(Connector::new(dial, proxy.clone(), tls, &config));
        Self {
            http,
            proxy,
            connect_timeout: config.connect_timeout,
            tasks,
        }
    }

    /// Sends `request` to the server of `to` and waits for its whole answer.
    ///
    /// Of the request's URI, path and query count; [`ServiceUrl::join`] makes them. The credentials
    /// of `to` are sent unless the request has an `Authorization` of its own. Any status is an
    /// answer.
    ///
    /// Nothing is sent twice. A connection that rested and turns out to be closed before the request
    /// was written is replaced by a fresh one; where it is closed while the request is on its way,
    /// the exchange is [`DialError::Broken`], and the caller knows whether it may be repeated.
    ///
    /// # Errors
    ///
    /// There was no whole answer within `limits`; [`DialError`] says what can be done.
    pub async fn send(
        &self,
        to: &ServiceUrl,
        request: Request<Bytes>,
        limits: AnswerLimits,
    ) -> Result<Response<Bytes>, DialError> {
        let mut request = addressed(to, request)?;
        let connection = capture_connection(&mut request);
        // Through a tunnel the proxy is told who we are when it opens it.
        let forwarding = self.proxy.as_deref();
        let forwarding = forwarding.filter(|_| to.scheme() == Scheme::Http);
        let exchange = Box::pin(self.exchange(request, forwarding, limits.max_bytes));
        let exchanged = timeout(limits.deadline, exchange).await;
        exchanged
            .unwrap_or_else(|_| {
                let connected = connection.connection_metadata().is_some();
                Err(self.overdue(connected, limits.deadline))
            })
            // Where TLS failed, that is the reason, whatever hyper made of it.
            .map_err(|failure| Link::failure_on(&connection).unwrap_or(failure))
    }

    /// Ends all connections and waits until they are closed; requests that are under way break off.
    ///
    /// For the end of a process: the client cannot be used afterwards.
    pub async fn close(&self) {
        self.tasks.end().await;
    }

    async fn exchange(
        &self,
        mut request: Request<Full<Bytes>>,
        forwarding: Option<&Proxy>,
        max_bytes: usize,
    ) -> Result<Response<Bytes>, DialError> {
        if let Some(authorization) = forwarding.and_then(Proxy::authorization) {
            let headers = request.headers_mut();
            headers.insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        let answer = self.http.request(request).await;
        let answer = answer.map_err(|failure| DialError::of_exchange(&failure))?;
        if let Some(proxy) = forwarding
            && answer.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED
        {
            return Err(proxy.unauthorized().into());
        }
        let (head, body) = answer.into_parts();
        Ok(Response::from_parts(head, whole(body, max_bytes).await?))
    }

    /// What it means that the deadline passed. Connecting gives up by itself after
    /// `connect_timeout`, so behind that the machine was reached, even if TLS is not done yet.
    fn overdue(&self, connected: bool, deadline: Duration) -> DialError {
        if connected || deadline > self.connect_timeout {
            return DialError::ReadTimeout;
        }
        DialError::Unreachable {
            reason: format!("no connection within {deadline:?}"),
        }
    }
}

/// Reads a body to its end, as long as it is not too large.
async fn whole(mut body: Incoming, max_bytes: usize) -> Result<Bytes, DialError> {
    if body.size_hint().lower() > max_bytes as u64 {
        return Err(DialError::TooLarge);
    }
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|failure| DialError::of_exchange(&failure))?;
        // What is no data is a trailer, and Eureka has none.
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if data.len() > max_bytes - read.len() {
            return Err(DialError::TooLarge);
        }
        read.extend_from_slice(&data);
    }
    Ok(read.freeze())
}

/// The request as hyper wants it: with the whole URL, of which it writes what belongs on the wire.
fn addressed(to: &ServiceUrl, request: Request<Bytes>) -> Result<Request<Full<Bytes>>, DialError> {
    let mut request = request.map(Full::new);
    let target = request.uri().path_and_query().cloned();
    *request.uri_mut() = Uri::builder()
        .scheme(to.scheme().as_str())
        .authority(to.authority())
        .path_and_query(target.unwrap_or_else(|| PathAndQuery::from_static("/")))
        .build()
        .map_err(|error| DialError::Broken(error.to_string()))?;
    *request.version_mut() = Version::HTTP_11;
    if let Some(known) = to.credentials()
        && !request.headers().contains_key(AUTHORIZATION)
    {
        let authorization = basic(known.user(), known.password())
            .map_err(|error| DialError::Broken(error.to_string()))?;
        request.headers_mut().insert(AUTHORIZATION, authorization);
    }
    Ok(request)
}
