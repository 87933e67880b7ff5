//! Heartbeats (server.md 2.3, H4, N70).

use heureka_core::{Origin, RenewOutcome, Renewal};
use heureka_model::InstanceStatus::{OutOfService, Unknown};
use heureka_model::UnixMillis;

use crate::builders::{ID, World, dirty, instance, millis, named, secs};
use RenewOutcome::{Renewed, SenderIsNewer};

/// The stored document has version 5; a heartbeat of version `sent` comes.
#[track_caller]
fn check(sent: Option<UnixMillis>, origin: Origin, expected: impl Fn(&World) -> RenewOutcome) {
    let mut world = World::new();
    world.register(instance().dirty(5));
    world.stall(secs(10));
    let renewal = Renewal {
        last_dirty: sent,
        overridden_status: None,
    };
    let outcome = world.renew(ID, renewal, origin);
    assert_eq!(outcome, expected(&world), "{sent:?} from {origin:?}");
    assert_eq!(
        world.shown().lease.last_renewal,
        world.now.wall,
        "renewed in any case"
    );
    assert_eq!(world.shown().document.last_dirty, dirty(5));
    assert_eq!(world.report().renewals_last_minute, 1);
}

// server.md H4, N70; wire.md 1.6
#[test]
fn a_heartbeat_renews_and_tells_who_has_the_newer_document() {
    let sender_is_older = |world: &World| RenewOutcome::SenderIsOlder(Box::new(world.shown()));
    for origin in [Origin::Client, Origin::SOME_PEER] {
        check(None, origin, |_| Renewed);
        check(Some(dirty(5)), origin, |_| Renewed);
        check(Some(dirty(6)), origin, |_| SenderIsNewer);
        check(Some(UnixMillis(i64::MAX)), origin, |_| SenderIsNewer);
    }
    check(Some(dirty(4)), Origin::Client, |_| Renewed);
    check(Some(UnixMillis(i64::MIN)), Origin::Client, |_| Renewed);
    check(Some(dirty(4)), Origin::SOME_PEER, sender_is_older);
    check(Some(UnixMillis(-1)), Origin::SOME_PEER, sender_is_older);
}

// server.md R26
#[test]
fn a_heartbeat_of_an_unknown_key_says_so() {
    let mut world = World::new();
    world.register(named("A", "2"));
    world.register(named("B", ID));
    assert_eq!(world.beat(), RenewOutcome::Unknown);
    assert_eq!(world.report().renewals_last_minute, 0);
}

// server.md R27
#[test]
fn a_heartbeat_of_an_instance_shown_as_unknown_is_not_renewed() {
    for origin in [Origin::Client, Origin::SOME_PEER] {
        let mut world = World::new();
        world.register(instance().status(Unknown));
        let before = world.shown();
        world.stall(secs(10));
        let outcome = world.renew(ID, Renewal::default(), origin);
        assert_eq!(outcome, RenewOutcome::Unknown);
        assert_eq!(world.shown(), before);
        assert_eq!(world.report().renewals_last_minute, 0);
    }
}

// server.md R27: its lease is never renewed, so it ends.
#[test]
fn an_instance_shown_as_unknown_goes_whatever_it_sends() {
    let mut world = World::new();
    world.register(instance().status(Unknown));
    for _ in 0..10 {
        world.pass(secs(10));
        world.beat();
    }
    assert!(!world.has(ID));
}

// server.md R45, R27
#[test]
fn after_a_removed_override_heartbeats_fail_until_the_client_registers() {
    let mut world = World::new();
    world.register(instance());
    world.override_with(OutOfService);
    assert_eq!(world.beat(), Renewed);
    world.remove_override(Unknown);
    assert_eq!(world.beat(), RenewOutcome::Unknown);
    assert_eq!(world.beat(), RenewOutcome::Unknown);
    world.register(instance());
    assert_eq!(world.beat(), Renewed);
}

// server.md R79: not by renew.
#[test]
fn a_heartbeat_changes_the_time_of_the_renewal_and_nothing_else() {
    let mut world = World::new();
    world.register(instance());
    let (mut before, delta) = (world.shown(), world.delta().unwrap());
    world.stall(secs(10));
    world.beat();
    before.lease.last_renewal = world.now.wall;
    assert_eq!(world.shown(), before);
    let delta_after = world.delta().unwrap();
    assert_eq!(
        (delta_after.version, delta_after.hash),
        (delta.version, delta.hash)
    );
}

// DESIGN 2.1: it is the time of the renewal, not one in the future.
#[test]
fn the_time_of_the_renewal_is_not_ahead_of_the_clock() {
    let mut world = World::new();
    world.register(instance());
    for _ in 0..3 {
        world.stall(secs(30));
        world.beat();
        assert_eq!(world.shown().lease.last_renewal, world.now.wall);
    }
}

// server.md R29, R33
#[test]
fn heartbeats_of_the_last_minute_are_counted_and_nothing_else() {
    let mut world = World::new();
    world.register(instance());
    world.override_with(OutOfService);
    world.register(instance());
    assert_eq!(world.report().renewals_last_minute, 0);
    for _ in 0..3 {
        world.beat();
        world.stall(secs(20));
    }
    world.stall(millis(1));
    assert_eq!(world.report().renewals_last_minute, 2);
    world.stall(secs(60));
    assert_eq!(world.report().renewals_last_minute, 0);
}
