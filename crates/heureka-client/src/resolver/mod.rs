//! Which servers there are.

mod dns;

use std::sync::Arc;

use heureka_client_core::Endpoint;
use heureka_model::ServiceUrl;

pub use self::dns::{DnsFailure, DnsResolver};
use crate::transport::{BoxError, BoxFuture};

/// Finds out which servers there are; asked at the start and again from time to time (T17, T20).
///
/// Neither an error nor an empty list makes the client forget the servers that it knows. An async closure without an
/// argument is one too.
pub trait Resolver: Send + Sync + 'static {
    /// The servers there are now.
    fn resolve(&self) -> BoxFuture<'_, Result<Vec<Endpoint>, BoxError>>;
}

impl<F, Found> Resolver for F
where
    F: Fn() -> Found + Send + Sync + 'static,
    Found: Future<Output = Result<Vec<Endpoint>, BoxError>> + Send + 'static,
{
    fn resolve(&self) -> BoxFuture<'_, Result<Vec<Endpoint>, BoxError>> {
        Box::pin(self())
    }
}

/// A list of servers that does not change (T21).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticServers(Arc<[Endpoint]>);

impl StaticServers {
    /// Takes the servers in the order in which they are to be tried, as far as zones and chance do not say otherwise.
    #[must_use]
    pub fn new(servers: impl IntoIterator<Item = Endpoint>) -> Self {
        Self(servers.into_iter().collect())
    }

    /// Servers of which no zone is known.
    #[must_use]
    pub fn at(urls: impl IntoIterator<Item = ServiceUrl>) -> Self {
        let urls = urls.into_iter();
        Self::new(urls.map(|url| Endpoint { url, zone: None }))
    }
}

impl Resolver for StaticServers {
    fn resolve(&self) -> BoxFuture<'_, Result<Vec<Endpoint>, BoxError>> {
        Box::pin(std::future::ready(Ok(self.0.to_vec())))
    }
}
