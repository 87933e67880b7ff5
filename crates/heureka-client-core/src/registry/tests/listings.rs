//! K3, K8, K10 to K13 with full listings, and what may be wrong with one.

use heureka_model::{AppName, Applications, InstanceStatus};

use super::builders::{Client, Listed, application, down, keys, listing, names, up};
use crate::{Instance, Profile};

const OUT: InstanceStatus = InstanceStatus::OutOfService;

#[test]
fn k8_the_hash_counts_all_statuses_in_the_order_of_their_names() {
    let cases: [(&[Listed], &str); 4] = [
        (&[], ""),
        (&[up("A", "1")], "UP_1_"),
        (
            &[down("A", "1"), up("A", "2"), up("B", "1")],
            "DOWN_1_UP_2_",
        ),
        (
            &[up("A", "1"), up("B", "1").status(OUT), down("C", "1")],
            "DOWN_1_OUT_OF_SERVICE_1_UP_1_",
        ),
    ];
    for (instances, hash) in cases {
        assert_eq!(Client::new().fetched(instances).registry().hash(), hash);
    }
}

#[test]
fn k2_a_delta_is_of_no_use_until_something_was_fetched() {
    let listed = listing(&[up("A", "1")]);
    let mut client = Client::new();
    assert!(client.0.needs_full(), "nothing was fetched");
    client.0.replace(listing(&[]));
    assert!(client.0.needs_full(), "there is no application");
    client.0.replace(Applications {
        version: -1,
        ..listed.clone()
    });
    assert!(client.0.needs_full(), "it came by vip");
    client.0.restore(listed.clone());
    assert!(client.0.needs_full(), "it came from a backup (L15)");
    assert_eq!(client.registry().len(), 1);
    client.0.replace(listed);
    assert!(!client.0.needs_full());
}

#[test]
fn k3_a_full_listing_replaces_everything() {
    let mut client = Client::new().fetched(&[up("A", "1"), up("A", "2"), up("B", "1")]);
    let replaced = client
        .0
        .replace(listing(&[up("A", "2"), down("A", "3"), up("C", "1")]));
    assert_eq!(replaced.changes, 4, "two went, two came");
    assert_eq!(
        keys(client.registry().application("A").unwrap().all()),
        ["A/2", "A/3"]
    );
    assert_eq!(names(client.registry()), ["A", "C"]);
    assert!(client.registry().vip("B").is_empty());
    assert_eq!(
        (client.registry().len(), client.registry().version()),
        (3, 1)
    );
    assert_eq!(client.registry().hash(), "DOWN_1_UP_2_");
}

#[test]
fn k11_who_has_no_id_is_known_by_the_machine_or_the_host() {
    let cases = [
        (up("A", "1").host("h"), "1"),
        (up("A", "1").without_id().host("h"), "h"),
        (
            up("A", "1").without_id().amazon(&[("instance-id", "i-1")]),
            "i-1",
        ),
    ];
    for (listed, id) in cases {
        let client = Client::new().fetched(&[listed.clone().status(OUT), listed]);
        let application = client.registry().application("A").unwrap();
        assert_eq!(keys(application.all()), [format!("A/{id}")]);
        assert_eq!(application.instances().len(), 1, "the last of two counts");
    }
}

#[test]
fn k12_only_instances_that_are_up_are_offered() {
    let listed = [
        up("A", "1").overridden(OUT),
        up("A", "2").status(OUT),
        down("B", "1"),
    ];
    let client = Client::new().fetched(&listed);
    let registry = client.registry();
    assert_eq!(
        keys(registry.instances("A").iter()),
        ["A/1"],
        "the override does not count"
    );
    assert_eq!(
        keys(registry.application("A").unwrap().all()),
        ["A/1", "A/2"]
    );
    assert_eq!(keys(registry.vip("a").iter()), ["A/1"]);
    assert_eq!(
        names(registry),
        ["A", "B"],
        "nobody is up, but it is listed"
    );
    assert!(registry.vip("b").is_empty());
}

#[test]
fn k12_without_the_filter_all_are_offered() {
    let client = Client::with(Profile::Modern, |config| config.only_up = false);
    let client = client.fetched(&[up("A", "1"), down("A", "2")]);
    assert_eq!(
        keys(client.registry().instances("A").iter()),
        ["A/1", "A/2"]
    );
    assert_eq!(keys(client.registry().vip("A").iter()), ["A/1", "A/2"]);
}

