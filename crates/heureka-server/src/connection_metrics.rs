//! The counters of the accept loop, as metrics.

use std::fmt;
use std::sync::Arc;

use heureka_net::Counters;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Reads the counters of the accept loop whenever the metrics are asked for.
#[derive(Debug)]
pub(crate) struct ConnectionMetrics(pub(crate) Arc<Counters>);

impl ConnectionMetrics {
    fn counters(&self) -> [(&'static str, &'static str, u64); 12] {
        let counters = &self.0;
        [
            ("accepted", "Connections accepted", counters.accepted.get()),
            (
                "refused_over_cap",
                "Refused at max-connections",
                counters.refused_over_cap.get(),
            ),
            (
                "accept_errors",
                "Failed attempts to accept",
                counters.accept_errors.get(),
            ),
            (
                "heads_too_large",
                "Heads refused at max-header",
                counters.heads_too_large.get(),
            ),
            (
                "targets_too_long",
                "Paths refused at max-target",
                counters.targets_too_long.get(),
            ),
            (
                "malformed_heads",
                "Heads refused that are not HTTP/1.1",
                counters.malformed_heads.get(),
            ),
            (
                "header_timeouts",
                "Closed at header-deadline",
                counters.header_timeouts.get(),
            ),
            (
                "idle_closed",
                "Closed at idle-timeout",
                counters.idle_closed.get(),
            ),
            (
                "body_timeouts",
                "Bodies cut at body-deadline",
                counters.body_timeouts.get(),
            ),
            (
                "write_timeouts",
                "Closed at write-stall",
                counters.write_timeouts.get(),
            ),
            (
                "answer_timeouts",
                "Closed at answer-deadline",
                counters.answer_timeouts.get(),
            ),
            ("panics", "Ended by a panic", counters.panics.get()),
        ]
    }
}

impl Collector for ConnectionMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let open = ConstGauge::new(i64::try_from(self.0.open.get()).unwrap_or(i64::MAX));
        let help = "Connections that are open";
        open.encode(encoder.encode_descriptor(
            "connections_open",
            help,
            None,
            open.metric_type(),
        )?)?;
        for (name, help, count) in self.counters() {
            let (name, counter) = (format!("connections_{name}"), ConstCounter::new(count));
            let kind = counter.metric_type();
            counter.encode(encoder.encode_descriptor(&name, help, None, kind)?)?;
        }
        Ok(())
    }
}
