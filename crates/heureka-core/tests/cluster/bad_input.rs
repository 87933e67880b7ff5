//! Peers that say what they should not: nothing is lost, and nothing stops.

use std::time::Duration;

use heureka_core::{Failure, PeerCall, PeerKind, PeerResult};
use heureka_model::InstanceStatus::Down;
use heureka_model::{
    CancelledState, Changes, ChangesTaken, Compared, KeyState, LeaseState, NodeId, PeerHeader,
    PeerMessage, PeerReply, RenewedKey, ReplicationAnswer, Stamp,
};

use crate::harness::{Cluster, Line};
use crate::instances::{dirty, instance, secs};
use crate::java::before_start;
use crate::messages::{changes, key, status};
use crate::view::header;

/// So many items that were all taken.
fn taken(count: usize) -> PeerResult {
    let answer = ReplicationAnswer {
        status_code: 200,
        instance: None,
    };
    PeerResult::Batch(vec![answer; count])
}

// server.md N45
#[test]
fn an_answer_to_another_number_of_items_counts_as_none() {
    for count in [0, 1, 3, 1000] {
        let mut cluster = Cluster::with_java();
        cluster.java(1).scripted.push_back(taken(count));
        cluster.at(0).register_many(2);
        cluster.settle();
        assert!(cluster.java(1).known.is_empty());
        assert!(cluster.peers(0)[0].is_behind);
        assert_eq!(cluster.peers(0)[0].last_failure, Some(Failure::Unreadable));
        cluster.pass(secs(2));
        assert_eq!(cluster.java(1).known.len(), 2, "{count}");
    }
}

// No redirect is followed: it is an answer like any other that does not help.
#[test]
fn a_redirect_is_a_failure() {
    let mut cluster = Cluster::of(2);
    for line in [(0, 1), (1, 0)] {
        cluster.line(line.0, line.1, Line::Fails(status(302)));
    }
    cluster.at(0).register(instance("1"));
    cluster.pass(secs(30));
    assert!(matches!(cluster.peers(0)[0].kind, PeerKind::Heureka { .. }));
    assert!(cluster.peers(0)[0].is_behind);
    cluster.heal();
    cluster.pass(secs(6));
    cluster.assert_agreed();
}

/// A message that seems to come from the node itself.
fn of_itself(cluster: &mut Cluster, message: PeerMessage) -> PeerReply {
    let now = cluster.now(0);
    let own = header(cluster.node(0).id(), now);
    cluster.node(0).handle_peer_message(now, &own, message).1
}

#[test]
fn a_message_with_our_own_id_is_answered_and_changes_nothing() {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    cluster.settle();
    let cancelled = KeyState::Cancelled(CancelledState {
        key: key("1"),
        stamp: Stamp {
            wall_ms: i64::MAX / 2,
            count: 0,
            node: NodeId(1),
        },
        version: None,
        left: secs(100),
    });
    let changes = Changes {
        states: vec![cancelled],
        renewed: Vec::new(),
    };
    let messages = [
        PeerMessage::Hello,
        PeerMessage::Leave,
        PeerMessage::Changes(changes),
    ];
    for message in messages {
        assert_eq!(of_itself(&mut cluster, message), PeerReply::Noted);
    }
    assert!(cluster.has(0, "1"));
    assert!(matches!(cluster.peers(0)[0].kind, PeerKind::Heureka { .. }));
    cluster.pass(secs(6));
    cluster.assert_agreed();
}

/// What node 1 would say, whatever it was asked.
fn from_node_1(cluster: &mut Cluster, reply: PeerReply) -> PeerResult {
    let now = cluster.now(1);
    let header = header(cluster.node(1).id(), now);
    PeerResult::Ours(Box::new(header), Box::new(reply))
}

// What was sent counts as not told.
#[test]
fn changes_that_are_answered_with_something_else_are_told_again() {
    let replies = [
        PeerReply::Noted,
        PeerReply::Compared(Compared::Same),
        PeerReply::Ages(Vec::new()),
    ];
    for reply in replies {
        let mut cluster = Cluster::of(2);
        cluster.at(0).register(instance("1"));
        let call = cluster.poll_changes(0);
        let answer = from_node_1(&mut cluster, reply);
        cluster.answer(0, call.id, answer);
        cluster.pass(secs(2));
        assert!(cluster.has(1, "1"));
        cluster.assert_agreed();
    }
}

/// Answers what node 0 tells, or else what it asks, with `reply` from the first greeting on, and counts the calls that it
/// makes without any time passing.
fn calls_answered_with(reply: PeerReply, to_changes: bool) -> usize {
    const MANY: usize = 100;
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    cluster.know(0, &[]);
    cluster.know(0, &[1]);
    cluster.at(0).register(instance("2"));
    let mut calls = 0;
    while calls < MANY
        && let Some(call) = cluster.poll(0)
    {
        calls += 1;
        let is_about_changes = changes(&call.request).is_some();
        let reply = if is_about_changes == to_changes {
            reply.clone()
        } else {
            fitting(&call)
        };
        let answer = from_node_1(&mut cluster, reply);
        cluster.answer(0, call.id, answer);
    }
    calls
}

