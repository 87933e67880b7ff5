//! That a change costs what changed, counted in bytes that are not shared with the answer before it.

use std::collections::BTreeSet;

use heureka_listing::{AskedForms, Body, Edit, Listing, Piece, Row};
use heureka_model::InstanceKey;
use heureka_wire::{Detail, Effort, Packer};

use crate::fleet::{JSON, alike, bytes_of, fleet, forms, header, instance, row};

/// Where the parts of an answer lie in memory, and how long they are.
fn parts(body: Body) -> BTreeSet<(usize, usize)> {
    let places = |piece: Piece| -> Vec<_> {
        let parts = piece.parts().iter();
        parts
            .map(|part| (part.as_ptr().addr(), part.len()))
            .collect()
    };
    body.pieces.flat_map(places).collect()
}

fn unshared_bytes(before: &BTreeSet<(usize, usize)>, after: &BTreeSet<(usize, usize)>) -> usize {
    after.difference(before).map(|(_, length)| length).sum()
}

fn changed(listing: &Listing) -> Listing {
    listing
        .clone()
        .edited(vec![Edit::Put(row("APP00250", "host-7", 2))])
}

#[test]
fn one_change_writes_one_leaf_anew() {
    for (apps, per_app) in [(500, 20), (10_000, 1), (1, 10_000)] {
        let listing = fleet(apps, per_app);
        let before = parts(listing.plain(JSON, &header(&listing)));
        let next = changed(&listing);
        let after = parts(next.plain(JSON, &header(&next)));
        assert!(after.len() > 100, "{} parts", after.len());
        // The leaf, of up to 20 KiB, the head and the end.
        let anew_bytes = unshared_bytes(&before, &after);
        assert!(
            anew_bytes < 24 * 1024,
            "{anew_bytes} bytes of {apps} applications"
        );
    }
}

#[test]
fn what_is_known_is_not_made_again() {
    let listing = fleet(500, 20);
    assert!(listing.missing_leaves(JSON, true, usize::MAX) > 100);
    assert_eq!(listing.missing_leaves(JSON, false, 9), 9);
    let mut packer = Packer::new();
    let first = parts(listing.packed(JSON, &header(&listing), &mut packer));
    assert_eq!(listing.missing_leaves(JSON, true, 9), 0);
    assert_eq!(listing.missing_leaves(JSON, false, 9), 9);
    let second = parts(listing.packed(JSON, &header(&listing), &mut packer));
    // The head and the end are written for each answer, and what stands between branches.
    assert!(unshared_bytes(&first, &second) < 1_500);
    assert_eq!(changed(&listing).missing_leaves(JSON, true, 9), 1);
}

/// Between heavy rows leaves are small for good.
#[test]
fn a_leaf_beside_a_heavy_row_is_made_anew_alone() {
    let row = |id: usize, version| {
        let filling_bytes = if id.is_multiple_of(7) { 15_000 } else { 0 };
        Row::new(instance("APP", &format!("{id:03}"), version, filling_bytes))
    };
    let mut listing: Listing = (0..210).map(|id| row(id, 1)).collect();
    // In the first round leaves find their neighbours.
    for (version, at_most) in [(2, 9), (3, 1)] {
        for id in 0..210 {
            bytes_of(listing.plain(JSON, &header(&listing)));
            listing = listing.edited(vec![Edit::Put(row(id, version))]);
            let anew = listing.missing_leaves(JSON, false, 9);
            assert!(
                anew <= at_most,
                "{anew} leaves for {id} of version {version}"
            );
        }
    }
}

#[test]
fn for_who_reads_it_packed_nothing_is_kept_plain() {
    let one_by_one = mixed(20, 20).into_iter();
    let listing = one_by_one.fold(Listing::default(), |listing, row| {
        listing.edited(vec![Edit::Put(row)])
    });
    let mut packer = Packer::new();
    let leaves = listing.missing_leaves(JSON, false, usize::MAX);
    bytes_of(listing.packed(JSON, &header(&listing), &mut packer));
    assert_eq!(listing.missing_leaves(JSON, false, usize::MAX), leaves);
    let next = listing.edited(vec![Edit::Put(row("APP00010", "host-7", 2))]);
    bytes_of(next.packed(JSON, &header(&next), &mut packer));
    assert_eq!(next.missing_leaves(JSON, false, usize::MAX), leaves);
}

