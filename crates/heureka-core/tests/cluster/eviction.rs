//! Who goes, and who is kept because it may be alive elsewhere (MERGE 3, 7).

use heureka_core::{Failure, PeerKind, Request};
use heureka_model::PeerMessage;

use crate::harness::{CUT, Cluster, Line};
use crate::instances::{instance, secs};
use crate::messages::message;

/// `A/1` registered and renewed at this node a moment ago: its lease ends in 150 s.
fn renewed_at(hosts: usize, host: usize) -> Cluster {
    let mut cluster = Cluster::of(hosts);
    cluster.at(host).register(instance("1"));
    cluster.at(host).beat("1");
    cluster.settle();
    cluster
}

fn is_ages(message: &PeerMessage) -> bool {
    matches!(message, PeerMessage::Ages(_))
}

fn has(cluster: &mut Cluster) -> Vec<bool> {
    (0..3).map(|host| cluster.has(host, "1")).collect()
}

// MERGE 3: a crashed client is gone from every node at the end of its lease plus 5 s; no tombstone.
#[test]
fn a_crashed_client_is_gone_from_every_node_in_time() {
    let mut cluster = renewed_at(3, 1);
    cluster.pass(secs(149));
    assert_eq!(has(&mut cluster), [true; 3]);
    cluster.pass(secs(6));
    assert_eq!(has(&mut cluster), [false; 3]);
    cluster.assert_agreed();
    let mono = cluster.now(0).mono;
    assert_eq!(cluster.node(0).report(mono).tombstones, 0);
}

// MERGE 3*: the youngest age wins.
#[test]
fn an_instance_that_renews_where_this_node_can_ask_is_not_evicted() {
    let mut cluster = renewed_at(2, 1);
    cluster.line(1, 0, CUT);
    for _ in 0..20 {
        cluster.pass(secs(30));
        cluster.at(1).beat("1");
        assert!(cluster.has(0, "1"));
    }
    assert!(cluster.count(0, 1, is_ages) >= 3);
    assert!(cluster.lease(0, "1").unwrap().age <= secs(150));
}

// MERGE 3: in one message a round.
#[test]
fn all_candidates_are_asked_about_in_one_message() {
    let mut cluster = Cluster::unprotected(3);
    cluster.at(0).register_many(20);
    cluster.pass(secs(95));
    assert_eq!(cluster.ids(0), [""; 0]);
    let asked = |request: &Request| match message(request) {
        Some(PeerMessage::Ages(keys)) => Some(keys.len()),
        _ => None,
    };
    let of_node_0 = cluster.sent.iter().filter(|(from, ..)| *from == 0);
    let asked: Vec<usize> = of_node_0
        .filter_map(|(.., request)| asked(request))
        .collect();
    assert_eq!(asked, [20, 20]);
}

// MERGE 3: waiting at most 1 s.
#[test]
fn a_peer_that_does_not_answer_is_not_waited_for() {
    let mut cluster = renewed_at(3, 0);
    cluster.pass(secs(149));
    cluster.line(0, 1, Line::Hangs);
    cluster.pass(secs(2));
    assert!(cluster.has(0, "1"), "it may be younger there");
    cluster.pass(secs(2));
    assert!(!cluster.has(0, "1"));
}

/// `A/1` renewed at node 1, which then cannot be reached in this way by the two others.
fn origin_is_lost(line: Line) -> Cluster {
    let mut cluster = renewed_at(3, 1);
    for other in [0, 2] {
        cluster.line(other, 1, line);
        cluster.line(1, other, line);
    }
    cluster
}

// MERGE 7
#[test]
fn an_instance_is_kept_while_the_node_at_which_it_renews_is_silent() {
    for line in [CUT, Line::Hangs, Line::Fails(Failure::Broken)] {
        let mut cluster = origin_is_lost(line);
        cluster.pass(secs(150 + 60));
        assert!(cluster.has(0, "1") && cluster.has(2, "1"), "{line:?}");
    }
}

// MERGE 7: at most ten minutes by default.
#[test]
fn it_is_kept_for_ten_minutes_at_most() {
    let mut cluster = origin_is_lost(CUT);
    cluster.pass(secs(150 + 590));
    assert_eq!(has(&mut cluster), [true; 3]);
    cluster.pass(secs(20));
    assert_eq!(has(&mut cluster), [false; 3]);
}

// MERGE 7: what renewed there all the time is alive everywhere when the line is back.
#[test]
fn an_instance_that_lived_on_behind_a_cut_line_was_never_gone() {
    let mut cluster = origin_is_lost(CUT);
    for _ in 0..10 {
        cluster.pass(secs(30));
        cluster.at(1).beat("1");
        assert_eq!(has(&mut cluster), [true; 3]);
    }
    cluster.heal();
    cluster.pass(secs(11));
    cluster.assert_agreed();
    assert!(cluster.lease(0, "1").unwrap().age <= secs(11));
}

// MERGE 7: a refused connection is an answer.
#[test]
fn a_refused_connection_says_that_the_process_is_gone() {
    let mut cluster = renewed_at(3, 1);
    cluster.stop(1);
    cluster.pass(secs(155));
    assert!(!cluster.has(0, "1") && !cluster.has(2, "1"));
}

