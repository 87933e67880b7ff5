//! Calls the registry when it wants to be called, and tells people what it did.

use std::time::Duration;

use heureka_core::{Event, Protection};
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// Runs until `shutdown` is cancelled.
pub async fn drive(app: App, shutdown: CancellationToken) {
    while shutdown
        .run_until_cancelled(tokio::time::sleep(time_to_wait(&app)))
        .await
        .is_some()
    {
        tick(&app);
    }
}

/// Does what is due now.
pub fn tick(app: &App) {
    let events = {
        let mut node = app.node();
        node.handle_timeout(app.now());
        std::iter::from_fn(|| node.poll_event()).collect::<Vec<Event>>()
    };
    for event in &events {
        app.metrics().count_event(event);
        tell(event);
    }
}

fn time_to_wait(app: &App) -> Duration {
    let (at, _timer) = app.node().poll_timeout();
    at.saturating_sub(app.now().mono)
}

fn tell(event: &Event) {
    match event {
        Event::Evicted(report) => tracing::info!("leases ended: {report}"),
        Event::ProtectionChanged(report) => match report.protection {
            Protection::On { .. } => tracing::warn!(
                expected = report.expected,
                missing = report.missing,
                tolerated = report.tolerated,
                "self-preservation is on: too many instances fell silent at once, so none is evicted; it ends when no \
                 more than the tolerated number are missing"
            ),
            Protection::Off => tracing::info!(
                expected = report.expected,
                missing = report.missing,
                "self-preservation is off: leases that have ended are evicted again"
            ),
        },
        Event::EvictionPostponed { late } => tracing::warn!(
            late_ms = late.as_millis(),
            "this server was late by itself, so it evicts nobody for as long"
        ),
    }
}
