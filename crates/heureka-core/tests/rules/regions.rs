//! How regions are followed (server.md G2 to G10, P9).

use heureka_core::{FetchFailure, RegionFetch, RegionOutcome};
use heureka_model::InstanceStatus::Down;

use crate::builders::{World, named, secs};
use crate::region_builders::{
    DELTA, FULL, changes, down, following, gone, knowing, listed, listing, shown, unreachable, up,
};

// server.md G2, G4, G6
#[test]
fn everything_first_and_then_what_changes() {
    let mut world = following(&["eu"], |_| {});
    assert_eq!(world.wait(), secs(0));
    let outcome = world.brings(FULL, Ok(listing(&[up("A", "1"), up("B", "1")])));
    assert_eq!(
        outcome,
        RegionOutcome::Replaced {
            instances: 2,
            is_first: true
        }
    );
    assert_eq!(world.wait(), secs(30));
    assert_eq!(world.node.poll_region_fetch(world.now.mono), None);
    let delta = changes(
        &[up("C", "1"), down("A", "1"), gone("B", "1")],
        "DOWN_1_UP_1_",
    );
    assert_eq!(world.later_brings(DELTA, Ok(delta)), RegionOutcome::Updated);
    assert_eq!(shown(&world.usual()), ["A/1:DOWN", "C/1:UP"]);
    assert_eq!(world.wait(), secs(30));
    let reports = world.node.region_reports();
    assert_eq!(
        (
            reports[0].full_fetches,
            reports[0].deltas,
            reports[0].instances
        ),
        (1, 1, 2)
    );
}

// server.md G4
#[test]
fn without_deltas_or_without_instances_everything_is_fetched_each_time() {
    let mut world = following(&["eu"], |config| config.delta = false);
    world.brings(FULL, Ok(listing(&[up("A", "1")])));
    world.later_brings(FULL, Ok(listing(&[])));
    assert!(shown(&world.usual()).is_empty());
    let mut world = knowing(&[]);
    world.later_brings(FULL, Ok(listing(&[up("A", "1")])));
    world.later_brings(DELTA, Ok(changes(&[], "UP_1_")));
}

// server.md G6, R83; wire.md 4
#[test]
fn changes_are_applied_by_their_kind() {
    for (change, expected) in [
        (up("A", "2"), &["A/1:UP", "A/2:UP"][..]),
        (up("N", "1"), &["A/1:UP", "N/1:UP"]),
        (down("A", "1"), &["A/1:DOWN"]),
        (down("N", "1"), &["A/1:UP", "N/1:DOWN"]),
        (gone("A", "1"), &[]),
        (gone("A", "2"), &["A/1:UP"]),
        (gone("N", "1"), &["A/1:UP"]),
        (listed(named("A", "1").status(Down), None), &["A/1:UP"]),
    ] {
        let mut world = knowing(&[up("A", "1")]);
        world.later_brings(DELTA, Ok(changes(&[change.clone(), change], "")));
        assert_eq!(shown(&world.usual()), expected);
    }
}

// server.md G6
#[test]
fn a_wrong_hash_means_that_everything_is_fetched_at_once() {
    let mut world = knowing(&[up("A", "1")]);
    let wrong = changes(&[up("A", "2")], "UP_3_");
    assert_eq!(
        world.later_brings(DELTA, Ok(wrong)),
        RegionOutcome::Mismatched
    );
    assert_eq!(shown(&world.usual()), ["A/1:UP", "A/2:UP"]);
    assert_eq!(world.wait(), secs(0));
    world.brings(FULL, Ok(listing(&[up("A", "2"), up("A", "3")])));
    assert_eq!(shown(&world.usual()), ["A/2:UP", "A/3:UP"]);
    assert_eq!(world.node.region_reports()[0].mismatches, 1);
}

#[test]
fn a_hash_that_is_always_wrong_costs_two_fetches_each_interval_and_no_more() {
    let mut world = knowing(&[up("A", "1")]);
    for _ in 0..3 {
        world.later_brings(DELTA, Ok(changes(&[], "UP_7_")));
        assert_eq!(world.wait(), secs(0));
        world.brings(FULL, Ok(changes(&[up("A", "1")], "UP_7_")));
        assert_eq!(world.wait(), secs(30));
    }
    assert_eq!(shown(&world.usual()), ["A/1:UP"]);
}

