//! Cancels, what they leave behind, and who comes back (server.md 2.2, MERGE 1 and 5).

use heureka_core::{CancelOutcome, Grace, LeasePolicy, Origin, RegisterOutcome, RenewOutcome};
use heureka_model::InstanceStatus::{Down, Up};
use heureka_model::{ActionType, UnixMillis};

use crate::builders::{APP, ID, Instance, World, dirty, ids, infos, instance, millis, named, secs};

const HOUR_SECS: u64 = 3600;

// server.md R22
#[test]
fn a_cancelled_instance_is_gone_from_every_view() {
    let mut world = World::new();
    world.register(instance().vip("v").secure_vip("s"));
    assert_eq!(world.cancel(), CancelOutcome::Cancelled);
    let node = &world.node;
    assert_eq!(
        (node.instance(APP, ID), node.instance_by_id(ID)),
        (None, None)
    );
    assert_eq!(node.application(APP), None);
    let full = node.applications();
    assert_eq!((full.hash.as_str(), full.applications.len()), ("", 0));
    assert!(node.by_vip("v").applications.is_empty());
    assert!(node.by_secure_vip("s").applications.is_empty());
    assert_eq!(world.beat(), RenewOutcome::Unknown);
}

// server.md R22, L7
#[test]
fn a_cancelled_instance_is_deleted_in_the_delta_with_the_time() {
    let mut world = World::new();
    world.register(instance().status(Down));
    world.stall(secs(7));
    world.cancel();
    let delta = world.delta().unwrap();
    assert_eq!(delta.hash, "");
    let [gone] = infos(&delta).collect::<Vec<_>>()[..] else {
        panic!("one change: {delta:?}");
    };
    assert_eq!(
        (gone.action, gone.status),
        (Some(ActionType::Deleted), Down)
    );
    assert_eq!(
        (gone.lease.eviction, gone.last_updated),
        (dirty(7000), dirty(7000))
    );
    assert_eq!(gone.lease.registration, dirty(0));
}

// server.md R21
#[test]
fn a_cancel_of_an_unknown_key_says_so_and_changes_nothing_that_is_seen() {
    let mut world = World::new();
    world.register(named(APP, "2"));
    world.register(named("B", ID));
    let version = world.delta().unwrap().version;
    assert_eq!(world.cancel(), CancelOutcome::Unknown);
    assert_eq!(world.keys().len(), 2);
    assert_eq!(world.delta().unwrap().version, version);
    world.register(instance());
    world.cancel();
    assert_eq!(world.cancel(), CancelOutcome::Unknown);
}

#[test]
fn a_cancel_takes_out_one_key_and_not_its_namesakes() {
    let mut world = World::new();
    world.register(instance());
    world.register(named(APP, "2"));
    world.register(named("B", ID));
    world.cancel();
    assert_eq!(ids(&world.node.applications()), ["2", "1"]);
    assert_eq!(
        world.node.instance_by_id(ID).unwrap().document.app.as_str(),
        "B"
    );
}

/// `A/1` of version 5 was cancelled; `instance` comes.
#[track_caller]
fn returns(instance: Instance, origin: Origin) {
    let mut world = World::new();
    world.register(self::instance().dirty(5));
    world.cancel();
    world.stall(secs(60));
    let version = instance
        .clone()
        .registration(UnixMillis(0))
        .document
        .last_dirty;
    assert_eq!(
        world.register_from(origin, instance),
        RegisterOutcome::Added
    );
    assert_eq!(world.shown().document.last_dirty, version);
    assert_eq!(world.report().tombstones, 0);
    assert_eq!(ids(&world.delta().unwrap()), [ID]);
}

// MERGE 1*, 5: Steeltoe, fargo and the JS client come back with the unchanged one.
#[test]
fn a_cancelled_key_returns_with_any_version() {
    for version in [4, 5, 6] {
        returns(instance().dirty(version), Origin::Client);
        returns(instance().dirty(version), Origin::SOME_PEER);
    }
}

// MERGE 1*: the version that the key has after its return counts from then on.
#[test]
fn the_older_version_that_returned_is_the_one_that_later_ones_are_compared_with() {
    let mut world = World::new();
    world.register(instance().dirty(5));
    world.cancel();
    world.register(instance().dirty(1));
    assert_eq!(
        world.register(instance().dirty(0)),
        RegisterOutcome::KeptNewer
    );
    assert_eq!(
        world.register(instance().dirty(2)),
        RegisterOutcome::Replaced
    );
    assert_eq!(world.shown().document.last_dirty, dirty(2));
}

