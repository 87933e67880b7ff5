//! What operators say of an instance's status, and how long it counts (server.md 2.4 to 2.6, S13, MERGE 1).

use heureka_core::{Origin, Renewal, StatusChange, StatusOutcome};
use heureka_model::InstanceStatus::{self, Down, OutOfService, Starting, Unknown, Up};
use heureka_model::{ActionType, UnixMillis};

use crate::builders::{APP, World, dirty, id, instance, named, secs};
use crate::steps::Step::{
    self, Beat, Bring, BringOlder, Cancel, Metadata, Override, Register, RegisterOlder, Remove,
};
use crate::steps::{after, shows};

const ALL: [InstanceStatus; 5] = InstanceStatus::ALL;

// server.md R34
#[test]
fn setting_the_status_it_has_leaves_no_override() {
    for status in ALL {
        shows(&[Register(status), Override(status)], status, Unknown);
    }
    let out = Override(OutOfService);
    shows(&[Register(Up), out, out], OutOfService, OutOfService);
    let starting = [Register(Up), out, Register(Starting), Override(Starting)];
    shows(&starting, Starting, OutOfService);
}

// server.md R35, golden/spring/15-status-override
#[test]
fn an_override_is_shown_as_it_is() {
    for operator in ALL {
        let before = if operator == Up { Down } else { Up };
        shows(&[Register(before), Override(operator)], operator, operator);
        shows(
            &[Register(before), Override(operator), Beat],
            operator,
            operator,
        );
    }
    let in_turn = [
        Register(Up),
        Override(OutOfService),
        Override(Down),
        Override(Up),
    ];
    shows(&in_turn, Up, Up);
}

// server.md S13
#[test]
fn not_being_ready_shows_through_an_override_until_it_is_ready_again() {
    for unready in [Down, Starting] {
        let mut steps = vec![Register(Up), Override(OutOfService), Register(unready)];
        shows(&steps, unready, OutOfService);
        steps.push(Beat);
        shows(&steps, unready, OutOfService);
        steps.push(Register(Up));
        shows(&steps, OutOfService, OutOfService);
    }
}

// server.md S14
#[test]
fn an_override_to_unknown_outlives_registrations() {
    shows(
        &[Register(Up), Override(Unknown), Beat, Register(Up)],
        Unknown,
        Unknown,
    );
    shows(
        &[Register(Up), Override(Unknown), Register(Down)],
        Down,
        Unknown,
    );
}

// server.md R39
#[test]
fn removing_an_override_shows_the_status_that_came_with_it() {
    for shown in ALL {
        let steps = [Register(Up), Override(OutOfService), Remove(shown)];
        shows(&steps, shown, Unknown);
        shows(&[&steps[..], &[Beat]].concat(), shown, Unknown);
    }
}

// server.md R45
#[test]
fn removing_an_override_without_a_value_shows_unknown_until_the_client_registers() {
    let removed = [Register(Up), Override(OutOfService), Remove(Unknown)];
    shows(&removed, Unknown, Unknown);
    for reported in ALL {
        shows(
            &[&removed[..], &[Beat, Register(reported)]].concat(),
            reported,
            Unknown,
        );
    }
}

// server.md R40
#[test]
fn removing_an_override_where_there_is_none_changes_nothing() {
    shows(&[Register(Up), Remove(Down)], Up, Unknown);
    shows(
        &[
            Register(Up),
            Override(OutOfService),
            Remove(Down),
            Remove(Up),
        ],
        Down,
        Unknown,
    );
}

// server.md R11, R12, S10
#[test]
fn a_registration_brings_an_override_only_where_there_is_none() {
    shows(&[Bring(Up, OutOfService)], OutOfService, OutOfService);
    shows(&[Bring(Down, OutOfService)], Down, OutOfService);
    shows(
        &[Bring(Down, OutOfService), Register(Up)],
        OutOfService,
        OutOfService,
    );
    shows(
        &[Register(Up), Bring(Up, OutOfService)],
        OutOfService,
        OutOfService,
    );
    shows(
        &[Register(Up), Override(Down), Bring(Up, OutOfService)],
        Down,
        Down,
    );
    let removed = [Register(Up), Override(OutOfService), Remove(Up)];
    shows(&[&removed[..], &[Bring(Up, Down)]].concat(), Down, Down);
    shows(&[Register(Up), Bring(Up, Unknown)], Up, Unknown);
}

