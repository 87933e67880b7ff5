//! The configuration of `heureka serve` as the rest of the program sees it.

use std::{
    collections::BTreeSet,
    fmt::{self, Display},
    path::PathBuf,
    time::Duration,
};

use heureka_core::PeerSource;
use heureka_model::{AppName, RegionName, ServiceUrl};

use super::{
    Settings,
    layers::{Problem, Values},
    setting::Table,
    table,
};

/// Everything that `heureka serve` can be told, checked.
#[derive(Debug)]
pub(crate) struct ServeSettings {
    pub(crate) listen: ListenAddress,
    pub(crate) config: Option<PathBuf>,
    pub(crate) labels: Labels,
    pub(crate) lease: LeaseSettings,
    pub(crate) self_preservation: SelfPreservation,
    pub(crate) delta: DeltaSettings,
    pub(crate) rate_limiter: RateLimiter,
    pub(crate) cluster: ClusterSettings,
    pub(crate) regions: RegionSettings,
    pub(crate) limits: LimitSettings,
    pub(crate) log: LogSettings,
}

/// Where to listen; port 0 takes a free one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListenAddress {
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// What the node and its surroundings are called.
#[derive(Debug)]
pub(crate) struct Labels {
    pub(crate) node_name: String,
    pub(crate) environment: String,
    pub(crate) datacenter: String,
}

/// When leases end.
#[derive(Debug)]
pub(crate) struct LeaseSettings {
    pub(crate) eviction_interval: Duration,
    pub(crate) grace: LeaseGrace,
    pub(crate) compat: LeaseCompat,
}

/// How long an expired lease is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeaseGrace {
    /// Twice the renewal interval of the instance.
    TwiceRenewalInterval,
    /// The same for all; zero is strict.
    Fixed(Duration),
}

/// Whose rule says how long a renewed lease lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeaseCompat {
    /// The duration that the instance registered with.
    Heureka,
    /// Twice that duration.
    Netflix,
}

/// When missing renewals are taken for a broken network.
#[derive(Debug)]
pub(crate) struct SelfPreservation {
    pub(crate) enabled: bool,
    /// The share of expected renewals below which nothing is evicted, in parts per million.
    pub(crate) renewal_threshold_ppm: u32,
    pub(crate) release_after: Duration,
}

/// What `/apps/delta` answers.
#[derive(Debug)]
pub(crate) struct DeltaSettings {
    /// Whether it answers at all; otherwise 403.
    pub(crate) enabled: bool,
    pub(crate) retention: Duration,
    pub(crate) max_changes: usize,
}

/// How often clients may fetch.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    pub(crate) enabled: bool,
    pub(crate) burst: usize,
    pub(crate) fetches_per_second: usize,
    pub(crate) full_fetches_per_second: usize,
    /// Names of clients that are never limited.
    pub(crate) privileged_clients: Vec<String>,
    /// Whether clients that say they are of a standard kind are limited as well.
    pub(crate) throttle_standard_clients: bool,
}

/// The other nodes.
#[derive(Debug)]
pub(crate) struct ClusterSettings {
    pub(crate) peers: Vec<PeerSource>,
    pub(crate) register_self: bool,
    pub(crate) start_hold: Duration,
    pub(crate) hold_limit: Duration,
    pub(crate) refresh_interval: Duration,
    pub(crate) compare_interval: Duration,
    /// Whether batches for Java peers are packed.
    pub(crate) gzip: bool,
    pub(crate) ca: Option<PathBuf>,
}

/// Registries elsewhere.
#[derive(Debug)]
pub(crate) struct RegionSettings {
    pub(crate) urls: Vec<RegionUrl>,
    pub(crate) allow: Vec<AllowedApp>,
    /// Whether clients that name no region see all of them.
    pub(crate) fallback: bool,
    pub(crate) fetch_interval: Duration,
    pub(crate) fetch_timeout: Duration,
    pub(crate) delta: bool,
    pub(crate) max_instances: usize,
    pub(crate) max_body_bytes: usize,
}

