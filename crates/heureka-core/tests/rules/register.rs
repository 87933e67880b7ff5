//! Registering, for the first time and again (server.md 2.1).

use heureka_core::{Origin, RegisterOutcome, RegistryFull};
use heureka_model::InstanceStatus::{Down, OutOfService, Up};
use heureka_model::{ActionType, InstanceKey, LeaseTimes, UnixMillis};

use crate::builders::{APP, ID, World, dirty, infos, instance, named, secs};
use RegisterOutcome::{Added, KeptNewer, LateCopy, Replaced};

const CLIENT: Origin = Origin::Client;
const PEER: Origin = Origin::SOME_PEER;
const TEN_MINUTES_MS: i64 = 600_000;

/// A document of version `stored` is there, one of version `sent` comes.
#[track_caller]
fn check(stored: i64, (sent, origin): (i64, Origin), outcome: RegisterOutcome) {
    let mut world = World::new();
    world.register(instance().dirty(stored).vip("stored"));
    let sent_instance = instance().dirty(sent).vip("sent");
    assert_eq!(world.register_from(origin, sent_instance), outcome);
    let document = world.shown().document;
    let (version, vip) = match outcome {
        Added | Replaced => (sent, "sent"),
        KeptNewer | LateCopy => (stored, "stored"),
    };
    assert_eq!(document.last_dirty, dirty(version));
    assert_eq!(document.vip_address(), Some(vip));
    let found = |vip| infos(&world.node.by_vip(vip)).count();
    assert_eq!(
        (found("sent"), found("stored")),
        if vip == "sent" { (1, 0) } else { (0, 1) }
    );
}

// server.md R3
#[test]
fn an_older_registration_keeps_the_stored_document_and_an_equal_one_replaces_it() {
    for origin in [CLIENT, PEER] {
        check(0, (-1, origin), KeptNewer);
        check(0, (0, origin), Replaced);
        check(0, (1, origin), Replaced);
        check(0, (i64::MIN, origin), KeptNewer);
    }
}

// MERGE 1*: a stored document dated far ahead does not keep its own client out.
#[test]
fn a_document_from_the_future_is_replaced_by_its_client_but_not_by_a_peer() {
    check(TEN_MINUTES_MS, (0, CLIENT), KeptNewer);
    check(TEN_MINUTES_MS + 1, (0, CLIENT), Replaced);
    check(TEN_MINUTES_MS + 1, (0, PEER), KeptNewer);
    check(TEN_MINUTES_MS + 1, (TEN_MINUTES_MS + 2, PEER), Replaced);
}

// server.md R3: who sends no version is never older than what came before.
#[test]
fn a_registration_without_a_version_has_the_time_at_which_it_came() {
    let mut world = World::new();
    world.register(instance());
    world.stall(secs(5));
    assert_eq!(world.register(instance().never_dirty()), Replaced);
    assert_eq!(world.shown().document.last_dirty, dirty(5000));
}

#[test]
fn the_first_registration_of_a_key_is_told_from_the_next() {
    let mut world = World::new();
    assert_eq!(world.register(instance()), Added);
    assert_eq!(world.register(named(APP, "2")), Added);
    assert_eq!(world.register(named("B", ID)), Added);
    assert_eq!(world.register(instance()), Replaced);
    world.cancel();
    assert_eq!(world.register(instance()), Added);
}

// server.md R9, R14 to R16, L1
#[test]
fn a_new_instance_shows_when_it_came() {
    let mut world = World::new();
    world.stall(secs(3));
    let came = world.now.wall;
    world.register(instance());
    let shown = world.shown();
    let lease = LeaseTimes {
        registration: came,
        last_renewal: came,
        eviction: UnixMillis(0),
        service_up: came,
    };
    assert_eq!(shown.lease, lease);
    assert_eq!(
        (shown.last_updated, shown.action),
        (came, Some(ActionType::Added))
    );
    assert!(!shown.is_coordinating);
}

