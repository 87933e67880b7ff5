//! How writes come to the other nodes of ours (MERGE 6).

use heureka_core::RenewOutcome;
use heureka_model::InstanceStatus::{OutOfService, Unknown, Up};
use heureka_model::{Changes, LeaseState, NodeId, PeerMessage, PeerReply, RenewedKey};

use crate::harness::{CUT, Cluster};
use crate::instances::{At, instance, secs};
use crate::messages::{changes, key};

/// After `write` at one of three nodes all of them hold the same, before any time has passed.
#[track_caller]
fn is_everywhere_at_once(write: fn(At<'_>)) {
    let mut cluster = Cluster::of(3);
    cluster.at(0).register(instance("1"));
    cluster.settle();
    cluster.at(1).override_with("1", OutOfService);
    cluster.settle();
    let before = cluster.seen(2);
    write(cluster.at(2));
    cluster.settle();
    assert_ne!(cluster.seen(0), before);
    cluster.assert_agreed();
}

// MERGE 6
#[test]
fn every_write_is_at_all_nodes_at_once() {
    is_everywhere_at_once(|node| _ = node.register(instance("2")));
    is_everywhere_at_once(|node| _ = node.register(instance("1").dirty(1)));
    is_everywhere_at_once(|node| _ = node.set_metadata("1", "color", "red"));
    is_everywhere_at_once(|node| _ = node.override_with("1", Up));
    is_everywhere_at_once(|node| _ = node.remove_override("1", Up));
    is_everywhere_at_once(|node| _ = node.remove_override("1", Unknown));
    is_everywhere_at_once(|node| _ = node.cancel("1"));
}

// server.md P12
#[test]
fn what_a_node_was_told_it_does_not_send_on() {
    let mut cluster = Cluster::of(3);
    cluster.line(0, 2, CUT);
    cluster.at(0).register(instance("1"));
    cluster.settle();
    assert!(cluster.has(1, "1") && !cluster.has(2, "1"));
    assert!(cluster.told(1, 0).is_empty() && cluster.told(1, 2).is_empty());
    assert!(cluster.peers(1).iter().all(|peer| peer.queued == 0));
}

// MERGE 6: what is queued is the set of changed keys; their state is read when it is sent.
#[test]
fn a_key_is_told_once_however_often_it_changed_and_as_it_is_then() {
    let mut cluster = Cluster::of(2);
    for last_dirty in 0..5 {
        cluster.at(0).register(instance("1").dirty(last_dirty));
        cluster.at(0).beat("1");
    }
    cluster.at(0).override_with("1", OutOfService);
    cluster.settle();
    assert_eq!(cluster.told(0, 1), [["1"]]);
    cluster.assert_agreed();
}

// MERGE 6: one is in flight per peer.
#[test]
fn the_next_changes_wait_for_the_answer_to_the_last() {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    let first = cluster.poll_changes(0);
    cluster.at(0).register(instance("2"));
    assert_eq!(cluster.poll(0), None);
    let answer = cluster.deliver(1, &first.request);
    cluster.answer(0, first.id, answer);
    cluster.settle();
    assert_eq!(cluster.told(0, 1), [["2"]]);
    cluster.assert_agreed();
}

// MERGE 6: a heartbeat never displaces another intent.
#[test]
fn a_heartbeat_takes_away_nothing_that_is_still_to_be_told() {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    cluster.at(0).beat("1");
    let first = cluster.poll_changes(0);
    assert_eq!(changes(&first.request).unwrap().states.len(), 1);
    cluster.at(0).set_metadata("1", "color", "red");
    cluster.at(0).beat("1");
    let answer = cluster.deliver(1, &first.request);
    cluster.answer(0, first.id, answer);
    cluster.settle();
    cluster.assert_agreed();
}

// MERGE 6
#[test]
fn a_heartbeat_alone_tells_only_the_lease() {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    cluster.pass(secs(20));
    cluster.at(0).beat("1");
    let call = cluster.poll_changes(0);
    let told = changes(&call.request).unwrap();
    assert_eq!((told.states.len(), told.renewed.len()), (0, 1));
    cluster.deliver(1, &call.request);
    assert_eq!(cluster.lease(1, "1").unwrap().age, secs(0));
}

/// What a node with `A/1` wants when it is told of a heartbeat of `id` in this version.
fn wanted(id: &str, version: u64) -> Vec<String> {
    let mut cluster = Cluster::of(1);
    cluster.at(0).register(instance("1"));
    let lease = LeaseState {
        age: secs(0),
        ever_renewed: true,
        origin: Some(NodeId(99)),
    };
    let renewed = vec![RenewedKey {
        key: key(id),
        version,
        lease,
    }];
    match cluster.ask(
        0,
        PeerMessage::Changes(Changes {
            states: vec![],
            renewed,
        }),
    ) {
        PeerReply::Taken(taken) => taken.wanted.iter().map(|key| key.id.to_string()).collect(),
        other @ (PeerReply::Noted | PeerReply::Compared(_) | PeerReply::Ages(_)) => {
            panic!("{other:?}")
        }
    }
}

// MERGE 6: a heartbeat for a key that the receiver lacks or has in another version is answered by asking for it.
#[test]
fn a_heartbeat_of_what_is_not_here_or_is_here_in_another_version_is_asked_for() {
    assert_eq!(wanted("2", 7), ["2"]);
    assert_eq!(wanted("1", 7), ["1"]);
}

// MERGE 6: the same from beginning to end.
#[test]
fn a_node_that_lost_everything_gets_it_with_the_next_heartbeat() {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    cluster.settle();
    cluster.start(1, heureka_core::NodeConfig::default(), secs(0));
    cluster.at(0).beat("1");
    cluster.settle();
    assert!(cluster.has(1, "1"));
}

// MERGE 2, 4: renewed at one node, seen at all.
#[test]
fn an_instance_that_renews_at_one_node_is_alive_at_all() {
    let mut cluster = Cluster::of(3);
    cluster.at(0).register(instance("1"));
    for round in 0..20 {
        cluster.pass(secs(30));
        assert_eq!(cluster.at(round % 3).beat("1"), RenewOutcome::Renewed);
        cluster.settle();
        assert_eq!(cluster.node(2).applications().hash, "UP_1_");
    }
    cluster.assert_agreed();
}

// MERGE 6: who is told something older than it has answers with what is newer.
#[test]
fn who_is_told_something_old_says_what_is_newer() {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    let old = cluster.poll_changes(0);
    cluster.deliver(1, &old.request);
    cluster.at(1).override_with("1", OutOfService);
    let answer = cluster.deliver(1, &old.request);
    cluster.answer(0, old.id, answer);
    assert_eq!(cluster.status(0, "1"), Some(OutOfService));
}

// The answer to what was taken is lost, and it is told again.
#[test]
fn being_told_twice_changes_nothing() {
    let mut cluster = Cluster::of(2);
    cluster.line(0, 1, crate::harness::Line::LosesAnswers);
    cluster.at(0).register(instance("1"));
    cluster.settle();
    let before = cluster.seen(1);
    cluster.heal();
    cluster.pass(secs(20));
    assert_eq!(cluster.seen(1), before);
    assert_eq!(cluster.told(0, 1), [["1"], ["1"]]);
    cluster.assert_agreed();
}
