//! How the peers are, in numbers.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use heureka_core::{PeerKind, PeerReport, Reach, StartReport};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use crate::peer_calls::PeerCalls;
use crate::peers::{Overview, is_reached};

const MS_PER_SECOND: f64 = 1000.0;

/// A peer by its URL, without credentials. The list of peers is bounded, so this is too.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PeerLabels {
    peer: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    peer: String,
    kind: &'static str,
    reach: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    peer: String,
    call: &'static str,
    outcome: &'static str,
}

type Numbers = Family<PeerLabels, Gauge>;
type Seconds = Family<PeerLabels, Gauge<f64, AtomicU64>>;

#[derive(Debug, Default)]
struct PeerMetrics {
    queue_keys: Numbers,
    reached: Numbers,
    behind: Numbers,
    state: Family<StateLabels, Gauge>,
    calls: Family<CallLabels, Counter>,
    answer_age: Seconds,
    equal_age: Seconds,
    skew: Seconds,
}

/// The numbers as of now, in a registry of their own: one that is made anew for each scrape has no series of a peer that
/// is no longer in the list, and two scrapes at the same time do not disturb each other.
pub(crate) fn registry(prefix: &str, overview: &Overview, calls: &PeerCalls) -> Registry {
    let mut registry = Registry::with_prefix(prefix);
    let (open, not_meshed): (Gauge, Gauge) = (Gauge::default(), Gauge::default());
    open.set(i64::from(overview.start == StartReport::Open));
    not_meshed.set(count(overview.not_meshed.len()));
    registry.register("open", "1 while listings are answered", open);
    registry.register(
        "not_meshed_nodes",
        "Nodes that peers reach and this one does not call",
        not_meshed,
    );
    let metrics = PeerMetrics::default();
    for peer in overview.others() {
        metrics.set(peer, overview.mono);
        metrics.set_calls(peer, calls);
    }
    metrics.register(&mut registry);
    registry
}

impl PeerMetrics {
    fn set(&self, peer: &PeerReport, mono: Duration) {
        let url = peer.url.to_string();
        let labels = PeerLabels { peer: url.clone() };
        let number = |family: &Numbers, value| {
            family.get_or_create(&labels).set(value);
        };
        number(&self.queue_keys, count(peer.queued));
        number(&self.reached, i64::from(is_reached(peer)));
        number(&self.behind, i64::from(peer.is_behind));
        for (family, at) in [
            (&self.answer_age, peer.last_answer),
            (&self.equal_age, peer.last_same),
        ] {
            if let Some(at) = at {
                let age = mono.saturating_sub(at).as_secs_f64();
                family.get_or_create(&labels).set(age);
            }
        }
        let (kind, reach) = (kind(&peer.kind), reach(peer.reach));
        let state = StateLabels {
            peer: url,
            kind,
            reach,
        };
        self.state.get_or_create(&state).set(1);
        // Only a node of ours says what its clock shows; a zero for the others would be made up.
        if matches!(peer.kind, PeerKind::Heureka { .. }) {
            self.skew.get_or_create(&labels).set(seconds(peer.skew_ms));
        }
    }

    fn set_calls(&self, peer: &PeerReport, calls: &PeerCalls) {
        for ((call, outcome), made) in calls.of(peer.id) {
            let labels = CallLabels {
                peer: peer.url.to_string(),
                call,
                outcome,
            };
            self.calls.get_or_create(&labels).inc_by(made);
        }
    }

    fn register(self, registry: &mut Registry) {
        for (name, help, family) in [
            (
                "peer_queue_keys",
                "Keys that a peer is still to be told of",
                self.queue_keys,
            ),
            (
                "peer_reached",
                "1 while the last call to a peer was answered",
                self.reached,
            ),
            (
                "peer_behind",
                "1 while a peer may lack something that was acknowledged here",
                self.behind,
            ),
        ] {
            registry.register(name, help, family);
        }
        for (name, help, family) in [
            (
                "peer_answer_age",
                "Time since a peer last answered",
                self.answer_age,
            ),
            (
                "peer_equal_age",
                "Time since a peer was last found to hold the same as this node",
                self.equal_age,
            ),
            (
                "peer_skew",
                "How far the clock of a peer is ahead of this one's",
                self.skew,
            ),
        ] {
            registry.register_with_unit(name, help, Unit::Seconds, family);
        }
        registry.register(
            "peer_state",
            "1 for what a peer is and whether it answers",
            self.state,
        );
        registry.register(
            "peer_calls",
            "Calls to a peer by purpose and outcome",
            self.calls,
        );
    }
}

fn kind(kind: &PeerKind) -> &'static str {
    match kind {
        PeerKind::Unknown => "unknown",
        PeerKind::Heureka { .. } => "heureka",
        PeerKind::Java => "java",
        PeerKind::Own => "own",
        PeerKind::SameAs(_) => "duplicate",
        PeerKind::Denied => "denied",
    }
}

fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::Untried => "untried",
        Reach::Reached { .. } => "reached",
        Reach::Gone { .. } => "gone",
        Reach::Unreachable { .. } => "unreachable",
    }
}

fn count(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Exact up to clocks that are thousands of years apart.
#[expect(
    clippy::cast_precision_loss,
    reason = "a clock that is so far away is not right to the millisecond anyway"
)]
fn seconds(ms: i64) -> f64 {
    ms as f64 / MS_PER_SECOND
}
