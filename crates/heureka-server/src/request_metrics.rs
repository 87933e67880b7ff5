//! Requests, counted.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{Method, StatusCode};
use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;

/// What a request asked for: a closed set, so that no client can grow it (server.md D-32).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResourceKind {
    /// The path names nothing.
    None,
    Apps,
    Delta,
    App,
    Instance,
    InstanceStatus,
    InstanceMetadata,
    InstanceById,
    Vip,
    SecureVip,
    AsgStatus,
    Batch,
    Status,
    StatusOverrides,
    HealthCheck,
}

/// In the order of the variants.
const RESOURCES: [&str; 15] = [
    "none",
    "apps",
    "delta",
    "app",
    "instance",
    "instance_status",
    "instance_metadata",
    "instance_by_id",
    "vip",
    "secure_vip",
    "asg_status",
    "batch",
    "status",
    "status_overrides",
    "healthcheck",
];

/// The last is all others.
const METHODS: [&str; 7] = ["PUT", "GET", "POST", "DELETE", "HEAD", "OPTIONS", "other"];

/// The statuses that the protocol's resources answer with; the last stands for one that was forgotten here.
const STATUSES: [u16; 17] = [
    200, 404, 204, 304, 400, 401, 403, 405, 406, 408, 409, 413, 415, 500, 501, 503, 0,
];

/// How often what was asked for in which way and answered how. One number for each, in its place: counting is one addition,
/// and nobody waits for anybody.
#[derive(Clone, Debug)]
pub(crate) struct RequestCounts(Arc<[AtomicU64]>);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    resource: &'static str,
    method: &'static str,
    status: u16,
}

impl Default for RequestCounts {
    fn default() -> Self {
        let counts = RESOURCES.len() * METHODS.len() * STATUSES.len();
        Self((0..counts).map(|_| AtomicU64::new(0)).collect())
    }
}

impl RequestCounts {
    pub(crate) fn count(&self, resource: ResourceKind, method: &Method, status: StatusCode) {
        let row = resource as usize * METHODS.len() + place_of_method(method);
        let place = row * STATUSES.len() + place_of_status(status);
        if let Some(count) = self.0.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn place_of_method(method: &Method) -> usize {
    let others = METHODS.len() - 1;
    let known = METHODS.iter().take(others);
    let place = known
        .into_iter()
        .position(|known| *known == method.as_str());
    place.unwrap_or(others)
}

fn place_of_status(status: StatusCode) -> usize {
    let place = STATUSES.iter().position(|known| *known == status.as_u16());
    debug_assert!(place.is_some(), "{status} is not among the statuses");
    place.unwrap_or(STATUSES.len() - 1)
}

impl EncodeMetric for RequestCounts {
    /// What never happened is not listed.
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), fmt::Error> {
        let methods = || {
            RESOURCES
                .into_iter()
                .flat_map(|resource| METHODS.map(|method| (resource, method)))
        };
        let labels = methods().flat_map(|(resource, method)| {
            STATUSES.map(|status| Labels {
                resource,
                method,
                status,
            })
        });
        for (labels, count) in labels.zip(self.0.iter()) {
            let count = count.load(Ordering::Relaxed);
            if count > 0 {
                ConstCounter::new(count).encode(encoder.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Counter
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::text::encode;
    use prometheus_client::registry::Registry;

    use super::*;

    fn page(counted: &[(ResourceKind, &str, u16)]) -> String {
        let (mut registry, counts) = (Registry::default(), RequestCounts::default());
        registry.register("requests", "Requests", counts.clone());
        for (resource, method, status) in counted {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            counts.count(*resource, &method, StatusCode::from_u16(*status).unwrap());
        }
        let mut page = String::new();
        encode(&mut page, &registry).unwrap();
        page
    }

    #[test]
    fn each_request_is_counted_under_its_own_labels() {
        let lines = page(&[
            (ResourceKind::None, "GET", 404),
            (ResourceKind::Instance, "PUT", 200),
            (ResourceKind::Instance, "PUT", 200),
            (ResourceKind::HealthCheck, "BREW", 405),
        ]);
        let counted = lines.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(
            counted.collect::<Vec<_>>(),
            [
                r#"requests_total{resource="none",method="GET",status="404"} 1"#,
                r#"requests_total{resource="instance",method="PUT",status="200"} 2"#,
                r#"requests_total{resource="healthcheck",method="other",status="405"} 1"#,
            ]
        );
    }

    #[test]
    fn no_two_places_are_the_same() {
        assert_eq!(ResourceKind::HealthCheck as usize, RESOURCES.len() - 1);
        for (resource, name) in [
            (ResourceKind::Delta, "delta"),
            (ResourceKind::InstanceById, "instance_by_id"),
            (ResourceKind::StatusOverrides, "status_overrides"),
        ] {
            assert!(page(&[(resource, "GET", 200)]).contains(&format!("resource=\"{name}\"")));
        }
        for method in METHODS {
            assert!(
                page(&[(ResourceKind::Apps, method, 200)])
                    .contains(&format!("method=\"{method}\""))
            );
        }
    }
}
