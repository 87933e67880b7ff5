//! Puts a server together from its settings.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use heureka_core::{
    ClusterConfig, DeltaConfig, DiscoveryConfig, Grace, LeasePolicy, NodeConfig, RateLimiterConfig,
    RegionConfig, RegionsConfig, RegistryLimits, SelfPreservationConfig, Threshold,
};
use heureka_model::{AppName, RegionName};
use heureka_net::{Client, Counters, DialConfig, InvalidRoots, Tls};
use heureka_server::{App, Labels, PeersSettings, RegionsSettings, ServerConfig, SystemClock};

use crate::config::{LeaseCompat, LeaseGrace, RateLimiter, RegionSettings, ServeSettings};
use crate::exit::Failure;

/// A server with an empty registry, which knows that it listens on `port`. Chance comes from the operating system, once.
pub(crate) fn app(
    settings: &ServeSettings,
    port: u16,
    counters: Arc<Counters>,
) -> anyhow::Result<App> {
    let seed = getrandom::u64().context("the operating system gives no random number")?;
    let clock = Arc::new(SystemClock::start());
    Ok(App::new(
        server_config(settings, port),
        clock,
        seed,
        counters,
    ))
}

fn server_config(settings: &ServeSettings, port: u16) -> ServerConfig {
    let (labels, limiter) = (&settings.labels, &settings.rate_limiter);
    ServerConfig {
        node: node_config(settings),
        rate_limiter: rate_limiter_config(limiter),
        privileged_clients: limiter.privileged_clients.iter().cloned().collect(),
        max_body_bytes: settings.limits.max_body_bytes,
        max_batch_body_bytes: settings.limits.max_batch_body_bytes,
        regions: regions_settings(&settings.regions),
        peers: peers_settings(settings),
        labels: Labels {
            node_name: labels.node_name.clone(),
            port,
            environment: labels.environment.clone(),
            data_center: labels.datacenter.clone(),
        },
    }
}

fn peers_settings(settings: &ServeSettings) -> PeersSettings {
    let (cluster, node_name) = (&settings.cluster, &settings.labels.node_name);
    PeersSettings {
        sources: cluster.peers.clone(),
        discovery: DiscoveryConfig {
            refresh_interval: cluster.refresh_interval,
            ..DiscoveryConfig::default()
        },
        cluster: ClusterConfig {
            node_name: node_name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            compare_interval: cluster.compare_interval,
            start_hold: cluster.start_hold,
            hold_limit: cluster.hold_limit,
            ..ClusterConfig::default()
        },
        own_hosts: vec![node_name.clone(), settings.listen.host.clone()],
        gzip_requests: cluster.gzip,
        register_self: cluster.register_self,
    }
}

/// Whom this node trusts when it calls others; nothing where it calls nobody, for there are many certificates to read.
pub(crate) fn tls(settings: &ServeSettings) -> Result<Option<Tls>, Failure> {
    let (cluster, regions) = (&settings.cluster, &settings.regions);
    if cluster.peers.is_empty() && regions.urls.is_empty() && cluster.ca.is_none() {
        return Ok(None);
    }
    let tls = Tls::of_machine(cluster.ca.as_deref());
    tls.map(Some)
        .map_err(|error| unusable("peer-ca", cluster.ca.as_deref(), &error))
}

/// What is wrong with the certificates in the file that the setting `key` names.
pub(crate) fn unusable(key: &str, file: Option<&Path>, error: &InvalidRoots) -> Failure {
    let reason = match error {
        // It names the file, which is named already.
        InvalidRoots::Unreadable { source, .. } => source.to_string(),
        InvalidRoots::NotPem(_) | InvalidRoots::Empty | InvalidRoots::Unusable(_) => {
            error.to_string()
        }
    };
    let file = file.unwrap_or_else(|| Path::new(""));
    Failure::Usage(vec![format!("{key} = {file:?} cannot be used: {reason}")])
}

/// What calls peers.
pub(crate) fn peer_client(tls: Tls) -> Client {
    Client::new(DialConfig::default(), tls)
}

/// What fetches from regions. They may be far away, so how long connecting takes is a matter of the one deadline that they
/// have; half of it leaves time for the answer. One fetch in half a minute is worth no connection that rests.
pub(crate) fn region_client(settings: &RegionSettings, tls: Tls) -> Client {
    let config = DialConfig {
        connect_timeout: settings.fetch_timeout / 2,
        handshake_timeout: settings.fetch_timeout,
        max_idle_per_host: 0,
        ..DialConfig::default()
    };
    Client::new(config, tls)
}

fn node_config(settings: &ServeSettings) -> NodeConfig {
    let (preservation, delta) = (&settings.self_preservation, &settings.delta);
    NodeConfig {
        lease: LeasePolicy {
            grace: grace(settings),
        },
        eviction_interval: settings.lease.eviction_interval,
        self_preservation: SelfPreservationConfig {
            enabled: preservation.enabled,
            threshold: Threshold::from_millionths(preservation.renewal_threshold_ppm),
            release_after: preservation.release_after,
        },
        delta: DeltaConfig {
            enabled: delta.enabled,
            retention: delta.retention,
            max_changes: delta.max_changes,
        },
        limits: RegistryLimits {
            max_instances: settings.limits.max_instances,
            ..RegistryLimits::default()
        },
    }
}

/// Netflix's rule says how long a renewed lease lasts, so no grace comes on top of it.
fn grace(settings: &ServeSettings) -> Grace {
    match (settings.lease.compat, settings.lease.grace) {
        (LeaseCompat::Netflix, _) => Grace::AsNetflix,
        (LeaseCompat::Heureka, LeaseGrace::TwiceRenewalInterval) => Grace::TwiceTheInterval,
        (LeaseCompat::Heureka, LeaseGrace::Fixed(grace)) => Grace::Fixed(grace),
    }
}

fn rate_limiter_config(limiter: &RateLimiter) -> RateLimiterConfig {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    RateLimiterConfig {
        enabled: limiter.enabled,
        burst: count(limiter.burst),
        fetches_per_second: count(limiter.fetches_per_second),
        full_fetches_per_second: count(limiter.full_fetches_per_second),
        throttle_standard_clients: limiter.throttle_standard_clients,
    }
}

fn regions_settings(settings: &RegionSettings) -> RegionsSettings {
    let regions = settings.urls.iter().map(|url| RegionConfig {
        name: url.region.clone(),
        allowed_apps: allowed_apps(settings, Some(&url.region)),
    });
    let urls = settings
        .urls
        .iter()
        .map(|url| (url.region.clone(), url.url.clone()));
    RegionsSettings {
        follow: RegionsConfig {
            regions: regions.collect(),
            allowed_apps: allowed_apps(settings, None),
            fallback: settings.fallback,
            fetch_interval: settings.fetch_interval,
            delta: settings.delta,
            max_instances: settings.max_instances,
        },
        urls: urls.collect(),
        fetch_timeout: settings.fetch_timeout,
        max_body_bytes: settings.max_body_bytes,
    }
}

/// The list of a region, or the one for all; no list allows everything, and an empty entry makes a list that allows
/// nothing (server.md G12).
fn allowed_apps(
    settings: &RegionSettings,
    region: Option<&RegionName>,
) -> Option<BTreeSet<AppName>> {
    let mut own = settings
        .allow
        .iter()
        .filter(|allowed| allowed.region.as_ref() == region)
        .peekable();
    own.peek()?;
    Some(own.map(|allowed| allowed.app.clone()).collect())
}
