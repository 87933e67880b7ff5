//! The wall clock is data: its jumps alter no lease (faults-and-attacks.md I15).

use heureka_core::{Origin, RegisterOutcome};
use heureka_model::UnixMillis;

use crate::builders::{ID, World, dirty, ids, instance, named, secs};

const DAY_MS: i64 = 24 * 3600 * 1000;
const JUMPS_MS: [i64; 5] = [-DAY_MS, -5000, 5000, DAY_MS, i64::MAX / 2];

fn jump(world: &mut World, by_ms: i64) {
    world.now.wall = UnixMillis(world.now.wall.0 + by_ms);
}

#[test]
fn a_jump_neither_ends_nor_lengthens_a_lease() {
    for by_ms in JUMPS_MS {
        let mut world = World::new();
        world.register(instance());
        world.beat();
        world.pass(secs(75));
        jump(&mut world, by_ms);
        world.pass(secs(75));
        assert!(world.has(ID), "{by_ms}");
        world.pass(secs(1));
        assert!(!world.has(ID), "{by_ms}");
    }
}

#[test]
fn a_jump_neither_forgets_nor_keeps_changes_and_tombstones() {
    for by_ms in JUMPS_MS {
        let mut world = World::new();
        world.register(named("A", "2"));
        world.node.cancel(world.now, "A", "2", Origin::Client);
        jump(&mut world, by_ms);
        world.pass(secs(180));
        assert_eq!(ids(&world.delta().unwrap()), ["2"], "{by_ms}");
        world.pass(secs(1));
        assert!(ids(&world.delta().unwrap()).is_empty(), "{by_ms}");
        world.pass(secs(3600 - 181));
        assert_eq!(world.report().tombstones, 1, "{by_ms}");
        world.pass(secs(1));
        assert_eq!(world.report().tombstones, 0, "{by_ms}");
    }
}

#[test]
fn a_jump_turns_no_protection_on() {
    for by_ms in JUMPS_MS {
        let mut world = World::new();
        world.register_many(20, (30, 90));
        world.pass(secs(40));
        jump(&mut world, by_ms);
        world.pass(secs(1));
        assert!(world.events().is_empty(), "{by_ms}");
        assert_eq!(world.report().protection.missing, 0, "{by_ms}");
    }
}

// MERGE 1*: what is written later is newer, also where the wall clock ran back in between.
#[test]
fn an_override_after_a_jump_back_is_newer_than_the_registration_before() {
    use heureka_model::InstanceStatus::{OutOfService, Starting, Up};
    let mut world = World::new();
    world.register(instance().status(Starting));
    jump(&mut world, -DAY_MS);
    world.override_with(OutOfService);
    assert_eq!(world.shown().status, OutOfService);
    world.register(instance().status(Starting));
    assert_eq!(world.shown().status, Starting);
    world.register(instance().status(Up));
    assert_eq!(world.shown().status, OutOfService);
}

#[test]
fn what_is_shown_is_the_wall_clock_as_it_is() {
    let mut world = World::new();
    world.register(instance());
    jump(&mut world, -DAY_MS);
    world.beat();
    assert_eq!(world.shown().lease.last_renewal, dirty(-DAY_MS));
    assert_eq!(world.register(instance()), RegisterOutcome::Replaced);
    assert_eq!(world.shown().lease.registration, dirty(-DAY_MS));
    assert_eq!(world.shown().last_updated, dirty(-DAY_MS));
}
