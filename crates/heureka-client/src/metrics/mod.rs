//! What the client does, for whatever recorder of the `metrics` facade the program has (RS12, M1 to M3).
//!
//! [`ClientBuilder::metrics`] is all there is to call. Several clients of one program are told apart by labels of their own.
//!
//! | name | what |
//! |---|---|
//! | `eureka_client_registrations_total` | registrations by `outcome`: `taken`, `again` where a server had lost the instance (M1 `Reregister`), `failed` |
//! | `eureka_client_heartbeats_total` | heartbeats by `outcome`: `taken`, `failed` |
//! | `eureka_client_fetches_total` | fetches by `outcome`: `full`, `delta`, `reconciled`, `unchanged`, `failed` |
//! | `eureka_client_hash_mismatches_total` | deltas that did not add up (M1 `ReconcileHashCodeMismatch`) |
//! | `eureka_client_server_failures_total` | attempts at servers that failed, by `kind` (M3 `exceptions`, `connectionErrors`) |
//! | `eureka_client_server_switches_total` | changes from one server to another, by `line` |
//! | `eureka_client_resolve_failures_total` | looks at which servers there are that failed |
//! | `eureka_client_events_missed_total` | events that are in none of these numbers, for the program was too busy |
//! | `eureka_client_request_duration_seconds` | requests to servers, by `operation` and `outcome`, such as `2xx` or `timed_out` (M1 `FetchRegistry`, M3 `latency`, `request`) |
//! | `eureka_client_registered` | whether a server has the registration |
//! | `eureka_client_instances` | instances known, whatever their status (M2 `localRegistrySize`) |
//! | `eureka_client_applications` | applications known |
//! | `eureka_client_last_heartbeat_age_seconds` | time since a heartbeat or a registration was taken; before the first, since the start (M2) |
//! | `eureka_client_last_fetch_age_seconds` | time since a fetch succeeded; before the first, since the start (M2) |
//! | `eureka_client_servers` | servers known, by `line` (M3 `endpointsSize`) |
//! | `eureka_client_quarantined_servers` | servers that failed lately, by `line` (M3 `quarantineSize`) |
//! | `eureka_client_session_age_seconds` | for how long one server has been asked, by `line`; 0 where there is none (M3 `currentSessionDuration`) |

mod gauges;
mod names;
mod recording;
mod requests;

use std::sync::Arc;

pub use gauges::GAUGE_INTERVAL;

use self::recording::Recording;
use self::requests::Measured;
use crate::ClientBuilder;

impl ClientBuilder {
    /// Records what the client does, under the names in [`metrics`](crate::metrics).
    pub fn metrics(self) -> Self {
        self.metrics_with(&[])
    }

    /// The same, with these labels on each metric.
    pub fn metrics_with(mut self, labels: &[(&str, &str)]) -> Self {
        let recording = Arc::new(Recording::new(labels));
        let of_requests = Arc::clone(&recording);
        let told = Box::new(move |client| Box::pin(recording.follow(client)) as _);
        self.companions.push(told);
        self.wrap_transport(move |inner| Measured::new(inner, Arc::clone(&of_requests)))
    }
}
