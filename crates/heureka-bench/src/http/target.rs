//! Whom requests go to, and from where.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs as _};

use anyhow::{Context as _, Result, ensure};
use heureka_model::{Scheme, ServiceUrl};

/// A Eureka server.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What the `Host` header says.
    pub(crate) authority: String,
    /// The path before `/apps`, without a slash at its end.
    pub(crate) base_path: String,
}

impl Target {
    /// Finds the server of a service URL.
    pub(crate) fn new(url: &ServiceUrl) -> Result<Self> {
        ensure!(url.scheme() == Scheme::Http, "only http:// is measured");
        let address = (url.host(), url.port())
            .to_socket_addrs()?
            .next()
            .with_context(|| format!("{} has no address", url.host()))?;
        Ok(Self {
            address,
            authority: url.authority(),
            base_path: url.base_path().trim_end_matches('/').to_owned(),
        })
    }

    /// A server on this machine, with Eureka's usual path.
    pub(crate) fn local(address: SocketAddr) -> Self {
        Self {
            address,
            authority: address.to_string(),
            base_path: "/eureka".to_owned(),
        }
    }
}

/// The `n`th address of 127.0.0.0/8, from 127.1.0.1 on: each has ports of its own, and a server that counts or limits by
/// address sees different clients.
pub(crate) fn loopback_source(n: usize) -> IpAddr {
    let part = |divisor: usize, modulus: usize| u8::try_from(n / divisor % modulus).unwrap_or(0);
    let (low, middle, high) = (part(1, 250), part(250, 250), part(62_500, 250));
    IpAddr::V4(Ipv4Addr::new(127, high + 1, middle, low + 1))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Target, loopback_source};

    #[test]
    fn sources_are_loopback_addresses_and_differ() {
        let sources: BTreeSet<_> = (0..70_000).map(loopback_source).collect();
        assert_eq!(sources.len(), 70_000);
        assert!(sources.iter().all(|source| source.is_loopback()));
    }

    #[test]
    fn the_path_of_a_url_goes_before_apps() {
        let url = "http://127.0.0.1:8761/eureka/v2/".parse().unwrap();
        let target = Target::new(&url).unwrap();
        assert_eq!(target.base_path, "/eureka/v2");
        assert_eq!(target.address, "127.0.0.1:8761".parse().unwrap());
        assert!(Target::new(&"https://127.0.0.1/".parse().unwrap()).is_err());
    }
}