// server.md R9 does not hold over a cancel: a new lease is a new one.
#[test]
fn a_key_that_returns_begins_with_nothing_of_its_past() {
    let mut world = World::new();
    world.register(instance().metadata(&[("k", "v")]));
    world.beat();
    world.override_with(Down);
    world.cancel();
    world.pass(secs(5));
    world.register(instance());
    let shown = world.shown();
    assert_eq!((shown.status, shown.action), (Up, Some(ActionType::Added)));
    assert_eq!(
        (shown.lease.service_up, shown.lease.eviction),
        (dirty(5000), UnixMillis(0))
    );
    assert!(shown.document.metadata.is_empty());
    world.pass(secs(92));
    assert!(!world.has(ID), "the new lease was never renewed");
}

// server.md R20
#[test]
fn every_cancel_is_among_the_last_ones_newest_first() {
    let mut world = World::new();
    for id in ["1", "2"] {
        world.register(named(APP, id));
    }
    for id in ["1", "2"] {
        world.stall(secs(1));
        world.node.cancel(world.now, APP, id, Origin::Client);
    }
    let last = world.node.last_cancelled();
    let named_at: Vec<_> = last
        .iter()
        .map(|named| (named.key.id.as_str(), named.at))
        .collect();
    assert_eq!(named_at, [("2", dirty(2000)), ("1", dirty(1000))]);
}

/// How many seconds the tombstone of an instance with this lease is kept.
#[track_caller]
fn kept_for(grace: Grace, (interval, duration): (i32, i32), expected_secs: u64) {
    let mut world = World::with(|config| config.lease = LeasePolicy { grace });
    world.register(instance().lease(interval, duration));
    world.cancel();
    world.pass(secs(expected_secs));
    assert_eq!(
        world.report().tombstones,
        1,
        "{grace:?} {interval}/{duration}"
    );
    world.pass(secs(1));
    assert_eq!(
        world.report().tombstones,
        0,
        "{grace:?} {interval}/{duration}"
    );
}

// MERGE 5: an hour, or the cancelled lease plus grace and hold (ten minutes) where that is longer.
#[test]
fn a_tombstone_outlives_an_hour_and_the_lease_that_was_cancelled() {
    kept_for(Grace::TwiceTheInterval, (30, 90), HOUR_SECS);
    kept_for(Grace::TwiceTheInterval, (30, 2940), HOUR_SECS);
    kept_for(Grace::TwiceTheInterval, (30, 2941), HOUR_SECS + 1);
    kept_for(Grace::TwiceTheInterval, (2000, 10), 4610);
    kept_for(Grace::AsNetflix, (30, 3000), 6600);
    kept_for(Grace::Fixed(secs(100)), (30, 3600), 4300);
    kept_for(Grace::Fixed(secs(0)), (3000, 90), HOUR_SECS);
}

// MERGE 5: a lease of many years must not keep what was cancelled after it.
#[test]
fn a_tombstone_that_stays_long_does_not_keep_the_others() {
    let mut world = World::new();
    world.register(instance().lease(30, i32::MAX));
    world.register(named(APP, "2"));
    world.cancel();
    world.node.cancel(world.now, APP, "2", Origin::Client);
    world.pass(secs(HOUR_SECS + 1));
    assert_eq!(world.report().tombstones, 1);
}

// MERGE 1: a cancel of an unknown key leaves a tombstone all the same; it may have overtaken the registration.
#[test]
fn a_cancel_of_an_unknown_key_is_remembered_for_an_hour() {
    let mut world = World::new();
    world.cancel();
    world.pass(secs(HOUR_SECS));
    assert_eq!(world.report().tombstones, 1);
    world.pass(secs(1));
    assert_eq!(world.report().tombstones, 0);
}

#[test]
fn cancelling_again_keeps_one_tombstone_and_begins_its_time_anew() {
    let mut world = World::new();
    world.register(instance());
    world.cancel();
    world.pass(secs(HOUR_SECS / 2));
    world.cancel();
    assert_eq!(world.report().tombstones, 1);
    world.pass(secs(HOUR_SECS) - millis(1));
    assert_eq!(world.report().tombstones, 1);
    world.pass(secs(2));
    assert_eq!(world.report().tombstones, 0);
}

// MERGE 5: a client that repeats its cancel does not shorten what the lease asks for.
#[test]
fn cancelling_again_does_not_shorten_the_time_of_a_long_lease() {
    let mut world = World::new();
    world.register(instance().lease(30, 7200));
    world.cancel();
    world.cancel();
    world.pass(secs(7860));
    assert_eq!(world.report().tombstones, 1);
    world.pass(secs(1));
    assert_eq!(world.report().tombstones, 0);
}
