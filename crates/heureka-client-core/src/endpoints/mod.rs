//! Which server is asked, and which next.
//!
//! `line` chooses among the servers that are known. The others make such a list: of configured URLs ([`ConfiguredServers`]),
//! of DNS records ([`DnsServers`]), of instances in a registry ([`ServersInRegistry`]); [`SourcesConfig`] says which
//! of them counts. None of them reads anything itself.

mod configured;
mod dns;
mod from_registry;
mod line;
mod sources;

pub use configured::{ConfiguredServers, NoServerUrl};
pub use dns::{DnsServers, DnsZone, MAX_DNS_NAMES, NoZones};
pub use from_registry::{HostOf, ServersInRegistry};
pub(crate) use line::{Line, Request, RequestKind, Verdict};
pub use sources::{Source, SourcesConfig};

use heureka_model::ServiceUrl;

/// A server, and where it stands (T28).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Where it is reached.
    pub url: ServiceUrl,
    /// The zone it runs in, if that is known.
    pub zone: Option<Box<str>>,
}