/// `A/1` was registered 10 s ago and renewed since; `again` comes.
#[track_caller]
fn begins_anew(again: i64, outcome: RegisterOutcome) {
    let mut world = World::new();
    world.register(instance());
    let first_up = world.now.wall;
    world.stall(secs(5));
    world.beat();
    world.stall(secs(5));
    let version = world.delta().unwrap().version;
    assert_eq!(world.register(instance().dirty(again)), outcome);
    let (shown, now) = (world.shown(), world.now.wall);
    assert_eq!(
        (shown.lease.registration, shown.lease.last_renewal),
        (now, now)
    );
    assert_eq!(shown.lease.service_up, first_up);
    assert_eq!(
        (shown.last_updated, shown.action),
        (now, Some(ActionType::Added))
    );
    assert_ne!(world.delta().unwrap().version, version);
}

// server.md R7, R9, R15, R16
#[test]
fn a_registration_begins_the_lease_anew_also_where_the_document_is_kept() {
    begins_anew(1, Replaced);
    begins_anew(0, Replaced);
    begins_anew(-1, KeptNewer);
}

// server.md R15: always ADDED, whatever it was before.
#[test]
fn a_registration_after_a_change_of_status_is_added_again() {
    let mut world = World::new();
    world.register(instance());
    world.override_with(OutOfService);
    assert_eq!(world.shown().action, Some(ActionType::Modified));
    world.register(instance());
    assert_eq!(world.shown().action, Some(ActionType::Added));
}

// server.md L8, R9, R14
#[test]
fn service_up_is_the_first_time_it_was_up() {
    let mut world = World::new();
    let mut service_up = |instance| {
        world.stall(secs(1));
        world.register(instance);
        world.shown().lease.service_up
    };
    assert_eq!(service_up(instance().status(Down)), UnixMillis(0));
    assert_eq!(service_up(instance().status(Up)), dirty(2000));
    assert_eq!(service_up(instance().status(Down)), dirty(2000));
    assert_eq!(service_up(instance().status(Up)), dirty(2000));
}

// server.md R35, L8
#[test]
fn an_override_to_up_counts_as_the_first_time_up() {
    let mut world = World::new();
    world.register(instance().status(Down));
    world.stall(secs(1));
    world.override_with(Up);
    assert_eq!(world.shown().lease.service_up, dirty(1000));
    world.stall(secs(1));
    world.cancel();
    world.register(instance());
    assert_eq!(world.shown().lease.service_up, dirty(2000));
}

// server.md R10, R87
#[test]
fn every_registration_is_among_the_last_ones_newest_first() {
    let mut world = World::new();
    for id in ["1", "2", "1"] {
        world.stall(secs(1));
        world.register(named(APP, id));
    }
    let last = world.node.last_registered();
    let named_at: Vec<_> = last
        .iter()
        .map(|named| (named.key.id.as_str(), named.at))
        .collect();
    assert_eq!(
        named_at,
        [("1", dirty(3000)), ("2", dirty(2000)), ("1", dirty(1000))]
    );
    assert!(world.node.last_cancelled().is_empty());
}

#[test]
fn a_full_registry_refuses_new_keys_and_takes_those_it_has() {
    let mut world = World::with(|config| config.limits.max_instances = Some(2));
    world.register(named(APP, "1"));
    world.register(named(APP, "2"));
    let full = RegistryFull { max_instances: 2 };
    assert_eq!(try_register(&mut world, "3"), Err(full));
    assert_eq!(
        world.keys(),
        [InstanceKey::new(APP, "1"), InstanceKey::new(APP, "2")].into()
    );
    assert_eq!(try_register(&mut world, "2"), Ok(Replaced));
    world.cancel();
    assert_eq!(try_register(&mut world, "3"), Ok(Added));
}

fn try_register(world: &mut World, id: &str) -> Result<RegisterOutcome, RegistryFull> {
    let registration = named(APP, id).registration(world.now.wall);
    world.node.register(world.now, registration, CLIENT)
}

#[test]
fn a_refused_registration_leaves_nothing_behind() {
    let mut world = World::with(|config| config.limits.max_instances = Some(0));
    world.cancel();
    let (before, version) = (world.report(), world.delta().unwrap().version);
    assert!(try_register(&mut world, ID).is_err());
    assert_eq!(world.report(), before);
    assert_eq!(world.delta().unwrap().version, version);
    assert!(world.node.last_registered().is_empty());
}
