//! What every request has, whatever it is for and whatever carries it.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use heureka_model::ServiceUrl;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};

use super::{RequestHook, TokenProvider, Transport, TransportError, TransportLimits};

/// Who this client is; servers that limit rates let through whom they know (client.md T4).
const IDENTITY: [(HeaderName, HeaderValue); 4] = [
    (header::ACCEPT_ENCODING, HeaderValue::from_static("gzip")),
    (
        HeaderName::from_static("discoveryidentity-name"),
        HeaderValue::from_static("DefaultClient"),
    ),
    (
        HeaderName::from_static("discoveryidentity-version"),
        HeaderValue::from_static("1.4"),
    ),
    (
        header::USER_AGENT,
        HeaderValue::from_static(concat!("heureka-client/", env!("CARGO_PKG_VERSION"))),
    ),
];
const IDENTITY_ID: HeaderName = HeaderName::from_static("discoveryidentity-id");

/// Sends requests with what this client is known by.
#[derive(Clone)]
pub(crate) struct Outbound {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) tokens: Option<Arc<dyn TokenProvider>>,
    pub(crate) hooks: Vec<RequestHook>,
    identity_id: Option<HeaderValue>,
}

impl Outbound {
    pub(crate) fn over(transport: Arc<dyn Transport>) -> Self {
        Self {
            transport,
            tokens: None,
            hooks: Vec::new(),
            identity_id: None,
        }
    }

    /// Takes the machine's own address; one that no header can have is left out.
    pub(crate) fn identified_by(mut self, own_ip: Option<&str>) -> Self {
        self.identity_id = own_ip.and_then(|ip| HeaderValue::from_str(ip).ok());
        self
    }

    /// Sends `request` and gives the answer, or why there is none, within the limits even where the transport or the
    /// provider of tokens knows none.
    pub(crate) async fn send(
        &self,
        request: Request<Bytes>,
        server: &ServiceUrl,
        limits: TransportLimits,
    ) -> Result<Response<Bytes>, TransportError> {
        let exchange = Box::pin(self.exchange(request, server, limits));
        let answer = tokio::time::timeout(limits.deadline, exchange).await;
        answer.unwrap_or(Err(TransportError::TimedOut))
    }

    async fn exchange(
        &self,
        request: Request<Bytes>,
        server: &ServiceUrl,
        limits: TransportLimits,
    ) -> Result<Response<Bytes>, TransportError> {
        let (mut head, body) = request.into_parts();
        self.identify(&mut head.headers);
        self.authorize(&mut head.headers, server).await?;
        for hook in &self.hooks {
            hook(&mut head);
        }
        let request = Request::from_parts(head, body);
        let answer = self.transport.send(request, server, limits).await?;
        if answer.status() == StatusCode::UNAUTHORIZED
            && let Some(tokens) = &self.tokens
        {
            tokens.rejected(server);
        }
        Ok(answer)
    }

    fn identify(&self, headers: &mut HeaderMap) {
        headers.extend(IDENTITY);
        if let Some(id) = &self.identity_id {
            headers.insert(IDENTITY_ID, id.clone());
        }
    }

    async fn authorize(
        &self,
        headers: &mut HeaderMap,
        server: &ServiceUrl,
    ) -> Result<(), TransportError> {
        let Some(tokens) = &self.tokens else {
            return Ok(());
        };
        let token = tokens.token(server).await.map_err(|error| {
            TransportError::Refused(format!("the token cannot be had: {error}").into())
        })?;
        headers.insert(header::AUTHORIZATION, bearer(&token)?);
        Ok(())
    }
}

/// The token as a header that no log shows.
fn bearer(token: &str) -> Result<HeaderValue, TransportError> {
    let value = HeaderValue::try_from(format!("Bearer {token}"));
    let mut value = value.map_err(|_| {
        TransportError::Refused("the token has characters that no header can have".into())
    })?;
    value.set_sensitive(true);
    Ok(value)
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").finish_non_exhaustive()
    }
}