/// A region and where one of its servers is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegionUrl {
    pub(crate) region: RegionName,
    pub(crate) url: ServiceUrl,
}

/// An application that listings take from a region, or from all regions that have no list of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AllowedApp {
    pub(crate) region: Option<RegionName>,
    /// Empty for a list that allows nothing.
    pub(crate) app: AppName,
}

/// How much of everything.
#[derive(Debug)]
pub(crate) struct LimitSettings {
    pub(crate) max_instances: Option<usize>,
    pub(crate) max_connections: usize,
    pub(crate) max_body_bytes: usize,
    pub(crate) max_batch_body_bytes: usize,
    pub(crate) max_header_bytes: usize,
    pub(crate) max_target_bytes: usize,
    pub(crate) header_deadline: Duration,
    pub(crate) body_deadline: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) write_stall: Duration,
    pub(crate) answer_deadline: Duration,
    pub(crate) drain_deadline: Duration,
}

/// What the log shows, and how.
#[derive(Debug)]
pub(crate) struct LogSettings {
    pub(crate) format: LogFormat,
    /// Directives of tracing's `EnvFilter`.
    pub(crate) filter: String,
}

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object for each line.
    Json,
}

impl Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl Settings for ServeSettings {
    const TABLE: &'static Table = &table::SERVE;

    fn take_from(values: &mut Values) -> Result<Self, Problem> {
        Ok(Self {
            listen: table::LISTEN.take(values)?,
            config: table::CONFIG.take(values)?,
            labels: Labels::take_from(values)?,
            lease: LeaseSettings::take_from(values)?,
            self_preservation: SelfPreservation::take_from(values)?,
            delta: DeltaSettings::take_from(values)?,
            rate_limiter: RateLimiter::take_from(values)?,
            cluster: ClusterSettings::take_from(values)?,
            regions: RegionSettings::take_from(values)?,
            limits: LimitSettings::take_from(values)?,
            log: LogSettings::take_from(values)?,
        })
    }

    fn problems(&self) -> Vec<Problem> {
        self.regions.problems()
    }
}

impl Labels {
    fn take_from(values: &mut Values) -> Result<Self, Problem> {
        Ok(Self {
            node_name: table::NODE_NAME.take(values)?,
            environment: table::ENVIRONMENT.take(values)?,
            datacenter: table::DATACENTER.take(values)?,
        })
    }
}

impl LeaseSettings {
    fn take_from(values: &mut Values) -> Result<Self, Problem> {
        Ok(Self {
            eviction_interval: table::EVICTION_INTERVAL.take(values)?,
            grace: table::LEASE_GRACE.take(values)?,
            compat: table::LEASE_COMPAT.take(values)?,
        })
    }
}

impl SelfPreservation {
    fn take_from(values: &mut Values) -> Result<Self, Problem> {
        Ok(Self {
            enabled: table::SELF_PRESERVATION.take(values)?,
            renewal_threshold_ppm: table::RENEWAL_PERCENT_THRESHOLD.take(values)?,
            release_after: table::SELF_PRESERVATION_RELEASE_AFTER.take(values)?,
        })
    }
}

impl DeltaSettings {
    fn take_from(values: &mut Values) -> Result<Self, Problem> {
        Ok(Self {
            enabled: table::DELTA.take(values)?,
            retention: table::DELTA_RETENTION.take(values)?,
            max_changes: table::DELTA_MAX_CHANGES.take(values)?,
        })
    }
}

impl RateLimiter {
    fn take_from(values: &mut Values) -> Result<Self, Problem> {
        Ok(Self {
            enabled: table::RATE_LIMITER.take(values)?,
            burst: table::RATE_LIMITER_BURST.take(values)?,
            fetches_per_second: table::RATE_LIMITER_FETCHES_PER_SECOND.take(values)?,
            full_fetches_per_second: table::RATE_LIMITER_FULL_FETCHES_PER_SECOND.take(values)?,
            privileged_clients: table::RATE_LIMITER_PRIVILEGED_CLIENTS.take(values)?,
            throttle_standard_clients: table::RATE_LIMITER_THROTTLE_STANDARD_CLIENTS
                .take(values)?,
        })
    }
}

