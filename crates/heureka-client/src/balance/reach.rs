//! Scheme, host and port of an instance.

use std::fmt;
use std::net::Ipv6Addr;

use heureka_client_core::Instance;
use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

/// How instances are reached: by name or by address, with or without TLS, at which port. By default it is the host's name
/// and the plain port, or the port for TLS where there is no other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Addressing {
    prefers_ip: bool,
    security: Security,
    port_key: Option<Box<str>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Security {
    #[default]
    PlainFirst,
    SecureFirst,
    SecureOnly,
}

impl Addressing {
    /// The host's name and the plain port.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether to use the address instead of the host's name.
    pub fn prefer_ip(mut self, prefers: bool) -> Self {
        self.prefers_ip = prefers;
        self
    }

    /// Whether to use the port for TLS where there is one, as Spring's clients do (SP9).
    pub fn prefer_secure(mut self, prefers: bool) -> Self {
        self.security = if prefers {
            Security::SecureFirst
        } else {
            Security::PlainFirst
        };
        self
    }

    /// Uses the port for TLS and no other: an instance without one is not reached.
    pub fn only_secure(mut self) -> Self {
        self.security = Security::SecureOnly;
        self
    }

    /// Uses the port that instances tell in this metadata, such as that of a second protocol; an instance that tells none
    /// is not reached. Whether it speaks TLS follows from what is preferred.
    pub fn port_in_metadata(mut self, key: &str) -> Self {
        self.port_key = Some(key.into());
        self
    }

    /// Where `instance` is reached; `None` where it has no such port, or where what it says of itself is no host.
    #[must_use]
    pub fn reach(&self, instance: &Instance) -> Option<BaseUri> {
        let (scheme, port) = self.port(instance)?;
        let host = if self.prefers_ip {
            instance.ip_addr()
        } else {
            instance.host_name()
        };
        BaseUri::new(scheme, host, port)
    }

    fn port(&self, instance: &Instance) -> Option<(Scheme, u16)> {
        if let Some(key) = &self.port_key {
            let port = instance.metadata(key)?.trim().parse().ok();
            let scheme = match self.security {
                Security::PlainFirst => Scheme::HTTP,
                Security::SecureFirst | Security::SecureOnly => Scheme::HTTPS,
            };
            return Some((scheme, port.filter(|port| *port > 0)?));
        }
        let plain = instance.port().map(|port| (Scheme::HTTP, port));
        let secure = instance.secure_port().map(|port| (Scheme::HTTPS, port));
        match self.security {
            Security::PlainFirst => plain.or(secure),
            Security::SecureFirst => secure.or(plain),
            Security::SecureOnly => secure,
        }
    }
}

/// Scheme, host and port at which an instance is reached.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BaseUri {
    scheme: Scheme,
    authority: Authority,
    port: u16,
}

impl BaseUri {
    fn new(scheme: Scheme, host: &str, port: u16) -> Option<Self> {
        let host = if host.parse::<Ipv6Addr>().is_ok() {
            format!("[{host}]")
        } else {
            host.to_owned()
        };
        let authority = Authority::try_from(format!("{host}:{port}")).ok()?;
        // Whatever an instance says of itself, it is a host: no credentials, and no other port.
        let is_host = authority.host() == host && authority.port_u16() == Some(port);
        is_host.then_some(Self {
            scheme,
            authority,
            port,
        })
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Whether it speaks TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// Host and port, as they stand in a URI.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The host; an IPv6 address stands in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.authority.host()
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URI of its root, such as `http://host:8080/`.
    #[must_use]
    pub fn uri(&self) -> Uri {
        self.at(PathAndQuery::from_static("/"))
    }

    /// `uri` with its path and query, at this host.
    #[must_use]
    pub fn rebase(&self, uri: &Uri) -> Uri {
        let path = uri.path_and_query().cloned();
        self.at(path.unwrap_or_else(|| PathAndQuery::from_static("/")))
    }

    fn at(&self, path_and_query: PathAndQuery) -> Uri {
        let built = Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(path_and_query);
        // With all three parts there is nothing that could be wrong.
        built.build().unwrap_or_default()
    }
}

impl fmt::Display for BaseUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

impl fmt::Debug for BaseUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
