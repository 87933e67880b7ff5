//! Servers that are themselves instances in a registry.

use std::time::Duration;

use heureka_model::{InstanceStatus, InvalidServiceUrl, Scheme, ServiceUrl};

use super::Endpoint;
use crate::Instance;

/// The metadata in which Amazon's machines say at which address they are reached within their network.
const LOCAL_ADDRESS_KEY: &str = "local-ipv4";

/// Servers that are themselves instances in a registry, found by a vip (T18, T19, T27).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServersInRegistry {
    /// What all servers have in common; its host and port are nobody's.
    like: ServiceUrl,
    host: HostOf,
}

/// By what the server of an instance is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostOf {
    /// The name of its host.
    #[default]
    Name,
    /// Its address; of Amazon's machines the one within their network.
    Address,
}

impl ServersInRegistry {
    /// How old a registry may be for the servers in it to count.
    pub const STALENESS_THRESHOLD: Duration = Duration::from_secs(300);

    /// Servers that are spoken to over `scheme`, at their port for it, under the path `context`. They are sent no
    /// credentials, because everybody who may register would be sent them.
    ///
    /// # Errors
    ///
    /// `context` is no path.
    pub fn new(scheme: Scheme, context: &str, host: HostOf) -> Result<Self, InvalidServiceUrl> {
        let context = context.trim_matches('/');
        let like = ServiceUrl::parse(&format!("{}://registry/{context}", scheme.as_str()))?;
        Ok(Self { like, host })
    }

    /// The servers among `instances`: those that are up, have a port for the scheme, and say where they are.
    #[must_use]
    pub fn endpoints(&self, instances: &[Instance]) -> Vec<Endpoint> {
        instances
            .iter()
            .filter(|instance| instance.status() == InstanceStatus::Up)
            .filter_map(|instance| self.endpoint(instance))
            .collect()
    }

    /// Whether servers in a registry count that was brought up to date so long ago; one that was never fetched does, and
    /// has none.
    #[must_use]
    pub fn is_fresh(age: Option<Duration>, threshold: Duration) -> bool {
        age.is_none_or(|age| age <= threshold)
    }

    fn endpoint(&self, instance: &Instance) -> Option<Endpoint> {
        let port = match self.like.scheme() {
            Scheme::Http => instance.port(),
            Scheme::Https => instance.secure_port(),
        };
        let url = self.like.at(self.host_of(instance), port?).ok()?;
        let zone = instance.zone().map(Box::from);
        Some(Endpoint { url, zone })
    }

    fn host_of<'a>(&self, instance: &'a Instance) -> &'a str {
        let data_center = &instance.document().data_center;
        match self.host {
            HostOf::Name => instance.host_name(),
            HostOf::Address => data_center
                .metadata(LOCAL_ADDRESS_KEY)
                .unwrap_or_else(|| instance.ip_addr()),
        }
    }
}
