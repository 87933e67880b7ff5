//! Q1 to Q6, Q9, D2, SP9.

use std::sync::Arc;

use super::builders::{Client, Listed, down, keys, names, up};
use crate::Profile;
use crate::registry::{NothingAsked, Registry};

/// What a registry of `instances` answers to one question.
type Question = fn(&Registry) -> Vec<String>;

fn ask(instances: &[Listed], question: Question) -> Vec<String> {
    question(Client::new().fetched(instances).registry())
}

fn both(registry: &Registry, vip: &str, app: &str, secure: bool) -> Vec<String> {
    let found = registry.vip_and_application(Some(vip), Some(app), secure);
    keys(found.unwrap().iter())
}

fn some() -> [Listed; 5] {
    [
        up("a", "1").vip("pay,shop").secure_vip("pay-s"),
        up("A", "2").vip("Pay , shop"),
        down("A", "3").vip("pay"),
        up("B", "1").vip("PAY"),
        up("B", "4").without_vip(),
    ]
}

/// What is asked, how, and the answer.
type Case = (&'static str, Question, &'static [&'static str]);

fn assert_answers(cases: &[Case]) {
    for (what, question, expected) in cases {
        assert_eq!(ask(&some(), *question), *expected, "{what}");
    }
}

#[test]
fn q1_applications_are_found_by_name_in_any_case() {
    assert_answers(&[
        (
            "lower case",
            |r| keys(r.application("a").unwrap().instances().iter()),
            &["A/1", "A/2"],
        ),
        (
            "upper case",
            |r| keys(r.instances("A").iter()),
            &["A/1", "A/2"],
        ),
        ("unknown", |r| keys(r.instances("C").iter()), &[]),
    ]);
}

#[test]
fn q4_and_d2_find_instances_by_id_whatever_their_status() {
    assert_answers(&[
        (
            "one of each application",
            |r| keys(r.by_id("1")),
            &["A/1", "B/1"],
        ),
        ("which is down", |r| keys(r.by_id("3")), &["A/3"]),
        ("unknown", |r| keys(r.by_id("9")), &[]),
        ("of one application", |r| keys(r.get("a", "3")), &["A/3"]),
        ("unknown there", |r| keys(r.get("a", "4")), &[]),
        ("L14: all count", |r| vec![r.len().to_string()], &["5"]),
    ]);
}

#[test]
fn q5_and_q6_find_instances_by_vip() {
    assert_answers(&[
        (
            "any case",
            |r| keys(r.vip("pAy").iter()),
            &["A/1", "A/2", "B/1"],
        ),
        (
            "the second name",
            |r| keys(r.vip("shop").iter()),
            &["A/1", "A/2"],
        ),
        (
            "the question is not split",
            |r| keys(r.vip("pay,shop").iter()),
            &[],
        ),
        ("unknown", |r| keys(r.vip("no").iter()), &[]),
        ("secure", |r| keys(r.secure_vip("PAY-S").iter()), &["A/1"]),
        (
            "secure is another list",
            |r| keys(r.secure_vip("pay").iter()),
            &[],
        ),
        (
            "unknown region",
            |r| keys(r.vip_in("eu", "pay").iter()),
            &[],
        ),
        (
            "with the application",
            |r| both(r, "pay", "a", false),
            &["A/1", "A/2"],
        ),
        (
            "secure with the application",
            |r| both(r, "PAY-s", "A", true),
            &["A/1"],
        ),
        ("no such application", |r| both(r, "pay", "C", false), &[]),
    ]);
}

#[test]
fn q6_without_one_name_the_other_counts_and_without_both_it_is_an_error() {
    let client = Client::new().fetched(&some());
    let registry = client.registry();
    let found = |vip, app, secure| registry.vip_and_application(vip, app, secure);
    assert!(Arc::ptr_eq(
        &found(Some("pay"), None, false).unwrap(),
        registry.vip("pay")
    ));
    let secure = found(Some("pay-s"), None, true).unwrap();
    assert!(Arc::ptr_eq(&secure, registry.secure_vip("pay-s")));
    assert!(Arc::ptr_eq(
        &found(None, Some("b"), false).unwrap(),
        registry.instances("B")
    ));
    assert_eq!(found(None, None, false), Err(NothingAsked));
}

#[test]
fn q6_blanks_around_names_do_not_count_in_any_profile() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let client = Client::of(profile).fetched(&[up("A", "1").vip("x, pay ,pay")]);
        assert_eq!(
            both(client.registry(), "pay", "a", false),
            ["A/1"],
            "{profile:?}"
        );
    }
}

#[test]
fn q6_names_outside_ascii_are_found_in_any_case() {
    let client = Client::new().fetched(&[up("grüße", "1")]);
    let registry = client.registry();
    assert_eq!(both(registry, "GRÜSSE", "grÜße", false), ["GRÜSSE/1"]);
    assert_eq!(keys(registry.vip("grüsse").iter()), ["GRÜSSE/1"]);
}

#[test]
fn scenario_13_before_the_first_fetch_nothing_is_found() {
    let client = Client::new();
    for registry in [client.registry(), &Registry::default()] {
        assert!(registry.application("A").is_none() && registry.instances("A").is_empty());
        assert!(registry.vip("A").is_empty() && registry.secure_vip("A").is_empty());
        assert!(registry.vip_in("eu", "A").is_empty());
        assert!(registry.secure_vip_in("eu", "A").is_empty());
        assert!(registry.get("A", "1").is_none() && registry.by_id("1").next().is_none());
        assert!(registry.region("eu").is_none() && registry.known_regions().next().is_none());
        assert!(registry.applications().next().is_none() && registry.services().next().is_none());
        assert_eq!(
            registry.vip_and_application(None, None, true),
            Err(NothingAsked)
        );
        assert_eq!(
            (
                registry.len(),
                registry.is_empty(),
                registry.version(),
                registry.hash()
            ),
            (0, true, -1, ""), // L2
        );
    }
}

#[test]
fn sp9_services_have_somebody_to_offer() {
    let client = Client::new().fetched(&[up("A", "1"), down("A", "2"), down("B", "1")]);
    let services: Vec<&str> = client
        .registry()
        .services()
        .map(|app| app.as_str())
        .collect();
    assert_eq!(services, ["A"]);
    assert_eq!(names(client.registry()), ["A", "B"]);
}
