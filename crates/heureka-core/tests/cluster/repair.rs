//! Every difference is found and mended (MERGE 6).

use std::time::Duration;

use heureka_core::{NodeConfig, RenewOutcome};
use heureka_model::InstanceStatus::{Down, OutOfService, Unknown, Up};

use crate::harness::{CUT, Cluster};
use crate::instances::{At, instance, secs};

/// Two nodes that hold the same: `1` is plain, `2` is overridden.
fn pair() -> Cluster {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    cluster.at(0).register(instance("2"));
    cluster.at(0).override_with("2", OutOfService);
    cluster.pass(secs(10));
    cluster.assert_agreed();
    cluster
}

/// What `write` does at either node while the line is cut is at both afterwards, whichever of them can open connections.
#[track_caller]
fn is_mended(write: fn(At<'_>)) {
    for writer in [0, 1] {
        for still_cut in [None, Some((0, 1)), Some((1, 0))] {
            let mut cluster = pair();
            cluster.part(0, 1);
            write(cluster.at(writer));
            cluster.pass(secs(20));
            let written = cluster.seen(writer);
            assert_ne!(cluster.seen(1 - writer), written);
            cluster.heal();
            still_cut
                .into_iter()
                .for_each(|(from, to)| cluster.line(from, to, CUT));
            cluster.pass(secs(11));
            assert_eq!(cluster.seen(0), written, "{writer}, {still_cut:?}");
            cluster.assert_agreed();
        }
    }
}

// MERGE 6: in both directions, also when only one side can open connections.
#[test]
fn a_difference_made_while_the_line_was_cut_is_mended() {
    is_mended(|node| _ = node.register(instance("3")));
    is_mended(|node| _ = node.register(instance("1").dirty(5).status(Down)));
    is_mended(|node| _ = node.set_metadata("1", "color", "red"));
    is_mended(|node| _ = node.override_with("1", Down));
    is_mended(|node| _ = node.override_with("2", Down));
    is_mended(|node| _ = node.remove_override("2", Up));
    is_mended(|node| _ = node.remove_override("2", Unknown));
    is_mended(|node| _ = node.cancel("1"));
    is_mended(|node| _ = node.cancel("2"));
}

/// Both write while the line is cut, the second later; afterwards both have `A/1` as `expected`.
#[track_caller]
fn both_write(first: fn(At<'_>), second: fn(At<'_>), expected: Option<&str>) {
    for (one, other) in [(0, 1), (1, 0)] {
        let mut cluster = pair();
        cluster.part(0, 1);
        first(cluster.at(one));
        cluster.pass(secs(5));
        second(cluster.at(other));
        cluster.heal();
        cluster.pass(secs(11));
        cluster.assert_agreed();
        let seen = cluster.seen(0).remove("1");
        let seen = seen.map(|(status, _, _, metadata)| format!("{status:?} {metadata}"));
        let is_expected = match (&seen, expected) {
            (Some(seen), Some(expected)) => seen.contains(expected),
            (None, None) => true,
            (_, _) => false,
        };
        assert!(is_expected, "{one}: {seen:?}, not {expected:?}");
    }
}

// MERGE 1: each part is the maximum of what was seen.
#[test]
fn where_both_sides_wrote_each_part_is_the_newest() {
    let red = |node: At<'_>| _ = node.set_metadata("1", "color", "red");
    let blue = |node: At<'_>| _ = node.set_metadata("1", "color", "blue");
    let down = |node: At<'_>| _ = node.override_with("1", Down);
    let out = |node: At<'_>| _ = node.override_with("1", OutOfService);
    let cancel = |node: At<'_>| _ = node.cancel("1");
    let register = |node: At<'_>| _ = node.register(instance("1").metadata("color", "green"));
    both_write(red, blue, Some("blue"));
    both_write(down, out, Some("OutOfService"));
    both_write(red, out, Some("OutOfService"));
    both_write(red, out, Some("red"));
    both_write(red, cancel, None);
    both_write(cancel, red, None);
    both_write(cancel, out, None);
    both_write(cancel, register, Some("green"));
    both_write(register, cancel, None);
}

// MERGE 1: an override from before a cancel does not count after the return.
#[test]
fn a_cancel_there_ends_the_override_that_is_here() {
    let mut cluster = pair();
    cluster.part(0, 1);
    cluster.at(0).cancel("2");
    cluster.pass(secs(5));
    cluster.at(1).register(instance("2"));
    cluster.heal();
    cluster.pass(secs(11));
    assert_eq!(cluster.status(0, "2"), Some(Up));
    cluster.assert_agreed();
}

// MERGE 5: a heartbeat is no registration.
#[test]
fn a_cancelled_key_does_not_come_back_because_it_renewed_elsewhere() {
    let mut cluster = pair();
    cluster.part(0, 1);
    cluster.at(0).cancel("1");
    cluster.pass(secs(5));
    assert_eq!(cluster.at(1).beat("1"), RenewOutcome::Renewed);
    cluster.heal();
    cluster.pass(secs(11));
    assert!(!cluster.has(0, "1"));
    cluster.assert_agreed();
    assert_eq!(cluster.at(1).beat("1"), RenewOutcome::Unknown);
}

// MERGE 2: a transfer never makes a lease younger.
#[test]
fn what_is_handed_over_is_as_old_as_it_is() {
    let mut cluster = Cluster::of(3);
    cluster.part(0, 1);
    cluster.part(0, 2);
    cluster.at(0).register(instance("1"));
    cluster.pass(secs(40));
    cluster.heal();
    cluster.line(0, 2, CUT);
    cluster.line(2, 0, CUT);
    cluster.pass(secs(20));
    for host in 0..3 {
        let lease = cluster.lease(host, "1").unwrap();
        assert_eq!((lease.age, lease.ever_renewed), (secs(60), false), "{host}");
    }
}

// MERGE 2: an instance whose lease has ended by that age is not taken as living; MERGE 3: no tombstone.
#[test]
fn who_has_fallen_silent_everywhere_is_gone_everywhere() {
    let mut cluster = pair();
    cluster.part(0, 1);
    cluster.pass(secs(200));
    assert_eq!(
        cluster.ids(0),
        ["1", "2"],
        "its peer is silent, so they are kept"
    );
    cluster.heal();
    cluster.pass(secs(11));
    assert_eq!((cluster.ids(0), cluster.ids(1)), (vec![], vec![]));
    let report = cluster.node(0).report(Duration::MAX);
    assert_eq!(report.tombstones, 0);
}

// MERGE 5*: a tombstone travels with its age.
#[test]
fn a_tombstone_that_was_handed_over_is_forgotten_in_its_time() {
    let mut cluster = pair();
    cluster.part(0, 1);
    cluster.at(0).cancel("1");
    cluster.pass(secs(3000));
    cluster.heal();
    cluster.pass(secs(530));
    assert_eq!(tombstones(&mut cluster), [1, 1]);
    cluster.assert_agreed();
    cluster.pass(secs(75));
    assert_eq!(tombstones(&mut cluster), [0, 0]);
}

fn tombstones(cluster: &mut Cluster) -> [usize; 2] {
    [0, 1].map(|host| {
        let mono = cluster.now(host).mono;
        cluster.node(host).report(mono).tombstones
    })
}

// MERGE 5: an hour, or the cancelled lease plus grace and hold where that is longer.
#[test]
fn a_tombstone_outlives_the_lease_that_it_ended() {
    let mut cluster = Cluster::of(1);
    cluster.at(0).register(instance("1").lease(30, 4000));
    cluster.at(0).cancel("1");
    cluster.pass(secs(4000 + 60 + 600 - 5));
    let mono = cluster.now(0).mono;
    assert_eq!(cluster.node(0).report(mono).tombstones, 1);
}

// MERGE 6: narrowed to applications, then slices, then keys.
#[test]
fn a_few_differences_among_many_keys_are_found() {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register_many(1500);
    cluster.settle();
    cluster.part(0, 1);
    cluster.at(0).set_metadata("7", "color", "red");
    cluster.at(1).cancel("1400");
    cluster.at(1).register(instance("new"));
    cluster.pass(secs(10));
    cluster.heal();
    cluster.pass(secs(11));
    cluster.assert_agreed();
    assert_eq!(cluster.ids(0).len(), 1500);
}

// MERGE 6: what both hold alike costs one question in five seconds.
#[test]
fn nodes_that_agree_ask_one_question_in_five_seconds() {
    let mut cluster = pair();
    cluster.sent.clear();
    cluster.pass(secs(50));
    let asked = cluster.count(0, 1, |_| true);
    assert_eq!(asked, 10);
    let last_same = cluster.peers(0)[0].last_same.unwrap();
    assert!(cluster.now(0).mono - last_same <= secs(5));
}

// MERGE 6: an instance that is only kept is in no digest.
#[test]
fn nodes_agree_although_one_has_an_instance_whose_lease_has_ended() {
    let mut cluster = Cluster::with(2, |_: &mut NodeConfig| ());
    cluster.part(0, 1);
    cluster.at(0).register(instance("1"));
    cluster.pass(secs(100));
    assert!(cluster.has(0, "1"), "its peer is silent, so it is kept");
    let (one, other) = (
        cluster.node(0).strong_digest(),
        cluster.node(1).strong_digest(),
    );
    assert_eq!(one, other);
}
