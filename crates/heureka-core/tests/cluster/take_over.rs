//! What may happen while a registry is being taken over (MERGE 8).

use heureka_core::{Failure, Lane, NodeConfig, PeerResult, StartReport};
use heureka_model::PeerMessage;

use crate::harness::{CUT, Cluster, Line};
use crate::instances::{instance, secs};
use crate::messages::status;
use crate::view::header;

/// A node, host 2, that has begun to take over from the first of two open nodes: it has asked which applications there
/// are, and not yet for their keys.
fn taking_over() -> Cluster {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register_many(3);
    cluster.settle();
    let started = cluster.add_node(NodeConfig::default(), secs(35));
    cluster.know(started, &[0, 1]);
    cluster.step(started).expect("it greets");
    cluster.step(started).expect("it asks for the applications");
    assert!(matches!(
        report(&mut cluster),
        StartReport::TakingOver { instances: 0, .. }
    ));
    cluster
}

fn report(cluster: &mut Cluster) -> StartReport {
    let mono = cluster.now(2).mono;
    cluster.node(2).start_report(mono)
}

/// It opens with everything, and does not wait until the hold has passed.
#[track_caller]
fn takes_over_from_another(mut cluster: Cluster) {
    cluster.pass(secs(15));
    assert!(cluster.node(2).is_open(), "{:?}", report(&mut cluster));
    assert_eq!(cluster.ids(2), ["0", "1", "2"]);
}

// MERGE 8: until the registry has been taken over from an open peer.
#[test]
fn another_is_found_when_the_one_that_was_taken_over_from_is_lost() {
    for failure in [Failure::Refused, Failure::Unreachable, Failure::Broken] {
        let mut cluster = taking_over();
        cluster.line(2, 0, Line::Fails(failure));
        takes_over_from_another(cluster);
    }
}

#[test]
fn another_is_found_when_the_one_that_was_taken_over_from_answers_with_errors() {
    for failure in [status(500), status(503), Failure::Unreadable] {
        let mut cluster = taking_over();
        cluster.line(2, 0, Line::Fails(failure));
        takes_over_from_another(cluster);
    }
}

#[test]
fn another_is_found_when_the_one_that_was_taken_over_from_says_goodbye() {
    let mut cluster = taking_over();
    let (leaving, now) = (header(cluster.node(0).id(), cluster.now(0)), cluster.now(2));
    cluster
        .node(2)
        .handle_peer_message(now, &leaving, PeerMessage::Leave);
    cluster.stop(0);
    takes_over_from_another(cluster);
}

#[test]
fn another_is_found_when_the_one_that_was_taken_over_from_leaves_the_list() {
    let mut cluster = taking_over();
    cluster.know(2, &[1]);
    takes_over_from_another(cluster);
}

// MERGE 8: from an open peer. Who was started anew in the middle of it has nothing to hand over.
#[test]
fn who_was_started_anew_meanwhile_is_not_taken_over_from() {
    let mut cluster = taking_over();
    cluster.start(0, NodeConfig::default(), secs(35));
    cluster.line(2, 1, CUT);
    cluster.settle();
    assert!(
        !cluster.node(2).is_open(),
        "it would list {:?}",
        cluster.ids(2)
    );
    cluster.heal();
    takes_over_from_another(cluster);
}

// An answer that says nothing is no whole registry.
#[test]
fn an_answer_that_cannot_be_read_does_not_end_a_take_over() {
    let mut cluster = taking_over();
    let call = cluster.poll(2).unwrap();
    cluster.answer(2, call.id, PeerResult::Failed(Failure::Unreadable));
    assert!(!cluster.node(2).is_open());
    takes_over_from_another(cluster);
}

// MERGE 8: whatever happens, they open then.
#[test]
fn a_take_over_that_never_ends_does_not_keep_a_node_closed() {
    let mut cluster = taking_over();
    cluster.line(2, 0, Line::Hangs);
    cluster.line(2, 1, Line::Hangs);
    cluster.pass(secs(34));
    assert!(!cluster.node(2).is_open());
    cluster.pass(secs(2));
    assert!(cluster.node(2).is_open());
}

// The call that finds it lost need not be the one by which the registry is taken over.
#[test]
fn another_is_found_when_the_one_that_was_taken_over_from_is_lost_to_another_call() {
    let mut cluster = taking_over();
    cluster.at(2).cancel("3");
    let asks = cluster.poll(2).unwrap();
    let tells = cluster.poll(2).unwrap();
    assert!(matches!(tells.id.lane, Lane::Changes), "{tells:?}");
    let answer = cluster.deliver(0, &asks.request);
    cluster.answer(2, asks.id, answer);
    cluster.line(2, 0, Line::Fails(Failure::Refused));
    cluster.answer(2, tells.id, PeerResult::Failed(Failure::Refused));
    cluster.settle();
    takes_over_from_another(cluster);
}

// MERGE 8: its whole state, also what is written while it is handed over.
#[test]
fn what_is_written_during_a_take_over_arrives() {
    let mut cluster = taking_over();
    cluster.at(0).register(instance("3"));
    cluster.at(1).cancel("0");
    cluster.at(2).register(instance("4"));
    cluster.pass(secs(6));
    assert_eq!(cluster.ids(2), ["1", "2", "3", "4"]);
    cluster.assert_agreed();
}

// MERGE 8: applications are taken over in slices where they are large.
#[test]
fn a_large_registry_is_taken_over_whole() {
    let mut cluster = Cluster::of(1);
    cluster.at(0).register_many(1200);
    let started = cluster.add_node(NodeConfig::default(), secs(35));
    cluster.know(started, &[0]);
    cluster.settle();
    assert!(cluster.node(started).is_open());
    assert_eq!(cluster.ids(started).len(), 1200);
    cluster.assert_agreed();
}
