//! Clocks that disagree, and messages that take their time (MERGE 1*, 2).

use heureka_core::{ClusterEvent, Event, RegisterOutcome};
use heureka_model::InstanceStatus::{Down, OutOfService};

use crate::harness::Cluster;
use crate::instances::{dirty, instance, secs};

const HOUR_MS: i64 = 3_600_000;

/// What was written later counts, also where the clock of the earlier writer is ahead by so much.
#[track_caller]
fn later_counts(skew_ms: i64) {
    let mut cluster = Cluster::of(3);
    cluster.skew(1, skew_ms);
    cluster.at(1).register(instance("1"));
    cluster.at(1).override_with("1", OutOfService);
    cluster.at(1).set_metadata("1", "color", "red");
    cluster.settle();
    cluster.at(0).override_with("1", Down);
    cluster.at(0).set_metadata("1", "color", "blue");
    cluster.settle();
    cluster.assert_agreed();
    assert_eq!(cluster.status(2, "1"), Some(Down));
    let own = cluster.node(2).instance("A", "1").unwrap();
    assert_eq!(own.document.metadata.get("color"), Some("blue"));
    cluster.at(0).cancel("1");
    cluster.settle();
    assert_eq!(cluster.ids(1), [""; 0]);
}

// MERGE 1*: stamps are never refused for being ahead of the wall clock.
#[test]
fn what_is_written_after_something_was_seen_is_newer_whatever_the_clocks_say() {
    for skew_ms in [0, 1000, HOUR_MS, 24 * HOUR_MS, -HOUR_MS] {
        later_counts(skew_ms);
    }
}

// MERGE 1*: a node takes in every peer's reading with every exchange.
#[test]
fn a_greeting_is_enough_to_take_in_a_clock() {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    cluster.settle();
    cluster.skew(1, HOUR_MS);
    cluster.at(1).override_with("1", OutOfService);
    cluster.pass(secs(5));
    cluster.skew(1, 0);
    cluster.at(0).override_with("1", Down);
    cluster.settle();
    assert_eq!(cluster.status(1, "1"), Some(Down));
    cluster.assert_agreed();
}

// MERGE 1*: a clock never runs backwards.
#[test]
fn a_wall_clock_that_jumps_back_loses_no_write() {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    cluster.at(0).override_with("1", OutOfService);
    cluster.settle();
    cluster.skew(0, -24 * HOUR_MS);
    cluster.at(0).override_with("1", Down);
    cluster.settle();
    assert_eq!(cluster.status(1, "1"), Some(Down));
    cluster.pass(secs(10));
    cluster.assert_agreed();
}

/// Whether node 0 names its peer for a clock that is ahead by so much.
fn is_named(skew_ms: i64) -> bool {
    let mut cluster = Cluster::of(2);
    cluster.events(0);
    cluster.skew(1, skew_ms);
    cluster.start(1, heureka_core::NodeConfig::default(), secs(0));
    cluster.pass(secs(6));
    let of_skew = |event: &Event| matches!(event, Event::Cluster(ClusterEvent::ClockSkew { .. }));
    cluster.events(0).iter().any(of_skew)
}

// MERGE 1*: a skew above a minute is a warning.
#[test]
fn a_peer_whose_clock_is_far_ahead_is_named() {
    assert!(!is_named(59_000));
    assert!(is_named(61_000));
}

#[test]
fn a_peer_whose_clock_is_far_behind_is_named() {
    assert!(is_named(-61_000));
}

// MERGE 1*: the one whose clock is wrong, not those who have heard of it.
#[test]
fn a_peer_that_has_only_heard_of_a_clock_that_is_ahead_is_not_named() {
    let mut cluster = Cluster::of(3);
    cluster.part(0, 1);
    cluster.skew(1, HOUR_MS);
    cluster.pass(secs(12));
    assert_eq!(cluster.peers(0)[1].skew_ms, 0);
}

// MERGE 2: ages are measured on monotonic clocks.
#[test]
fn wall_clocks_that_disagree_make_no_lease_older_or_younger() {
    let mut cluster = Cluster::of(2);
    cluster.skew(1, HOUR_MS);
    cluster.at(0).register(instance("1"));
    cluster.pass(secs(20));
    cluster.at(0).beat("1");
    cluster.pass(secs(5));
    assert_eq!(cluster.lease(1, "1").unwrap().age, secs(5));
    cluster.pass(secs(140));
    assert!(cluster.has(0, "1") && cluster.has(1, "1"));
    cluster.pass(secs(10));
    assert!(!cluster.has(0, "1") && !cluster.has(1, "1"));
}

// MERGE 2: with the age of its last renewal, measured by the holder; what it waited on the way is added.
#[test]
fn a_heartbeat_that_was_held_up_on_the_way_is_older_by_that() {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    cluster.pass(secs(10));
    cluster.at(0).beat("1");
    let call = cluster.poll_changes(0);
    cluster.pass(secs(60));
    cluster.deliver(1, &call.request);
    let age = cluster.lease(1, "1").unwrap().age;
    assert!(age >= secs(59) && age <= secs(60), "{age:?}");
}

// MERGE 1*: a stored document more than ten minutes ahead does not keep its client out, on any node.
#[test]
fn a_document_from_the_far_future_gives_way_to_its_client_on_all_nodes() {
    let mut cluster = Cluster::of(3);
    cluster.at(0).register(instance("1").dirty(HOUR_MS));
    cluster.settle();
    let outcome = cluster.at(1).register(instance("1").dirty(1).status(Down));
    assert_eq!(outcome, RegisterOutcome::Replaced);
    cluster.settle();
    cluster.assert_agreed();
    let own = cluster.node(2).instance("A", "1").unwrap();
    assert_eq!((own.document.last_dirty, own.status), (dirty(1), Down));
}

// MERGE 1: an older dirty timestamp keeps the stored document, on all nodes.
#[test]
fn of_two_versions_the_later_dirty_one_counts_whoever_took_it_last() {
    let mut cluster = Cluster::of(2);
    cluster.part(0, 1);
    cluster.at(0).register(instance("1").dirty(5).status(Down));
    cluster.pass(secs(5));
    cluster.at(1).register(instance("1").dirty(4));
    cluster.heal();
    cluster.pass(secs(11));
    cluster.assert_agreed();
    assert_eq!(cluster.status(1, "1"), Some(Down));
}
