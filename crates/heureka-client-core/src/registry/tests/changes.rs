//! What a consumer of one application or vip is told (RS4).

use std::sync::Arc;

use super::builders::{Client, Listed, down, keys, up};
use crate::{Change, Instance};

fn list(instances: &[Listed]) -> Arc<[Instance]> {
    instances.iter().map(Listed::instance).collect()
}

/// `+` and `-` and `~` with the instance.
fn told(changes: &[Change]) -> Vec<String> {
    let text = |change: &Change| match change {
        Change::Added(instance) => format!("+{}", instance.key()),
        Change::Modified { before, after } => {
            assert_eq!(before.key(), after.key());
            format!(
                "~{}:{}>{}",
                after.key(),
                before.host_name(),
                after.host_name()
            )
        }
        Change::Removed(instance) => format!("-{}", instance.key()),
    };
    changes.iter().map(text).collect()
}

/// What happened, the lists before and after, and what is told of it.
type Case = (
    &'static str,
    Vec<Listed>,
    Vec<Listed>,
    &'static [&'static str],
);

#[test]
fn rs4_changes_are_what_leads_from_one_list_to_the_other() {
    let one = up("A", "1");
    let cases: [Case; 7] = [
        ("both empty", vec![], vec![], &[]),
        ("came", vec![], vec![one.clone()], &["+A/1"]),
        ("went", vec![one.clone()], vec![], &["-A/1"]),
        (
            "stayed",
            vec![one.clone(), up("A", "2")],
            vec![up("A", "2"), one.clone()],
            &[],
        ),
        (
            "renewed",
            vec![one.clone()],
            vec![one.clone().renewed(9)],
            &[],
        ),
        (
            "changed",
            vec![one.clone()],
            vec![one.clone().host("new")],
            &["~A/1:host>new"],
        ),
        (
            "removals come last",
            vec![up("A", "0"), one.clone(), up("B", "1")],
            vec![up("C", "1"), one.host("new")],
            &["~A/1:host>new", "+C/1", "-A/0", "-B/1"],
        ),
    ];
    for (what, before, after, expected) in cases {
        assert_eq!(
            told(&Change::between(&list(&before), &list(&after))),
            expected,
            "{what}"
        );
    }
}

/// Java's servers keep metadata in a hash map, and each server lists them in an order of its own.
#[test]
fn rs4_another_order_of_metadata_is_no_change() {
    const ENTRIES: [(&str, &str); 2] = [("zone", "a"), ("weight", "1")];
    const OTHER_ORDER: [(&str, &str); 2] = [ENTRIES[1], ENTRIES[0]];
    const OTHER_VALUE: [(&str, &str); 2] = [("weight", "1"), ("zone", "b")];
    for (before, after, expected) in [(ENTRIES, OTHER_ORDER, 0), (ENTRIES, OTHER_VALUE, 1)] {
        let own = |entries: &[(&str, &str)]| list(&[up("A", "1").metadata(entries)]);
        let changes = Change::between(&own(&before), &own(&after));
        assert_eq!(changes.len(), expected, "{after:?}");
        let amazon = |entries: &[(&str, &str)]| list(&[up("A", "1").amazon(entries)]);
        let changes = Change::between(&amazon(&before), &amazon(&after));
        assert_eq!(changes.len(), expected, "{after:?} at Amazon's");
    }
}

#[test]
fn rs4_a_slow_consumer_is_told_the_outcome() {
    let mut client = Client::new().fetched(&[up("A", "1"), up("A", "2"), up("A", "3")]);
    let before = Arc::clone(client.registry().instances("A"));
    assert!(Change::between(&before, client.registry().instances("A")).is_empty());
    client.apply(&[up("A", "4"), down("A", "1"), up("A", "2").deleted()]);
    client.apply(&[
        up("A", "4").deleted(),
        up("A", "1"),
        up("A", "3").host("new"),
    ]);
    let after = client.registry().instances("A");
    assert_eq!(
        told(&Change::between(&before, after)),
        ["~A/3:host>new", "-A/2"]
    );
    assert_eq!(keys(after.iter()), ["A/1", "A/3"]);
}

#[test]
fn rs4_who_is_no_longer_up_has_gone() {
    let mut client = Client::new().fetched(&[up("A", "1"), down("A", "2")]);
    let before = Arc::clone(client.registry().instances("A"));
    client.apply(&[down("A", "1"), up("A", "2")]);
    let changes = Change::between(&before, client.registry().instances("A"));
    assert_eq!(told(&changes), ["+A/2", "-A/1"]);
}