#[test]
fn what_nobody_asks_for_any_longer_is_not_kept() {
    let listing = fleet(50, 20);
    let mut packer = Packer::new();
    for form in forms() {
        bytes_of(listing.plain(form, &header(&listing)));
        bytes_of(listing.packed(form, &header(&listing), &mut packer));
    }
    let mut asked = AskedForms::default();
    asked.add(JSON, true);
    let kept = listing.clone().keeping(&asked);
    for form in forms() {
        assert!(kept.missing_leaves(form, false, 9) > 0, "{form:?}");
        assert_eq!(
            kept.missing_leaves(form, true, 9) > 0,
            form != JSON,
            "{form:?}"
        );
    }
    let (before, after) = (
        parts(listing.packed(JSON, &header(&listing), &mut packer)),
        parts(kept.packed(JSON, &header(&kept), &mut packer)),
    );
    assert!(
        unshared_bytes(&before, &after) < 1_500,
        "the bytes are shared"
    );
    for form in forms() {
        let bytes = bytes_of(kept.plain(form, &header(&kept)));
        assert!(
            bytes == bytes_of(listing.plain(form, &header(&listing))),
            "{form:?}"
        );
    }
}

#[test]
fn taking_rows_out_puts_small_leaves_together() {
    let listing = fleet(100, 20);
    let parts_before = parts(listing.plain(JSON, &header(&listing))).len();
    let edits = (0..100).flat_map(|app| {
        (0..19).map(move |id| {
            Edit::TakeOut(InstanceKey::new(
                &format!("APP{app:05}"),
                &format!("host-{id}"),
            ))
        })
    });
    let rest = edits.fold(listing, |listing, edit| listing.edited(vec![edit]));
    assert_eq!(rest.len(), 100);
    let parts_after = parts(rest.plain(JSON, &header(&rest))).len();
    assert!(
        parts_after * 5 < parts_before,
        "{parts_before} {parts_after}"
    );
}

#[test]
fn an_answer_holds_what_it_began_with() {
    let listing = fleet(50, 20);
    let expected = bytes_of(listing.plain(JSON, &header(&listing)));
    let begun = listing.plain(JSON, &header(&listing));
    let mut next = listing;
    for id in 0..20 {
        next = next.edited(vec![Edit::Put(row("APP00020", &format!("host-{id}"), 5))]);
        bytes_of(next.plain(JSON, &header(&next)));
    }
    drop(next);
    assert!(bytes_of(begun) == expected);
}

/// At the same level, in every form, however the rows came.
#[test]
fn parts_are_hardly_larger_than_the_whole() {
    let at_once = [(100, 20), (2_000, 1), (1, 2_000)];
    let at_once = at_once.map(|(apps, per_app)| fleet(apps, per_app));
    let little_by_little = mixed(100, 20)
        .chunks(50)
        .fold(Listing::default(), |listing, rows| {
            listing.edited(rows.iter().cloned().map(Edit::Put).collect())
        });
    let alike = [(100, 20), (2_000, 1), (1, 2_000)].map(|(apps, per_app)| alike(apps, per_app));
    for listing in at_once.iter().chain([&little_by_little]).chain(&alike) {
        for form in forms() {
            let header = header(listing);
            let whole = bytes_of(listing.plain(form, &header));
            let effort = match form.detail {
                Detail::Full => Effort::Usual,
                Detail::Compact => Effort::Light,
            };
            let whole = Packer::new().pack(&whole, effort).len();
            let parts = bytes_of(listing.packed(form, &header, &mut Packer::new())).len();
            eprintln!(
                "{form:?}: {parts} {whole} {:.3}",
                parts as f64 / whole as f64
            );
            assert!(
                parts * 100 <= whole * 125,
                "{form:?}: {parts} bytes, {whole} at once"
            );
        }
    }
}

/// Rows in an order that has nothing to do with their keys.
fn mixed(apps: usize, per_app: usize) -> Vec<Row> {
    let count = apps * per_app;
    let places = (0..count).map(|index| index * 7919 % count);
    places
        .map(|place| {
            let (app, id) = (place / per_app, place % per_app);
            row(&format!("APP{app:05}"), &format!("host-{id}"), 1)
        })
        .collect()
}