#[test]
fn k12_an_application_without_instances_stays_listed() {
    let mut empty = listing(&[up("A", "1")]);
    empty
        .applications
        .push(application(&AppName::new("B"), vec![]));
    let mut client = Client::new();
    client.0.replace(empty.clone());
    assert_eq!(names(client.registry()), ["A", "B"]);
    assert_eq!(client.0.replace(empty).changes, 0);
    client.0.replace(listing(&[up("A", "1")]));
    assert_eq!(names(client.registry()), ["A"]);
}

#[test]
fn k12_lists_are_in_an_order_left_to_chance() {
    let many: Vec<Listed> = (10..60).map(|id| up("A", &id.to_string())).collect();
    let order = |seed| {
        let client = Client::seeded(seed, Profile::Modern, |_| {}).fetched(&many);
        let ids = |list: &[Instance]| list.iter().map(|i| i.id().to_string()).collect::<Vec<_>>();
        (
            ids(client.registry().instances("A")),
            ids(client.registry().vip("A")),
        )
    };
    assert_eq!(order(1), order(1), "a seed decides it");
    assert_ne!(order(1), order(2));
    assert_ne!(order(1).0, order(1).1, "each list has its own");
    assert!(!order(1).0.is_sorted());
}

fn found(profile: Profile, names: &str, vip: &str) -> bool {
    let listed = up("A", "1").vip(names).secure_vip(names);
    let client = Client::of(profile).fetched(&[listed]);
    let of = [
        client.registry().vip(vip),
        client.registry().secure_vip(vip),
    ]
    .map(|list| list.len());
    assert_eq!(of[0], of[1], "the secure vip is no different");
    of[0] == 1
}

#[test]
fn k13_names_are_cut_at_commas_and_kept_with_their_blanks() {
    for (names, vip, is_found) in [
        ("a,B", "A", true),
        ("a,B", "b", true),
        ("a,B", "a,B", false),
        ("a, b", "b", false),
        ("a, b", " B", true),
        ("", "", true),
        ("a,,b", "", true),
        ("a,", "", false),
        (",", "", false),
        ("a,a", "a", true),
    ] {
        assert_eq!(
            found(Profile::Netflix, names, vip),
            is_found,
            "{vip:?} of {names:?}"
        );
        assert_eq!(
            found(Profile::Spring, names, vip),
            is_found,
            "{vip:?} of {names:?}"
        );
    }
}

#[test]
fn k13_without_vip_an_instance_is_under_no_name() {
    let client = Client::new().fetched(&[up("A", "1").without_vip()]);
    assert!(client.registry().vip("").is_empty());
    assert_eq!(client.registry().instances("A").len(), 1);
}

#[test]
fn deviation_11_blanks_around_names_do_not_count() {
    for (names, vip, is_found) in [
        ("a, b", "b", true),
        ("a, b", " b", false),
        (" a\t,b", "A", true),
        ("a,B", "b", true),
        ("", "", true),
        ("a, a", "a", true),
    ] {
        assert_eq!(
            found(Profile::Modern, names, vip),
            is_found,
            "{vip:?} of {names:?}"
        );
    }
}

#[test]
fn of_several_instances_with_one_id_the_last_counts() {
    let mut twice = listing(&[up("A", "1"), down("A", "1")]);
    let again = application(
        &AppName::new("a"),
        vec![up("A", "2").info(), up("A", "3").info()],
    );
    twice.applications.extend([again.clone(), again]);
    let mut client = Client::new();
    assert_eq!(client.0.replace(twice).changes, 3);
    assert_eq!(
        keys(client.registry().application("A").unwrap().all()),
        ["A/1", "A/2", "A/3"]
    );
    assert_eq!(
        keys(client.registry().instances("A").iter()),
        ["A/2", "A/3"]
    );
    assert_eq!(keys(client.registry().vip("A").iter()), ["A/2", "A/3"]);
    assert_eq!(client.registry().hash(), "DOWN_1_UP_2_");
}

#[test]
fn in_a_full_listing_the_application_that_lists_an_instance_counts() {
    let mut client = Client::new();
    let foreign = up("B", "1").info();
    client.0.replace(Applications {
        applications: vec![application(&AppName::new("A"), vec![foreign])],
        ..Applications::default()
    });
    assert!(client.registry().get("A", "1").is_some());
    assert!(client.registry().application("B").is_none());
    assert_eq!(client.registry().vip("b").len(), 1);
    client.0.replace(listing(&[]));
    assert!(client.registry().vip("b").is_empty());
}
