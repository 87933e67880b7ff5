//! Which proxy stands between us and other servers.

use std::fmt;

use heureka_model::{InvalidServiceUrl, Scheme, ServiceUrl};
use http::HeaderValue;
use thiserror::Error;

use super::authorization::basic;

/// A proxy for HTTP, through which a client reaches every server.
///
/// It is spoken to in the clear. Requests to `http` URLs are handed to it as they are; for `https`
/// it opens a tunnel (`CONNECT`), in which it sees nothing. It is the proxy that looks names up.
///
/// Credentials are sent as Basic authentication and never shown.
#[derive(Clone)]
pub struct Proxy {
    url: ServiceUrl,
    authorization: Option<HeaderValue>,
}

/// Why this is no proxy, and what to write instead.
///
/// Nothing of a text is repeated, because any part of a mistyped URL can be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidProxy {
    /// The URL is no URL.
    #[error(transparent)]
    Url(#[from] InvalidServiceUrl),
    /// The proxy is to be spoken to over TLS.
    #[error(
        "write the proxy's URL with http://, such as http://proxy:3128; what is sent to https \
         URLs is encrypted on its way through"
    )]
    Scheme,
    /// The URL has a path.
    #[error("leave out what follows the proxy's port: write a URL such as http://proxy:3128")]
    Path,
    /// The credentials cannot be sent.
    #[error(
        "write the proxy's user and password without control characters, and the user without a \
         colon"
    )]
    Credentials,
}

impl Proxy {
    /// The proxy at a URL such as `http://user:pass@proxy:3128`.
    ///
    /// # Errors
    ///
    /// The URL has a scheme other than `http`, or a path.
    pub fn of(url: &ServiceUrl) -> Result<Self, InvalidProxy> {
        if url.scheme() != Scheme::Http {
            return Err(InvalidProxy::Scheme);
        }
        if url.base_path() != "/" {
            return Err(InvalidProxy::Path);
        }
        let proxy = Self {
            url: url.clone(),
            authorization: None,
        };
        match url.credentials() {
            Some(known) => proxy.with_credentials(known.user(), known.password()),
            None => Ok(proxy),
        }
    }

    /// The proxy at a URL that is still a text.
    ///
    /// # Errors
    ///
    /// The text is no URL, or one that [`Proxy::of`] refuses.
    pub fn parse(text: &str) -> Result<Self, InvalidProxy> {
        Self::of(&ServiceUrl::parse(text)?)
    }

    /// The proxy on a machine, whose name or address may be IPv6 with or without brackets.
    ///
    /// # Errors
    ///
    /// `host` is no name and no address, or `port` is 0.
    pub fn at(host: &str, port: u16) -> Result<Self, InvalidProxy> {
        Self::of(&ServiceUrl::parse("http://proxy")?.at(host, port)?)
    }

    /// The same proxy, which wants to know who we are. Nothing is percent-encoded here.
    ///
    /// # Errors
    ///
    /// Basic authentication has no form for them.
    pub fn with_credentials(mut self, user: &str, password: &str) -> Result<Self, InvalidProxy> {
        // The name ends at its first colon (RFC 7617).
        if user.contains(':')
            || [user, password]
                .iter()
                .any(|text| text.contains(char::is_control))
        {
            return Err(InvalidProxy::Credentials);
        }
        let authorization = basic(user, password).map_err(|_| InvalidProxy::Credentials)?;
        self.authorization = Some(authorization);
        Ok(self)
    }

    pub(super) fn host(&self) -> &str {
        self.url.host()
    }

    pub(super) fn port(&self) -> u16 {
        self.url.port()
    }

    /// What goes into `Proxy-Authorization`.
    pub(super) fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Proxy").field(&self.url).finish()
    }
}
