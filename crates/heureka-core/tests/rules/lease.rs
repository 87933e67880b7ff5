//! When leases end (server.md 1, MERGE 2).

use std::time::Duration;

use heureka_core::{Grace, LeasePolicy};
use heureka_model::InstanceStatus::OutOfService;

use crate::builders::{ID, Instance, World, instance, millis, secs};

/// What `A/1` did before it fell silent; a second lies between two of these.
#[derive(Clone, Copy, Debug)]
enum Sign {
    Register,
    RegisterOlder,
    Beat,
    Status,
    SameStatus,
    RemoveNothing,
    Metadata,
}
use Sign::{Beat, Metadata, Register, RegisterOlder, RemoveNothing, SameStatus, Status};

impl Sign {
    fn give(self, world: &mut World, instance: &Instance) {
        let instance = instance.clone();
        match self {
            Register => _ = world.register(instance),
            RegisterOlder => _ = world.register(instance.dirty(-1)),
            Beat => _ = world.beat(),
            Status => _ = world.override_with(OutOfService),
            SameStatus => _ = world.override_with(heureka_model::InstanceStatus::Up),
            RemoveNothing => _ = world.remove_override(OutOfService),
            Metadata => _ = world.set_metadata(&[("a", "1")]),
        }
    }
}

/// Time from the last of `signs` until the instance is gone, to the millisecond of the round that took it.
fn silent_for(grace: Grace, instance: &Instance, signs: &[Sign]) -> Duration {
    let mut world = World::with(|config| {
        config.lease = LeasePolicy { grace };
        config.eviction_interval = millis(250);
    });
    for sign in signs {
        world.pass(secs(1));
        sign.give(&mut world, instance);
    }
    let began = world.now.mono;
    while world.has(ID) {
        world.pass(millis(250));
    }
    world.now.mono - began
}

/// The lease ends after so many seconds: it is there at that moment, and gone with the next round.
#[track_caller]
fn ends(grace: Grace, lease: (i32, i32), signs: &[Sign], after_secs: u64) {
    let instance = instance().lease(lease.0, lease.1);
    let silent_for = silent_for(grace, &instance, signs);
    let expected = secs(after_secs) + millis(250);
    assert_eq!(silent_for, expected, "{grace:?} {lease:?} {signs:?}");
}

const DEFAULT: Grace = Grace::TwiceTheInterval;
const STRICT: Grace = Grace::Fixed(Duration::ZERO);

// server.md L3, L4; MERGE 2
#[test]
fn a_lease_that_was_never_renewed_ends_after_its_duration() {
    for grace in [DEFAULT, STRICT, Grace::AsNetflix] {
        ends(grace, (30, 90), &[Register], 90);
        ends(grace, (5, 7), &[Register], 7);
        ends(grace, (300, 1), &[Register], 1);
    }
}

// MERGE 2: a living Java client whose heartbeat hung is silent for 120 s.
#[test]
fn a_renewed_lease_ends_after_its_duration_and_twice_the_interval() {
    ends(DEFAULT, (30, 90), &[Register, Beat], 150);
    ends(DEFAULT, (10, 15), &[Register, Beat, Beat], 35);
    ends(DEFAULT, (1, 3), &[Register, Beat], 5);
}

// MERGE 2: strict, fixed, and server.md L5.
#[test]
fn the_grace_of_a_renewed_lease_is_the_operators_choice() {
    ends(STRICT, (30, 90), &[Register, Beat], 90);
    ends(Grace::Fixed(secs(7)), (30, 90), &[Register, Beat], 97);
    ends(Grace::AsNetflix, (30, 90), &[Register, Beat], 180);
    ends(Grace::AsNetflix, (10, 15), &[Register, Beat], 30);
}

// MERGE 2*: unlike server.md L6.
#[test]
fn a_registration_over_a_living_lease_keeps_that_it_was_renewed() {
    ends(DEFAULT, (30, 90), &[Register, Register], 90);
    ends(DEFAULT, (30, 90), &[Register, Beat, Register], 150);
    ends(DEFAULT, (30, 90), &[Register, Beat, RegisterOlder], 150);
    ends(
        Grace::AsNetflix,
        (30, 90),
        &[Register, Beat, Register, Register],
        180,
    );
}

// server.md R7
#[test]
fn an_older_registration_is_a_sign_of_life_too() {
    ends(DEFAULT, (30, 90), &[Register, RegisterOlder], 90);
}

// server.md R33, R38
#[test]
fn changes_of_status_renew_the_lease_also_where_they_change_nothing() {
    for sign in [Status, SameStatus, RemoveNothing] {
        ends(DEFAULT, (30, 90), &[Register, sign], 150);
    }
}

// MERGE 1: the lease is written by registering, renewing and status changes.
#[test]
fn a_metadata_edit_does_not_renew_the_lease() {
    ends(DEFAULT, (30, 90), &[Register, Metadata], 89);
    ends(DEFAULT, (30, 90), &[Register, Beat, Metadata], 149);
}

// server.md L11
#[test]
fn a_lease_that_is_not_positive_is_the_usual_one() {
    ends(DEFAULT, (30, 0), &[Register], 90);
    ends(DEFAULT, (0, -1), &[Register, Beat], 150);
}

// server.md R9: with a new document comes its lease.
#[test]
fn a_lease_is_as_long_as_the_last_registration_says() {
    for (first, then, after_secs) in [((30, 90), (1, 10), 10), ((1, 10), (30, 90), 90)] {
        let mut world = World::new();
        world.register(instance().lease(first.0, first.1));
        world.register(instance().lease(then.0, then.1));
        world.pass(secs(after_secs));
        assert!(world.has(ID));
        world.pass(secs(1));
        assert!(!world.has(ID));
    }
}

#[test]
fn the_longest_lease_outlasts_a_year() {
    let mut world = World::with(|config| config.eviction_interval = secs(24 * 3600));
    world.register(instance().lease(i32::MAX, i32::MAX));
    world.beat();
    world.pass(secs(366 * 24 * 3600));
    assert!(world.has(ID));
}

// MERGE 2*: "over a living lease"; what does a registration over an ended one that is still listed begin?
#[test]
fn a_registration_over_an_ended_lease_begins_as_never_renewed() {
    let mut world = World::with(|config| config.eviction_interval = secs(120));
    world.register(instance());
    world.beat();
    world.pass(secs(230));
    assert!(world.has(ID), "ended 80 s ago, and not yet evicted");
    world.register(instance());
    world.pass(secs(130));
    assert!(!world.has(ID), "never renewed since, and silent for 130 s");
}
