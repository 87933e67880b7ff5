//! The counters of the accept loop, as metrics.

use std::fmt;
use std::sync::Arc;

use heureka_net::{Counter, Counters};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Reads the counters of the accept loop whenever the metrics are asked for.
#[derive(Debug)]
pub(crate) struct ConnectionMetrics(pub(crate) Arc<Counters>);

impl ConnectionMetrics {
    /// Their names and what they count.
    fn counters(&self) -> [(&'static str, &'static str, &Counter); 12] {
        let counters = &*self.0;
        [
            ("accepted", "Connections accepted", &counters.accepted),
            (
                "refused_over_cap",
                "Refused at max-connections",
                &counters.refused_over_cap,
            ),
            (
                "accept_errors",
                "Failed attempts to accept",
                &counters.accept_errors,
            ),
            (
                "heads_too_large",
                "Heads refused at max-header",
                &counters.heads_too_large,
            ),
            (
                "targets_too_long",
                "Paths refused at max-target",
                &counters.targets_too_long,
            ),
            (
                "malformed_heads",
                "Heads refused that are not HTTP/1.1",
                &counters.malformed_heads,
            ),
            (
                "header_timeouts",
                "Closed at header-deadline",
                &counters.header_timeouts,
            ),
            (
                "idle_closed",
                "Closed at idle-timeout",
                &counters.idle_closed,
            ),
            (
                "body_timeouts",
                "Bodies cut at body-deadline",
                &counters.body_timeouts,
            ),
            (
                "write_timeouts",
                "Closed at write-stall",
                &counters.write_timeouts,
            ),
            (
                "answer_timeouts",
                "Closed at answer-deadline",
                &counters.answer_timeouts,
            ),
            ("panics", "Ended by a panic", &counters.panics),
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
            let (name, counter) = (
                format!("connections_{name}"),
                ConstCounter::new(count.get()),
            );
            let kind = counter.metric_type();
            counter.encode(encoder.encode_descriptor(&name, help, None, kind)?)?;
        }
        Ok(())
    }
}
