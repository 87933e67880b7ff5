//! Merging is a join: order and repetition do not matter (MERGE 1, I13).

use heureka_model::InstanceStatus::{Down, OutOfService, Unknown, Up};
use heureka_model::{
    AppName, Changes, Compared, Comparison, KeyState, PeerMessage, PeerReply, Slice,
};
use proptest::prelude::*;
use proptest::sample::select;

use crate::harness::Cluster;
use crate::instances::{APP, At, instance, secs};

/// A write of one of two instances.
#[derive(Clone, Copy, Debug)]
enum Write {
    Register(i64),
    Beat,
    Override,
    Remove,
    RemoveToUnknown,
    Edit,
    Cancel,
}

const WRITES: [Write; 9] = [
    Write::Register(0),
    Write::Register(1),
    Write::Register(2),
    Write::Beat,
    Write::Override,
    Write::Remove,
    Write::RemoveToUnknown,
    Write::Edit,
    Write::Cancel,
];

/// All of them but the last.
const WITHOUT_CANCEL: &[Write] = WRITES.split_at(8).0;

fn apply(write: Write, node: At<'_>, id: &str, round: usize) {
    match write {
        Write::Register(last_dirty) => {
            let status = if round.is_multiple_of(3) { Down } else { Up };
            node.register(instance(id).dirty(last_dirty).status(status));
        }
        Write::Beat => _ = node.beat(id),
        Write::Override => _ = node.override_with(id, OutOfService),
        Write::Remove => _ = node.remove_override(id, Up),
        Write::RemoveToUnknown => _ = node.remove_override(id, Unknown),
        Write::Edit => _ = node.set_metadata(id, "round", &round.to_string()),
        Write::Cancel => _ = node.cancel(id),
    }
}

const IDS: [&str; 2] = ["1", "2"];

/// A node, an instance, and what is done to it there.
type Writes = Vec<(usize, usize, Write)>;

fn writes(of: &'static [Write]) -> impl Strategy<Value = Writes> {
    prop::collection::vec((0..3_usize, 0..2_usize, select(of)), 1..16)
}

/// All that a node holds.
fn states(cluster: &mut Cluster, host: usize) -> Vec<KeyState> {
    let held = vec![(Slice::whole(AppName::new(APP)), Vec::new())];
    let everything = Comparison::Keys {
        held,
        with_kept: true,
    };
    match cluster.ask(host, PeerMessage::Compare(everything)) {
        PeerReply::Compared(Compared::Keys { states, .. }) => states,
        other @ (PeerReply::Noted
        | PeerReply::Taken(_)
        | PeerReply::Compared(_)
        | PeerReply::Ages(_)) => panic!("{other:?}"),
    }
}

/// Everything that three nodes, which hear nothing of each other, ever held.
fn ever_held(writes: &Writes) -> Vec<KeyState> {
    let mut cluster = alone();
    let mut held = Vec::new();
    for (round, (host, id, write)) in writes.iter().enumerate() {
        cluster.pass(secs(1));
        apply(*write, cluster.at(*host), IDS[*id], round);
        held.extend(states(&mut cluster, *host));
    }
    held
}

/// Three nodes that do not know each other.
fn alone() -> Cluster {
    let mut cluster = Cluster::of(3);
    (0..3).for_each(|host| cluster.know(host, &[]));
    cluster
}

/// Three nodes that were told of these states, each in an order of its own and some of them twice.
fn told(held: &[KeyState], orders: &[Vec<u32>]) -> Cluster {
    let mut cluster = alone();
    for (host, order) in orders.iter().enumerate() {
        let rank = |index: usize| order[index % order.len()];
        let mut indices: Vec<usize> = (0..held.len()).collect();
        indices.sort_by_key(|index| (rank(*index), *index));
        let repeated = indices
            .clone()
            .into_iter()
            .filter(|index| rank(*index) % 2 == 0);
        let repeated: Vec<usize> = repeated.rev().collect();
        for index in repeated.into_iter().chain(indices) {
            let states = vec![held[index].clone()];
            let changes = Changes {
                states,
                renewed: Vec::new(),
            };
            cluster.ask(host, PeerMessage::Changes(changes));
        }
    }
    cluster
}

