//! By which name and address this machine is known.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use heureka_client_core::Address;
use heureka_model::ServiceUrl;

use crate::health::{Place, Whereabouts};
use crate::transport::BoxFuture;

/// An address that no machine has (RFC 5737): the way to it is the way to everywhere.
const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 9);
const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// How long the look-up of a server's name may take; without it the way to everywhere is taken.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(2);

/// Finds out by which name this machine is known and which of its addresses leads to the server, or anywhere where no
/// server is given. Nothing is sent: the system is asked which way it would take.
///
/// Where nothing can be found out, it is `localhost` and 127.0.0.1.
pub async fn detect_address(towards: Option<&ServiceUrl>) -> Address {
    let target = match towards {
        Some(server) => target_of(server).await.unwrap_or(ANYWHERE),
        None => ANYWHERE,
    };
    let ip = source_towards(target).or_else(|| source_towards(ANYWHERE));
    Address {
        host_name: host_name().unwrap_or_else(|| "localhost".into()),
        ip_addr: ip.unwrap_or(LOCALHOST).to_string().into(),
    }
}

async fn target_of(server: &ServiceUrl) -> Option<SocketAddr> {
    if let Some(address) = server.address() {
        return Some(SocketAddr::new(address, server.port()));
    }
    let look_up = tokio::net::lookup_host((server.host(), server.port()));
    let mut found = tokio::time::timeout(LOOKUP_TIMEOUT, look_up)
        .await
        .ok()?
        .ok()?;
    found.next()
}

/// The address from which packets to `target` would come.
fn source_towards(target: SocketAddr) -> Option<IpAddr> {
    let any: IpAddr = match target {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect(target).ok()?;
    let own = socket.local_addr().ok()?.ip();
    (!own.is_unspecified()).then_some(own)
}

fn host_name() -> Option<Box<str>> {
    let name = gethostname::gethostname().into_string().ok()?;
    Some(name.trim())
        .filter(|name| !name.is_empty())
        .map(Into::into)
}

/// Looks again and again by which address this machine is known: a laptop that changes networks, a container that moved
/// (7.3.16).
#[derive(Clone, Debug, Default)]
pub struct DetectedAddress {
    towards: Option<ServiceUrl>,
}

impl DetectedAddress {
    /// The address that leads to `server`, or anywhere where none is given.
    #[must_use]
    pub fn towards(server: Option<ServiceUrl>) -> Self {
        Self { towards: server }
    }
}

impl Whereabouts for DetectedAddress {
    fn look(&self) -> BoxFuture<'_, Place> {
        Box::pin(async move {
            Place {
                address: Some(detect_address(self.towards.as_ref()).await),
                data_center: None,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_address_is_the_one_that_leads_to_the_server() {
        for (server, own) in [
            ("http://127.0.0.1:8761/eureka/", "127.0.0.1"),
            ("http://127.0.0.2/eureka/", "127.0.0.1"),
        ] {
            let server = ServiceUrl::parse(server).unwrap();
            let address = detect_address(Some(&server)).await;
            assert_eq!(&*address.ip_addr, own);
            assert!(!address.host_name.is_empty());
        }
    }
}
