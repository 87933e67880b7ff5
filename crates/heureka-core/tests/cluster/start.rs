//! How a node starts among others (MERGE 8).

use heureka_core::{ClusterEvent, Event, Node, NodeConfig, Opening, RenewOutcome, StartReport};
use heureka_model::InstanceStatus::{Down, OutOfService, Up};

use crate::harness::{CUT, Cluster};
use crate::instances::{instance, millis, secs};
use crate::java::before_start;
use crate::messages::{key, status};

/// A node that starts with the default hold, and knows these hosts.
fn starts(cluster: &mut Cluster, others: &[usize]) -> usize {
    let host = cluster.add_node(NodeConfig::default(), secs(35));
    cluster.know(host, others);
    host
}

/// Why a node opened.
fn opening(cluster: &mut Cluster, host: usize) -> Option<Opening> {
    cluster
        .events(host)
        .into_iter()
        .find_map(|event| match event {
            Event::Cluster(ClusterEvent::Opened(opening)) => Some(opening),
            Event::Cluster(_)
            | Event::Evicted(_)
            | Event::ProtectionChanged(_)
            | Event::EvictionPostponed { .. } => None,
        })
}

// MERGE 8: a node without peers opens at once.
#[test]
fn a_node_alone_is_open() {
    let cluster = Cluster::of(1);
    assert!(Node::new(NodeConfig::default(), 1, cluster.now(0)).is_open());
}

// MERGE 8
#[test]
fn a_node_is_closed_until_it_has_taken_over() {
    let mut cluster = Cluster::of(1);
    cluster.at(0).register_many(3);
    cluster.at(0).override_with("1", OutOfService);
    cluster.at(0).cancel("2");
    let started = starts(&mut cluster, &[0]);
    assert!(!cluster.node(started).is_open());
    cluster.settle();
    assert!(cluster.node(started).is_open());
    cluster.assert_agreed();
    let from = cluster.peers(started)[0].id;
    assert_eq!(
        opening(&mut cluster, started),
        Some(Opening::TakenOver { from, instances: 2 })
    );
}

// MERGE 8: or `--start-hold` has passed. Whatever happens, they open then.
#[test]
fn a_node_that_finds_nobody_opens_when_the_hold_has_passed() {
    let mut cluster = Cluster::of(1);
    let started = starts(&mut cluster, &[0]);
    cluster.line(started, 0, CUT);
    cluster.pass(millis(34_900));
    assert!(!cluster.node(started).is_open());
    cluster.pass(millis(200));
    assert!(cluster.node(started).is_open());
    assert_eq!(opening(&mut cluster, started), Some(Opening::HoldPassed));
}

// MERGE 8: an open peer.
#[test]
fn nodes_that_start_together_take_nothing_over_from_each_other() {
    let mut cluster = Cluster::of(0);
    let (one, other) = (starts(&mut cluster, &[]), starts(&mut cluster, &[]));
    cluster.know(one, &[other]);
    cluster.know(other, &[one]);
    cluster.at(one).register(instance("1"));
    cluster.pass(secs(34));
    assert!(!cluster.node(one).is_open() && !cluster.node(other).is_open());
    cluster.pass(secs(2));
    assert_eq!(opening(&mut cluster, one), Some(Opening::HoldPassed));
    assert!(cluster.node(other).is_open() && cluster.has(other, "1"));
}

// MERGE 8: writes, heartbeats, single reads are answered from the first moment.
#[test]
fn what_is_written_while_a_node_is_closed_is_not_lost() {
    let mut cluster = Cluster::of(1);
    cluster.at(0).register(instance("1"));
    let started = starts(&mut cluster, &[0]);
    cluster.at(started).register(instance("2"));
    assert_eq!(cluster.at(started).beat("2"), RenewOutcome::Renewed);
    assert!(cluster.has(started, "2"));
    cluster.settle();
    assert_eq!(cluster.ids(0), ["1", "2"]);
    cluster.assert_agreed();
}

// MERGE 8
#[test]
fn a_node_says_how_far_its_start_has_come() {
    let mut cluster = Cluster::of(1);
    let started = starts(&mut cluster, &[0]);
    cluster.line(started, 0, CUT);
    cluster.pass(secs(10));
    let mono = cluster.now(started).mono;
    let report = cluster.node(started).start_report(mono);
    assert_eq!(report, StartReport::Waiting { left: secs(25) });
}

/// Three nodes of which the second has gone silent for the others, with an instance that renewed there and is kept.
fn with_kept_instance() -> Cluster {
    let mut cluster = Cluster::of(3);
    cluster.at(1).register(instance("1"));
    cluster.settle();
    cluster.part(1, 0);
    cluster.part(1, 2);
    cluster.pass(secs(120));
    assert!(cluster.has(0, "1") && cluster.has(2, "1"));
    cluster
}

// MERGE 8*: kept instances as kept.
#[test]
fn kept_instances_are_taken_over_as_kept() {
    let mut cluster = with_kept_instance();
    cluster.start(2, NodeConfig::default(), secs(35));
    cluster.know(2, &[0]);
    cluster.settle();
    assert!(cluster.node(2).is_open() && cluster.has(2, "1"));
    assert_eq!(cluster.lease(2, "1").unwrap().age, secs(120));
}

