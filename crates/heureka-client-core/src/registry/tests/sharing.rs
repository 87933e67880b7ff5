//! Q9: snapshots never change, and share what did not.

use std::sync::Arc;

use heureka_model::{Applications, UnixMillis};

use super::builders::{Client, Listed, delta, down, keys, listing, up};
use crate::registry::Registry;
use crate::{Instance, Profile};

fn some() -> [Listed; 4] {
    [
        up("A", "1").vip("a,both"),
        up("A", "2").vip("a"),
        up("B", "1").vip("b,both").secure_vip("s"),
        down("C", "1").vip("c"),
    ]
}

/// A snapshot before and after `told` by a delta.
fn around(told: &[Listed]) -> (Arc<Registry>, Arc<Registry>) {
    let mut client = Client::new().fetched(&some());
    let before = Arc::clone(client.0.snapshot());
    client.apply(told);
    (before, Arc::clone(client.0.snapshot()))
}

type List<'a> = &'a Arc<[Instance]>;

fn is_shared(before: &Registry, after: &Registry, list: fn(&Registry) -> List<'_>) -> bool {
    Arc::ptr_eq(list(before), list(after))
}

fn shares_app(before: &Registry, after: &Registry, name: &str) -> bool {
    let of = |registry: &Registry| Arc::clone(registry.application(name).unwrap());
    Arc::ptr_eq(&of(before), &of(after))
}

#[test]
fn q9_a_published_snapshot_never_changes() {
    let (before, after) = around(&[down("A", "1").vip("a,both"), up("B", "1").deleted()]);
    assert_eq!(keys(before.instances("A").iter()), ["A/1", "A/2"]);
    assert_eq!(keys(before.vip("both").iter()), ["A/1", "B/1"]);
    assert_eq!(
        (before.len(), before.hash(), before.version()),
        (4, "DOWN_1_UP_3_", 1)
    );
    assert_eq!(keys(after.instances("A").iter()), ["A/2"]);
    assert!(after.vip("both").is_empty());
    assert_eq!(
        (after.len(), after.hash(), after.version()),
        (3, "DOWN_2_UP_1_", 2)
    );
}

#[test]
fn k10_a_delta_rebuilds_only_what_it_touches() {
    let (before, after) = around(&[up("A", "2").vip("a").host("elsewhere")]);
    assert!(!shares_app(&before, &after, "A"));
    assert!(!is_shared(&before, &after, |r| r.vip("a")));
    assert!(shares_app(&before, &after, "B") && shares_app(&before, &after, "C"));
    assert!(is_shared(&before, &after, |r| r.vip("b")));
    assert!(
        is_shared(&before, &after, |r| r.vip("both")),
        "A/2 is not in it"
    );
    assert!(is_shared(&before, &after, |r| r.secure_vip("s")));
    let first = |registry: &Registry| registry.get("A", "1").unwrap().clone();
    assert!(
        first(&before).ptr_eq(&first(&after)),
        "an instance is held once"
    );
}

#[test]
fn k12_who_is_offered_stays_in_order_where_only_others_change() {
    let (before, after) = around(&[down("A", "3").vip("a")]);
    assert!(!shares_app(&before, &after, "A"));
    assert!(is_shared(&before, &after, |r| r.instances("A")));
    assert!(is_shared(&before, &after, |r| r.vip("a")));
}

#[test]
fn k4_a_delta_that_repeats_what_is_known_changes_nothing() {
    let (before, after) = around(&some().map(Listed::modified));
    assert!(Arc::ptr_eq(before.own_region(), after.own_region()));
}

#[test]
fn k3_a_full_listing_shares_what_it_repeats() {
    let mut client = Client::new().fetched(&some());
    let before = Arc::clone(client.0.snapshot());
    let [one, rest @ ..] = some();
    let renewed = [&[down("A", "1")], &rest.map(|listed| listed.renewed(9))[..]].concat();
    assert_eq!(
        client.0.replace(listing(&renewed)).changes,
        1,
        "a renewal is no change"
    );
    let after = client.0.snapshot();
    assert!(shares_app(&before, after, "B") && !shares_app(&before, after, "A"));
    assert!(is_shared(&before, after, |r| r.vip("b")));
    assert!(!is_shared(&before, after, |r| r.vip("both")));
    client.0.replace(listing(&[&[one], &renewed[1..]].concat()));
    assert_eq!(client.registry().hash(), before.hash());
}

#[test]
fn q7_a_round_robin_finds_the_same_order_after_a_refresh() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut client = Client::of(profile).fetched(&some());
        let before = Arc::clone(client.0.snapshot());
        client.0.replace(listing(&some()));
        client.0.apply(delta(3, before.hash(), &[]));
        assert!(is_shared(&before, client.0.snapshot(), |r| r.vip("a")));
    }
}

#[test]
fn names_of_applications_are_held_once() {
    let client = Client::new().fetched(&some());
    let address = |instance: &Instance| instance.app().as_str().as_ptr();
    let application = client.registry().application("A").unwrap();
    assert!(
        application
            .all()
            .iter()
            .all(|i| address(i) == application.name().as_str().as_ptr())
    );
}

#[test]
fn many_changes_in_one_application_and_vip_are_taken_at_once() {
    const MANY: usize = 2_000;
    let all = |host: &str| -> Vec<Listed> {
        let ids = (0..MANY).map(|id| up("A", &id.to_string()).host(host));
        ids.collect()
    };
    let mut client = Client::new().fetched(&all("before"));
    let applied = client.0.apply(Applications {
        version: UnixMillis(2).0,
        ..listing(&all("after"))
    });
    assert_eq!((applied.changes, applied.hash_matches()), (MANY, true));
    let registry = client.registry();
    assert!(
        registry
            .vip("A")
            .iter()
            .all(|instance| instance.host_name() == "after")
    );
    assert_eq!(
        (registry.vip("A").len(), registry.instances("A").len()),
        (MANY, MANY)
    );
}
