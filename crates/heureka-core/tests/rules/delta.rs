//! What changed lately (server.md 2.10).

use heureka_core::{DeltaRefused, Origin};
use heureka_model::ActionType::{self, Added, Deleted, Modified};
use heureka_model::InstanceStatus::{Down, OutOfService};

use crate::builders::{APP, World, ids, infos, instance, millis, named, secs};

fn actions(world: &mut World) -> Vec<(String, ActionType)> {
    let delta = world.delta().unwrap();
    infos(&delta)
        .map(|info| (info.document.id.to_string(), info.action.unwrap()))
        .collect()
}

#[track_caller]
fn check(world: &mut World, expected: &[(&str, ActionType)]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|(id, action)| (id.to_string(), *action))
        .collect();
    assert_eq!(actions(world), expected);
}

// server.md R84
#[test]
fn without_changes_it_is_an_ordinary_listing_without_applications() {
    let mut world = World::new();
    let delta = world.delta().unwrap();
    assert_eq!((delta.applications.len(), delta.hash.as_str()), (0, ""));
    assert!(delta.version > 0);
}

// server.md R79, R81, R77: each key once, the last change last, as it is now.
#[test]
fn each_key_appears_once_in_the_order_of_the_last_changes() {
    let mut world = World::new();
    for id in ["1", "2", "3"] {
        world.register(named(APP, id));
    }
    check(&mut world, &[("1", Added), ("2", Added), ("3", Added)]);
    world.override_with(OutOfService);
    check(&mut world, &[("2", Added), ("3", Added), ("1", Modified)]);
    world.node.cancel(world.now, APP, "3", Origin::Client);
    check(&mut world, &[("2", Added), ("1", Modified), ("3", Deleted)]);
    world.register(named(APP, "2"));
    check(&mut world, &[("1", Modified), ("3", Deleted), ("2", Added)]);
    world.register(named(APP, "3"));
    check(&mut world, &[("1", Modified), ("2", Added), ("3", Added)]);
    world.cancel();
    check(&mut world, &[("2", Added), ("3", Added), ("1", Deleted)]);
}

#[test]
fn applications_group_their_instances() {
    let mut world = World::new();
    for (app, id) in [("A", "1"), ("B", "2"), ("A", "3"), ("C", "4")] {
        world.register(named(app, id));
    }
    let delta = world.delta().unwrap();
    let names: Vec<_> = delta
        .applications
        .iter()
        .map(|app| app.name.as_str())
        .collect();
    assert_eq!(names, ["A", "B", "C"]);
    assert_eq!(ids(&delta), ["1", "3", "2", "4"]);
}

// server.md R81: the hash is that of everything.
#[test]
fn its_hash_is_that_of_the_whole_registry() {
    let mut world = World::new();
    world.register(named(APP, "old").lease(30, 900));
    world.pass(secs(181));
    world.register(instance().status(Down));
    let delta = world.delta().unwrap();
    assert_eq!(
        (ids(&delta), delta.hash.as_str()),
        (vec!["1".into()], "DOWN_1_UP_1_")
    );
    assert_eq!(delta.hash, world.node.applications().hash);
}

// server.md R80
#[test]
fn a_change_is_shown_for_the_retention_and_no_longer() {
    for retention in [secs(1), secs(60), secs(180)] {
        let mut world = World::with(|config| config.delta.retention = retention);
        world.stall(millis(300));
        world.register(instance().lease(300, 900));
        world.stall(retention);
        assert_eq!(ids(&world.delta().unwrap()), ["1"], "{retention:?}");
        world.stall(millis(1));
        assert!(ids(&world.delta().unwrap()).is_empty(), "{retention:?}");
    }
}

// server.md R80: by itself, too, so that nobody has to ask for changes to be forgotten.
#[test]
fn old_changes_are_forgotten_also_when_nobody_asks() {
    let mut world = World::new();
    world.register(instance());
    world.cancel();
    world.pass(secs(180));
    assert_eq!(world.report().recent_changes, 1);
    world.pass(secs(1));
    assert_eq!(world.report().recent_changes, 0);
}

// A key that changes again stays for a retention after its last change.
#[test]
fn the_last_change_of_a_key_counts() {
    let mut world = World::new();
    world.register(instance());
    world.pass(secs(50));
    world.override_with(Down);
    world.pass(secs(150));
    check(&mut world, &[("1", Modified)]);
}

#[test]
fn turned_off_it_is_refused() {
    let mut world = World::with(|config| config.delta.enabled = false);
    world.register(instance());
    assert_eq!(world.delta(), Err(DeltaRefused::Disabled));
}

