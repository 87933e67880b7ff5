//! A Java peer that was away, and what its listing may change (MERGE 6, 2). The node is host 0, the Java server host 1.

use heureka_core::Failure;
use heureka_model::InstanceStatus::{Down, OutOfService, Up};

use crate::harness::{CUT, Cluster};
use crate::instances::{Instance, instance, secs};
use crate::java::before_start;
use crate::messages::status;

/// A node that has `A/1` and has told it, and whose Java peer is then away for half a minute.
fn away(meanwhile: impl FnOnce(&mut Cluster)) -> Cluster {
    let mut cluster = Cluster::with_java();
    cluster.at(0).register(instance("1"));
    cluster.pass(secs(60));
    cluster.at(0).beat("1");
    cluster.settle();
    cluster.java(1).heard();
    cluster.line(0, 1, CUT);
    cluster.pass(secs(15));
    meanwhile(&mut cluster);
    cluster.pass(secs(15));
    cluster
}

fn back(cluster: &mut Cluster) {
    cluster.heal();
    cluster.pass(secs(10));
}

/// The Java server lists this one, which renewed there so long ago.
fn lists(cluster: &mut Cluster, listed: Instance, renewed_secs_ago: i64) {
    let wall = cluster.now(0).wall.0;
    let renewed = heureka_model::UnixMillis(wall - renewed_secs_ago * 1000);
    let listed = listed.listed(before_start(1000), renewed);
    cluster.java(1).listing.as_mut().unwrap().push(listed);
}

// MERGE 6: nothing acknowledged is ever given up.
#[test]
fn what_was_written_while_a_java_peer_was_away_is_told_when_it_is_back() {
    let mut cluster = away(|cluster| {
        cluster.at(0).register(instance("2"));
        cluster.at(0).cancel("1");
    });
    back(&mut cluster);
    assert_eq!(cluster.java(1).heard(), ["Register 2", "Cancel 1"]);
}

// MERGE 6: it may add.
#[test]
fn a_listing_after_an_outage_may_add() {
    let mut cluster = away(|_| ());
    lists(&mut cluster, instance("1"), 20);
    lists(&mut cluster, instance("2").status(Down), 20);
    back(&mut cluster);
    assert_eq!(cluster.ids(0), ["1", "2"]);
    assert_eq!(cluster.status(0, "2"), Some(Down));
}

// MERGE 6: it never removes: a Java listing lags, and a restarted Spring server lists nothing.
#[test]
fn a_listing_never_removes() {
    let mut cluster = away(|_| ());
    back(&mut cluster);
    assert!(cluster.has(0, "1") && cluster.java(1).listed > 0);
    lists(&mut cluster, instance("2"), 1);
    cluster.line(0, 1, CUT);
    cluster.pass(secs(10));
    back(&mut cluster);
    assert_eq!(cluster.ids(0), ["1", "2"]);
}

// MERGE 2: a transfer never makes a lease younger, and the younger one counts.
#[test]
fn a_listing_may_refresh_by_age() {
    for (listed_secs_ago, age_secs) in [(5, 15), (25, 35), (500, 40)] {
        let mut cluster = away(|_| ());
        lists(&mut cluster, instance("1"), listed_secs_ago);
        back(&mut cluster);
        let age = cluster.lease(0, "1").unwrap().age;
        assert_eq!(age, secs(age_secs), "{listed_secs_ago}");
    }
}

// MERGE 2: an instance whose lease has ended by that age is not taken as living.
#[test]
fn a_listed_instance_whose_lease_has_ended_is_not_taken() {
    for (renewed_secs_ago, is_taken) in [(100, true), (140, true), (151, false), (5000, false)] {
        let mut cluster = away(|_| ());
        lists(&mut cluster, instance("2"), renewed_secs_ago);
        cluster.heal();
        cluster.pass(secs(6));
        assert!(cluster.java(1).listed > 0);
        assert_eq!(cluster.has(0, "2"), is_taken, "{renewed_secs_ago}");
    }
}

// MERGE 5: a tombstone is not taken back by a listing that lags.
#[test]
fn a_listing_does_not_bring_back_what_was_cancelled() {
    let mut cluster = away(|cluster| _ = cluster.at(0).cancel("1"));
    lists(&mut cluster, instance("1"), 1);
    back(&mut cluster);
    assert!(!cluster.has(0, "1"));
}

// MERGE 6: what was overridden there while the line was down counts; what was overridden here is told there.
#[test]
fn an_override_made_at_a_java_peer_meanwhile_is_taken() {
    let mut cluster = away(|_| ());
    lists(
        &mut cluster,
        instance("1").status(OutOfService).brings(OutOfService),
        1,
    );
    back(&mut cluster);
    assert_eq!(cluster.status(0, "1"), Some(OutOfService));
}

#[test]
fn an_override_made_here_meanwhile_is_not_undone_by_a_listing() {
    let mut cluster = away(|cluster| _ = cluster.at(0).override_with("1", OutOfService));
    lists(&mut cluster, instance("1"), 1);
    back(&mut cluster);
    assert_eq!(cluster.status(0, "1"), Some(OutOfService));
    assert_eq!(cluster.java(1).heard(), ["StatusUpdate 1"]);
}

// MERGE 6: a cancel made at a Java node while the link was down ends with the lease.
#[test]
fn a_cancel_made_there_meanwhile_ends_with_the_lease() {
    let mut cluster = away(|cluster| cluster.java(1).known.clear());
    back(&mut cluster);
    assert_eq!(cluster.status(0, "1"), Some(Up));
    cluster.pass(secs(120));
    assert!(!cluster.has(0, "1"));
}

// MERGE 6: "may add, or refresh": a listing that cannot be had is no reason to tell nothing.
#[test]
fn a_java_peer_whose_listing_fails_is_told_all_the_same() {
    for failure in [status(500), Failure::Unreadable] {
        let mut cluster = away(|cluster| _ = cluster.at(0).register(instance("2")));
        cluster.java(1).listing = Err(failure);
        cluster.heal();
        for _ in 0..3 {
            cluster.pass(secs(20));
            cluster.at(0).beat("2");
        }
        cluster.settle();
        assert!(cluster.java(1).known.contains("2"), "{failure:?}");
    }
}

// A Java server that starts answers 403 to listings, for five minutes by default.
#[test]
fn a_java_peer_that_is_starting_is_told_all_the_same() {
    let mut cluster = away(|cluster| _ = cluster.at(0).register(instance("2")));
    cluster.java(1).listing = Err(status(403));
    cluster.heal();
    cluster.pass(secs(60));
    assert!(cluster.java(1).known.contains("2"));
}
