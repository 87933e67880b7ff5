//! Any edits in any order: the answers are those that are written at once.

use std::sync::Arc;

use heureka_listing::{Edit, Listing, Row};
use heureka_model::{Digest, InstanceKey};
use heureka_wire::{Packer, encode_applications, gunzip};
use proptest::prelude::*;

use crate::fleet::{JSON, Naive, applications, bytes_of, forms, header, instance};

/// What one step does: a key of few, a version, and how much it is filled; no version takes it out.
type Step = (u8, u8, Option<i64>, usize);

fn step() -> impl Strategy<Value = Step> {
    let filling_bytes = prop_oneof![8 => 0..2_000_usize, 1 => 60_000..70_000_usize];
    (
        0..12_u8,
        0..30_u8,
        proptest::option::weighted(0.7, 0..100_i64),
        filling_bytes,
    )
}

/// A few changes, as between two reads, or many, as at a start.
fn round() -> impl Strategy<Value = Vec<Step>> {
    let (few, many) = (1..6, 6..50);
    prop_oneof![
        3 => proptest::collection::vec(step(), few),
        1 => proptest::collection::vec(step(), many),
    ]
}

fn apply(listing: Listing, naive: &mut Naive, steps: &[Step]) -> Listing {
    let edits = steps.iter().map(|(app, id, version, filling_bytes)| {
        let key = (format!("APP{app}"), format!("host-{id}"));
        if let Some(version) = version {
            let mut info = instance(&key.0, &key.1, *version, *filling_bytes);
            // As a registry does it: what follows an instance shares its id.
            if let Some(stored) = naive.get(&key).filter(|_| version % 2 == 0) {
                Arc::make_mut(&mut info.document).id = stored.document.id.clone();
            }
            naive.insert(key, info.clone());
            Edit::Put(Row::new(info))
        } else {
            naive.remove(&key);
            Edit::TakeOut(InstanceKey::new(&key.0, &key.1))
        }
    });
    listing.edited(edits.collect())
}

fn check(listing: &Listing, naive: &Naive) {
    let header = header(listing);
    let expected = applications(naive);
    for form in forms() {
        let plain = bytes_of(listing.plain(form, &header));
        assert!(plain == encode_applications(&expected, form), "{form:?}");
        let packed = bytes_of(listing.packed(form, &header, &mut Packer::new()));
        assert!(gunzip(&packed, usize::MAX) == Ok(plain), "{form:?}");
    }
    assert!(listing.rows().map(Row::info).eq(naive.values()));
    assert_eq!(listing.len(), naive.len());
    let mut content = Digest::default();
    for info in naive.values() {
        content.add(Row::new(info.clone()).content());
    }
    assert_eq!(listing.content(), content);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// A listing that somebody has never changes, and one that nobody else has is changed where it is.
    #[test]
    fn answers_are_those_that_are_written_at_once(
        rounds in proptest::collection::vec((round(), any::<bool>()), 1..8)
    ) {
        let (mut listing, mut naive) = (Listing::default(), Naive::new());
        for (steps, is_held) in &rounds {
            let held = is_held.then(|| (listing.clone(), naive.clone()));
            listing = apply(listing, &mut naive, steps);
            if let Some((before, naive)) = held {
                check(&before, &naive);
            }
            // Some rounds leave nodes that nobody has asked for anything.
            if steps.len() % 2 == 0 {
                check(&listing, &naive);
            }
        }
        check(&listing, &naive);
    }
}

/// Large rows: a leaf has two of them, so that most changes are of the row before another leaf, and some of the row before
/// another branch.
fn large_row() -> impl Strategy<Value = (u8, Option<usize>)> {
    let filling_bytes = proptest::option::weighted(0.8, 7_000..13_000_usize);
    (0..90_u8, filling_bytes)
}

fn edit(naive: &mut Naive, number: u8, filling_bytes: Option<usize>) -> Edit {
    let (app, id) = (format!("APP{}", number / 20), format!("host-{number}"));
    let Some(filling_bytes) = filling_bytes else {
        let key = InstanceKey::new(&app, &id);
        naive.remove(&(app, id));
        return Edit::TakeOut(key);
    };
    let info = instance(&app, &id, 1, filling_bytes);
    naive.insert((app, id), info.clone());
    Edit::Put(Row::new(info))
}

fn filled(numbers: impl Iterator<Item = u8>, filling_bytes: usize) -> (Listing, Naive) {
    let mut naive = Naive::new();
    let all = numbers.map(|number| edit(&mut naive, number, Some(filling_bytes)));
    let listing = Listing::default().edited(all.collect());
    (listing, naive)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// A leaf is deflated as what follows the row before it, so it has to be done again when that row changes.
    #[test]
    fn what_was_deflated_follows_what_is_before_it(
        steps in proptest::collection::vec(proptest::collection::vec(large_row(), 1..3), 1..20)
    ) {
        let (mut listing, mut naive) = filled(0..90, 9_000);
        let mut packer = Packer::new();
        for step in steps {
            bytes_of(listing.packed(JSON, &header(&listing), &mut packer));
            let edits = step.into_iter().map(|(number, bytes)| edit(&mut naive, number, bytes));
            listing = listing.edited(edits.collect());
            let packed = bytes_of(listing.packed(JSON, &header(&listing), &mut packer));
            let plain = encode_applications(&applications(&naive), JSON);
            prop_assert!(gunzip(&packed, usize::MAX) == Ok(plain));
        }
    }
}

/// Small rows: a leaf has about ten of them, each of its own length.
fn small_row() -> impl Strategy<Value = (u8, Option<usize>)> {
    let filling_bytes = proptest::option::weighted(0.6, 500..2_000_usize);
    (0..80_u8, filling_bytes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Rows are put in, put over and taken out of leaves that were deflated before, by several edits between two reads.
    #[test]
    fn what_is_unpacked_is_what_would_be_written(
        steps in proptest::collection::vec(proptest::collection::vec(small_row(), 1..4), 1..20)
    ) {
        let (mut listing, mut naive) = filled((0..80).step_by(2), 1_000);
        let mut packer = Packer::new();
        for (round, step) in steps.into_iter().enumerate() {
            if round % 3 < 2 {
                bytes_of(listing.packed(JSON, &header(&listing), &mut packer));
            }
            let edits = step.into_iter().map(|(number, bytes)| edit(&mut naive, number, bytes));
            listing = listing.edited(edits.collect());
            if round % 2 == 0 {
                let plain = bytes_of(listing.plain(JSON, &header(&listing)));
                prop_assert!(plain == encode_applications(&applications(&naive), JSON));
            }
        }
        let packed = bytes_of(listing.packed(JSON, &header(&listing), &mut packer));
        let plain = encode_applications(&applications(&naive), JSON);
        prop_assert!(gunzip(&packed, usize::MAX) == Ok(plain));
    }
}

#[test]
fn of_several_edits_of_one_key_the_last_one_counts() {
    let put = |version| Edit::Put(Row::new(instance("A", "1", version, 0)));
    let out = || Edit::TakeOut(InstanceKey::new("A", "1"));
    for (edits, expected) in [
        (vec![put(1), out()], None),
        (vec![out(), put(2)], Some(2)),
        (vec![put(3), put(4)], Some(4)),
    ] {
        let listing = Listing::default().edited(edits);
        let naive: Naive = expected
            .map(|version| (("A".into(), "1".into()), instance("A", "1", version, 0)))
            .into_iter()
            .collect();
        check(&listing, &naive);
    }
}
