//! How the client is, in numbers that go up and down.

use std::time::Duration;

use heureka_client_core::{Agent, LineName, LineReport, Report};

use super::names;
use super::recording::{Recording, line_name};
use crate::EurekaClient;

/// How often gauges are recorded when nothing happens.
pub const GAUGE_INTERVAL: Duration = Duration::from_secs(15);

pub(super) fn record(recording: &Recording, client: &EurekaClient) {
    let shared = client.shared();
    let uptime = shared.clock.now().mono;
    let report: Report = shared.with_agent(|agent: &mut Agent, now| agent.report(now.mono));
    let applications = client.with_registry(|registry| registry.applications().len());
    let set = |name: &'static str, value: f64| {
        metrics::gauge!(name, recording.labels(&[])).set(value);
    };
    let is_registered = report.is_registered && !client.is_shut_down();
    set(names::REGISTERED, f64::from(u8::from(is_registered)));
    set(names::INSTANCES, report.instances as f64);
    set(names::APPLICATIONS, applications as f64);
    set(names::HEARTBEAT_AGE, age(report.since_heartbeat, uptime));
    set(names::FETCH_AGE, age(report.since_fetch, uptime));
    record_line(recording, LineName::Registration, &report.registration);
    record_line(recording, LineName::Query, &report.query);
}

/// M2: before the first success it is counted from the start.
fn age(since: Option<Duration>, uptime: Duration) -> f64 {
    since.unwrap_or(uptime).as_secs_f64()
}

fn record_line(recording: &Recording, line: LineName, report: &LineReport) {
    let set = |name: &'static str, value: f64| {
        let labels = recording.labels(&[("line", line_name(line))]);
        metrics::gauge!(name, labels).set(value);
    };
    let session_age = report.session_age.unwrap_or_default();
    set(names::SERVERS, report.servers as f64);
    set(names::QUARANTINED, report.quarantined as f64);
    set(names::SESSION_AGE, session_age.as_secs_f64());
}
