//! K5, K9 and K10.

use heureka_model::{ActionType, AppName, Applications};

use super::builders::{Client, Listed, application, delta, down, keys, names, up};
use crate::Instance;

#[test]
fn k5_the_hash_is_compared_after_the_delta() {
    let mut client = Client::new().fetched(&[up("A", "1")]);
    let right = client.0.apply(delta(5, "DOWN_1_UP_1_", &[down("A", "2")]));
    assert!(right.hash_matches());
    let wrong = client.0.apply(delta(6, "UP_3_", &[up("A", "3")]));
    assert!(!wrong.hash_matches());
    assert_eq!(
        (&*wrong.known_hash, &*wrong.listed_hash),
        ("DOWN_1_UP_2_", "UP_3_")
    );
    assert_eq!(client.registry().len(), 3, "it is applied all the same");
}

/// What a delta says to `A/1`, which is up, and `A/2`, which is down: how many changes it makes, and who is listed and who is
/// offered afterwards, by id.
type Case = (&'static str, Vec<Listed>, usize, &'static str, &'static str);

fn assert_outcomes(cases: Vec<Case>) {
    for (what, told, changes, all, offered) in cases {
        let mut client = Client::new().fetched(&[up("A", "1"), down("A", "2")]);
        assert_eq!(client.apply(&told).changes, changes, "{what}");
        let application = client.registry().application("A").unwrap();
        assert_eq!(ids(application.all()), all, "{what}");
        assert_eq!(ids(application.instances()), offered, "{what}");
        assert_eq!(ids(client.registry().vip("A")), offered, "{what}");
        assert_eq!(client.registry().len(), all.len(), "{what}");
    }
}

fn ids(instances: &[Instance]) -> String {
    keys(instances).join("").replace("A/", "")
}

#[test]
fn k9_added_and_modified_put_an_instance() {
    assert_outcomes(vec![
        ("added", vec![up("A", "3")], 1, "123", "13"),
        ("added in any case", vec![up("a", "3")], 1, "123", "13"),
        ("added, but known", vec![up("A", "2")], 1, "12", "12"),
        ("added as it is known", vec![up("A", "1")], 0, "12", "1"),
        ("modified", vec![down("A", "1").modified()], 1, "12", ""),
        (
            "modified, but unknown",
            vec![up("A", "3").modified()],
            1,
            "123",
            "13",
        ),
    ]);
}

#[test]
fn k9_deleted_takes_an_instance_and_other_actions_do_nothing() {
    let unknown = |listed: Listed| listed.action(None);
    assert_outcomes(vec![
        ("nothing", vec![], 0, "12", "1"),
        ("deleted", vec![up("A", "1").deleted()], 1, "2", ""),
        (
            "deleted, but unknown",
            vec![up("A", "3").deleted()],
            0,
            "12",
            "1",
        ),
        (
            "deleted from nowhere",
            vec![up("X", "1").deleted()],
            0,
            "12",
            "1",
        ),
        (
            "no known action",
            vec![unknown(up("A", "3")), unknown(down("A", "1"))],
            0,
            "12",
            "1",
        ),
        (
            "came and went",
            vec![up("A", "3"), up("A", "3").deleted()],
            0,
            "12",
            "1",
        ),
        (
            "went and came",
            vec![up("A", "1").deleted(), up("A", "1")],
            0,
            "12",
            "1",
        ),
    ]);
}

#[test]
fn k9_an_application_comes_with_its_first_instance_and_goes_with_its_last() {
    let mut client = Client::new().fetched(&[up("A", "1")]);
    client.apply(&[up("B", "1")]);
    assert_eq!(names(client.registry()), ["A", "B"]);
    client.apply(&[up("A", "1").deleted()]);
    assert_eq!(names(client.registry()), ["B"]);
    assert!(!client.0.needs_full());
    client.apply(&[up("B", "1").deleted()]);
    assert!(client.registry().is_empty() && client.0.needs_full());
}

#[test]
fn k9_an_empty_application_goes_when_one_of_it_is_said_to_go() {
    let mut client = Client::new();
    let empty = application(&AppName::new("B"), vec![]);
    client.0.replace(Applications {
        version: 1,
        applications: vec![empty],
        ..Applications::default()
    });
    client.apply(&[up("A", "1").deleted()]);
    assert_eq!(names(client.registry()), ["B"]);
    client.apply(&[up("B", "1").deleted()]);
    assert!(names(client.registry()).is_empty());
}

#[test]
fn k9_the_application_that_an_instance_says_counts() {
    let mut client = Client::new().fetched(&[up("B", "1")]);
    let told = vec![up("B", "2").info(), up("B", "1").deleted().info()];
    client.0.apply(Applications {
        applications: vec![application(&AppName::new("A"), told)],
        ..Applications::default()
    });
    assert_eq!(names(client.registry()), ["B"]);
    assert_eq!(keys(client.registry().instances("B").iter()), ["B/2"]);
}

/// Java takes over the whole element of the delta, with those that are not said to come; here each is judged by itself.
#[test]
fn k9_a_new_application_has_only_who_came() {
    let mut client = Client::new().fetched(&[up("A", "1")]);
    client.apply(&[
        up("B", "1"),
        up("B", "2").action(None),
        up("B", "3").deleted(),
    ]);
    assert_eq!(
        keys(client.registry().application("B").unwrap().all()),
        ["B/1"]
    );
}

#[test]
fn k10_the_version_of_the_delta_counts() {
    let mut client = Client::new().fetched(&[up("A", "1")]);
    client.0.apply(delta(17, "UP_1_", &[]));
    assert_eq!(client.registry().version(), 17);
}

#[test]
fn k10_vips_follow_what_changed() {
    let mut client = Client::new().fetched(&[up("A", "1").vip("x,y"), up("B", "1").vip("x")]);
    client.apply(&[up("A", "1").vip("y,z").action(Some(ActionType::Modified))]);
    let of = |vip| keys(client.registry().vip(vip).iter());
    assert_eq!(
        (of("x"), of("y"), of("z")),
        (
            vec!["B/1".to_owned()],
            vec!["A/1".to_owned()],
            vec!["A/1".to_owned()],
        )
    );
}
