//! The names of metrics.

pub(super) const REGISTRATIONS: &str = "eureka_client_registrations_total";
pub(super) const HEARTBEATS: &str = "eureka_client_heartbeats_total";
pub(super) const FETCHES: &str = "eureka_client_fetches_total";
pub(super) const HASH_MISMATCHES: &str = "eureka_client_hash_mismatches_total";
pub(super) const SERVER_FAILURES: &str = "eureka_client_server_failures_total";
pub(super) const SERVER_SWITCHES: &str = "eureka_client_server_switches_total";
pub(super) const RESOLVE_FAILURES: &str = "eureka_client_resolve_failures_total";
pub(super) const EVENTS_MISSED: &str = "eureka_client_events_missed_total";
pub(super) const REQUEST_DURATION: &str = "eureka_client_request_duration_seconds";
pub(super) const REGISTERED: &str = "eureka_client_registered";
pub(super) const INSTANCES: &str = "eureka_client_instances";
pub(super) const APPLICATIONS: &str = "eureka_client_applications";
pub(super) const HEARTBEAT_AGE: &str = "eureka_client_last_heartbeat_age_seconds";
pub(super) const FETCH_AGE: &str = "eureka_client_last_fetch_age_seconds";
pub(super) const SERVERS: &str = "eureka_client_servers";
pub(super) const QUARANTINED: &str = "eureka_client_quarantined_servers";
pub(super) const SESSION_AGE: &str = "eureka_client_session_age_seconds";

/// What recorders may tell of each.
pub(super) fn describe() {
    use metrics::Unit::{Count, Seconds};
    metrics::describe_counter!(REGISTRATIONS, Count, "Registrations by outcome.");
    metrics::describe_counter!(HEARTBEATS, Count, "Heartbeats by outcome.");
    metrics::describe_counter!(FETCHES, Count, "Fetches of the registry by outcome.");
    metrics::describe_counter!(HASH_MISMATCHES, Count, "Deltas that did not add up.");
    metrics::describe_counter!(SERVER_FAILURES, Count, "Failed attempts at Eureka servers.");
    metrics::describe_counter!(
        SERVER_SWITCHES,
        Count,
        "Changes of the Eureka server asked."
    );
    metrics::describe_counter!(
        RESOLVE_FAILURES,
        Count,
        "Failed look-ups of Eureka servers."
    );
    metrics::describe_counter!(EVENTS_MISSED, Count, "Events that no counter has.");
    metrics::describe_histogram!(REQUEST_DURATION, Seconds, "Requests to Eureka servers.");
    metrics::describe_gauge!(REGISTERED, "Whether a server has the registration.");
    metrics::describe_gauge!(INSTANCES, Count, "Instances known.");
    metrics::describe_gauge!(APPLICATIONS, Count, "Applications known.");
    metrics::describe_gauge!(HEARTBEAT_AGE, Seconds, "Time since the last heartbeat.");
    metrics::describe_gauge!(FETCH_AGE, Seconds, "Time since the last fetch.");
    metrics::describe_gauge!(SERVERS, Count, "Eureka servers known.");
    metrics::describe_gauge!(QUARANTINED, Count, "Eureka servers that failed lately.");
    metrics::describe_gauge!(SESSION_AGE, Seconds, "Time with the same Eureka server.");
}
