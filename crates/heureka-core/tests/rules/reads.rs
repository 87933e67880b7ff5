//! What everybody may see (server.md 2.9, wire.md 1.10 and 4).

use heureka_core::Origin;
use heureka_model::InstanceStatus::{Down, OutOfService, Starting, Unknown, Up};
use heureka_model::{Applications, VERSION_OF_FULL, VERSION_OF_VIP};

use crate::builders::{APP, ID, World, infos, instance, named, secs};

/// The keys of a listing, in an order that does not matter.
fn keys(listing: &Applications) -> Vec<String> {
    let mut keys: Vec<_> = infos(listing)
        .map(|info| info.document.key().to_string())
        .collect();
    keys.sort();
    keys
}

/// Three instances: `A/1` carries `v` and `w`, `A/2` only `v`, `B/1` has them as secure ones.
fn three() -> World {
    let mut world = World::new();
    world.register(instance().vip("v,w").status(Up));
    world.register(named(APP, "2").vip("v").status(Down));
    world.register(
        named("B", ID)
            .vip("x")
            .secure_vip("v,w")
            .status(OutOfService),
    );
    world
}

// server.md R71, R76; wire.md 4
#[test]
fn the_full_listing_holds_everything_of_every_status() {
    let mut world = three();
    world.register(named("C", "3").status(Starting));
    world.register(named("C", "4").status(Unknown));
    let full = world.node.applications();
    assert_eq!(full.version, VERSION_OF_FULL);
    assert_eq!(
        full.hash,
        "DOWN_1_OUT_OF_SERVICE_1_STARTING_1_UNKNOWN_1_UP_1_"
    );
    assert_eq!(keys(&full), ["A/1", "A/2", "B/1", "C/3", "C/4"]);
    assert_eq!(full.applications.len(), 3);
}

// server.md C17, C18
#[test]
fn listings_that_are_no_deltas_have_fixed_versions() {
    assert_eq!((VERSION_OF_FULL, VERSION_OF_VIP), (1, -1));
}

#[test]
fn an_empty_registry_has_an_empty_hash() {
    let full = World::new().node.applications();
    assert_eq!((full.applications.len(), full.hash.as_str()), (0, ""));
}

// server.md R69
#[test]
fn an_application_shows_its_own_instances() {
    let world = three();
    let app = world.node.application("A").unwrap();
    let ids: Vec<_> = app
        .instances
        .iter()
        .map(|info| info.document.id.as_str())
        .collect();
    assert_eq!((app.name.as_str(), ids), ("A", vec!["1", "2"]));
    assert_eq!(world.node.application("C"), None);
}

// server.md D-15: an application without instances is no application.
#[test]
fn an_application_ends_with_its_last_instance() {
    let mut world = three();
    world.node.cancel(world.now, "B", ID, Origin::Client);
    assert_eq!(world.node.application("B"), None);
    assert_eq!(world.report().applications, 1);
}

// server.md R68
#[test]
fn an_instance_is_found_by_its_id_alone() {
    let mut world = three();
    assert_eq!(
        world
            .node
            .instance_by_id("2")
            .unwrap()
            .document
            .app
            .as_str(),
        "A"
    );
    assert!(world.node.instance_by_id(ID).is_some());
    world.cancel();
    assert_eq!(
        world.node.instance_by_id(ID).unwrap().document.app.as_str(),
        "B"
    );
    assert_eq!(world.node.instance_by_id("3"), None);
}

