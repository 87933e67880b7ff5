//! Nothing that strangers send makes a node grow without end (faults-and-attacks.md I8).

use heureka_core::{CancelOutcome, Event, MetadataOutcome, Origin, RenewOutcome, StatusOutcome};
use heureka_model::InstanceKey;
use heureka_model::InstanceStatus::Down;

use crate::builders::{APP, ID, World, instance, named, secs};

// MERGE 1: at most 10,000 of these.
#[test]
fn a_hundred_thousand_cancels_of_unknown_keys_leave_ten_thousand_tombstones() {
    let mut world = World::new();
    for _ in 0..2 {
        for n in 0..100_000 {
            let outcome = world
                .node
                .cancel(world.now, APP, &n.to_string(), Origin::Client);
            assert_eq!(outcome, CancelOutcome::Unknown);
        }
        assert_eq!(world.report().tombstones, 10_000);
        world.pass(secs(3601));
        assert_eq!(world.report().tombstones, 0);
    }
}

// A key that could never be registered needs no tombstone, and a long name takes much more room.
#[test]
fn a_name_that_is_too_long_to_be_registered_leaves_no_tombstone() {
    let long = |bytes| "X".repeat(bytes);
    for (app, id, tombstones) in [(257, 1, 0), (1, 513, 0), (60_000, 60_000, 0), (256, 512, 1)] {
        let mut world = World::new();
        let outcome = world
            .node
            .cancel(world.now, &long(app), &long(id), Origin::Client);
        assert_eq!(outcome, CancelOutcome::Unknown);
        assert_eq!(world.report().tombstones, tombstones, "{app} {id}");
    }
}

#[test]
fn tombstones_of_keys_that_were_here_make_room_for_newer_ones() {
    let mut world = World::with(|config| config.limits.max_tombstones = 100);
    for n in 0..1000 {
        let name = n.to_string();
        world.register(named(APP, &name));
        world.node.cancel(world.now, APP, &name, Origin::Client);
        assert!(world.report().tombstones <= 100);
    }
    assert_eq!(world.report().tombstones, 100);
}

// DESIGN 2.5: unknown names never grow memory.
#[test]
fn asking_for_a_hundred_thousand_unknown_names_changes_nothing() {
    let mut world = World::new();
    world.register(instance().vip("v"));
    let before = world.report();
    for n in 0..100_000 {
        let name = n.to_string();
        assert!(world.node.instance(&name, ID).is_none());
        assert!(world.node.instance(APP, &name).is_none() || name == ID);
        assert!(world.node.application(&name).is_none());
        assert!(world.node.by_vip(&name).applications.is_empty());
        assert!(world.node.by_secure_vip(&name).applications.is_empty());
        assert!(world.node.instance_by_id(&name).is_none() || name == ID);
    }
    assert_eq!(world.report(), before);
}

#[test]
fn writing_to_a_hundred_thousand_unknown_names_changes_nothing() {
    let mut world = World::new();
    world.register(named("B", ID));
    let (before, version) = (world.report(), world.delta().unwrap().version);
    for _ in 0..100_000 {
        assert_eq!(world.beat(), RenewOutcome::Unknown);
        assert_eq!(world.override_with(Down), StatusOutcome::Unknown);
        assert_eq!(world.set_metadata(&[("a", "1")]), MetadataOutcome::Unknown);
    }
    assert_eq!(world.report(), before);
    assert_eq!(world.delta().unwrap().version, version);
}

// In debug builds a node checks that it plans at most one look at each lease.
#[test]
fn one_key_with_ever_different_leases_stays_one() {
    let mut world = World::new();
    for n in 1..2000 {
        world.register(instance().lease(n, 4000 - n).vip(&n.to_string()));
        world.beat();
        world.stall(secs(1));
        world.node.handle_timeout(world.now);
    }
    let report = world.report();
    assert_eq!(
        (report.instances, report.recent_changes, report.tombstones),
        (1, 1, 0)
    );
    assert!(world.node.by_vip("1998").applications.is_empty());
    assert_eq!(world.node.by_vip("1999").applications.len(), 1);
}

// server.md 0.5, R87
#[test]
fn the_last_thousand_names_are_remembered() {
    let mut world = World::new();
    for n in 0..1200 {
        let name = n.to_string();
        world.register(named(APP, &name));
        world.node.cancel(world.now, APP, &name, Origin::Client);
    }
    for last in [world.node.last_registered(), world.node.last_cancelled()] {
        assert_eq!(last.len(), 1000);
        assert_eq!(last[0].key, InstanceKey::new(APP, "1199"));
        assert_eq!(last[999].key, InstanceKey::new(APP, "200"));
    }
}

#[test]
fn events_that_nobody_takes_make_room_for_newer_ones() {
    let mut world = World::new();
    for n in 0..1100 {
        world.register(named(APP, &n.to_string()).lease(3600, 1));
        world.pass(secs(2));
    }
    let events = world.events();
    assert_eq!(events.len(), 1024);
    let Some(Event::Evicted(last)) = events.last() else {
        panic!("{:?}", events.last());
    };
    assert_eq!(last.evicted, [InstanceKey::new(APP, "1099")]);
}

#[test]
fn a_report_names_a_hundred_of_those_it_keeps() {
    let mut world = World::new();
    world.register_many(150, (30, 90));
    world.pass(secs(100));
    let report = world.report();
    assert_eq!((report.kept.len(), report.protection.kept), (100, 150));
}
