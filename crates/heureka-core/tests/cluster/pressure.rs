//! Peers that fail, and what waits for them (MERGE 6, server.md N40).

use std::time::Duration;

use heureka_core::{Failure, PeerKind, PeerResult};
use heureka_model::InstanceStatus::Down;

use crate::harness::{CUT, Cluster, Line};
use crate::instances::{instance, millis, secs};
use crate::messages::status;

/// Two nodes, of which the other cannot call, and a first call with changes that failed.
fn after_failure(failure: Failure) -> Cluster {
    let mut cluster = Cluster::of(2);
    cluster.line(1, 0, CUT);
    cluster.at(0).register(instance("1"));
    let call = cluster.poll_changes(0);
    cluster.answer(0, call.id, PeerResult::Failed(failure));
    cluster.settle();
    cluster
}

/// The peer is left alone for at least `least`, and is told after `most`.
#[track_caller]
fn is_told_between(failure: Failure, least: Duration, most: Duration) {
    let mut cluster = after_failure(failure);
    cluster.pass(least);
    assert!(!cluster.has(1, "1"), "{failure:?} after {least:?}");
    cluster.pass(most - least);
    assert!(cluster.has(1, "1"), "{failure:?} after {most:?}");
}

// server.md N40
#[test]
fn a_peer_with_too_much_to_do_is_left_alone_for_a_while() {
    for code in [503, 429, 500] {
        is_told_between(status(code), millis(499), millis(1010));
    }
    is_told_between(Failure::Unreadable, millis(499), millis(1010));
    let asked = Failure::Status {
        code: 503,
        retry_after: Some(secs(20)),
    };
    is_told_between(asked, secs(19), millis(20_010));
}

// server.md N40: a time-out is congestion, and a peer that does not answer is greeted before it is told anything.
#[test]
fn a_peer_that_does_not_answer_is_greeted_before_it_is_told() {
    is_told_between(Failure::ReadTimeout, millis(499), millis(5010));
    for failure in [Failure::Refused, Failure::Broken, Failure::Unreachable] {
        is_told_between(failure, millis(49), millis(5010));
    }
}

// MERGE 6
#[test]
fn a_peer_that_fails_again_and_again_is_asked_no_more_than_every_other_second() {
    let mut cluster = Cluster::of(2);
    for line in [Line::Fails(status(503)), Line::Fails(Failure::Refused), CUT] {
        cluster.line(0, 1, line);
        cluster.at(0).register(instance("1"));
        cluster.pass(secs(30));
        cluster.sent.clear();
        cluster.pass(secs(100));
        let calls = cluster.sent.iter().filter(|(from, ..)| *from == 0).count();
        assert!((15..=50 * 2).contains(&calls), "{line:?}: {calls}");
    }
}

/// While every call of node 0 fails in this way it is written to; afterwards everything is there.
#[track_caller]
fn nothing_is_lost(failure: Failure) {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    cluster.at(0).register(instance("2"));
    cluster.settle();
    cluster.line(0, 1, Line::Fails(failure));
    cluster.line(1, 0, CUT);
    cluster
        .at(0)
        .register(instance("3").metadata("color", "red"));
    cluster.at(0).override_with("1", Down);
    cluster.at(0).cancel("2");
    cluster.pass(secs(40));
    assert!(cluster.peers(0)[0].is_behind, "{failure:?}");
    assert_eq!(cluster.ids(1), ["1", "2"], "{failure:?}");
    cluster.lines.remove(&(0, 1));
    cluster.pass(secs(31));
    cluster.assert_agreed();
    assert!(!cluster.peers(0)[0].is_behind, "{failure:?}");
}

// MERGE 6: nothing acknowledged is ever given up.
#[test]
fn a_peer_that_answers_with_errors_or_was_away_gets_everything_afterwards() {
    for code in [500, 503, 429, 401, 403, 404, 400, 413, 302] {
        nothing_is_lost(status(code));
    }
    for failure in [
        Failure::Refused,
        Failure::Unreachable,
        Failure::ReadTimeout,
        Failure::Broken,
        Failure::Unreadable,
    ] {
        nothing_is_lost(failure);
    }
}

// MERGE 6, DESIGN: a peer that refuses our credentials is shown as that.
#[test]
fn a_peer_that_refuses_our_credentials_is_known_for_it_until_it_takes_them() {
    let mut cluster = Cluster::of(2);
    cluster.line(0, 1, Line::Fails(status(401)));
    cluster.pass(secs(10));
    assert_eq!(cluster.peers(0)[0].kind, PeerKind::Denied);
    cluster.heal();
    cluster.pass(secs(31));
    assert!(matches!(cluster.peers(0)[0].kind, PeerKind::Heureka { .. }));
}

// MERGE 6: the queue is never longer than the registry.
#[test]
fn a_queue_never_holds_more_than_there_is() {
    let mut cluster = Cluster::of(2);
    cluster.part(0, 1);
    cluster.pass(secs(10));
    for round in 0..100 {
        cluster.at(0).register_many(5);
        cluster.at(0).beat(&(round % 5).to_string());
        cluster.at(0).override_with("1", Down);
        cluster.at(0).cancel("2");
    }
    assert_eq!(cluster.peers(0)[0].queued, 5);
}

// MERGE 6: what nobody knows any more leaves the queue.
#[test]
fn a_queue_forgets_what_was_cancelled_long_ago() {
    let mut cluster = Cluster::of(2);
    cluster.part(0, 1);
    cluster.at(0).register_many(5);
    (0..5).for_each(|n| _ = cluster.at(0).cancel(&n.to_string()));
    assert_eq!(cluster.peers(0)[0].queued, 5);
    cluster.pass(secs(3605));
    assert_eq!(cluster.peers(0)[0].queued, 0);
}

// A node that ends waits for what can be told now, and for nothing else.
#[test]
fn nothing_waits_for_a_peer_that_may_not_be_called_now() {
    for failure in [status(503), status(401), status(500)] {
        let cluster = &mut after_failure(failure);
        assert_eq!(cluster.poll(0), None);
        let mono = cluster.now(0).mono;
        let waits = cluster.node(0).waiting_call_at();
        assert!(waits.is_none_or(|at| at > mono), "{failure:?}");
    }
}