/// An answer to the question that was asked, which says that there is nothing to say.
fn fitting(call: &PeerCall) -> PeerReply {
    if changes(&call.request).is_some() {
        PeerReply::Taken(ChangesTaken::default())
    } else {
        PeerReply::Compared(Compared::Same)
    }
}

// A peer that talks nonsense is not told the same again and again without a pause.
#[test]
fn a_peer_that_answers_changes_with_something_else_is_left_alone_for_a_while() {
    assert!(calls_answered_with(PeerReply::Noted, true) < 10);
    assert!(calls_answered_with(PeerReply::Ages(Vec::new()), true) < 10);
}

// Nor asked the same.
#[test]
fn a_peer_that_answers_a_comparison_with_something_else_is_left_alone_for_a_while() {
    assert!(calls_answered_with(PeerReply::Noted, false) < 10);
    assert!(calls_answered_with(PeerReply::Ages(Vec::new()), false) < 10);
}

/// The same for answers to a comparison.
fn calls_compared_with(compared: Compared) -> usize {
    calls_answered_with(PeerReply::Compared(compared), false)
}

// MERGE 6: a difference that the other side says nothing of is looked at again with the next comparison.
#[test]
fn a_comparison_that_finds_nothing_to_exchange_ends() {
    let (states, wanted) = (Vec::new(), Vec::new());
    for compared in [
        Compared::Same,
        Compared::Keys { states, wanted },
        Compared::Slices(Vec::new()),
    ] {
        assert!(calls_compared_with(compared.clone()) < 10, "{compared:?}");
    }
}

// MERGE 6: a difference is narrowed: to applications, then keys.
#[test]
fn a_peer_that_always_answers_with_applications_is_not_asked_for_ever() {
    assert!(calls_compared_with(Compared::Applications(Vec::new())) < 10);
}

// MERGE 1*: stamps are never refused for being ahead.
#[test]
fn a_clock_at_the_end_of_time_stops_nobody() {
    for wall_ms in [i64::MAX, i64::MIN] {
        let mut cluster = Cluster::of(2);
        let now = cluster.now(0);
        let strange = PeerHeader {
            uptime: Duration::MAX,
            reading: Stamp {
                wall_ms,
                count: u32::MAX,
                node: NodeId(u64::MAX),
            },
            ..header(NodeId(5), now)
        };
        cluster
            .node(0)
            .handle_peer_message(now, &strange, PeerMessage::Hello);
        cluster.at(0).register(instance("1"));
        cluster.at(0).override_with("1", Down);
        cluster.pass(secs(6));
        assert_eq!(cluster.status(1, "1"), Some(Down));
        cluster.at(1).cancel("1");
        cluster.pass(secs(6));
        assert_eq!(cluster.ids(0), [""; 0]);
        cluster.assert_agreed();
    }
}

// MERGE 2: an age beyond all measure is an age.
#[test]
fn ages_without_end_are_taken_as_they_are() {
    let mut cluster = Cluster::of(1);
    cluster.at(0).register(instance("1"));
    let lease = LeaseState {
        age: Duration::MAX,
        ever_renewed: true,
        origin: Some(NodeId(5)),
    };
    let renewed = vec![RenewedKey {
        key: key("1"),
        version: 0,
        lease,
    }];
    let cancelled = KeyState::Cancelled(CancelledState {
        key: key("2"),
        stamp: Stamp {
            wall_ms: 0,
            count: 0,
            node: NodeId(5),
        },
        version: Some((u32::MAX, dirty(0))),
        left: Duration::MAX,
    });
    cluster.ask(
        0,
        PeerMessage::Changes(Changes {
            states: vec![cancelled],
            renewed,
        }),
    );
    cluster.pass(secs(5));
    assert_eq!(cluster.lease(0, "1").unwrap().age, secs(5));
    assert!(!cluster.has(0, "2"));
}

// MERGE 1: the generation of what was cancelled may be the last there is.
#[test]
fn a_generation_at_its_end_stops_nobody() {
    let mut cluster = Cluster::of(1);
    let cancelled = KeyState::Cancelled(CancelledState {
        key: key("1"),
        stamp: Stamp {
            wall_ms: 0,
            count: 0,
            node: NodeId(5),
        },
        version: Some((u32::MAX, dirty(5))),
        left: secs(100),
    });
    let changes = Changes {
        states: vec![cancelled],
        renewed: Vec::new(),
    };
    cluster.ask(0, PeerMessage::Changes(changes));
    cluster.at(0).register(instance("1").dirty(0));
    assert!(cluster.has(0, "1"));
}

// server.md F25: a document from the far future in a Java listing does not keep its client out.
#[test]
fn a_listing_from_the_far_future_does_not_keep_a_client_out() {
    let mut cluster = Cluster::with_java();
    let listed = instance("1")
        .dirty(3_600_000)
        .listed(before_start(10), dirty(3_600_000));
    cluster.java(1).listing = Ok(vec![listed]);
    cluster.line(0, 1, crate::harness::CUT);
    cluster.pass(secs(20));
    cluster.heal();
    cluster.pass(secs(10));
    cluster.at(0).register(instance("1").dirty(1).status(Down));
    assert_eq!(cluster.status(0, "1"), Some(Down));
    let own = cluster.node(0).instance("A", "1").unwrap();
    assert_eq!(own.document.last_dirty, dirty(1));
}
