//! Which servers are asked.

use std::sync::Arc;
use std::time::Duration;

use heureka_client_core::Endpoint;
use heureka_model::ServiceUrl;

use super::ClientBuilder;
use crate::resolver::Resolver;

/// # Servers
impl ClientBuilder {
    /// A server, such as `http://user:password@host:8761/eureka/`. What is no URL is told at the start.
    pub fn server(self, url: impl AsRef<str>) -> Self {
        self.servers([url])
    }

    /// Servers, of which no zone is known.
    pub fn servers(mut self, urls: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let urls = urls.into_iter();
        let parsed = urls.map(|url| (None, ServiceUrl::parse(url.as_ref())));
        self.servers.extend(parsed);
        self
    }

    /// Servers in a zone (T22); those of the client's own zone come first.
    pub fn zone_servers(
        mut self,
        zone: &str,
        urls: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Self {
        let urls = urls.into_iter();
        let parsed = urls.map(|url| (Some(zone.into()), ServiceUrl::parse(url.as_ref())));
        self.servers.extend(parsed);
        self
    }

    /// Servers that are known already.
    pub fn endpoints(mut self, servers: impl IntoIterator<Item = Endpoint>) -> Self {
        let servers = servers.into_iter();
        let known = servers.map(|server| (server.zone, Ok(server.url)));
        self.servers.extend(known);
        self
    }

    /// Finds servers by itself, instead of those that are given (T20, T24).
    pub fn resolver(mut self, resolver: impl Resolver) -> Self {
        self.resolver = Some(Arc::new(resolver));
        self
    }

    /// Time between two looks at which servers there are (T17).
    pub fn resolve_interval(self, interval: Duration) -> Self {
        self.configure(move |config| config.resolve_interval = interval)
    }

    /// How long one attempt at one server may take.
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        self.configure(move |config| config.attempt_timeout = timeout)
    }

    /// How many servers one request may try (T11).
    pub fn max_attempts(self, attempts: usize) -> Self {
        self.configure(move |config| config.line.max_attempts = attempts)
    }

    /// The zone of this client; servers there come first (T23).
    pub fn zone(self, zone: &str) -> Self {
        let zone = Some(zone.into());
        self.configure(move |config| config.line.zone = zone)
    }

    /// Whether servers of the own zone come first at all (7.3.13).
    pub fn prefer_same_zone(self, prefers: bool) -> Self {
        self.configure(move |config| config.line.prefer_same_zone = prefers)
    }

    /// Whether a server may send the client to another one (T14).
    pub fn allow_redirects(self, allows: bool) -> Self {
        self.configure(move |config| config.line.allows_redirect = allows)
    }
}
