//! What nodes know of their rows and children, after edits that look at few of these.

use heureka_model::{
    AppName, DataCenter, DataCenterDraft, InstanceDraft, InstanceKey, InstanceStatus, Metadata,
    UnixMillis,
};
use heureka_wire::Packer;
use proptest::prelude::*;

use super::node::BranchParts;
use super::segments::Segments;
use super::*;
use crate::answer::Header;
use crate::shape::Shape;

/// A leaf has about six of them.
const FILLING_BYTES: usize = 2_700;
/// How many instances there may be: four branches full, or fewer.
const INSTANCES: u32 = 720;
/// The first of them are of one application each hundred, the others of one each three.
const OF_LARGE_APPS: u32 = 400;

fn key(number: u32) -> InstanceKey {
    let app = match number.checked_sub(OF_LARGE_APPS) {
        None => number / 100,
        Some(beyond) => 100 + beyond / 3,
    };
    InstanceKey::new(&format!("APP{app:03}"), &format!("host-{number:03}"))
}

fn row(number: u32, status: InstanceStatus) -> Row {
    let InstanceKey { app, id } = key(number);
    let draft = InstanceDraft {
        instance_id: Some(id.as_str().into()),
        host_name: Some("host".into()),
        data_center: Some(DataCenterDraft::Known(DataCenter::MyOwn)),
        metadata: [("filling", "x".repeat(FILLING_BYTES))]
            .into_iter()
            .collect::<Metadata>(),
        status,
        ..InstanceDraft::new(AppName::new(app.as_str()))
    };
    Row::new(draft.into_listed(UnixMillis(1)).unwrap())
}

/// What one round does.
#[derive(Clone, Debug)]
enum Round {
    /// Puts a row, or takes it out.
    One(u32, Option<InstanceStatus>),
    /// Takes neighbours out: all of a leaf, or of a branch.
    TakeOut(u32, u32),
    /// The same one by one, so that leaves are never merged anew.
    TakeOutSlowly(u32, u32),
    /// Takes out all that one child of the root has, and nothing beside it.
    TakeOutChild(usize),
}

fn round() -> impl Strategy<Value = Round> {
    let status = prop_oneof![Just(InstanceStatus::Up), Just(InstanceStatus::Down)];
    let status = proptest::option::weighted(0.6, status);
    let number = 0..INSTANCES;
    prop_oneof![
        8 => (number.clone(), status).prop_map(|(number, status)| Round::One(number, status)),
        1 => (number.clone(), 1..INSTANCES / 2).prop_map(|(from, count)| Round::TakeOut(from, count)),
        1 => (0..4_usize).prop_map(Round::TakeOutChild),
        1 => (number, 1..30_u32).prop_map(|(from, count)| Round::TakeOutSlowly(from, count)),
    ]
}

fn apply(listing: Listing, round: &Round) -> Listing {
    let out = |from: u32, count: u32| {
        let numbers = from..INSTANCES.min(from + count);
        numbers.map(|number| Edit::TakeOut(key(number)))
    };
    match *round {
        Round::One(number, Some(status)) => listing.edited(vec![Edit::Put(row(number, status))]),
        Round::One(number, None) => listing.edited(vec![Edit::TakeOut(key(number))]),
        Round::TakeOut(from, count) => listing.edited(out(from, count).collect()),
        Round::TakeOutChild(at) => {
            let child = listing.root().and_then(|root| root.children().get(at));
            let rows = child.map_or_else(Vec::new, |child| rows_of(child));
            let out = rows.iter().map(|row| Edit::TakeOut(row.key()));
            let out = out.collect();
            listing.edited(out)
        }
        Round::TakeOutSlowly(from, count) => {
            out(from, count).fold(listing, |listing, edit| listing.edited(vec![edit]))
        }
    }
}

fn rows_of(node: &Node) -> Vec<Row> {
    match node {
        Node::Leaf(leaf) => leaf.rows.to_vec(),
        Node::Branch(branch) => {
            let children = branch.parts.children.iter();
            children.flat_map(|child| rows_of(child)).collect()
        }
    }
}

/// Checks a node whose first row is behind `before`, and gives its last row.
fn check(node: &Node, before: Option<&Row>) -> Option<Row> {
    match node {
        Node::Leaf(leaf) => check_leaf(leaf, before),
        Node::Branch(branch) => {
            let anew = BranchParts::new(branch.parts.children.to_vec());
            assert_eq!(anew.first_keys, branch.parts.first_keys);
            assert_eq!(anew.totals, branch.parts.totals);
            let children = branch.parts.children.iter();
            children.fold(before.cloned(), |before, child| {
                check(child, before.as_ref())
            })
        }
    }
}

fn check_leaf(leaf: &Leaf, before: Option<&Row>) -> Option<Row> {
    assert_eq!(Segments::of(&leaf.rows), leaf.segments);
    assert_eq!(Totals::of(leaf.rows.iter()), leaf.totals);
    for (segment, rows) in leaf.segments.ranges().enumerate() {
        assert_eq!(Totals::of(&leaf.rows[rows]), leaf.totals_of(segment));
    }
    assert!(leaf.is_behind(before));
    for shape in Shape::LISTINGS {
        let known = leaf.memo.get();
        if let Some(known) = known.and_then(|memo| memo.plain.get(shape.slot())) {
            assert_eq!(leaf.write(shape).bytes, known.bytes);
        }
    }
    leaf.rows.last().cloned()
}

/// The first child of a branch has what is before it as well, also where nothing else is left of the branch.
#[test]
fn a_row_before_all_others_stays_where_they_are_taken_out() {
    let all = 0..INSTANCES;
    let before = row(0, InstanceStatus::Up);
    let listing: Listing = all
        .clone()
        .skip(1)
        .map(|number| row(number, InstanceStatus::Up))
        .collect();
    let out = all.skip(1).map(|number| Edit::TakeOut(key(number)));
    let edits = out.chain([Edit::Put(before.clone())]);
    let edited = listing.edited(edits.collect());
    let left = edited.root().map_or_else(Vec::new, |root| rows_of(root));
    assert_eq!(
        left.iter().map(Row::key).collect::<Vec<_>>(),
        [before.key()]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_nodes_know_is_what_they_would_know_anew(
        rounds in proptest::collection::vec((round(), any::<bool>()), 1..40)
    ) {
        let most = (0..INSTANCES).filter(|number| number % 3 > 0);
        let mut listing: Listing = most.map(|number| row(number, InstanceStatus::Up)).collect();
        let mut packer = Packer::new();
        for (round, is_read) in rounds {
            if is_read {
                let statuses = listing.statuses();
                drop(listing.packed(Shape::LISTINGS[0].form, &Header { version: 1, statuses }, &mut packer));
            }
            listing = apply(listing, &round);
            if let Some(root) = listing.root() {
                check(root, None);
            }
        }
    }
}
