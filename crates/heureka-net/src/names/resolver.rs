//! Looks names up.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use hickory_resolver::{
    ResolverBuilder, TokioResolver,
    config::{ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolverConfig, ResolverOpts},
    lookup::Lookup,
    net::{NetError, runtime::TokioRuntimeProvider},
    proto::rr::{Name, RData, RecordType, rdata::TXT},
};
use tokio::time::timeout;

use super::error::LookupError;

/// How many records of an answer are used; the others are as good as not there.
pub const MAX_RECORDS: usize = 500;

/// How long a look-up may take, with all its attempts.
const LOOKUP_DEADLINE: Duration = Duration::from_secs(5);

/// How long one server may take, so that a lost packet leaves time for another attempt.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);

/// Looks names up in DNS as the machine is set up to: servers, search domains and hosts file.
///
/// Every look-up asks anew. Answers are sorted and have each record once, so that two answers with
/// the same records are equal, and at most [`MAX_RECORDS`] of them.
#[derive(Clone)]
pub struct Resolver(TokioResolver);

impl Resolver {
    /// A resolver that is set up as the machine is, now.
    ///
    /// # Errors
    ///
    /// The machine's configuration (`/etc/resolv.conf`) cannot be read.
    pub fn of_machine() -> Result<Self, LookupError> {
        Self::build(TokioResolver::builder_tokio().map_err(LookupError::of)?)
    }

    /// A resolver that asks one server, by UDP, and by TCP for what UDP has no room for.
    ///
    /// # Errors
    ///
    /// None that is known: the library may refuse what it is given.
    pub fn asking(server: SocketAddr) -> Result<Self, LookupError> {
        let connections =
            [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                connection.port = server.port();
                connection
            });
        let server = NameServerConfig::new(server.ip(), true, connections.into());
        let config = ResolverConfig::from_name_servers(vec![server]);
        let provider = TokioRuntimeProvider::default();
        Self::build(TokioResolver::builder_with_config(config, provider))
    }

    fn build(builder: ResolverBuilder<TokioRuntimeProvider>) -> Result<Self, LookupError> {
        let mut builder = builder;
        adjust(builder.options_mut());
        Ok(Self(builder.build().map_err(LookupError::of)?))
    }

    /// The IPv4 and IPv6 addresses of a name. Those of one family are enough.
    ///
    /// # Errors
    ///
    /// There are none, or none could be found out.
    pub async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, LookupError> {
        let lookup = in_time(self.0.lookup_ip(name)).await?;
        some(lookup.iter().collect())
    }

    /// The hosts and ports of a service (SRV records), whatever their priority and weight.
    ///
    /// # Errors
    ///
    /// There are none, or none could be found out.
    pub async fn services(&self, name: &str) -> Result<Vec<(String, u16)>, LookupError> {
        let lookup = in_time(self.0.lookup(name, RecordType::SRV)).await?;
        some(records(&lookup, |data| {
            let RData::SRV(service) = data else {
                return None;
            };
            // A root as target says that the service is not to be had (RFC 2782).
            let there = !service.target.is_root();
            there.then(|| (host(&service.target), service.port))
        }))
    }

    /// The texts of a name (TXT records). The parts of one text are joined by a blank, as Java does.
    ///
    /// # Errors
    ///
    /// There are none, or none could be found out.
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, LookupError> {
        let lookup = in_time(self.0.lookup(name, RecordType::TXT)).await?;
        some(records(&lookup, |data| {
            let RData::TXT(txt) = data else {
                return None;
            };
            Some(text(txt))
        }))
    }
}

fn adjust(options: &mut ResolverOpts) {
    // Whoever looks up again wants to know what is true now; an answer kept by us would count twice.
    options.cache_size = 0;
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    options.timeout = options.timeout.min(ATTEMPT_TIMEOUT);
}

async fn in_time<T>(lookup: impl Future<Output = Result<T, NetError>>) -> Result<T, LookupError> {
    match timeout(LOOKUP_DEADLINE, lookup).await {
        Ok(found) => found.map_err(LookupError::of),
        Err(_) => Err(LookupError::Failed(format!(
            "no answer within {LOOKUP_DEADLINE:?}"
        ))),
    }
}

/// What `pick` takes of an answer, in which there may be other records, such as aliases.
fn records<T>(lookup: &Lookup, pick: impl Fn(&RData) -> Option<T>) -> Vec<T> {
    let answers = lookup.answers().iter();
    answers.filter_map(|record| pick(&record.data)).collect()
}

fn some<T: Ord>(mut records: Vec<T>) -> Result<Vec<T>, LookupError> {
    records.sort();
    records.dedup();
    // After sorting: servers rotate their records, and always the same ones shall be left out.
    records.truncate(MAX_RECORDS);
    if records.is_empty() {
        return Err(LookupError::NoRecords);
    }
    Ok(records)
}

/// A name without the dot at its end, which certificates and `Host` headers do not have.
fn host(name: &Name) -> String {
    name.to_ascii().trim_end_matches('.').to_ascii_lowercase()
}

fn text(txt: &TXT) -> String {
    let parts = txt.txt_data.iter();
    let parts: Vec<_> = parts.map(|part| String::from_utf8_lossy(part)).collect();
    parts.join(" ")
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").finish_non_exhaustive()
    }
}
