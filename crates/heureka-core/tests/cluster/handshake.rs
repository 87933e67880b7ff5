//! Who the others are: the handshake gives a node's id (MERGE 6), and the list may name anybody.

use heureka_core::{NodeConfig, PeerKind, PeerTarget};
use heureka_model::{NodeId, PeerMessage};

use crate::harness::{CUT, Cluster, target};
use crate::instances::{instance, secs};

fn is_hello(message: &PeerMessage) -> bool {
    *message == PeerMessage::Hello
}

fn kinds(cluster: &mut Cluster, host: usize) -> Vec<PeerKind> {
    cluster
        .peers(host)
        .into_iter()
        .map(|peer| peer.kind)
        .collect()
}

// server.md N12
#[test]
fn a_node_that_finds_itself_in_its_list_greets_itself_now_and_then_and_no_more() {
    let mut cluster = Cluster::of(2);
    cluster.know(0, &[0, 1]);
    cluster.settle();
    assert_eq!(cluster.peers(0)[1].kind, PeerKind::Own);
    cluster.at(0).register(instance("1"));
    cluster.pass(secs(59));
    assert_eq!(cluster.peers(0)[1].queued, 0);
    let calls = cluster
        .sent
        .iter()
        .filter(|(from, to, _)| (*from, *to) == (0, 0))
        .count();
    assert_eq!(calls, cluster.count(0, 0, is_hello));
    assert!(calls <= 3, "{calls}");
}

// MERGE 8: its list holds nobody else, so there is nobody to wait for.
#[test]
fn a_node_that_has_only_itself_for_a_peer_opens_when_it_knows() {
    let mut cluster = Cluster::of(0);
    let node = cluster.add_node(NodeConfig::default(), secs(35));
    cluster.know(node, &[node]);
    assert!(!cluster.node(node).is_open());
    cluster.settle();
    assert!(cluster.node(node).is_open());
}

// server.md N12
#[test]
fn a_peer_that_was_taken_for_this_node_is_a_peer_when_it_says_so() {
    let mut cluster = Cluster::of(2);
    let taken_for_own = PeerTarget {
        is_presumed_own: true,
        ..target("also-1", 1)
    };
    cluster.names.insert(taken_for_own.url.authority(), 1);
    cluster.list(0, vec![taken_for_own]);
    cluster.settle();
    cluster.at(0).register(instance("1"));
    cluster.settle();
    cluster.assert_agreed();
}

/// Node 0 knows node 1 by two names.
fn with_two_names() -> Cluster {
    let mut cluster = Cluster::of(2);
    let also = target("also-1", 1);
    cluster.names.insert(also.url.authority(), 1);
    cluster.list(0, vec![target("host-1", 1), also]);
    cluster.settle();
    cluster
}

// MERGE 6
#[test]
fn two_names_of_one_node_are_one_node() {
    let mut cluster = with_two_names();
    let first = cluster.peers(0)[0].id;
    assert_eq!(kinds(&mut cluster, 0)[1], PeerKind::SameAs(first));
    cluster.at(0).register(instance("1"));
    cluster.pass(secs(20));
    assert_eq!(cluster.told(0, 1), [["1"]]);
    assert_eq!(cluster.peers(0)[1].queued, 0);
}

// MERGE 6: nothing acknowledged is ever given up. The first name may be that of an address that is gone.
#[test]
fn a_node_whose_first_name_leads_nowhere_is_reached_by_its_second() {
    let mut cluster = with_two_names();
    cluster.names.remove(&target("host-1", 1).url.authority());
    cluster.line(1, 0, CUT);
    cluster.at(0).register(instance("1"));
    cluster.pass(secs(60));
    assert!(cluster.has(1, "1"));
}

// MERGE 6
#[test]
fn a_peer_that_is_taken_off_the_list_and_put_on_it_again_gets_what_it_missed() {
    let mut cluster = Cluster::of(2);
    cluster.know(0, &[]);
    cluster.know(1, &[]);
    cluster.at(0).register(instance("1"));
    cluster.pass(secs(10));
    assert!(!cluster.has(1, "1"));
    cluster.know(0, &[1]);
    cluster.settle();
    cluster.assert_agreed();
}

#[test]
fn an_answer_of_a_peer_that_is_no_longer_in_the_list_means_nothing() {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    let call = cluster.poll_changes(0);
    cluster.know(0, &[]);
    let answer = cluster.deliver(1, &call.request);
    cluster.answer(0, call.id, answer);
    assert!(cluster.peers(0).is_empty());
    cluster.know(0, &[1]);
    cluster.settle();
    cluster.assert_agreed();
}

// DESIGN: names that lead nowhere for a while, and come back.
#[test]
fn a_list_may_be_empty_for_a_while() {
    let mut cluster = Cluster::of(3);
    (0..3).for_each(|host| cluster.know(host, &[]));
    for host in 0..3 {
        cluster.at(host).register(instance(&host.to_string()));
        cluster.pass(secs(5));
        assert!(cluster.node(host).is_open());
    }
    cluster.know(0, &[1, 2]);
    cluster.know(1, &[0, 2]);
    cluster.know(2, &[0, 1]);
    cluster.pass(secs(5));
    assert_eq!(cluster.ids(0), ["0", "1", "2"]);
    cluster.assert_agreed();
}

#[test]
fn a_list_that_is_given_again_changes_nothing() {
    let mut cluster = Cluster::of(2);
    let before = cluster.peers(0);
    cluster.at(0).register(instance("1"));
    cluster.know(0, &[1]);
    assert_eq!(cluster.peers(0)[0].id, before[0].id);
    assert_eq!(cluster.peers(0)[0].queued, 1);
}

// MERGE 6: each start has an id of its own.
#[test]
fn a_peer_that_was_started_anew_is_told_everything_at_once() {
    let mut cluster = Cluster::of(2);
    cluster.at(0).register(instance("1"));
    cluster.settle();
    cluster.start(1, NodeConfig::default(), secs(0));
    cluster.know(1, &[0]);
    cluster.settle();
    cluster.assert_agreed();
}

// What is written here is not there at once: an operator should know.
#[test]
fn who_is_reached_only_by_others_is_named() {
    let mut cluster = Cluster::of(3);
    cluster.know(0, &[1]);
    cluster.pass(secs(10));
    let stranger: NodeId = cluster.node(2).id();
    assert_eq!(cluster.node(0).not_meshed(), [stranger]);
    assert_eq!(cluster.node(1).not_meshed(), []);
}

// MERGE 6: repair needs no mesh.
#[test]
fn what_is_written_at_one_end_of_a_line_comes_to_the_other() {
    let mut cluster = Cluster::of(3);
    cluster.know(0, &[1]);
    cluster.know(2, &[1]);
    cluster.at(0).register(instance("1"));
    cluster.settle();
    cluster.lines.clear();
    cluster.pass(secs(12));
    cluster.assert_agreed();
}