// server.md G3
#[test]
fn a_region_that_fails_is_asked_less_often_and_keeps_its_instances() {
    let mut world = knowing(&[up("A", "1")]);
    let mut waits = Vec::new();
    for kind in [DELTA, FULL, FULL, FULL, FULL] {
        world.later_brings(kind, Err(unreachable()));
        waits.push(world.wait().as_secs());
    }
    assert_eq!(waits, [30, 60, 120, 150, 150]);
    assert_eq!(shown(&world.usual()), ["A/1:UP"]);
    assert!(world.node.regions_are_ready());
    let report = world.node.region_reports().remove(0);
    assert_eq!(
        (report.failures, report.last_failure),
        (5, Some(unreachable()))
    );
    world.later_brings(FULL, Ok(listing(&[up("A", "2")])));
    assert_eq!(shown(&world.usual()), ["A/2:UP"]);
    assert_eq!(world.wait(), secs(30));
    assert_eq!(world.node.region_reports()[0].last_failure, None);
}

// server.md G6
#[test]
fn what_is_fetched_after_a_delta_that_failed() {
    for (failure, wait_secs) in [
        (FetchFailure::Status(403), 0),
        (FetchFailure::Status(404), 0),
        (FetchFailure::Unreadable("garbage".to_owned()), 0),
        (FetchFailure::TooLarge { limit_bytes: 1 }, 0),
        (FetchFailure::Status(429), 30),
        (FetchFailure::Status(503), 30),
        (FetchFailure::TimedOut, 30),
        (unreachable(), 30),
    ] {
        let mut world = knowing(&[up("A", "1")]);
        world.later_brings(DELTA, Err(failure.clone()));
        assert_eq!(world.wait(), secs(wait_secs), "{failure}");
        // A full listing that fails the same way never makes a loop without waiting.
        world.later_brings(FULL, Err(failure.clone()));
        assert_eq!(world.wait(), secs(60), "{failure}");
        assert_eq!(shown(&world.usual()), ["A/1:UP"], "{failure}");
    }
}

// server.md R80
#[test]
fn after_a_long_silence_a_delta_would_not_tell_everything() {
    for (silence, kind) in [(150, DELTA), (151, FULL)] {
        let mut world = knowing(&[up("A", "1")]);
        world.stall(secs(silence));
        assert_eq!(world.fetch().kind, kind, "{silence}");
    }
}

// server.md G5
#[test]
fn a_fetch_that_never_ends_is_given_up_and_comes_too_late() {
    let mut world = following(&["eu"], |_| {});
    let lost = world.fetch();
    assert_eq!(world.wait(), secs(150));
    assert_eq!(world.node.poll_region_fetch(world.now.mono), None);
    world.later_brings(FULL, Ok(listing(&[up("A", "1")])));
    for _ in 0..2 {
        let outcome = world
            .node
            .handle_region_fetched(world.now, &lost, Ok(listing(&[])));
        assert_eq!(outcome, RegionOutcome::Late);
    }
    assert_eq!(shown(&world.usual()), ["A/1:UP"]);
}

#[test]
fn a_region_may_not_have_more_instances_than_the_limit() {
    let mut world = following(&["eu"], |config| config.max_instances = 2);
    let three = [up("A", "1"), up("A", "2"), up("A", "3")];
    let too_many = |outcome| {
        matches!(outcome, RegionOutcome::Failed { failure, .. }
            if failure.limit() == Some("remote-region-max-instances"))
    };
    assert!(too_many(world.brings(FULL, Ok(listing(&three)))));
    assert!(!world.node.regions_are_ready());
    world.later_brings(FULL, Ok(listing(&three[..2])));
    assert!(too_many(world.later_brings(DELTA, Ok(listing(&three)))));
    assert_eq!(shown(&world.usual()), ["A/1:UP", "A/2:UP"]);
    world.later_brings(FULL, Ok(listing(&three[1..])));
    assert_eq!(shown(&world.usual()), ["A/2:UP", "A/3:UP"]);
}

#[test]
fn regions_are_fetched_independently() {
    let mut world = following(&["a", "b"], |_| {});
    let (a, b) = (world.fetch(), world.fetch());
    assert_eq!(
        (a.region.as_str(), b.region.as_str()),
        ("a", "b"),
        "one that hangs does not keep the other"
    );
    let one = Ok(listing(&[up("A", "1")]));
    world.node.handle_region_fetched(world.now, &b, one);
    assert_eq!(world.wait(), secs(30));
    assert_eq!(shown(&world.usual()), ["A/1:UP"]);
}

