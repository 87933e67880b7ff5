//! What a Java peer's heartbeats may change (MERGE 5, server.md N70).

use heureka_core::{Origin, RenewOutcome, Renewal};
use heureka_model::ActionType;
use heureka_model::InstanceStatus::{self, Down, OutOfService, Starting, Unknown, Up};

use crate::builders::{ID, World, dirty, ids, instance, secs};

/// A heartbeat of version `last_dirty` that carries an override.
fn carries(last_dirty: i64, overridden: InstanceStatus) -> Renewal {
    Renewal {
        last_dirty: Some(dirty(last_dirty)),
        overridden_status: Some(overridden),
    }
}

/// `A/1` has version 0; the override that it has after a heartbeat.
#[track_caller]
fn check(renewal: Renewal, origin: Origin, overridden: InstanceStatus) {
    let mut world = World::new();
    world.register(instance());
    world.renew(ID, renewal, origin);
    let own = world.shown();
    assert_eq!(
        own.overridden_status, overridden,
        "{renewal:?} from {origin:?}"
    );
    assert_eq!(
        own.status,
        if overridden == Unknown {
            Up
        } else {
            overridden
        }
    );
}

// server.md N70, golden/spring/14-heartbeat
#[test]
fn an_override_counts_only_with_a_newer_version_and_from_a_peer() {
    check(carries(1, OutOfService), Origin::SOME_PEER, OutOfService);
    check(carries(1, Down), Origin::SOME_PEER, Down);
    check(carries(0, OutOfService), Origin::SOME_PEER, Unknown);
    check(carries(-1, OutOfService), Origin::SOME_PEER, Unknown);
    check(carries(1, Unknown), Origin::SOME_PEER, Unknown);
    check(carries(1, OutOfService), Origin::Client, Unknown);
    let without_version = Renewal {
        last_dirty: None,
        ..carries(1, OutOfService)
    };
    check(without_version, Origin::SOME_PEER, Unknown);
}

// DESIGN 2.9
#[test]
fn a_status_changed_by_a_renewal_appears_in_the_delta() {
    let mut world = World::new();
    world.register(instance());
    world.pass(secs(40));
    world.beat();
    world.pass(secs(100));
    world.beat();
    world.pass(secs(41));
    assert!(ids(&world.delta().unwrap()).is_empty());
    let outcome = world.renew(ID, carries(1, OutOfService), Origin::SOME_PEER);
    assert_eq!(outcome, RenewOutcome::SenderIsNewer);
    let delta = world.delta().unwrap();
    assert_eq!(
        (delta.hash.as_str(), ids(&delta)),
        ("OUT_OF_SERVICE_1_", vec![ID.into()])
    );
    let own = world.shown();
    assert_eq!(
        (own.action, own.last_updated),
        (Some(ActionType::Modified), world.now.wall)
    );
}

// MERGE 5*
#[test]
fn an_override_that_is_here_is_not_replaced_by_a_peers() {
    let mut world = World::new();
    world.register(instance());
    world.override_with(Down);
    world.renew(ID, carries(1, OutOfService), Origin::SOME_PEER);
    assert_eq!(world.shown().overridden_status, Down);
}

/// An override was removed; does a heartbeat that repeats it after so long bring it back?
fn comes_back_after(removed_for_secs: u64) -> bool {
    let mut world = World::new();
    world.register(instance());
    world.override_with(OutOfService);
    world.pass(secs(100));
    world.remove_override(Up);
    world.pass(secs(removed_for_secs));
    world.renew(ID, carries(1, OutOfService), Origin::SOME_PEER);
    world.shown().overridden_status == OutOfService
}

// MERGE 5*: none was removed in the last 35 s: Java repeats it with each heartbeat.
#[test]
fn an_override_removed_just_now_is_not_brought_back_by_a_peers_heartbeat() {
    for (removed_for_secs, comes_back) in [(0, false), (34, false), (35, false), (36, true)] {
        assert_eq!(
            comes_back_after(removed_for_secs),
            comes_back,
            "{removed_for_secs}"
        );
    }
}

// MERGE 5*: nor after the client has registered since.
#[test]
fn a_registration_does_not_make_the_removal_forgotten() {
    let mut world = World::new();
    world.register(instance());
    world.override_with(OutOfService);
    world.remove_override(Unknown);
    world.register(instance().dirty(1));
    world.renew(ID, carries(2, OutOfService), Origin::SOME_PEER);
    assert_eq!(world.shown().status, Up);
}

// MERGE 5* speaks of heartbeats; a register item of the same peer repeats the override just as well (server.md R11).
#[test]
fn an_override_removed_just_now_is_not_brought_back_by_a_peers_registration() {
    let mut world = World::new();
    world.register(instance());
    world.override_with(OutOfService);
    world.remove_override(Up);
    world.pass(secs(5));
    world.register_from(Origin::SOME_PEER, instance().dirty(1).brings(OutOfService));
    assert_eq!(world.shown().overridden_status, Unknown);
}

// server.md R46: Java stores it, and it takes effect by the rules: who is not ready stays so.
#[test]
fn an_override_carried_by_a_heartbeat_does_not_make_ready_who_is_not() {
    for unready in [Down, Starting] {
        let mut world = World::new();
        world.register(instance().status(unready));
        world.renew(ID, carries(1, OutOfService), Origin::SOME_PEER);
        let own = world.shown();
        assert_eq!((own.status, own.overridden_status), (unready, OutOfService));
    }
}