impl ClusterSettings {
    fn take_from(values: &mut Values) -> Result<Self, Problem> {
        Ok(Self {
            peers: table::PEERS.take(values)?,
            register_self: table::REGISTER_SELF.take(values)?,
            start_hold: table::START_HOLD.take(values)?,
            hold_limit: table::HOLD_LIMIT.take(values)?,
            refresh_interval: table::PEER_REFRESH_INTERVAL.take(values)?,
            compare_interval: table::PEER_COMPARE_INTERVAL.take(values)?,
            gzip: table::PEER_GZIP.take(values)?,
            ca: table::PEER_CA.take(values)?,
        })
    }
}

impl RegionSettings {
    fn take_from(values: &mut Values) -> Result<Self, Problem> {
        Ok(Self {
            urls: table::REMOTE_REGIONS.take(values)?,
            allow: table::REMOTE_REGION_ALLOW.take(values)?,
            fallback: table::REMOTE_REGION_FALLBACK.take(values)?,
            fetch_interval: table::REMOTE_REGION_FETCH_INTERVAL.take(values)?,
            fetch_timeout: table::REMOTE_REGION_FETCH_TIMEOUT.take(values)?,
            delta: table::REMOTE_REGION_DELTA.take(values)?,
            max_instances: table::REMOTE_REGION_MAX_INSTANCES.take(values)?,
            max_body_bytes: table::REMOTE_REGION_MAX_BODY.take(values)?,
        })
    }

    /// The regions that have a list of allowed applications and no URL: each is a slip of the pen.
    fn problems(&self) -> Vec<Problem> {
        let is_unknown = |region: &&RegionName| self.urls.iter().all(|url| url.region != **region);
        let allowing: BTreeSet<&RegionName> = self
            .allow
            .iter()
            .filter_map(|allowed| allowed.region.as_ref())
            .filter(is_unknown)
            .collect();
        let unknown = |region: &RegionName| Problem::UnknownRegion {
            region: region.to_string(),
        };
        allowing.into_iter().map(unknown).collect()
    }
}

impl LimitSettings {
    fn take_from(values: &mut Values) -> Result<Self, Problem> {
        Ok(Self {
            max_instances: table::MAX_INSTANCES.take(values)?,
            max_connections: table::MAX_CONNECTIONS.take(values)?,
            max_body_bytes: table::MAX_BODY.take(values)?,
            max_batch_body_bytes: table::MAX_BATCH_BODY.take(values)?,
            max_header_bytes: table::MAX_HEADER.take(values)?,
            max_target_bytes: table::MAX_TARGET.take(values)?,
            header_deadline: table::HEADER_DEADLINE.take(values)?,
            body_deadline: table::BODY_DEADLINE.take(values)?,
            idle_timeout: table::IDLE_TIMEOUT.take(values)?,
            write_stall: table::WRITE_STALL.take(values)?,
            answer_deadline: table::ANSWER_DEADLINE.take(values)?,
            drain_deadline: table::DRAIN_DEADLINE.take(values)?,
        })
    }
}

impl LogSettings {
    fn take_from(values: &mut Values) -> Result<Self, Problem> {
        Ok(Self {
            format: table::LOG_FORMAT.take(values)?,
            filter: table::LOG_LEVEL.take(values)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ServeSettings, Settings as _};
    use crate::config::{
        SERVE,
        layers::{Layer, Values},
    };

    #[test]
    fn each_setting_of_the_table_is_taken() {
        let mut values = Values::resolve(&SERVE, [Layer::new(), Layer::new(), Layer::new()]);
        assert!(!values.is_empty());
        ServeSettings::take_from(&mut values).unwrap();
        assert!(
            values.is_empty(),
            "in the table, and nobody takes it: {values:?}"
        );
    }
}
