//! What differs after a Java peer, or the node, was away: who is right (MERGE 6). The node is host 0, the Java server
//! host 1; Java changes no dirty timestamp for an override, and has no stamps.

use heureka_model::InstanceStatus::{OutOfService, Up};
use heureka_model::UnixMillis;

use crate::harness::{CUT, Cluster};
use crate::instances::{Instance, instance, secs};
use crate::java::before_start;

/// A node and a Java server that both have `A/1`; what is written then is told.
fn both_have_it(written: impl FnOnce(&mut Cluster)) -> Cluster {
    let mut cluster = Cluster::with_java();
    cluster.at(0).register(instance("1"));
    cluster.pass(secs(60));
    cluster.at(0).beat("1");
    written(&mut cluster);
    cluster.settle();
    cluster.java(1).heard();
    cluster
}

/// What the Java server lists from now on, of a lease that began at `registered`.
fn lists(cluster: &mut Cluster, listed: Instance, registered: UnixMillis) {
    let wall = cluster.now(0).wall;
    cluster.java(1).listing = Ok(vec![listed.listed(registered, wall)]);
}

fn is_cut_off_for(cluster: &mut Cluster, absence_secs: u64) {
    cluster.line(0, 1, CUT);
    cluster.pass(secs(absence_secs));
}

/// Its timers do not run: what is due is late.
fn is_stopped_for(cluster: &mut Cluster, absence_secs: u64) {
    cluster.stand_still(secs(absence_secs));
}

type Away = fn(&mut Cluster, u64);

const AWAY: [Away; 2] = [is_cut_off_for, is_stopped_for];

// Written just before: a listing that lags may not show it, so after a short absence it is looked at again.
#[test]
fn what_java_overrode_meanwhile_counts_however_lately_the_instance_was_written_here() {
    for away in AWAY {
        for absence_secs in [10, 40] {
            let mut cluster = both_have_it(|cluster| {
                cluster.at(0).set_metadata("1", "color", "red");
            });
            cluster.pass(secs(3));
            away(&mut cluster, absence_secs);
            let changed = instance("1").metadata("color", "red");
            let changed = changed.status(OutOfService).brings(OutOfService);
            lists(&mut cluster, changed, before_start(1000));
            cluster.heal();
            cluster.pass(secs(45));
            assert_eq!(cluster.status(0, "1"), Some(OutOfService), "{absence_secs}");
        }
    }
}

// A heartbeat that waits to be told says nothing of who is right.
#[test]
fn what_java_overrode_meanwhile_counts_for_those_that_renew_here_too() {
    for away in AWAY {
        let mut cluster = both_have_it(|_| ());
        cluster.pass(secs(40));
        away(&mut cluster, 40);
        cluster.at(0).beat("1");
        let changed = instance("1").status(OutOfService).brings(OutOfService);
        lists(&mut cluster, changed, before_start(1000));
        cluster.heal();
        cluster.pass(secs(10));
        assert_eq!(cluster.status(0, "1"), Some(OutOfService));
    }
}

// A Java server that was started later than the node has lain in an absence before, of which an empty listing says nothing.
#[test]
fn an_absence_long_ago_is_not_taken_for_one_with_this() {
    let mut cluster = Cluster::with_java();
    is_cut_off_for(&mut cluster, 20);
    cluster.heal();
    cluster.at(0).register(instance("1"));
    cluster.pass(secs(90));
    cluster.at(0).beat("1");
    cluster.settle();
    cluster.pass(secs(40));
    let registered = UnixMillis(cluster.now(0).wall.0 - 100_000);
    is_stopped_for(&mut cluster, 40);
    let changed = instance("1").status(OutOfService).brings(OutOfService);
    lists(&mut cluster, changed, registered);
    cluster.pass(secs(10));
    assert_eq!(cluster.status(0, "1"), Some(OutOfService));
}

#[test]
fn an_override_that_java_removed_meanwhile_is_removed() {
    for away in AWAY {
        let mut cluster = both_have_it(|cluster| {
            cluster.at(0).override_with("1", OutOfService);
        });
        cluster.pass(secs(40));
        away(&mut cluster, 40);
        lists(&mut cluster, instance("1"), before_start(1000));
        cluster.heal();
        cluster.pass(secs(10));
        assert_eq!(cluster.status(0, "1"), Some(Up));
    }
}

// A process that was started anew has forgotten its overrides: that removes none, and it is told of them.
#[test]
fn an_override_that_a_new_java_process_does_not_know_is_told_again() {
    let mut cluster = both_have_it(|cluster| {
        cluster.at(0).override_with("1", OutOfService);
    });
    cluster.pass(secs(40));
    is_cut_off_for(&mut cluster, 40);
    let wall = cluster.now(0).wall;
    lists(&mut cluster, instance("1"), UnixMillis(wall.0 - 5000));
    cluster.heal();
    cluster.pass(secs(10));
    assert_eq!(cluster.status(0, "1"), Some(OutOfService));
    assert_eq!(cluster.java(1).heard(), ["StatusUpdate 1"]);
}

// Java shows the overrides that it knows in what it sends, so one that sends none has lost them.
#[test]
fn a_java_peer_that_registers_an_instance_without_its_override_is_told_of_it() {
    let mut cluster = both_have_it(|cluster| {
        cluster.at(0).override_with("1", OutOfService);
    });
    cluster.at(0).by_java(1).register(instance("1"));
    cluster.settle();
    assert_eq!(cluster.status(0, "1"), Some(OutOfService));
    assert_eq!(cluster.java(1).heard(), ["StatusUpdate 1"]);
}
