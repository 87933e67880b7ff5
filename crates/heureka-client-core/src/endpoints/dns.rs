//! Servers that DNS records name.

use std::collections::BTreeSet;

use heureka_model::{InvalidServiceUrl, ServiceUrl};
use thiserror::Error;

use super::Endpoint;

/// How many names of one record are used; DNS is not ours, and may say anything.
pub const MAX_DNS_NAMES: usize = 500;

const PREFIX: &str = "txt.";

/// Servers that TXT records name, as Netflix has it (T24): the record of a region names its zones, and the record of each
/// zone names the hosts of its servers.
///
/// Whoever looks names up asks for [`root_name`](Self::root_name), gives the texts to [`zones`](Self::zones), asks for the
/// [`record_name`](DnsZone::record_name) of each, and gives the texts to [`endpoints`](Self::endpoints).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsServers {
    /// What all servers have in common, and instead of a host the name that is looked up first.
    like: ServiceUrl,
}

/// A zone that the record of a region names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DnsZone(Box<str>);

/// The record of a region names no zone (T24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the TXT record of the region names no zone")]
pub struct NoZones;

impl DnsServers {
    /// The servers of `region`, all of them with the scheme, port, path and credentials of `like`; its host is the domain,
    /// such as that of `https://example.com:7001/eureka/v2/`. So they may be spoken to over TLS (7.3.19), which Java's
    /// client cannot.
    ///
    /// # Errors
    ///
    /// Region and domain make no name that can be looked up.
    pub fn new(region: &str, like: &ServiceUrl) -> Result<Self, InvalidServiceUrl> {
        if like.address().is_some() {
            return Err(InvalidServiceUrl::Host);
        }
        let root = format!("{PREFIX}{region}.{}", like.host());
        let like = like.at(&root, like.port())?;
        Ok(Self { like })
    }

    /// The name whose TXT record names the zones: `txt.<region>.<domain>`.
    #[must_use]
    pub fn root_name(&self) -> &str {
        self.like.host()
    }

    /// The zones in the texts of the region's record, sorted, each once. What is no name is passed over.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn zones(&self, texts: &[impl AsRef<str>]) -> Result<Vec<DnsZone>, NoZones> {
        let names = self.named(texts).into_iter();
        let zones: Vec<DnsZone> = names
            .filter(|named| named.address().is_none())
            .map(|named| DnsZone(named.host().into()))
            .collect();
        if zones.is_empty() {
            return Err(NoZones);
        }
        Ok(zones)
    }

    /// The servers in the texts of a zone's record, sorted, each once. What is neither a name nor an address is passed over.
    #[must_use]
    pub fn endpoints(&self, zone: &DnsZone, texts: &[impl AsRef<str>]) -> Vec<Endpoint> {
        let urls = self.named(texts).into_iter();
        urls.map(|url| Endpoint {
            url,
            zone: Some(zone.id().into()),
        })
        .collect()
    }

    /// Records have names between blanks, with quotes around them, and a dot at their end.
    fn named(&self, texts: &[impl AsRef<str>]) -> BTreeSet<ServiceUrl> {
        let words = texts
            .iter()
            .flat_map(|text| text.as_ref().split_whitespace());
        words
            .map(|word| word.trim_matches('"').trim_end_matches('.'))
            .filter_map(|host| self.like.at(host, self.like.port()).ok())
            .take(MAX_DNS_NAMES)
            .collect()
    }
}

impl DnsZone {
    /// The name whose TXT record names the servers.
    #[must_use]
    pub fn record_name(&self) -> String {
        format!("{PREFIX}{}", self.name())
    }

    /// The zone: the first label of its name.
    #[must_use]
    pub fn id(&self) -> &str {
        let name = self.name();
        name.split_once('.').map_or(name, |(label, _)| label)
    }

    /// Some records have the names of further records rather than those of zones.
    fn name(&self) -> &str {
        self.0.strip_prefix(PREFIX).unwrap_or(&self.0)
    }
}
