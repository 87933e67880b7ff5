//! Calls the registry when it wants to be called, and tells people what it did.

use std::time::Duration;

use heureka_core::{ClusterEvent, Event, Opening, PeerId, Protection};
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// Runs until `shutdown` is cancelled.
pub async fn drive(app: App, shutdown: CancellationToken) {
    while let Some(due) = shutdown.run_until_cancelled(something_due(&app)).await {
        match due {
            Due::Registry => tick(&app),
            Due::Listings => app.listings().keep_up(&app),
        }
    }
}

enum Due {
    Registry,
    Listings,
}

async fn something_due(app: &App) -> Due {
    tokio::select! {
        () = tokio::time::sleep(time_to_wait(app)) => Due::Registry,
        () = app.listings().have_work() => Due::Listings,
    }
}

/// Does what is due now.
pub fn tick(app: &App) {
    let events = {
        let mut node = app.node();
        node.handle_timeout(app.now());
        std::iter::from_fn(|| node.poll_event()).collect::<Vec<Event>>()
    };
    tell_events(app, &events);
    app.listings().keep_up(app);
}

/// Tells people what the registry has to say.
pub(crate) fn tell_events(app: &App, events: &[Event]) {
    for event in events {
        app.metrics().count_event(event);
        tell(app, event);
    }
}

fn time_to_wait(app: &App) -> Duration {
    let (at, _timer) = app.node_for_calls().poll_own_timeout();
    at.saturating_sub(app.now().mono)
}

fn tell(app: &App, event: &Event) {
    match event {
        Event::Cluster(event) => tell_of_cluster(app, event),
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

fn tell_of_cluster(app: &App, event: &ClusterEvent) {
    let url = |peer: &PeerId| app.url_of_peer(*peer);
    match event {
        ClusterEvent::PeerAdded(peer) => tracing::info!(peer = url(peer), "a peer is in the list"),
        ClusterEvent::PeerReached(peer) => tracing::info!(peer = url(peer), "a peer answers"),
        ClusterEvent::PeerLost(peer, failure) => tracing::warn!(
            peer = url(peer),
            ?failure,
            "a peer does not answer as it should; what it misses is told when it is back"
        ),
        ClusterEvent::PeerLeft(peer) => tracing::info!(peer = url(peer), "a peer has said goodbye"),
        ClusterEvent::ClockSkew { peer, skew_ms } => tracing::warn!(
            peer = url(peer),
            skew_ms,
            "the clock of a peer is more than a minute away from this node's: set both by NTP"
        ),
        ClusterEvent::ItemRefused(peer, key) => tracing::warn!(
            peer = url(peer),
            %key,
            "a Java peer refuses what it is told of this instance; it is left out there"
        ),
        ClusterEvent::TakingOver { from } => {
            tracing::info!(peer = url(from), "the registry is being taken over");
        }
        ClusterEvent::Opened(Opening::NoPeers) => {
            tracing::info!("listings are open: there are no other nodes");
        }
        ClusterEvent::Opened(Opening::TakenOver { from, instances }) => tracing::info!(
            peer = url(from),
            instances,
            "listings are open: the registry has been taken over"
        ),
        ClusterEvent::Opened(Opening::HoldPassed) => tracing::warn!(
            "listings are open: no peer had a registry to take over in time, but the clients had time to come back"
        ),
    }
}
