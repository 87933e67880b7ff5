//! What the client does, as metrics, for the recorder of one's choice:
//! `cargo run -p heureka-client --example metrics`.

use heureka_client::{EurekaClient, InstanceSpec};
use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata, NoopRecorder, Recorder, SharedString, Unit,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // In its place stands what sends metrics to Prometheus, StatsD or others.
    metrics::set_global_recorder(Names(NoopRecorder))?;

    let client = EurekaClient::builder()
        .server("http://localhost:8761/eureka/")
        .register(InstanceSpec::new("shop").port(8080))
        .metrics_with(&[("client", "shop")])
        .start()
        .await?;
    client.run_until(tokio::signal::ctrl_c()).await?;
    Ok(())
}

/// Tells which metrics there are.
struct Names(NoopRecorder);

impl Recorder for Names {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, what: SharedString) {
        tracing::info!(name = name.as_str(), %what, "a counter");
    }

    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, what: SharedString) {
        tracing::info!(name = name.as_str(), %what, "a gauge");
    }

    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, what: SharedString) {
        tracing::info!(name = name.as_str(), %what, "a histogram");
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        self.0.register_counter(key, metadata)
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        self.0.register_gauge(key, metadata)
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        self.0.register_histogram(key, metadata)
    }
}
