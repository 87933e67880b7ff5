//! Takes names of services for those of hosts.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::EurekaClient;
use crate::balance::{Ask, Balancer, Balancers, Balancing, NoInstance, Picked};
use crate::transport::BoxError;

/// How many instances a look-up gives: one after the other is tried until one is reached.
pub const MAX_ADDRESSES: usize = 3;

/// Resolves the names of services to the addresses of instances, and other names as the machine does (RS7): for a plain
/// `reqwest::Client`, by `reqwest::ClientBuilder::dns_resolver`.
///
/// An instance is chosen for a connection, not for a request, and what becomes of requests is not known. The port is the
/// instance's where the URL has none, `Host` is the service's name, and whether to speak TLS is up to the URL: for `https`
/// use an [`Addressing`](crate::balance::Addressing) that is `only_secure`, and certificates that have the service's name.
/// Where that is too little, use [`EurekaMiddleware`](super::EurekaMiddleware).
#[derive(Clone, Debug)]
pub struct EurekaResolver {
    balancers: Arc<Balancers>,
}

impl EurekaResolver {
    /// Takes turns among the instances of each service that are up.
    #[must_use]
    pub fn new(client: &EurekaClient) -> Self {
        Self::with_rules(client, Balancing::new())
    }

    /// Balances each service by these rules.
    #[must_use]
    pub fn with_rules(client: &EurekaClient, rules: Balancing) -> Self {
        Self {
            balancers: Arc::new(Balancers::new(client, rules)),
        }
    }
}

impl Resolve for EurekaResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let balancer = self.balancers.find(name.as_str());
        Box::pin(async move {
            let addresses = match balancer {
                Some(balancer) => of_service(&balancer).await?,
                None => of_host(name.as_str(), 0).await?,
            };
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

async fn of_service(balancer: &Balancer) -> Result<Vec<SocketAddr>, BoxError> {
    let mut addresses = Vec::new();
    let mut failure = None;
    for picked in picks(balancer)? {
        match of_instance(&picked).await {
            Ok(found) => addresses.extend(found),
            Err(error) => failure = Some(error),
        }
    }
    match failure {
        Some(error) if addresses.is_empty() => Err(error.into()),
        _ => Ok(addresses),
    }
}

fn picks(balancer: &Balancer) -> Result<Vec<Picked>, NoInstance> {
    let mut picks = vec![balancer.pick()?];
    let mut keys = Vec::new();
    while picks.len() < MAX_ADDRESSES {
        keys.extend(picks.last().map(|picked| picked.key()));
        match balancer.pick_for(&Ask::new().not(&keys)) {
            Ok(picked) => picks.push(picked),
            Err(_) => break,
        }
    }
    Ok(picks)
}

/// The address that the instance tells, or that of its host where it tells none.
async fn of_instance(picked: &Picked) -> io::Result<Vec<SocketAddr>> {
    let port = picked.base_uri().port();
    match picked.ip_addr().parse::<IpAddr>() {
        Ok(address) => Ok(vec![SocketAddr::new(address, port)]),
        Err(_) => of_host(picked.host_name(), port).await,
    }
}

async fn of_host(name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok(tokio::net::lookup_host((name, port)).await?.collect())
}