// MERGE 7, 8*: the node at which it renews has never been heard of here, so nobody can say that it is over.
#[test]
fn what_was_taken_over_as_kept_is_kept() {
    let mut cluster = with_kept_instance();
    cluster.start(2, NodeConfig::default(), secs(35));
    cluster.know(2, &[0, 1]);
    cluster.pass(secs(30));
    assert!(
        cluster.has(0, "1"),
        "the one that was not restarted keeps it"
    );
    assert!(cluster.has(2, "1"));
    cluster.pass(secs(1));
    let mono = cluster.now(2).mono;
    assert_eq!(cluster.node(2).report(mono).kept, [key("1")]);
}

/// A node that starts with a Java peer, host 0.
fn starts_with_java() -> (Cluster, usize) {
    let mut cluster = Cluster::of(0);
    let java = cluster.add_java();
    let started = starts(&mut cluster, &[java]);
    (cluster, started)
}

// MERGE 8: overrides and non-UP instances included.
#[test]
fn a_registry_is_taken_over_from_a_java_peer() {
    let (mut cluster, started) = starts_with_java();
    let renewed = before_start(20);
    cluster.java(0).listing = Ok(vec![
        instance("1").listed(before_start(100), renewed),
        instance("2")
            .status(Down)
            .listed(before_start(100), renewed),
        instance("3")
            .status(OutOfService)
            .brings(OutOfService)
            .listed(before_start(100), renewed),
    ]);
    cluster.settle();
    assert!(cluster.node(started).is_open());
    let shown = ["1", "2", "3"].map(|id| cluster.status(started, id));
    assert_eq!(shown, [Some(Up), Some(Down), Some(OutOfService)]);
    assert_eq!(cluster.lease(started, "1").unwrap().age, secs(20));
}

// MERGE 8: an empty listing proves nothing and is asked for again.
#[test]
fn an_empty_java_listing_is_asked_for_again() {
    let (mut cluster, started) = starts_with_java();
    cluster.pass(secs(12));
    assert!(!cluster.node(started).is_open());
    assert!(cluster.java(0).listed >= 2);
    cluster.java(0).listing = Ok(vec![instance("1").listed(before_start(9), before_start(9))]);
    cluster.pass(secs(6));
    assert!(cluster.node(started).is_open() && cluster.has(started, "1"));
}

#[test]
fn a_java_peer_that_lists_nothing_for_ever_does_not_keep_a_node_closed() {
    let (mut cluster, started) = starts_with_java();
    cluster.pass(secs(36));
    assert_eq!(opening(&mut cluster, started), Some(Opening::HoldPassed));
    let asked = cluster.java(0).listed;
    cluster.pass(secs(60));
    assert!(cluster.java(0).listed <= asked + 1);
}

// A Java server that starts itself answers 403.
#[test]
fn a_java_peer_that_does_not_list_yet_is_asked_again() {
    for code in [403, 503, 500] {
        let (mut cluster, started) = starts_with_java();
        cluster.java(0).listing = Err(status(code));
        cluster.pass(secs(8));
        cluster.java(0).listing = Ok(vec![instance("1").listed(before_start(9), before_start(9))]);
        cluster.pass(secs(20));
        assert!(
            cluster.node(started).is_open() && cluster.has(started, "1"),
            "{code}"
        );
    }
}

// MERGE 2: where the age cannot be told, the lease counts as never renewed and registered now, once.
#[test]
fn a_listed_instance_without_times_counts_as_registered_now() {
    let (mut cluster, started) = starts_with_java();
    let mut listed = instance("1").listed(before_start(500), before_start(500));
    listed.lease = heureka_model::LeaseTimes::default();
    cluster.java(0).listing = Ok(vec![listed]);
    cluster.settle();
    let lease = cluster.lease(started, "1").unwrap();
    assert_eq!((lease.age, lease.ever_renewed), (secs(0), false));
}

// MERGE 8: ages and stamps are worth waiting for.
#[test]
fn a_node_of_ours_is_taken_over_from_rather_than_a_java_server() {
    let mut cluster = Cluster::of(1);
    let java = cluster.add_java();
    cluster.at(0).register_many(3);
    cluster.java(java).listing = Ok(vec![instance("1").listed(before_start(9), before_start(9))]);
    let started = starts(&mut cluster, &[java, 0]);
    let greetings = [
        cluster.poll(started).unwrap(),
        cluster.poll(started).unwrap(),
    ];
    for (host, greeting) in [java, 0].into_iter().zip(greetings) {
        let answer = cluster.deliver(host, &greeting.request);
        cluster.answer(started, greeting.id, answer);
    }
    cluster.settle();
    assert_eq!(cluster.java(java).listed, 1);
    let from = cluster.peers(started)[1].id;
    assert_eq!(
        opening(&mut cluster, started),
        Some(Opening::TakenOver { from, instances: 3 })
    );
}