/// Node 1, at which `A/1` renewed, says goodbye; afterwards its address answers like this.
fn says_goodbye(then: Line) -> Cluster {
    let mut cluster = renewed_at(3, 1);
    let now = cluster.now(1);
    for (other, call) in [0, 2].into_iter().zip(cluster.node(1).farewells(now)) {
        cluster.deliver(other, &call.request);
    }
    cluster.stop(1);
    [0, 2]
        .into_iter()
        .for_each(|other| cluster.line(other, 1, then));
    cluster.pass(secs(155));
    cluster
}

// MERGE 7: a leave message is an answer.
#[test]
fn a_goodbye_says_that_the_process_is_gone() {
    let mut cluster = says_goodbye(Line::Fails(Failure::Refused));
    assert!(!cluster.has(0, "1") && !cluster.has(2, "1"));
}

// MERGE 7: the process is gone, not the line; the address of a container goes with its process.
#[test]
fn a_goodbye_counts_also_when_the_address_falls_silent_afterwards() {
    for then in [CUT, Line::Hangs] {
        let mut cluster = says_goodbye(then);
        assert!(!cluster.has(0, "1") && !cluster.has(2, "1"), "{then:?}");
    }
}

// MERGE 7: and no reachable node answers for it.
#[test]
fn a_node_that_reaches_the_origin_answers_for_it() {
    let mut cluster = renewed_at(3, 1);
    cluster.part(0, 1);
    cluster.pass(secs(155));
    assert_eq!(has(&mut cluster), [false; 3]);
}

#[test]
fn an_instance_that_renews_behind_a_cut_line_is_known_by_the_others() {
    let mut cluster = renewed_at(3, 1);
    cluster.part(0, 1);
    for _ in 0..10 {
        cluster.pass(secs(30));
        cluster.at(1).beat("1");
    }
    assert_eq!(has(&mut cluster), [true; 3]);
    assert!(cluster.lease(0, "1").unwrap().age < secs(150 + 5));
}

// MERGE 7: a run that is over has no instances: its process was started anew.
#[test]
fn a_node_that_was_started_anew_does_not_hold_what_renewed_at_its_last_run() {
    let mut cluster = renewed_at(3, 1);
    cluster.start(1, heureka_core::NodeConfig::default(), secs(0));
    cluster.know(1, &[0, 2]);
    cluster.pass(secs(20));
    cluster.part(1, 0);
    cluster.part(1, 2);
    cluster.pass(secs(135));
    assert!(!cluster.has(0, "1") && !cluster.has(2, "1"));
}

/// Whether node 0 keeps its own silent instance when so many of its peers are silent too.
fn keeps(peers: usize, silent: usize, line: Line) -> bool {
    let mut cluster = renewed_at(peers + 1, 0);
    (1..=silent).for_each(|other| {
        cluster.line(0, other, line);
        cluster.line(other, 0, line);
    });
    cluster.pass(secs(155));
    cluster.has(0, "1")
}

// MERGE 7*: a node that reaches fewer than half of its peers keeps every instance.
#[test]
fn a_node_that_reaches_fewer_than_half_of_its_peers_keeps_every_instance() {
    for (peers, silent, is_kept) in [
        (1, 1, true),
        (2, 1, false),
        (2, 2, true),
        (3, 1, false),
        (3, 2, true),
        (4, 2, false),
        (4, 3, true),
    ] {
        assert_eq!(keeps(peers, silent, CUT), is_kept, "{silent} of {peers}");
    }
    assert!(!keeps(2, 2, Line::Fails(Failure::Refused)));
}

// MERGE 7*: two names of one node are one peer, and this node itself is none.
#[test]
fn its_own_name_does_not_count_among_the_peers_that_a_node_reaches() {
    let mut cluster = renewed_at(4, 0);
    cluster.know(0, &[0, 1, 2, 3]);
    cluster.settle();
    assert_eq!(cluster.peers(0)[3].kind, PeerKind::Own);
    [1, 2].into_iter().for_each(|other| cluster.part(0, other));
    cluster.pass(secs(155));
    assert!(cluster.has(0, "1"));
}

/// Two nodes that were told of `A/1` by a Java server, host 2, which then cannot be reached in this way.
fn java_is_lost(line: Line) -> Cluster {
    let mut cluster = Cluster::of(2);
    let java = cluster.add_java();
    for host in [0, 1] {
        cluster.know(host, &[1 - host, java]);
    }
    cluster.settle();
    for host in [0, 1] {
        cluster.at(host).by_java(java).register(instance("1"));
        cluster.line(host, java, line);
    }
    cluster.pass(secs(95));
    cluster
}

// MERGE 7: for Java peers, the peer whose URL has the sender's address.
#[test]
fn an_instance_of_a_java_peer_is_kept_while_that_is_silent() {
    let mut cluster = java_is_lost(CUT);
    assert!(cluster.has(0, "1") && cluster.has(1, "1"));
    let mut cluster = java_is_lost(Line::Fails(Failure::Refused));
    assert!(!cluster.has(0, "1") && !cluster.has(1, "1"));
}

// MERGE 3: an evicted key comes back only by a younger renewal or registration.
#[test]
fn who_was_evicted_comes_back_by_a_sign_of_life() {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    cluster.pass(secs(95));
    assert_eq!(cluster.ids(0), [""; 0]);
    cluster.at(1).register(instance("1"));
    cluster.pass(secs(6));
    assert!(cluster.has(0, "1"));
    cluster.assert_agreed();
}
