//! What a recorder of metrics hears.

use std::collections::BTreeMap;
use std::sync::Arc;

use heureka_client::InstanceSpec;
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use parking_lot::Mutex;

use crate::registry::{Listed, SECOND, order, refresh};

/// Each metric by its name and labels, as `name{key=value}`.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<BTreeMap<String, f64>>>);

struct Metric {
    name: String,
    heard: Heard,
}

impl Heard {
    fn metric(&self, key: &Key) -> Arc<Metric> {
        let labels = key
            .labels()
            .map(|label| format!("{}={}", label.key(), label.value()));
        let name = format!("{}{{{}}}", key.name(), labels.collect::<Vec<_>>().join(","));
        let heard = self.clone();
        Arc::new(Metric { name, heard })
    }

    fn get(&self, name: &str) -> Option<f64> {
        self.0.lock().get(name).copied()
    }
}

impl Metric {
    fn add(&self, value: f64) {
        *self.heard.0.lock().entry(self.name.clone()).or_default() += value;
    }
}

impl CounterFn for Metric {
    fn increment(&self, value: u64) {
        self.add(value as f64);
    }
    fn absolute(&self, _: u64) {}
}

impl GaugeFn for Metric {
    fn increment(&self, value: f64) {
        self.add(value);
    }
    fn decrement(&self, value: f64) {
        self.add(-value);
    }
    fn set(&self, value: f64) {
        self.heard.0.lock().insert(self.name.clone(), value);
    }
}

/// How often something was measured.
impl HistogramFn for Metric {
    fn record(&self, _: f64) {
        self.add(1.0);
    }
}

impl Recorder for Heard {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.metric(key))
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.metric(key))
    }
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.metric(key))
    }
}

#[tokio::test(start_paused = true)]
async fn rs12_the_clients_life_is_recorded() {
    let heard = Heard::default();
    let _recording = metrics::set_default_local_recorder(&heard);
    let listed = Listed::of([order("o1"), order("o2")]);
    let spec = InstanceSpec::new("shop")
        .port(1)
        .host_name("shop")
        .ip_addr("10.0.0.9");
    let client = listed
        .client()
        .register(spec)
        .metrics_with(&[("client", "a")]);
    let running = client.start().await.unwrap();
    refresh(&running).await;
    tokio::time::sleep(31 * SECOND).await;
    for (name, expected) in [
        (
            "eureka_client_registrations_total{client=a,outcome=taken}",
            1.0,
        ),
        (
            "eureka_client_heartbeats_total{client=a,outcome=taken}",
            1.0,
        ),
        (
            "eureka_client_request_duration_seconds{client=a,operation=register,outcome=2xx}",
            1.0,
        ),
        (
            "eureka_client_request_duration_seconds{client=a,operation=renew,outcome=2xx}",
            1.0,
        ),
        ("eureka_client_registered{client=a}", 1.0),
        ("eureka_client_instances{client=a}", 2.0),
        ("eureka_client_applications{client=a}", 1.0),
        ("eureka_client_servers{client=a,line=query}", 1.0),
        (
            "eureka_client_quarantined_servers{client=a,line=query}",
            0.0,
        ),
    ] {
        assert_eq!(heard.get(name), Some(expected), "{name}");
    }
    let fetches = heard
        .get("eureka_client_fetches_total{client=a,outcome=full}")
        .unwrap();
    let requests = "eureka_client_request_duration_seconds{client=a,operation=fetch,outcome=2xx}";
    assert_eq!(heard.get(requests), Some(fetches));
    assert!(fetches >= 2.0);
    running.shutdown().await.unwrap();
    assert_eq!(heard.get("eureka_client_registered{client=a}"), Some(0.0));
    let cancels = "eureka_client_request_duration_seconds{client=a,operation=cancel,outcome=2xx}";
    assert_eq!(heard.get(cancels), Some(1.0));
}

#[tokio::test(start_paused = true)]
async fn rs12_failures_are_recorded_and_ages_grow() {
    let heard = Heard::default();
    let _recording = metrics::set_default_local_recorder(&heard);
    let listed = Listed::of([order("o1")]);
    let _running = listed.client().metrics().start().await.unwrap();
    tokio::time::sleep(10 * SECOND).await;
    listed.fail(true);
    let age = |name: &str| {
        heard
            .get(&format!("eureka_client_last_{name}_age_seconds{{}}"))
            .unwrap()
    };
    tokio::time::sleep(50 * SECOND).await;
    assert!(age("fetch") >= 30.0, "{}", age("fetch"));
    assert!(
        age("heartbeat") >= 45.0,
        "before the first it is counted from the start (M2)"
    );
    for name in [
        "eureka_client_fetches_total{outcome=failed}",
        "eureka_client_server_failures_total{kind=unreachable}",
        "eureka_client_request_duration_seconds{operation=fetch,outcome=unreachable}",
    ] {
        assert!(heard.get(name) >= Some(1.0), "{name}");
    }
    listed.fail(false);
    tokio::time::sleep(60 * SECOND).await;
    assert!(age("fetch") < 31.0, "{}", age("fetch"));
}
