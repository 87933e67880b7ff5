//! The protocol itself, one request at a time (RS15).

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use heureka_client_core::CallFailure;
use heureka_model::{
    Application, Applications, Document, InstanceInfo, InstanceKey, InstanceStatus, ServiceUrl,
    UnixMillis,
};
use heureka_net::InvalidRoots;
use http::{Response, StatusCode, header};
use thiserror::Error;

use crate::clock::{SystemWallClock, WallClock as _};
use crate::codec::{self, Asked, MAX_LISTING_BYTES, excerpt, request, unpacked};
use crate::error::advice;
use crate::transport::{
    HttpConfig, HttpTransport, Outbound, TokenProvider, Transport, TransportLimits,
};

/// One server's protocol, one method for each request of it (T2): nothing runs in the background, nothing is tried twice,
/// and no redirect is followed. For tools and tests; a service wants [`EurekaClient`](crate::EurekaClient).
#[derive(Clone, Debug)]
pub struct EurekaApi {
    server: ServiceUrl,
    outbound: Outbound,
    limits: TransportLimits,
}

/// Why a request to a server brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ApiError {
    /// There was no answer, or none that can be read.
    #[error("{server}: {failure}")]
    Failed {
        /// The server.
        server: ServiceUrl,
        /// Why.
        failure: CallFailure,
    },
    /// The server does not know what was asked for (404): the application, instance or vip is not registered there, or
    /// the path of the URL is wrong.
    #[error(
        "{server} does not know {what}: it is not registered there, or the path of the server's URL is wrong"
    )]
    NotFound {
        /// The server.
        server: ServiceUrl,
        /// The path that was asked for.
        what: Box<str>,
    },
    /// The server knows a newer version of the instance, so what was asked did not count (409).
    #[error("{server} knows a newer version of the instance")]
    Conflict {
        /// The server.
        server: ServiceUrl,
    },
    /// The server sends its clients to another one.
    #[error("{server} redirects to {location}: ask that server")]
    Redirected {
        /// The server.
        server: ServiceUrl,
        /// Where to.
        location: Box<str>,
    },
    /// The server answered with another status that is no success here.
    #[error("{server} answered {status}: {}{}", advice(*.status), quoted(.excerpt))]
    Http {
        /// The server.
        server: ServiceUrl,
        /// The HTTP status.
        status: u16,
        /// The beginning of what it said, if it said something.
        excerpt: Box<str>,
    },
}

/// # What the requests have in common
impl EurekaApi {
    /// How long one request may take, unless it is said otherwise.
    pub const TIMEOUT: Duration = Duration::from_secs(10);

    /// The server at `server`, over the machine's network. Reads certificates, so it belongs to the start of a process.
    ///
    /// # Errors
    ///
    /// The certificates cannot be read or used.
    pub fn new(server: ServiceUrl, config: &HttpConfig) -> Result<Self, InvalidRoots> {
        Ok(Self::over(HttpTransport::new(config)?, server))
    }

    /// The server at `server`, by another transport.
    pub fn over(transport: impl Transport, server: ServiceUrl) -> Self {
        Self {
            server,
            outbound: Outbound::over(Arc::new(transport)),
            limits: TransportLimits {
                deadline: Self::TIMEOUT,
                max_bytes: MAX_LISTING_BYTES,
            },
        }
    }