fn orders() -> impl Strategy<Value = Vec<Vec<u32>>> {
    prop::collection::vec(prop::collection::vec(any::<u32>(), 32), 3)
}

/// Two nodes that hear of the last three of these writes of `A/1`, each made at a node that knows nothing of the others',
/// in these orders, and then compare what they hold.
fn agree_that_heard(writes: &[(usize, Write)], orders: [[usize; 3]; 2]) {
    let mut cluster = alone();
    let mut held = Vec::new();
    for (host, write) in writes {
        cluster.pass(secs(1));
        apply(*write, cluster.at(*host), "1", 1);
        held.push(states(&mut cluster, *host).remove(0));
    }
    let last_three = &held[held.len() - 3..];
    let mut hearing = alone();
    for (host, order) in orders.into_iter().enumerate() {
        for index in order {
            let states = vec![last_three[index].clone()];
            let renewed = Vec::new();
            hearing.ask(host, PeerMessage::Changes(Changes { states, renewed }));
        }
    }
    hearing.know(0, &[1]);
    hearing.know(1, &[0]);
    hearing.pass(secs(11));
    assert_eq!(hearing.seen(0), hearing.seen(1));
    assert_eq!(
        hearing.node(0).strong_digest(),
        hearing.node(1).strong_digest()
    );
}

// MERGE 1, I13: the document that was cancelled, the cancel, and an older version from where the cancel was not known. A
// tombstone does not hold the document that it ended, so who heard of it first learns by comparing that it is newer.
#[test]
fn a_cancel_may_be_heard_before_or_after_the_older_version_that_follows_it() {
    let writes = [
        (0, Write::Register(1)),
        (0, Write::Cancel),
        (1, Write::Register(0)),
    ];
    agree_that_heard(&writes, [[0, 1, 2], [0, 2, 1]]);
}

// MERGE 1, I13: an override that is newer than the cancel, from where that was not known.
#[test]
fn a_cancel_may_be_heard_before_or_after_the_override_that_follows_it() {
    let writes = [
        (0, Write::Register(0)),
        (1, Write::Register(0)),
        (1, Write::Cancel),
        (0, Write::Override),
        (2, Write::Register(0)),
    ];
    agree_that_heard(&writes, [[1, 0, 2], [1, 2, 0]]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    // MERGE 1, I13; what a cancel takes out is a matter of its own, see above.
    #[test]
    fn the_order_and_repetition_of_states_do_not_matter(
        writes in writes(WITHOUT_CANCEL),
        orders in orders(),
    ) {
        told(&ever_held(&writes), &orders).assert_agreed();
    }

    // MERGE 6, I13: and what was heard in different orders is the same after one comparison with each.
    #[test]
    fn nodes_that_heard_the_same_in_different_orders_agree_once_they_have_compared(
        writes in writes(&WRITES),
        orders in orders(),
    ) {
        let mut cluster = told(&ever_held(&writes), &orders);
        (0..3).for_each(|host| {
            let others: Vec<usize> = (0..3).filter(|other| *other != host).collect();
            cluster.know(host, &others);
        });
        cluster.pass(secs(11));
        cluster.assert_agreed();
    }

    // MERGE 6: whatever lines were cut while it was written.
    #[test]
    fn nodes_agree_ten_seconds_after_the_last_line_is_mended(
        steps in prop::collection::vec((0..3_usize, 0..2_usize, select(&WRITES[..]), 0..9_usize), 1..24),
    ) {
        let mut cluster = Cluster::of(3);
        for (round, (host, id, write, line)) in steps.into_iter().enumerate() {
            match (line / 3, line % 3) {
                (from, to) if from == to => cluster.heal(),
                (from, to) => cluster.line(from, to, crate::harness::CUT),
            }
            apply(write, cluster.at(host), IDS[id], round);
            cluster.pass(secs(1));
        }
        cluster.heal();
        cluster.pass(secs(11));
        cluster.assert_agreed();
        prop_assert!((0..3).all(|host| cluster.peers(host).iter().all(|peer| peer.queued == 0)));
    }
}
