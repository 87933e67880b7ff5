//! Counts what happens in the client's life.

use heureka_client_core::{CallFailure, Event, FetchedHow, LineName};
use metrics::Label;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::MissedTickBehavior;

use super::gauges::{self, GAUGE_INTERVAL};
use super::names;
use crate::EurekaClient;

/// What is recorded of one client: the labels on each of its metrics.
#[derive(Debug)]
pub(super) struct Recording {
    labels: Vec<Label>,
}

impl Recording {
    pub(super) fn new(labels: &[(&str, &str)]) -> Self {
        let labels = labels.iter();
        let owned = labels.map(|(key, value)| Label::new((*key).to_owned(), (*value).to_owned()));
        Self {
            labels: owned.collect(),
        }
    }

    /// The labels of the client, and those of one metric.
    pub(super) fn labels(&self, own: &[(&'static str, &'static str)]) -> Vec<Label> {
        let own = own.iter();
        let own = own.map(|(key, value)| Label::from_static_parts(key, value));
        self.labels.iter().cloned().chain(own).collect()
    }

    /// Records what happens until the client ends.
    pub(super) fn follow(
        self: std::sync::Arc<Self>,
        client: EurekaClient,
    ) -> impl Future<Output = ()> + Send {
        // Before the client does anything, so that nothing is missed.
        let mut events = client.events();
        async move {
            names::describe();
            let mut turns = tokio::time::interval(GAUGE_INTERVAL);
            turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    event = events.recv() => match event {
                        Ok(event) => self.count(&event),
                        Err(RecvError::Lagged(missed)) => self.missed(missed),
                        Err(RecvError::Closed) => return,
                    },
                    _ = turns.tick() => {}
                }
                gauges::record(&self, &client);
            }
        }
    }

    fn count(&self, event: &Event) {
        match event {
            Event::Registered { again: false, .. } => self.outcome(names::REGISTRATIONS, "taken"),
            Event::Registered { again: true, .. } => self.outcome(names::REGISTRATIONS, "again"),
            Event::RegistrationFailed(_) => self.outcome(names::REGISTRATIONS, "failed"),
            Event::Renewed => self.outcome(names::HEARTBEATS, "taken"),
            Event::HeartbeatFailed { .. } => self.outcome(names::HEARTBEATS, "failed"),
            Event::Fetched { how, .. } => self.outcome(names::FETCHES, fetched(*how)),
            Event::FetchFailed { .. } => self.outcome(names::FETCHES, "failed"),
            Event::HashMismatch { .. } => self.increment(names::HASH_MISMATCHES, &[]),
            Event::ServerFailed { failure, .. } => {
                self.increment(names::SERVER_FAILURES, &[("kind", kind(failure))]);
            }
            Event::ServerSwitched {
                line,
                from: Some(_),
                ..
            } => self.increment(names::SERVER_SWITCHES, &[("line", line_name(*line))]),
            Event::ResolveFailed(_) => self.increment(names::RESOLVE_FAILURES, &[]),
            // What gauges show, and what is younger than this.
            Event::ServerSwitched { from: None, .. }
            | Event::Started
            | Event::StartFailed(_)
            | Event::Deregistered
            | Event::DeregistrationFailed(_)
            | Event::RemoteStatusChanged { .. }
            | Event::StatusChanged { .. }
            | Event::Unhealthy(_)
            | Event::Stopped
            | _ => {}
        }
    }

    fn outcome(&self, name: &'static str, outcome: &'static str) {
        self.increment(name, &[("outcome", outcome)]);
    }

    fn increment(&self, name: &'static str, labels: &[(&'static str, &'static str)]) {
        metrics::counter!(name, self.labels(labels)).increment(1);
    }

    fn missed(&self, events: u64) {
        metrics::counter!(names::EVENTS_MISSED, self.labels(&[])).increment(events);
    }
}

fn fetched(how: FetchedHow) -> &'static str {
    match how {
        FetchedHow::Full => "full",
        FetchedHow::Delta => "delta",
        FetchedHow::Reconciled => "reconciled",
        FetchedHow::Unchanged => "unchanged",
        _ => "other",
    }
}

pub(super) fn line_name(line: LineName) -> &'static str {
    match line {
        LineName::Registration => "registration",
        LineName::Query => "query",
        LineName::Bootstrap => "bootstrap",
        _ => "other",
    }
}

/// Why an exchange failed, as a label.
pub(super) fn kind(failure: &CallFailure) -> &'static str {
    match failure {
        CallFailure::Unreachable(_) => "unreachable",
        CallFailure::TimedOut => "timed_out",
        CallFailure::Broken(_) => "broken",
        CallFailure::Unreadable(_) => "unreadable",
        CallFailure::TooLarge { .. } => "too_large",
        CallFailure::Refused(_) => "refused",
        CallFailure::Status(_) => "status",
        CallFailure::Redirect(_) => "redirect",
        _ => "other",
    }
}
