//! Cancels, tombstones and returns (MERGE 5).

use heureka_core::{CancelOutcome, RegisterOutcome, RenewOutcome};
use heureka_model::InstanceStatus::{OutOfService, Up};

use crate::harness::{Cluster, Line};
use crate::instances::{instance, secs};

/// Two Java servers.
const JAVA: usize = 7;
const OTHER_JAVA: usize = 8;

/// A node that had `A/1` in version 0, cancelled by the first Java server so long ago.
fn cancelled_by_java(secs_ago: u64) -> Cluster {
    let mut cluster = Cluster::of(1);
    cluster.at(0).register(instance("1"));
    cluster.pass(secs(10));
    cluster.at(0).by_java(JAVA).cancel("1");
    cluster.pass(secs(secs_ago));
    cluster
}

// MERGE 5: heartbeats of the key are answered 200 and dropped; after that 404.
#[test]
fn a_peers_heartbeat_after_a_cancel_is_dropped_for_35_seconds() {
    for (secs_ago, outcome) in [
        (0, RenewOutcome::Renewed),
        (35, RenewOutcome::Renewed),
        (36, RenewOutcome::Unknown),
    ] {
        let mut cluster = cancelled_by_java(secs_ago);
        for (version, java) in [(0, JAVA), (5, JAVA), (0, OTHER_JAVA)] {
            let own = cluster.at(0).by_java(java).beat_of("1", version);
            assert_eq!(own, outcome, "{secs_ago} {version} {java}");
        }
        assert!(!cluster.has(0, "1"));
    }
}

// MERGE 5
#[test]
fn a_clients_heartbeat_after_a_cancel_is_answered_404_at_once() {
    let mut cluster = cancelled_by_java(0);
    assert_eq!(cluster.at(0).beat_of("1", 0), RenewOutcome::Unknown);
}

// MERGE 5: only if its dirty timestamp is newer than the cancelled one's, or equal and from the peer that sent the cancel.
#[test]
fn a_peers_registration_after_a_cancel_counts_only_if_it_cannot_be_a_late_copy() {
    for (java, version, secs_ago, outcome) in [
        (JAVA, 1, 5, RegisterOutcome::Added),
        (JAVA, 0, 5, RegisterOutcome::Added),
        (JAVA, -1, 5, RegisterOutcome::LateCopy),
        (OTHER_JAVA, 1, 5, RegisterOutcome::Added),
        (OTHER_JAVA, 0, 5, RegisterOutcome::LateCopy),
        (OTHER_JAVA, -1, 5, RegisterOutcome::LateCopy),
        (OTHER_JAVA, 0, 36, RegisterOutcome::Added),
        (OTHER_JAVA, -1, 36, RegisterOutcome::Added),
    ] {
        let mut cluster = cancelled_by_java(secs_ago);
        let own = cluster
            .at(0)
            .by_java(java)
            .register(instance("1").dirty(version));
        assert_eq!(own, outcome, "{java} {version} {secs_ago}");
    }
}

// MERGE 5: a cancel that a client sent here came from no Java peer.
#[test]
fn after_a_clients_cancel_no_java_peer_brings_the_same_version_back() {
    let mut cluster = Cluster::of(1);
    cluster.at(0).register(instance("1"));
    cluster.at(0).cancel("1");
    let own = cluster.at(0).by_java(JAVA).register(instance("1"));
    assert_eq!(own, RegisterOutcome::LateCopy);
}

/// Two nodes; `A/1` was cancelled by a client at the first, and the second knows.
fn cancelled_elsewhere() -> Cluster {
    let mut cluster = Cluster::of(2);
    cluster
        .at(0)
        .register(instance("1").dirty(5).metadata("color", "red"));
    cluster.settle();
    cluster.at(0).cancel("1");
    cluster.settle();
    assert!(!cluster.has(1, "1"));
    cluster
}

// MERGE 5: the same at a node that learned of the cancel from a node of ours.
#[test]
fn a_cancel_heard_from_a_node_of_ours_is_held_against_late_copies_too() {
    let mut cluster = cancelled_elsewhere();
    assert_eq!(
        cluster.at(1).by_java(JAVA).beat_of("1", 5),
        RenewOutcome::Renewed
    );
    let late = instance("1").dirty(5);
    assert_eq!(
        cluster.at(1).by_java(JAVA).register(late.clone()),
        RegisterOutcome::LateCopy
    );
    cluster.pass(secs(36));
    assert_eq!(
        cluster.at(1).by_java(JAVA).beat_of("1", 5),
        RenewOutcome::Unknown
    );
    assert_eq!(
        cluster.at(1).by_java(JAVA).register(late),
        RegisterOutcome::Added
    );
}

// MERGE 5: the 35 s are those after the cancel. What is told twice is still one cancel.
#[test]
fn a_cancel_that_is_told_again_does_not_begin_its_35_seconds_anew() {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    cluster.settle();
    cluster.at(0).cancel("1");
    let call = cluster.poll_changes(0);
    cluster.deliver(1, &call.request);
    cluster.pass(secs(30));
    cluster.deliver(1, &call.request);
    cluster.pass(secs(10));
    assert_eq!(
        cluster.at(1).by_java(JAVA).beat_of("1", 0),
        RenewOutcome::Unknown
    );
}

