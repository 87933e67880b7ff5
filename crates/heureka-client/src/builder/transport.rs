//! How servers are reached, and who they are told the client is.

use std::path::PathBuf;
use std::sync::Arc;

use heureka_net::{ClientIdentity, Proxy};

use super::ClientBuilder;
use crate::transport::{HttpConfig, Roots, TokenProvider, Transport};

/// # Transport
impl ClientBuilder {
    /// Sends requests by `transport` instead of over the machine's network (RS8).
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Puts something between the client and whatever transport it has, such as a log or a fault; the last one that is put
    /// there is the first to see a request (RS8).
    pub fn wrap_transport<T: Transport>(
        mut self,
        wrap: impl Fn(Arc<dyn Transport>) -> T + Send + Sync + 'static,
    ) -> Self {
        let wrap = move |transport| Arc::new(wrap(transport)) as Arc<dyn Transport>;
        self.wrappings.push(Box::new(wrap));
        self
    }

    /// How the machine's network is used.
    pub fn http(mut self, config: HttpConfig) -> Self {
        self.http = config;
        self
    }

    /// Trusts the certificates in this PEM file besides those that the machine trusts.
    pub fn trust_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.http.roots = Roots::Machine(Some(path.into()));
        self
    }

    /// Trusts the certificates in this PEM text and nobody else.
    pub fn trust_only(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.roots = Roots::Only(pem.into());
        self
    }

    /// Shows this certificate to servers that ask for one (RS8).
    pub fn identity(mut self, identity: ClientIdentity) -> Self {
        self.http.identity = Some(identity);
        self
    }

    /// Reaches servers through a proxy (RS8).
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.http.proxy = Some(proxy);
        self
    }

    /// Sends a token with every request (RS8).
    pub fn bearer(mut self, tokens: impl TokenProvider) -> Self {
        self.tokens = Some(Arc::new(tokens));
        self
    }

    /// Changes every request before it is sent, after everything else was set; hooks run in the order of their calls here
    /// (RS8).
    pub fn request_hook(
        mut self,
        hook: impl Fn(&mut http::request::Parts) + Send + Sync + 'static,
    ) -> Self {
        self.hooks.push(Arc::new(hook));
        self
    }

    /// The own address as servers are told in `DiscoveryIdentity-Id` (T4), instead of the one that is registered or found
    /// out.
    pub fn own_ip(mut self, ip: &str) -> Self {
        self.own_ip = Some(ip.into());
        self
    }

    /// How many bytes a listing may have, packed and unpacked; [`MAX_LISTING_BYTES`](crate::MAX_LISTING_BYTES) unless it is said here.
    pub fn max_listing_bytes(mut self, bytes: usize) -> Self {
        self.max_listing_bytes = bytes;
        self
    }
}
