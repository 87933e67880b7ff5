//! Overrides among several nodes (MERGE 1, 5).

use heureka_core::{RenewOutcome, Renewal};
use heureka_model::InstanceStatus::{self, Down, OutOfService, Starting, Unknown, Up};

use crate::harness::Cluster;
use crate::instances::{dirty, instance, secs};

const JAVA: usize = 7;

/// A heartbeat of a Java peer that carries an override.
fn carries(last_dirty: i64, overridden: InstanceStatus) -> Renewal {
    Renewal {
        last_dirty: Some(dirty(last_dirty)),
        overridden_status: Some(overridden),
    }
}

/// Two nodes with `A/1` in this status.
fn pair(status: InstanceStatus) -> Cluster {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1").status(status));
    cluster.settle();
    cluster
}

// MERGE 5, server.md N70: only when the heartbeat's dirty timestamp is newer than ours, and there is no override here.
#[test]
fn an_override_that_a_java_heartbeat_carries_counts_with_a_newer_version() {
    for (version, shown) in [(-1, Up), (0, Up), (1, OutOfService)] {
        let mut cluster = pair(Up);
        cluster
            .at(0)
            .by_java(JAVA)
            .renew("1", carries(version, OutOfService));
        assert_eq!(cluster.status(0, "1"), Some(shown), "{version}");
    }
}

// MERGE 1, 6: what counts at one node counts at all.
#[test]
fn an_override_that_a_java_heartbeat_carries_comes_to_all_nodes() {
    let mut cluster = pair(Up);
    cluster
        .at(0)
        .by_java(JAVA)
        .renew("1", carries(1, OutOfService));
    cluster.pass(secs(6));
    assert_eq!(cluster.status(1, "1"), Some(OutOfService));
}

// MERGE 6: nodes that show the same hold the same.
#[test]
fn nodes_agree_after_an_override_that_a_java_heartbeat_carried() {
    let mut cluster = pair(Up);
    cluster
        .at(0)
        .by_java(JAVA)
        .renew("1", carries(1, OutOfService));
    cluster.pass(secs(20));
    cluster.assert_agreed();
}

// server.md S3: who is not ready stays so, on every node.
#[test]
fn an_override_that_a_java_heartbeat_carried_makes_nobody_ready_on_any_node() {
    for unready in [Down, Starting] {
        let mut cluster = pair(unready);
        cluster
            .at(0)
            .by_java(JAVA)
            .renew("1", carries(1, OutOfService));
        cluster.pass(secs(20));
        let shown = [0, 1].map(|host| cluster.status(host, "1"));
        assert_eq!(shown, [Some(unready); 2]);
    }
}

// MERGE 5*: none was removed in the last 35 s, also where it was removed at another node.
#[test]
fn an_override_removed_at_another_node_is_not_brought_back_by_java() {
    for (secs_ago, shown) in [(0, Up), (34, Up), (36, OutOfService)] {
        let mut cluster = pair(Up);
        cluster.at(0).override_with("1", OutOfService);
        cluster.pass(secs(20));
        cluster.at(1).remove_override("1", Up);
        cluster.pass(secs(secs_ago));
        cluster
            .at(0)
            .by_java(JAVA)
            .renew("1", carries(1, OutOfService));
        assert_eq!(cluster.status(0, "1"), Some(shown), "{secs_ago}");
    }
}

// MERGE 5*: there is no override here.
#[test]
fn an_override_made_at_another_node_is_not_replaced_by_javas() {
    let mut cluster = pair(Up);
    cluster.at(1).override_with("1", Down);
    cluster.settle();
    cluster
        .at(0)
        .by_java(JAVA)
        .renew("1", carries(1, OutOfService));
    assert_eq!(cluster.status(0, "1"), Some(Down));
}

// MERGE 1: a removal without a value shows UNKNOWN, and heartbeats get 404 until the client registers, at every node.
#[test]
fn a_removal_without_a_value_makes_the_client_register_wherever_it_is() {
    let mut cluster = pair(Up);
    cluster.at(0).override_with("1", OutOfService);
    cluster.at(0).remove_override("1", Unknown);
    cluster.settle();
    assert_eq!(cluster.status(1, "1"), Some(Unknown));
    assert_eq!(cluster.at(1).beat("1"), RenewOutcome::Unknown);
    cluster.at(1).register(instance("1"));
    cluster.settle();
    assert_eq!(cluster.status(0, "1"), Some(Up));
    cluster.assert_agreed();
}

// MERGE 1: where the override part is newer than the document, its value is shown as it is; where the document is newer,
// the rule chain decides.
#[test]
fn a_later_report_of_a_client_elsewhere_decides_with_the_override() {
    for (reported, shown) in [(Up, OutOfService), (Down, Down), (Starting, Starting)] {
        let mut cluster = pair(Up);
        cluster.at(0).override_with("1", OutOfService);
        cluster.settle();
        cluster
            .at(1)
            .register(instance("1").dirty(1).status(reported));
        cluster.settle();
        assert_eq!(cluster.status(0, "1"), Some(shown));
        cluster.assert_agreed();
    }
}

// MERGE 1: what is stored is never a status computed from an override.
#[test]
fn an_override_that_is_removed_elsewhere_leaves_what_the_client_reported() {
    let mut cluster = pair(Up);
    cluster.at(0).override_with("1", OutOfService);
    cluster.settle();
    cluster.at(1).register(instance("1").dirty(1));
    cluster.settle();
    cluster.at(0).remove_override("1", Up);
    cluster.settle();
    assert_eq!(cluster.status(1, "1"), Some(Up));
    cluster.at(0).register(instance("1").dirty(2));
    cluster.settle();
    assert_eq!(cluster.status(1, "1"), Some(Up));
    cluster.assert_agreed();
}

// MERGE 1: a metadata edit makes the document newer, not what the client reported.
#[test]
fn a_metadata_edit_elsewhere_does_not_undo_an_override() {
    let mut cluster = pair(Down);
    cluster.at(0).override_with("1", Up);
    cluster.settle();
    cluster.at(1).set_metadata("1", "color", "red");
    cluster.settle();
    assert_eq!(cluster.status(0, "1"), Some(Up));
    cluster.assert_agreed();
}