#[track_caller]
fn check_vip(vip: &str, plain: &[&str], secure: &[&str]) {
    let world = three();
    let (by_vip, by_secure_vip) = (world.node.by_vip(vip), world.node.by_secure_vip(vip));
    assert_eq!(
        (keys(&by_vip), keys(&by_secure_vip)),
        (owned(plain), owned(secure)),
        "{vip:?}"
    );
    assert_eq!(
        (by_vip.version, by_secure_vip.version),
        (VERSION_OF_VIP, VERSION_OF_VIP)
    );
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

// wire.md 1.10, 3.2: the elements of a list exactly, neither trimmed nor in another case.
#[test]
fn instances_are_found_by_each_of_their_virtual_addresses() {
    check_vip("v", &["A/1", "A/2"], &["B/1"]);
    check_vip("w", &["A/1"], &["B/1"]);
    check_vip("x", &["B/1"], &[]);
    for unknown in ["V", "v,w", " v", "", "y"] {
        check_vip(unknown, &[], &[]);
    }
}

// server.md C17
#[test]
fn the_hash_of_a_virtual_address_is_that_of_its_instances() {
    let world = three();
    assert_eq!(world.node.by_vip("v").hash, "DOWN_1_UP_1_");
    assert_eq!(world.node.by_secure_vip("v").hash, "OUT_OF_SERVICE_1_");
    assert_eq!(world.node.by_vip("unknown").hash, "");
}

/// `A/1` carries `names`; is it found by `vip`?
#[track_caller]
fn carried(names: &str, vip: &str, is_found: bool) {
    let mut world = World::new();
    world.register(instance().vip(names).secure_vip(names));
    assert_eq!(
        keys(&world.node.by_vip(vip)).len(),
        usize::from(is_found),
        "{names:?} {vip:?}"
    );
    assert_eq!(
        keys(&world.node.by_secure_vip(vip)).len(),
        usize::from(is_found)
    );
    world.cancel();
    assert!(keys(&world.node.by_vip(vip)).is_empty());
    assert!(keys(&world.node.by_secure_vip(vip)).is_empty());
}

// wire.md 3.2
#[test]
fn odd_lists_of_virtual_addresses_are_taken_as_they_are() {
    carried("a, b", " b", true);
    carried("a, b", "b", false);
    carried("a,a,a", "a", true);
    carried("", "", true);
    carried("a,", "", true);
    carried("a", "", false);
    carried("ä", "ä", true);
}

// server.md D-13 is not ours.
#[test]
fn a_registration_with_another_virtual_address_leaves_the_old_one() {
    let mut world = three();
    world.register(instance().vip("new").secure_vip("safe"));
    assert_eq!(keys(&world.node.by_vip("v")), ["A/2"]);
    assert!(keys(&world.node.by_vip("w")).is_empty());
    assert_eq!(keys(&world.node.by_vip("new")), ["A/1"]);
    assert_eq!(keys(&world.node.by_secure_vip("safe")), ["A/1"]);
}

#[test]
fn a_status_that_changes_is_seen_under_the_virtual_address_at_once() {
    let mut world = three();
    world.override_with(Starting);
    assert_eq!(world.node.by_vip("v").hash, "DOWN_1_STARTING_1_");
    world.pass(secs(400));
    assert_eq!(
        world.node.by_vip("v").hash,
        world.node.application("A").map_or(String::new(), |app| {
            let statuses = app.instances.iter().map(|info| info.status);
            statuses.collect::<heureka_model::StatusCounts>().hash()
        })
    );
}

// server.md 0.6, wire.md 3.1 and 3.2
#[test]
fn application_names_have_no_case_and_ids_have() {
    let mut world = World::new();
    world.register(named("Orders", "Id"));
    world.register(named("ORDERS", "id"));
    assert_eq!(keys(&world.node.applications()), ["ORDERS/Id", "ORDERS/id"]);
    assert!(world.node.instance("ORDERS", "ID").is_none());
    assert!(world.node.instance("ORDERS", "Id").is_some());
}

#[test]
fn the_report_counts_what_is_there() {
    let mut world = three();
    world.beat();
    world.node.cancel(world.now, APP, "2", Origin::Client);
    let report = world.report();
    assert_eq!((report.instances, report.applications), (2, 2));
    assert_eq!((report.statuses.of(Up), report.statuses.of(Down)), (1, 0));
    assert_eq!((report.renewals_last_minute, report.tombstones), (1, 1));
    assert_eq!((report.recent_changes, report.kept.len()), (3, 0));
    assert_eq!(
        (report.protection.expected, report.protection.tolerated),
        (2, 1)
    );
}
