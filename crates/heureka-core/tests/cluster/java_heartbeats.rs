//! What a heartbeat is answered (server.md N70, H4), and what a registration of a Java peer changes.

use heureka_core::{RegisterOutcome, RenewOutcome};
use heureka_model::InstanceStatus::{Down, Up};

use crate::harness::Cluster;
use crate::instances::{dirty, instance, secs};

/// A node that has `A/1` in version 0.
fn cluster() -> Cluster {
    let mut cluster = Cluster::of(1);
    cluster
        .at(0)
        .register(instance("1").metadata("color", "red"));
    cluster.pass(secs(10));
    cluster
}

// server.md N70: 200, 404, 409 with the instance.
#[test]
fn a_peer_hears_who_has_the_newer_version() {
    let mut cluster = cluster();
    assert_eq!(
        cluster.at(0).by_java(7).beat_of("1", 0),
        RenewOutcome::Renewed
    );
    assert_eq!(
        cluster.at(0).by_java(7).beat_of("1", 1),
        RenewOutcome::SenderIsNewer
    );
    let RenewOutcome::SenderIsOlder(own) = cluster.at(0).by_java(7).beat_of("1", -1) else {
        panic!("the peer is behind");
    };
    assert_eq!(own.document.last_dirty, dirty(0));
    assert_eq!(own.document.metadata.get("color"), Some("red"));
    assert_eq!(cluster.at(0).by_java(7).beat("1"), RenewOutcome::Renewed);
    assert_eq!(
        cluster.at(0).by_java(7).beat_of("2", 0),
        RenewOutcome::Unknown
    );
}

// server.md H4: 200, 404, 200.
#[test]
fn a_client_hears_only_that_it_has_to_register() {
    let mut cluster = cluster();
    assert_eq!(cluster.at(0).beat_of("1", 0), RenewOutcome::Renewed);
    assert_eq!(cluster.at(0).beat_of("1", 1), RenewOutcome::SenderIsNewer);
    assert_eq!(cluster.at(0).beat_of("1", -1), RenewOutcome::Renewed);
    assert_eq!(cluster.at(0).beat_of("2", 0), RenewOutcome::Unknown);
}

// server.md N70: whatever it is answered, it is a sign of life.
#[test]
fn a_peers_heartbeat_renews_in_any_version() {
    for version in [-1, 0, 1] {
        let mut cluster = cluster();
        cluster.at(0).by_java(7).beat_of("1", version);
        assert_eq!(cluster.lease(0, "1").unwrap().age, secs(0), "{version}");
    }
}

// MERGE 1: an older dirty timestamp keeps the stored document, an equal one replaces it.
#[test]
fn a_peers_registration_counts_if_it_is_not_older() {
    for (version, outcome, status) in [
        (-1, RegisterOutcome::KeptNewer, Up),
        (0, RegisterOutcome::Replaced, Down),
        (1, RegisterOutcome::Replaced, Down),
    ] {
        let mut cluster = cluster();
        let theirs = instance("1").status(Down).dirty(version);
        assert_eq!(cluster.at(0).by_java(7).register(theirs), outcome);
        assert_eq!(cluster.status(0, "1"), Some(status), "{version}");
    }
}

// server.md P12: what a Java server tells, it tells everybody itself.
#[test]
fn what_a_java_peer_told_is_not_sent_on() {
    let mut cluster = Cluster::of(2);
    let java = cluster.add_java();
    cluster.know(0, &[1, java]);
    cluster.settle();
    cluster.at(0).by_java(java).register(instance("1"));
    cluster.at(0).by_java(java).beat("1");
    cluster.at(0).by_java(java).override_with("1", Down);
    cluster.settle();
    assert!(cluster.told(0, 1).is_empty());
    assert!(cluster.java(java).heard().is_empty());
    cluster.pass(secs(6));
    assert_eq!(
        cluster.status(1, "1"),
        Some(Down),
        "a node that it does not know finds out"
    );
    cluster.assert_agreed();
}