// server.md R3, S11
#[test]
fn an_older_registration_changes_neither_status_nor_override() {
    shows(&[Register(Up), RegisterOlder(Down)], Up, Unknown);
    shows(&[Register(Down), Override(Up), RegisterOlder(Down)], Up, Up);
    let removed = [Register(Up), Override(OutOfService), Remove(Down)];
    shows(
        &[&removed[..], &[RegisterOlder(Up)]].concat(),
        Down,
        Unknown,
    );
    shows(&[Register(Up), BringOlder(Up, Down)], Up, Unknown);
}

// server.md R20, MERGE 1*
#[test]
fn a_cancel_takes_the_override_with_it() {
    shows(
        &[Register(Up), Override(OutOfService), Cancel, Register(Up)],
        Up,
        Unknown,
    );
    shows(
        &[Bring(Up, Down), Cancel, Register(OutOfService)],
        OutOfService,
        Unknown,
    );
}

// wire.md 1.9: the same instance is registered again, with the status that it shows.
#[test]
fn a_metadata_edit_keeps_what_is_shown() {
    shows(&[Register(Starting), Metadata], Starting, Unknown);
    shows(
        &[Register(Up), Override(OutOfService), Metadata],
        OutOfService,
        OutOfService,
    );
    shows(&[Register(Down), Override(Up), Metadata], Up, Up);
    shows(
        &[Register(Starting), Override(OutOfService), Metadata, Beat],
        OutOfService,
        OutOfService,
    );
    for shown in ALL {
        let removed = [Register(Up), Override(OutOfService), Remove(shown)];
        shows(&[&removed[..], &[Metadata]].concat(), shown, Unknown);
    }
}

#[test]
fn a_metadata_edit_does_not_stand_for_a_report_of_the_client() {
    let edited = [
        Register(Up),
        Override(OutOfService),
        Remove(Unknown),
        Metadata,
    ];
    shows(&[&edited[..], &[Register(Up)]].concat(), Up, Unknown);
    let edited = [Register(Down), Override(Up), Metadata];
    shows(&[&edited[..], &[Register(Down)]].concat(), Down, Up);
}

// MERGE 1: what is stored is never a status computed from an override.
#[test]
fn what_is_stored_is_what_the_client_reported() {
    let up = Register(Up);
    for steps in [
        &[up, Override(OutOfService)][..],
        &[up, Override(OutOfService), up],
        &[up, Override(Down), up, Metadata],
        &[up, Override(Down), Remove(OutOfService)],
        &[up, Override(Down), Remove(OutOfService), Metadata],
        &[Bring(Up, OutOfService), Metadata],
    ] {
        assert_eq!(after(steps).shown().document.status, Up, "after {steps:?}");
    }
}

#[track_caller]
fn changes(steps: &[Step], change: StatusChange, outcome: StatusOutcome) {
    let mut world = after(steps);
    let before = world.shown();
    let version = world.delta().unwrap().version;
    world.stall(secs(5));
    assert_eq!(
        world.change_status(change, None),
        outcome,
        "{change:?} after {steps:?}"
    );
    let after = world.shown();
    assert_eq!(after.lease.last_renewal, world.now.wall, "a sign of life");
    let is_visible = outcome == StatusOutcome::Changed;
    assert_eq!(after.last_updated == world.now.wall, is_visible);
    assert_eq!(after.action == Some(ActionType::Modified), is_visible);
    assert_eq!(after.lease.registration, before.lease.registration);
    assert_eq!(world.delta().unwrap().version != version, is_visible);
}

// server.md R33 to R35, R38 to R40
#[test]
fn a_change_of_status_is_a_sign_of_life_and_visible_where_it_changes_something() {
    let remove = |shown| StatusChange::RemoveOverride { shown };
    let put = StatusChange::Override;
    changes(&[Register(Up)], put(Up), StatusOutcome::Unchanged);
    changes(&[Register(Up)], put(OutOfService), StatusOutcome::Changed);
    changes(&[Register(Up)], remove(Down), StatusOutcome::Unchanged);
    changes(
        &[Register(Down), Override(Up), Register(Up)],
        remove(Up),
        StatusOutcome::Changed,
    );
    changes(&[Bring(Up, Down)], remove(Unknown), StatusOutcome::Changed);
}