// MERGE 5: nor does it forget which Java peer it came from.
#[test]
fn a_cancel_that_comes_back_from_another_node_is_still_that_java_peers() {
    let mut cluster = cancelled_by_java(1);
    let other = cluster.add_node(heureka_core::NodeConfig::default(), secs(0));
    cluster.know(other, &[0]);
    cluster.line(other, 0, Line::LosesAnswers);
    cluster.settle();
    cluster.heal();
    cluster.know(0, &[other]);
    cluster.pass(secs(12));
    let own = cluster.at(0).by_java(JAVA).register(instance("1"));
    assert_eq!(own, RegisterOutcome::Added);
}

// MERGE 5: a registration straight from a client always returns the key, whatever its dirty timestamp.
#[test]
fn a_client_that_comes_back_after_a_cancel_elsewhere_is_back_on_all_nodes() {
    for version in [4, 5, 6] {
        let mut cluster = cancelled_elsewhere();
        let returning = instance("1").dirty(version).metadata("color", "blue");
        assert_eq!(cluster.at(1).register(returning), RegisterOutcome::Added);
        cluster.settle();
        cluster.pass(secs(6));
        cluster.assert_agreed();
        let own = cluster.node(0).instance("A", "1").unwrap();
        assert_eq!(
            own.document.metadata.get("color"),
            Some("blue"),
            "{version}"
        );
    }
}

// MERGE 1*, 5: also where one node was away and still has what was cancelled.
#[test]
fn a_client_that_comes_back_counts_more_than_what_was_cancelled() {
    for version in [4, 5] {
        let mut cluster = Cluster::of(3);
        cluster
            .at(0)
            .register(instance("1").dirty(5).metadata("color", "red"));
        cluster.settle();
        cluster.part(2, 0);
        cluster.part(2, 1);
        cluster.at(0).cancel("1");
        cluster.settle();
        cluster
            .at(1)
            .register(instance("1").dirty(version).metadata("color", "blue"));
        cluster.heal();
        cluster.pass(secs(11));
        cluster.assert_agreed();
        let own = cluster.node(2).instance("A", "1").unwrap();
        assert_eq!(
            own.document.metadata.get("color"),
            Some("blue"),
            "{version}"
        );
    }
}

// MERGE 1*: the tombstone keeps generation and dirty timestamp, also where the cancel came from a node without the key.
#[test]
fn a_client_that_comes_back_after_a_cancel_by_a_stranger_counts_more_too() {
    let mut cluster = Cluster::of(3);
    cluster.part(1, 0);
    cluster.part(1, 2);
    cluster
        .at(0)
        .register(instance("1").dirty(5).metadata("color", "red"));
    cluster.settle();
    assert_eq!(cluster.at(1).cancel("1"), CancelOutcome::Unknown);
    cluster.heal();
    cluster.part(2, 0);
    cluster.part(2, 1);
    cluster.pass(secs(6));
    assert!(!cluster.has(0, "1") && cluster.has(2, "1"));
    cluster
        .at(0)
        .register(instance("1").dirty(4).metadata("color", "blue"));
    cluster.heal();
    cluster.pass(secs(11));
    cluster.assert_agreed();
    let own = cluster.node(0).instance("A", "1").unwrap();
    assert_eq!(own.document.metadata.get("color"), Some("blue"));
}

// MERGE 1*: a cancel of an unknown key leaves a tombstone all the same: it may have overtaken the registration.
#[test]
fn a_cancel_that_overtakes_the_registration_it_ends_wins() {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    let registered = cluster.poll_changes(0);
    cluster.pass(secs(1));
    assert_eq!(cluster.at(1).cancel("1"), CancelOutcome::Unknown);
    let answer = cluster.deliver(1, &registered.request);
    cluster.answer(0, registered.id, answer);
    cluster.settle();
    assert!(!cluster.has(0, "1") && !cluster.has(1, "1"));
    cluster.assert_agreed();
}

// MERGE 1*: a cancel also writes "override: none".
#[test]
fn who_comes_back_after_a_cancel_has_no_override_on_any_node() {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    cluster.at(0).override_with("1", OutOfService);
    cluster.settle();
    cluster.at(1).cancel("1");
    cluster.settle();
    cluster.at(0).register(instance("1"));
    cluster.settle();
    assert_eq!(cluster.status(1, "1"), Some(Up));
    cluster.assert_agreed();
}

// MERGE 5: registered and cancelled in the same moment, over and over.
#[test]
fn the_last_word_counts_however_quickly_they_follow() {
    for rounds in 1..6 {
        let mut cluster = Cluster::of(2);
        for round in 0..rounds {
            let host = round % 2;
            cluster.at(host).register(instance("1"));
            cluster.settle();
            cluster.at(1 - host).cancel("1");
            cluster.settle();
        }
        assert_eq!(cluster.ids(0), [""; 0]);
        cluster.at(0).register(instance("1"));
        cluster.settle();
        assert!(cluster.has(1, "1"));
        cluster.assert_agreed();
    }
}