    /// How long one request may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.deadline = timeout;
        self
    }

    /// How many bytes an answer may have, packed and unpacked.
    #[must_use]
    pub fn max_bytes(mut self, max_bytes: usize) -> Self {
        self.limits.max_bytes = max_bytes;
        self
    }

    /// The own address as the server is told (T4).
    #[must_use]
    pub fn own_ip(mut self, own_ip: &str) -> Self {
        self.outbound = self.outbound.identified_by(Some(own_ip));
        self
    }

    /// Sends a token with every request.
    #[must_use]
    pub fn bearer(mut self, tokens: impl TokenProvider) -> Self {
        self.outbound.tokens = Some(Arc::new(tokens));
        self
    }

    /// Changes every request before it is sent.
    #[must_use]
    pub fn request_hook(
        mut self,
        hook: impl Fn(&mut http::request::Parts) + Send + Sync + 'static,
    ) -> Self {
        self.outbound.hooks.push(Arc::new(hook));
        self
    }

    /// The server that is asked.
    #[must_use]
    pub fn server(&self) -> &ServiceUrl {
        &self.server
    }

    async fn ask(&self, asked: Asked<'_>) -> Result<Bytes, ApiError> {
        let request = request(asked, &self.server, None, false);
        let request = request.map_err(|failure| self.failed(failure))?;
        let what = request.uri().path().into();
        let answer = self.outbound.send(request, &self.server, self.limits);
        let answer = answer.await.map_err(|error| self.failed(error.into()))?;
        let status = answer.status();
        if status.is_success() {
            let (head, body) = answer.into_parts();
            return unpacked(&head.headers, body, self.limits.max_bytes)
                .map_err(|failure| self.failed(failure));
        }
        Err(self.refused(&answer, what))
    }

    async fn read<T>(
        &self,
        asked: Asked<'_>,
        read: fn(&[u8], UnixMillis) -> Result<T, Box<str>>,
    ) -> Result<T, ApiError> {
        let body = self.ask(asked).await?;
        let read = read(&body, SystemWallClock.time());
        read.map_err(|reason| self.failed(CallFailure::Unreadable(reason)))
    }

    fn failed(&self, failure: CallFailure) -> ApiError {
        let server = self.server.clone();
        ApiError::Failed { server, failure }
    }

    fn refused(&self, answer: &Response<Bytes>, what: Box<str>) -> ApiError {
        let server = self.server.clone();
        let location = answer.headers().get(header::LOCATION);
        let location = location.and_then(|location| location.to_str().ok());
        match (answer.status(), location) {
            (StatusCode::NOT_FOUND, _) => ApiError::NotFound { server, what },
            (StatusCode::CONFLICT, _) => ApiError::Conflict { server },
            (status, Some(location)) if status.is_redirection() => ApiError::Redirected {
                server,
                location: location.into(),
            },
            (status, _) => ApiError::Http {
                server,
                status: status.as_u16(),
                excerpt: self.said(answer).into(),
            },
        }
    }

    fn said(&self, answer: &Response<Bytes>) -> String {
        let body = answer.body().clone();
        let body = unpacked(answer.headers(), body, self.limits.max_bytes);
        body.map(|body| excerpt(&body)).unwrap_or_default()
    }
}

/// # What changes something
impl EurekaApi {
    /// Registers an instance (`POST apps/{APP}`).
    ///
    /// # Errors
    ///
    /// No answer that is a success; so for all requests.
    pub async fn register(&self, document: &Arc<Document>) -> Result<(), ApiError> {
        self.ask(Asked::Register(document)).await.map(drop)
    }

    /// Sends a heartbeat (`PUT apps/{APP}/{id}`). [`ApiError::NotFound`] says that the instance has to register again.
    ///
    /// # Errors
    ///
    /// No answer that is a success.
    pub async fn renew(
        &self,
        key: &InstanceKey,
        status: InstanceStatus,
        last_dirty: UnixMillis,
    ) -> Result<(), ApiError> {
        let asked = Asked::Renew {
            key,
            status,
            last_dirty,
        };
        self.ask(asked).await.map(drop)
    }

    /// Takes an instance out of the registry (`DELETE apps/{APP}/{id}`).
    ///
    /// # Errors
    ///
    /// No answer that is a success.
    pub async fn cancel(&self, key: &InstanceKey) -> Result<(), ApiError> {
        self.ask(Asked::Cancel(key)).await.map(drop)
    }