/// A window of so many changes, of which one is made each second.
fn changed_every_second(max_changes: usize, changes: u64) -> World {
    let mut world = World::with(|config| config.delta.max_changes = max_changes);
    for n in 0..changes {
        world.register(named(APP, &n.to_string()).lease(300, 900));
        world.pass(secs(1));
    }
    world
}

// faults-and-attacks.md F64: refused rather than silently partial.
#[test]
fn a_window_that_overflows_is_refused_until_it_tells_everything_again() {
    let mut world = changed_every_second(5, 5);
    assert_eq!(ids(&world.delta().unwrap()).len(), 5);
    let mut world = changed_every_second(5, 7);
    assert_eq!(world.delta(), Err(DeltaRefused::Truncated));
    assert_eq!(world.report().recent_changes, 5);
    // The second change fell out last; it was made at 1 s, and 7 s have passed.
    world.stall(secs(181 - 7));
    assert_eq!(world.delta(), Err(DeltaRefused::Truncated));
    world.stall(millis(1));
    assert_eq!(ids(&world.delta().unwrap()), ["2", "3", "4", "5", "6"]);
}

// One key that changes often takes one place.
#[test]
fn the_same_key_does_not_fill_the_window() {
    let mut world = World::with(|config| config.delta.max_changes = 2);
    for _ in 0..100 {
        world.register(instance());
        world.register(named(APP, "2"));
        world.cancel();
    }
    assert_eq!(ids(&world.delta().unwrap()).len(), 2);
}

#[test]
fn what_has_served_its_time_makes_room_without_a_refusal() {
    let mut world = World::with(|config| config.delta.max_changes = 2);
    for n in 0..10 {
        world.register(named(APP, &n.to_string()).lease(300, 9999));
        world.stall(secs(100));
        assert!(world.delta().is_ok(), "{n}");
    }
}

// An overflow in the past that is over leaves no trace.
#[test]
fn a_second_overflow_is_refused_for_its_own_time() {
    let mut world = changed_every_second(5, 6);
    world.pass(secs(200));
    assert!(world.delta().is_ok());
    world.register_many(6, (30, 90));
    assert_eq!(world.delta(), Err(DeltaRefused::Truncated));
    world.pass(secs(180));
    assert_eq!(world.delta(), Err(DeltaRefused::Truncated));
    world.pass(secs(1));
    assert!(world.delta().is_ok());
}

/// The version before and after something happened.
fn versions(world: &mut World, change: impl FnOnce(&mut World)) -> (i64, i64) {
    let before = world.delta().unwrap().version;
    change(world);
    (before, world.delta().unwrap().version)
}

// DESIGN 2.11
#[test]
fn the_version_differs_when_the_set_of_changes_does() {
    let changes: [fn(&mut World); 9] = [
        |world| _ = world.register(instance()),
        |world| _ = world.register(instance()),
        |world| _ = world.override_with(Down),
        |world| _ = world.remove_override(Down),
        |world| _ = world.set_metadata(&[("a", "1")]),
        |world| _ = world.register(named(APP, "2")),
        |world| _ = world.cancel(),
        |world| _ = world.register(instance().dirty(-1)),
        |world| world.pass(secs(181)),
    ];
    let mut world = World::new();
    for change in changes {
        let (before, after) = versions(&mut world, change);
        assert_ne!(before, after);
        assert!(after > 0 && after < 1 << 31, "{after}");
    }
}

#[test]
fn the_version_stays_while_the_set_of_changes_does() {
    let same: [fn(&mut World); 7] = [
        |_| {},
        |world| _ = world.beat(),
        |world| _ = world.override_with(Down),
        |world| _ = world.remove_override(Down),
        |world| _ = world.node.cancel(world.now, APP, "unknown", Origin::Client),
        |world| _ = world.report(),
        |world| world.pass(secs(50)),
    ];
    let mut world = World::new();
    world.register(instance().status(Down));
    for change in same {
        let (before, after) = versions(&mut world, change);
        assert_eq!(before, after);
    }
}

// DESIGN 2.11: also between nodes and after a restart.
#[test]
fn two_nodes_with_the_same_changes_at_different_stamps_have_different_versions() {
    let version = |seed| {
        let mut world = World::seeded(seed, |_| {});
        world.register(instance());
        world.delta().unwrap().version
    };
    assert_eq!(version(1), version(1));
    assert_ne!(version(1), version(2));
}

// A node that is empty says so with the same version everywhere.
#[test]
fn the_version_returns_when_everything_is_forgotten() {
    let mut world = World::new();
    let empty = world.delta().unwrap().version;
    world.register(instance());
    world.cancel();
    world.pass(secs(181));
    assert_eq!(world.delta().unwrap().version, empty);
}
