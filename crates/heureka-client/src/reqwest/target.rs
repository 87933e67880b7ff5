//! What a URL names: a service, or a host.

use std::net::IpAddr;

use reqwest::Url;
use thiserror::Error;

use crate::balance::BaseUri;

/// What the URL of a request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named<'a> {
    /// A service for sure (`lb://orders`).
    Service(&'a str),
    /// A service, or a host (`http://orders`, `https://orders`).
    Either {
        name: &'a str,
        /// Who asks for TLS is never sent to a port without it.
        secure: bool,
    },
    /// A host: it has a port or is an address, or the scheme is none of HTTP.
    Host,
}

impl<'a> Named<'a> {
    pub(super) fn by(url: &'a Url) -> Self {
        let is_address = |name: &str| name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        match (url.scheme(), url.host_str(), url.port()) {
            ("lb", Some(name), _) => Self::Service(name),
            ("http" | "https", Some(name), None) if !is_address(name) => Self::Either {
                name,
                secure: url.scheme() == "https",
            },
            _ => Self::Host,
        }
    }
}

/// What an instance says of itself is no host that a URL can have.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "an instance says that it is reached at {base}, which no URL can name: correct its host name"
)]
pub(super) struct NoHost {
    base: Box<str>,
}

/// `url` with everything but scheme, host and port, at an instance.
pub(super) fn at(base: &BaseUri, url: &Url) -> Result<Url, NoHost> {
    let base = base.to_string();
    moved(&base, url).ok_or_else(|| NoHost { base: base.into() })
}

fn moved(base: &str, url: &Url) -> Option<Url> {
    let mut target = Url::parse(base).ok()?;
    target.set_path(url.path());
    target.set_query(url.query());
    target.set_fragment(url.fragment());
    target.set_username(url.username()).ok()?;
    target.set_password(url.password()).ok()?;
    Some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rs7_names_of_services_are_told_from_those_of_hosts() {
        let either = |name, secure| Named::Either { name, secure };
        for (url, expected) in [
            ("http://orders/stock", either("orders", false)),
            ("http://ORDERS", either("orders", false)),
            ("http://my_orders/", either("my_orders", false)),
            ("https://orders/", either("orders", true)),
            ("http://orders:80/", either("orders", false)),
            ("http://orders:8080/", Named::Host),
            ("http://127.0.0.1/", Named::Host),
            ("http://[::1]/", Named::Host),
            ("ftp://orders/", Named::Host),
            ("lb://Orders/stock", Named::Service("Orders")),
            ("lb://orders:8080/", Named::Service("orders")),
        ] {
            assert_eq!(Named::by(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
