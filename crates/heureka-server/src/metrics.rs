//! Numbers for machines, in Prometheus's text format.

use std::sync::Arc;

use heureka_core::{Event, NodeReport, Protection, RegionFetch, RegionOutcome, RegionReport};
use heureka_net::Counters;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::connection_metrics::ConnectionMetrics;
use crate::peer_calls::PeerCalls;
use crate::peer_metrics;
use crate::peers::Overview;
use crate::region_metrics::RegionMetrics;
use crate::request_metrics::RequestCounts;

const PREFIX: &str = "heureka";

/// All metrics of a server. A value, not a global: two servers in one process do not share them.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: RequestCounts,
    limits: Family<LimitLabels, Counter>,
    evictions: Counter,
    regions: RegionMetrics,
    peer_calls: PeerCalls,
    instances: Gauge,
    applications: Gauge,
    recent_changes: Gauge,
    tombstones: Gauge,
    renewals_last_minute: Gauge,
    missing: Gauge,
    is_protecting: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LimitLabels {
    limit: &'static str,
}

impl Metrics {
    pub(crate) fn new(connections: Arc<Counters>) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix(PREFIX),
            requests: RequestCounts::default(),
            limits: Family::default(),
            evictions: Counter::default(),
            regions: RegionMetrics::default(),
            peer_calls: PeerCalls::default(),
            instances: Gauge::default(),
            applications: Gauge::default(),
            recent_changes: Gauge::default(),
            tombstones: Gauge::default(),
            renewals_last_minute: Gauge::default(),
            missing: Gauge::default(),
            is_protecting: Gauge::default(),
        };
        metrics
            .registry
            .register_collector(Box::new(ConnectionMetrics(connections)));
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        self.regions.register(registry);
        registry.register(
            "requests",
            "Requests by resource, method and status",
            self.requests.clone(),
        );
        registry.register(
            "limit_reached",
            "Times a named limit was reached",
            self.limits.clone(),
        );
        registry.register(
            "evictions",
            "Instances whose lease has ended",
            self.evictions.clone(),
        );
        for (name, help, gauge) in [
            ("instances", "Registered instances", &self.instances),
            (
                "applications",
                "Applications with an instance",
                &self.applications,
            ),
            (
                "recent_changes",
                "Changes that a delta shows",
                &self.recent_changes,
            ),
            (
                "tombstones",
                "Cancelled keys that are remembered",
                &self.tombstones,
            ),
            (
                "renewals_last_minute",
                "Heartbeats in the last minute",
                &self.renewals_last_minute,
            ),
            (
                "missing_instances",
                "Instances silent for an interval and a half",
                &self.missing,
            ),
            (
                "self_preservation",
                "1 while nothing is evicted",
                &self.is_protecting,
            ),
        ] {
            registry.register(name, help, gauge.clone());
        }
    }

    pub(crate) fn requests(&self) -> &RequestCounts {
        &self.requests
    }

    pub(crate) fn count_limit(&self, limit: &'static str) {
        self.limits.get_or_create(&LimitLabels { limit }).inc();
    }

    pub(crate) fn count_event(&self, event: &Event) {
        match event {
            Event::Evicted(report) => {
                self.evictions
                    .inc_by(u64::try_from(report.evicted.len()).unwrap_or(u64::MAX));
            }
            Event::Cluster(_) | Event::ProtectionChanged(_) | Event::EvictionPostponed { .. } => {}
        }
    }

    pub(crate) fn peer_calls(&self) -> &PeerCalls {
        &self.peer_calls
    }

    pub(crate) fn count_region_fetch(&self, fetch: &RegionFetch, outcome: &RegionOutcome) {
        self.regions.count(fetch, outcome);
        if let RegionOutcome::Failed { failure, .. } = outcome
            && let Some(limit) = failure.limit()
        {
            self.count_limit(limit);
        }
    }

    /// The whole page, with the numbers of the registry, of the regions and of the peers as of now.
    pub(crate) fn render(
        &self,
        report: &NodeReport,
        regions: &[RegionReport],
        overview: &Overview,
    ) -> String {
        self.regions.set(regions);
        let protection = &report.protection;
        for (gauge, value) in [
            (&self.instances, report.instances),
            (&self.applications, report.applications),
            (&self.recent_changes, report.recent_changes),
            (&self.tombstones, report.tombstones),
            (&self.missing, protection.missing),
            (
                &self.is_protecting,
                usize::from(protection.protection != Protection::Off),
            ),
        ] {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        }
        self.renewals_last_minute
            .set(i64::try_from(report.renewals_last_minute).unwrap_or(i64::MAX));
        let mut page = String::new();
        // Writing to a string cannot fail.
        let _ = encode_registry(&mut page, &self.registry);
        let peers = peer_metrics::registry(PREFIX, overview, &self.peer_calls);
        let _ = encode_registry(&mut page, &peers);
        let _ = encode_eof(&mut page);
        page
    }
}