    /// Overrides the status of an instance, whatever it says itself (`PUT apps/{APP}/{id}/status`).
    ///
    /// # Errors
    ///
    /// No answer that is a success.
    pub async fn set_status(
        &self,
        key: &InstanceKey,
        status: InstanceStatus,
        last_dirty: UnixMillis,
    ) -> Result<(), ApiError> {
        let asked = Asked::SetStatus {
            key,
            status,
            last_dirty,
        };
        self.ask(asked).await.map(drop)
    }

    /// Takes the override away (`DELETE apps/{APP}/{id}/status`).
    ///
    /// # Errors
    ///
    /// No answer that is a success.
    pub async fn remove_status(
        &self,
        key: &InstanceKey,
        last_dirty: UnixMillis,
    ) -> Result<(), ApiError> {
        let asked = Asked::RemoveStatus { key, last_dirty };
        self.ask(asked).await.map(drop)
    }

    /// Sets values of an instance's metadata until it registers again (`PUT apps/{APP}/{id}/metadata`).
    ///
    /// # Errors
    ///
    /// No answer that is a success.
    pub async fn set_metadata(
        &self,
        key: &InstanceKey,
        entries: &[(&str, &str)],
    ) -> Result<(), ApiError> {
        let asked = Asked::SetMetadata { key, entries };
        self.ask(asked).await.map(drop)
    }
}

/// # What reads
impl EurekaApi {
    /// Everything that is registered, in the server's region and in `regions` (`GET apps/`).
    ///
    /// # Errors
    ///
    /// No answer that is a listing.
    pub async fn applications(&self, regions: &[&str]) -> Result<Applications, ApiError> {
        let regions = boxed(regions);
        self.read(Asked::All(&regions), codec::listing).await
    }

    /// What changed lately (`GET apps/delta`).
    ///
    /// # Errors
    ///
    /// No answer that is a listing.
    pub async fn delta(&self, regions: &[&str]) -> Result<Applications, ApiError> {
        let regions = boxed(regions);
        self.read(Asked::Delta(&regions), codec::listing).await
    }

    /// What is found under a vip (`GET vips/{vip}`).
    ///
    /// # Errors
    ///
    /// No answer that is a listing.
    pub async fn vip(&self, vip: &str, regions: &[&str]) -> Result<Applications, ApiError> {
        let regions = boxed(regions);
        self.read(Asked::Vip(vip, &regions), codec::listing).await
    }

    /// What is found under a secure vip (`GET svips/{vip}`, 7.3.7).
    ///
    /// # Errors
    ///
    /// No answer that is a listing.
    pub async fn secure_vip(&self, vip: &str, regions: &[&str]) -> Result<Applications, ApiError> {
        let regions = boxed(regions);
        self.read(Asked::SecureVip(vip, &regions), codec::listing)
            .await
    }

    /// One application (`GET apps/{APP}`).
    ///
    /// # Errors
    ///
    /// No answer that is an application.
    pub async fn application(&self, app: &str) -> Result<Application, ApiError> {
        self.read(Asked::App(app), codec::application).await
    }

    /// One instance (`GET apps/{APP}/{id}`).
    ///
    /// # Errors
    ///
    /// No answer that is an instance.
    pub async fn instance(&self, key: &InstanceKey) -> Result<InstanceInfo, ApiError> {
        self.read(Asked::Instance(key), codec::instance).await
    }

    /// One instance, whatever its application (`GET instances/{id}`).
    ///
    /// # Errors
    ///
    /// No answer that is an instance.
    pub async fn instance_by_id(&self, id: &str) -> Result<InstanceInfo, ApiError> {
        self.read(Asked::ById(id), codec::instance).await
    }
}

fn boxed(regions: &[&str]) -> Vec<Box<str>> {
    regions.iter().map(|region| (*region).into()).collect()
}

fn quoted(excerpt: &str) -> String {
    if excerpt.is_empty() {
        String::new()
    } else {
        format!("; it said: {excerpt}")
    }
}
