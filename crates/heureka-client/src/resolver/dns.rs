//! Servers by DNS: a record names the zones of a region, and a record of each zone its servers (client.md T24).

use heureka_client_core::{DnsServers, Endpoint, NoZones};
use heureka_model::{InvalidServiceUrl, ServiceUrl};
use heureka_net::LookupError;
use thiserror::Error;

use super::Resolver;
use crate::transport::{BoxError, BoxFuture};

/// Looks servers up in DNS, each time anew (T24): `txt.<region>.<domain>` names the zones, and `txt.<zone>` the hosts of
/// its servers.
#[derive(Clone, Debug)]
pub struct DnsResolver {
    servers: DnsServers,
    names: heureka_net::Resolver,
}

/// Why servers cannot be looked up.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DnsFailure {
    /// Region and domain make no name.
    #[error("region and domain make no name that can be looked up: {0}")]
    NoName(#[from] InvalidServiceUrl),
    /// The machine's configuration cannot be read, or a record could not be had.
    #[error("TXT of {name}: {error}")]
    LookUp {
        /// The name.
        name: String,
        /// Why.
        error: LookupError,
    },
    /// The record of the region names no zone.
    #[error("TXT of {name}: {error}")]
    NoZones {
        /// The name.
        name: String,
        /// What is missing.
        error: NoZones,
    },
}

impl DnsResolver {
    /// The servers of `region`, looked up as the machine is set up to, now. All of them have the scheme, port, path and
    /// credentials of `like`, whose host is the domain, such as `https://example.com:8761/eureka/`; Java knows only `http`
    /// here (7.3.19).
    ///
    /// # Errors
    ///
    /// The machine's configuration cannot be read, or region and domain make no name.
    pub fn of_machine(region: &str, like: &ServiceUrl) -> Result<Self, DnsFailure> {
        let names = heureka_net::Resolver::of_machine();
        let names = names.map_err(|error| DnsFailure::LookUp {
            name: region.to_owned(),
            error,
        })?;
        Ok(Self::asking(region, like, names)?)
    }

    /// The same, with names looked up by `names`.
    ///
    /// # Errors
    ///
    /// Region and domain make no name.
    pub fn asking(
        region: &str,
        like: &ServiceUrl,
        names: heureka_net::Resolver,
    ) -> Result<Self, InvalidServiceUrl> {
        let servers = DnsServers::new(region, like)?;
        Ok(Self { servers, names })
    }
}

impl Resolver for DnsResolver {
    fn resolve(&self) -> BoxFuture<'_, Result<Vec<Endpoint>, BoxError>> {
        Box::pin(async move { Ok(look_up(&self.servers, &self.names).await?) })
    }
}

/// Where texts are looked up.
trait Texts: Sync {
    fn texts(&self, name: &str) -> impl Future<Output = Result<Vec<String>, LookupError>> + Send;
}

impl Texts for heureka_net::Resolver {
    async fn texts(&self, name: &str) -> Result<Vec<String>, LookupError> {
        self.texts(name).await
    }
}

/// A zone without servers is no failure; one that cannot be looked up is, because its servers would be forgotten.
async fn look_up(servers: &DnsServers, names: &impl Texts) -> Result<Vec<Endpoint>, DnsFailure> {
    let root = servers.root_name();
    let zones = servers.zones(&texts(names, root).await?);
    let zones = zones.map_err(|error| DnsFailure::NoZones {
        name: root.to_owned(),
        error,
    })?;
    let mut endpoints = Vec::new();
    for zone in &zones {
        match texts(names, &zone.record_name()).await {
            Err(DnsFailure::LookUp { error, .. }) if error.is_empty() => {}
            hosts => endpoints.extend(servers.endpoints(zone, &hosts?)),
        }
    }
    Ok(endpoints)
}

async fn texts(names: &impl Texts, name: &str) -> Result<Vec<String>, DnsFailure> {
    let texts = names.texts(name).await;
    texts.map_err(|error| DnsFailure::LookUp {
        name: name.to_owned(),
        error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records by name; what is not there cannot be looked up.
    struct Records(&'static [(&'static str, &'static str)]);

    impl Texts for Records {
        async fn texts(&self, name: &str) -> Result<Vec<String>, LookupError> {
            let found = self.0.iter().find(|(own, _)| *own == name);
            match found {
                Some((_, "")) => Err(LookupError::NoRecords),
                Some((_, text)) => Ok(vec![(*text).to_owned()]),
                None => Err(LookupError::Failed("no answer".to_owned())),
            }
        }
    }

    async fn found(
        records: &'static [(&'static str, &'static str)],
    ) -> Result<Vec<String>, String> {
        let like = ServiceUrl::parse("https://example.org:8443/eureka/v2").unwrap();
        let servers = DnsServers::new("us-east-1", &like).unwrap();
        let servers = look_up(&servers, &Records(records)).await;
        let servers = servers.map_err(|error| error.to_string())?;
        let shown = |server: Endpoint| format!("{} {}", server.zone.unwrap(), server.url);
        Ok(servers.into_iter().map(shown).collect())
    }

    #[tokio::test]
    async fn t24_a_record_names_the_zones_and_one_of_each_zone_its_servers() {
        let records = &[
            (
                "txt.us-east-1.example.org",
                "\"txt.us-east-1d.example.org\" us-east-1c.example.org us-east-1c.example.org",
            ),
            ("txt.us-east-1c.example.org", "b.example.org. a.example.org"),
            ("txt.us-east-1d.example.org", "c.example.org"),
        ];
        let expected = [
            "us-east-1c https://a.example.org:8443/eureka/v2/",
            "us-east-1c https://b.example.org:8443/eureka/v2/",
            "us-east-1d https://c.example.org:8443/eureka/v2/",
        ];
        let mut found = found(records).await.unwrap();
        found.sort();
        assert_eq!(found, expected);
    }

    #[tokio::test]
    async fn t24_a_region_without_zones_is_a_failure_and_a_zone_without_servers_is_none() {
        let empty_zone = &[
            ("txt.us-east-1.example.org", "a.example.org b.example.org"),
            ("txt.a.example.org", ""),
            ("txt.b.example.org", "c.example.org"),
        ];
        assert_eq!(found(empty_zone).await.unwrap().len(), 1);
        for text in ["", " \"\" "] {
            let records: &'static [_] = vec![("txt.us-east-1.example.org", text)].leak();
            let failure = found(records).await.unwrap_err();
            assert!(failure.contains("txt.us-east-1.example.org"), "{failure}");
        }
    }

    #[tokio::test]
    async fn deviation_14_a_zone_that_cannot_be_looked_up_does_not_lose_its_servers() {
        let records = &[
            ("txt.us-east-1.example.org", "a.example.org b.example.org"),
            ("txt.b.example.org", "c.example.org"),
        ];
        let failure = found(records).await.unwrap_err();
        assert!(failure.contains("txt.a.example.org"), "{failure}");
    }
}
