//! What a Java peer is sent, item by item (MERGE 6, server.md N20 to N47). The node is host 0, the Java server host 1.

use heureka_core::{ClusterEvent, Event, PeerKind, PeerResult, Request};
use heureka_model::InstanceStatus::{Down, OutOfService, Up};
use heureka_model::{ReplicationAction, ReplicationItem};

use crate::harness::Cluster;
use crate::instances::{At, dirty, instance, secs};

/// A Java server that has been told of `A/1`.
fn cluster() -> Cluster {
    let mut cluster = Cluster::with_java();
    cluster.at(0).register(instance("1"));
    cluster.settle();
    cluster.java(1).heard();
    cluster
}

/// What the Java server is told after all of these.
#[track_caller]
fn are_told_as(writes: &[fn(At<'_>)], items: &[&str]) {
    let mut cluster = cluster();
    cluster.at(0).override_with("1", Down);
    cluster.settle();
    cluster.java(1).heard();
    writes.iter().for_each(|write| write(cluster.at(0)));
    cluster.settle();
    assert_eq!(cluster.java(1).heard(), items);
}

// MERGE 6: the items it needs, in causal order; a heartbeat never displaces another intent. server.md N22, N23
#[test]
fn each_key_is_written_out_as_the_items_it_needs() {
    let register = |node: At<'_>| _ = node.register(instance("1").dirty(1));
    let beat = |node: At<'_>| _ = node.beat("1");
    let put_up = |node: At<'_>| _ = node.override_with("1", Up);
    let remove = |node: At<'_>| _ = node.remove_override("1", Up);
    let cancel = |node: At<'_>| _ = node.cancel("1");
    are_told_as(&[beat, beat], &["Heartbeat 1"]);
    are_told_as(&[register, beat, register, beat], &["Register 1"]);
    are_told_as(&[put_up, beat], &["StatusUpdate 1"]);
    are_told_as(&[remove, beat], &["DeleteStatusOverride 1"]);
    are_told_as(&[put_up, remove], &["DeleteStatusOverride 1"]);
    are_told_as(&[register, cancel], &["Cancel 1"]);
    are_told_as(&[put_up, register], &["Register 1", "StatusUpdate 1"]);
    are_told_as(&[cancel, register, beat], &["Cancel 1", "Register 1"]);
    are_told_as(
        &[cancel, register, put_up, beat],
        &["Cancel 1", "Register 1"],
    );
}

// server.md N20
#[test]
fn a_batch_has_at_most_250_items() {
    let mut cluster = Cluster::with_java();
    cluster.at(0).register_many(600);
    cluster.settle();
    assert_eq!(cluster.java(1).batches, [250, 250, 100]);
}

// server.md N20: the items of a key stay together.
#[test]
fn a_key_that_needs_several_items_is_not_torn_apart() {
    let mut cluster = Cluster::with_java();
    cluster.at(0).register_many(200);
    for n in 0..200 {
        cluster.at(0).override_with(&n.to_string(), OutOfService);
    }
    cluster.settle();
    assert_eq!(cluster.java(1).batches, [250, 150]);
    assert_eq!(
        cluster.java(1).heard()[248..252],
        [
            "Register 124",
            "StatusUpdate 124",
            "Register 125",
            "StatusUpdate 125",
        ]
    );
}

// MERGE 6
#[test]
fn one_batch_is_on_its_way_at_a_time() {
    let mut cluster = cluster();
    cluster.at(0).register(instance("2"));
    let first = cluster.poll_changes(0);
    cluster.at(0).register(instance("3"));
    assert_eq!(cluster.poll(0), None);
    let answer = cluster.deliver(1, &first.request);
    cluster.answer(0, first.id, answer);
    cluster.settle();
    assert_eq!(cluster.java(1).heard(), ["Register 2", "Register 3"]);
}

/// The last item that the Java server was told.
fn last(cluster: &mut Cluster) -> ReplicationItem {
    cluster.java(1).items.last().cloned().unwrap()
}

// server.md N22, R18: a register item has the status in force, a status update the one that was asked for.
#[test]
fn the_items_carry_what_java_needs() {
    let mut cluster = cluster();
    cluster.at(0).override_with("1", OutOfService);
    cluster.settle();
    let told = last(&mut cluster);
    assert_eq!(
        (told.status, told.last_dirty),
        (Some(OutOfService), Some(dirty(0)))
    );
    cluster.at(0).beat("1");
    cluster.settle();
    assert_eq!(last(&mut cluster).overridden_status, Some(OutOfService));
    cluster.at(0).register(instance("1").dirty(1));
    cluster.settle();
    let draft = last(&mut cluster).instance.unwrap();
    assert_eq!(draft.overridden_status, OutOfService);
    assert_eq!(
        (draft.status, draft.last_dirty),
        (OutOfService, Some(dirty(1)))
    );
}

// server.md N46: 404 makes us register.
#[test]
fn a_java_peer_that_lacks_an_instance_is_sent_its_registration() {
    let mut cluster = cluster();
    cluster.java(1).known.clear();
    cluster.at(0).beat("1");
    cluster.settle();
    assert_eq!(cluster.java(1).heard(), ["Heartbeat 1", "Register 1"]);
}

// server.md N46: the override that was refused with 404 comes after the registration.
#[test]
fn what_else_was_to_be_told_comes_after_the_registration() {
    let mut cluster = cluster();
    cluster.java(1).known.clear();
    cluster.at(0).override_with("1", Down);
    cluster.settle();
    assert_eq!(
        cluster.java(1).heard(),
        ["StatusUpdate 1", "Register 1", "StatusUpdate 1"]
    );
}

// A peer that says 404 to everything is not asked for ever.
#[test]
fn a_cancel_that_is_answered_404_is_done() {
    let mut cluster = cluster();
    let not_found = heureka_model::ReplicationAnswer {
        status_code: 404,
        instance: None,
    };
    cluster
        .java(1)
        .scripted
        .push_back(PeerResult::Batch(vec![not_found]));
    cluster.at(0).cancel("1");
    cluster.pass(secs(20));
    assert!(cluster.java(1).heard().is_empty());
    assert_eq!(cluster.peers(0)[0].queued, 0);
}

/// The version and status of `A/1` here after a heartbeat was answered 409 with this one.
fn after_409(theirs: crate::instances::Instance) -> (i64, heureka_model::InstanceStatus) {
    let mut cluster = cluster();
    let now = cluster.now(0).wall;
    cluster.java(1).newer = Some(theirs.listed(now, now));
    cluster.at(0).beat("1");
    cluster.settle();
    let own = cluster.node(0).instance("A", "1").unwrap();
    (own.document.last_dirty.0 - dirty(0).0, own.status)
}

// server.md N47
#[test]
fn a_newer_copy_that_comes_with_a_409_is_taken() {
    assert_eq!(after_409(instance("1").dirty(5).status(Down)), (5, Down));
    assert_eq!(after_409(instance("1").dirty(-5).status(Down)), (0, Up));
    assert_eq!(after_409(instance("2").dirty(5).status(Down)), (0, Up));
    // F25: from the far future.
    assert_eq!(
        after_409(instance("1").dirty(601_000).status(Down)),
        (0, Up)
    );
}

// DESIGN: an item that cannot be read does not hold up the others.
#[test]
fn a_java_peer_that_stumbles_over_one_item_is_told_all_the_others() {
    let mut cluster = Cluster::with_java();
    cluster.java(1).stumbles_over = Some("5".into());
    cluster.at(0).register_many(8);
    cluster.pass(secs(30));
    let known: Vec<String> = cluster.java(1).known.iter().cloned().collect();
    assert_eq!(known, ["0", "1", "2", "3", "4", "6", "7"]);
    let refused = Event::Cluster(ClusterEvent::ItemRefused(
        cluster.peers(0)[0].id,
        heureka_model::InstanceKey::new("A", "5"),
    ));
    assert!(cluster.events(0).contains(&refused));
}

// MERGE 6: a node of ours may take the place of a Java server, and the other way round.
#[test]
fn a_peer_may_become_another_kind_of_server() {
    let mut cluster = cluster();
    assert_eq!(cluster.peers(0)[0].kind, PeerKind::Java);
    cluster.start(1, heureka_core::NodeConfig::default(), secs(0));
    cluster.pass(secs(11));
    assert!(matches!(cluster.peers(0)[0].kind, PeerKind::Heureka { .. }));
    cluster.assert_agreed();
    cluster.start_java(1);
    cluster.pass(secs(11));
    cluster.at(0).beat("1");
    cluster.pass(secs(1));
    assert!(cluster.java(1).known.contains("1"));
}

// Only the first message says what a peer is.
#[test]
fn a_java_peer_gets_no_message_of_ours_but_greetings() {
    let mut cluster = cluster();
    cluster.at(0).cancel("1");
    cluster.pass(secs(100));
    let is_strange = |request: &Request| {
        crate::messages::message(request)
            .is_some_and(|message| *message != heureka_model::PeerMessage::Hello)
    };
    assert!(
        !cluster
            .sent
            .iter()
            .any(|(_, to, request)| *to == 1 && is_strange(request))
    );
    let mut told = cluster.java(1).items.iter().map(|item| item.action);
    assert_eq!(told.next_back(), Some(Some(ReplicationAction::Cancel)));
}