#[test]
fn the_status_of_an_unknown_instance_cannot_be_changed() {
    let mut world = World::new();
    world.register(named(APP, "other"));
    assert_eq!(world.override_with(Down), StatusOutcome::Unknown);
    assert_eq!(world.remove_override(Down), StatusOutcome::Unknown);
    assert!(world.node.overrides().is_empty());
}

#[track_caller]
fn raises(change: StatusChange, sent: Option<UnixMillis>, stored: UnixMillis) {
    let mut world = after(&[Register(Up), Override(OutOfService)]);
    world.change_status(change, sent);
    assert_eq!(
        world.shown().document.last_dirty,
        stored,
        "{change:?} with {sent:?}"
    );
}

// server.md R35, R36, R39; wire.md 3.4: only where something changes.
#[test]
fn a_change_of_status_raises_the_dirty_timestamp_and_never_lowers_it() {
    for change in [
        StatusChange::Override(Down),
        StatusChange::RemoveOverride { shown: Up },
    ] {
        raises(change, None, dirty(1));
        raises(change, Some(dirty(0)), dirty(1));
        raises(change, Some(dirty(2)), dirty(2));
    }
    raises(
        StatusChange::Override(OutOfService),
        Some(dirty(2)),
        dirty(1),
    );
}

#[test]
fn the_raised_version_keeps_older_registrations_out() {
    let mut world = after(&[Register(Up)]);
    world.change_status(StatusChange::Override(OutOfService), Some(dirty(9)));
    world.register(instance().dirty(8).status(Down));
    assert_eq!(world.shown().status, OutOfService);
    world.register(instance().dirty(9).status(Down));
    assert_eq!(world.shown().status, Down);
}

// faults-and-attacks.md I16, golden/spring/37-shared-id
#[test]
fn two_applications_with_one_id_do_not_share_an_override() {
    let mut world = World::new();
    world.register(instance());
    world.register(named("B", "1"));
    world.override_with(OutOfService);
    let other = |world: &World| world.node.instance("B", "1").unwrap();
    world
        .node
        .renew(world.now, "B", "1", Renewal::default(), Origin::Client);
    assert_eq!(
        (other(&world).status, other(&world).overridden_status),
        (Up, Unknown)
    );
    world.register(named("B", "1"));
    assert_eq!(other(&world).status, Up);
    world.node.cancel(world.now, "B", "1", Origin::Client);
    assert_eq!(world.shown().status, OutOfService);
}

// DESIGN 2.4: the list of overrides is keyed by id alone, and the later one is shown.
#[test]
fn the_list_of_overrides_shows_the_later_of_one_id() {
    let mut world = World::new();
    world.register(instance());
    world.register(named("B", "1"));
    world.register(named("B", "2").brings(Starting));
    let list = |world: &World| {
        let mut list = world.node.overrides();
        list.sort();
        list
    };
    assert_eq!(list(&world), [(id("2"), Starting)]);
    let mut put = |app: &str, status| {
        let change = StatusChange::Override(status);
        world
            .node
            .change_status(world.now, app, "1", change, None, Origin::Client);
        list(&world)
    };
    assert_eq!(put("A", Down), [(id("1"), Down), (id("2"), Starting)]);
    assert_eq!(
        put("B", OutOfService),
        [(id("1"), OutOfService), (id("2"), Starting)]
    );
    assert_eq!(
        put("A", Starting),
        [(id("1"), Starting), (id("2"), Starting)]
    );
    world.cancel();
    assert_eq!(list(&world), [(id("1"), OutOfService), (id("2"), Starting)]);
}

// faults-and-attacks.md F61: not an hour after somebody last asked, as Java's.
#[test]
fn an_override_lives_as_long_as_the_lease() {
    let mut world = after(&[
        Register(Starting),
        Override(OutOfService),
        Register(Starting),
    ]);
    for _ in 0..5 * 60 {
        world.pass(secs(60));
        world.beat();
    }
    world.register(instance().dirty(9));
    assert_eq!(world.shown().status, OutOfService);
}
