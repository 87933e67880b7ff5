//! How remote regions are followed, in numbers.

use heureka_core::{RegionFetch, RegionOutcome, RegionReport};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

const MS_PER_SECOND: i64 = 1000;

/// The numbers of all regions; only an operator can add a region, so this cannot be made to grow.
#[derive(Debug, Default)]
pub(crate) struct RegionMetrics {
    ready: Family<RegionLabels, Gauge>,
    instances: Family<RegionLabels, Gauge>,
    last_success: Family<RegionLabels, Gauge>,
    fetches: Family<FetchLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RegionLabels {
    region: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FetchLabels {
    region: String,
    kind: &'static str,
    outcome: &'static str,
}

impl RegionMetrics {
    pub(crate) fn register(&self, registry: &mut Registry) {
        for (name, help, gauge) in [
            (
                "region_ready",
                "1 once a remote region was fetched",
                &self.ready,
            ),
            (
                "region_instances",
                "Instances of a remote region, as far as is known",
                &self.instances,
            ),
            (
                "region_last_success_timestamp_seconds",
                "When a fetch from a remote region last worked",
                &self.last_success,
            ),
        ] {
            registry.register(name, help, gauge.clone());
        }
        registry.register(
            "region_fetches",
            "Fetches from remote regions by region, kind and outcome",
            self.fetches.clone(),
        );
    }

    pub(crate) fn count(&self, fetch: &RegionFetch, outcome: &RegionOutcome) {
        let labels = FetchLabels {
            region: fetch.region.to_string(),
            kind: fetch.kind.as_str(),
            outcome: name_of(outcome),
        };
        self.fetches.get_or_create(&labels).inc();
    }

    /// Takes over the numbers as of now.
    pub(crate) fn set(&self, reports: &[RegionReport]) {
        for report in reports {
            let labels = RegionLabels {
                region: report.name.to_string(),
            };
            let instances = i64::try_from(report.instances).unwrap_or(i64::MAX);
            self.instances.get_or_create(&labels).set(instances);
            self.ready
                .get_or_create(&labels)
                .set(i64::from(report.is_ready));
            if let Some(at) = report.last_success_wall {
                let seconds = at.0 / MS_PER_SECOND;
                self.last_success.get_or_create(&labels).set(seconds);
            }
        }
    }
}

fn name_of(outcome: &RegionOutcome) -> &'static str {
    match outcome {
        RegionOutcome::Replaced { .. } | RegionOutcome::Updated => "success",
        RegionOutcome::Mismatched => "mismatch",
        RegionOutcome::Failed { .. } => "failure",
        RegionOutcome::Late => "late",
    }
}