// server.md P9, G2, G14
#[test]
fn all_regions_have_to_be_ready_once() {
    let mut world = World::new();
    assert!(world.node.regions_are_ready());
    assert_eq!(world.node.poll_region_timeout(), None);
    world = following(&["a", "b"], |_| {});
    assert!(!world.node.regions_are_ready());
    world.brings(FULL, Ok(listing(&[])));
    assert!(!world.node.regions_are_ready());
    world.brings(FULL, Ok(listing(&[])));
    assert!(world.node.regions_are_ready());
    world.later_brings(FULL, Err(unreachable()));
    assert!(world.node.regions_are_ready());
}

// server.md G10
#[test]
fn instances_of_regions_have_no_lease_here() {
    let mut world = knowing(&[up("A", "1"), up("A", "2")]);
    world.register(named("A", "local"));
    let report = world.report();
    assert_eq!((report.instances, report.protection.expected), (1, 1));
    assert!(
        world
            .node
            .handle_region_fetched(world.now, &stray(), Ok(listing(&[])))
            == RegionOutcome::Late
    );
    world.pass(secs(3600));
    assert_eq!(shown(&world.usual()), ["A/1:UP", "A/2:UP"]);
    assert_eq!(world.evicted().len(), 1);
    assert!(world.keys().is_empty());
    assert!(world.node.instance("A", "1").is_none());
    assert_eq!(world.beat(), heureka_core::RenewOutcome::Unknown);
}

/// A fetch of a node that follows a region with another name.
fn stray() -> RegionFetch {
    following(&["other"], |_| {}).fetch()
}

/// What a region that follows this one sends back of `A/1`, which is registered here.
fn echo(world: &World) -> heureka_model::InstanceInfo {
    world.node.instance("A", "1").unwrap()
}

// server.md R77, C26: a region that follows this one with fallback on lists our own instances.
#[test]
fn what_a_region_only_heard_from_here_is_not_its_own() {
    for by_delta in [false, true] {
        let mut world = following(&["eu"], |_| {});
        world.register(named("A", "1"));
        let echo = echo(&world);
        if by_delta {
            world.brings(FULL, Ok(listing(&[up("E", "1")])));
            let delta = changes(std::slice::from_ref(&echo), "UP_2_");
            assert_eq!(world.later_brings(DELTA, Ok(delta)), RegionOutcome::Updated);
        } else {
            world.brings(FULL, Ok(listing(&[up("E", "1"), echo.clone()])));
        }
        world.cancel();
        assert_eq!(shown(&world.usual()), ["E/1:UP"]);
        assert!(world.node.instance_anywhere("A", "1").is_none());
        assert!(world.node.application_anywhere("A").is_none());
        // The region still has not heard of it, and says so by each kind of fetch.
        let still = changes(std::slice::from_ref(&echo), "UP_2_");
        assert_eq!(world.later_brings(DELTA, Ok(still)), RegionOutcome::Updated);
        assert_eq!(shown(&world.usual()), ["E/1:UP"]);
        world.stall(secs(200));
        world.brings(FULL, Ok(listing(&[up("E", "1"), echo])));
        assert_eq!(shown(&world.usual()), ["E/1:UP"]);
        // It registers there.
        let mut moved = up("A", "1");
        moved.lease.registration = world.now.wall;
        let delta = changes(&[moved], "UP_2_");
        assert_eq!(world.later_brings(DELTA, Ok(delta)), RegionOutcome::Updated);
        assert_eq!(shown(&world.usual()), ["A/1:UP", "E/1:UP"]);
        let delta = changes(&[gone("A", "1")], "UP_1_");
        assert_eq!(world.later_brings(DELTA, Ok(delta)), RegionOutcome::Updated);
        assert_eq!(shown(&world.usual()), ["E/1:UP"]);
    }
}

#[test]
fn an_instance_of_one_name_in_two_regions_is_no_echo() {
    let mut world = following(&["eu"], |_| {});
    world.register(named("A", "1"));
    let mut other = down("A", "1");
    other.lease.registration = world.now.wall.after(secs(1));
    world.brings(FULL, Ok(listing(&[other, down("A", "2")])));
    assert_eq!(shown(&world.usual()), ["A/1:UP", "A/2:DOWN"]);
    world.cancel();
    assert_eq!(shown(&world.usual()), ["A/1:DOWN", "A/2:DOWN"]);
}
