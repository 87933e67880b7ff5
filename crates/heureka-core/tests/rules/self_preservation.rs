//! When a node doubts the network rather than the instances (MERGE 4).

use std::ops::Range;
use std::time::Duration;

use heureka_core::{Event, Origin, Protection, Threshold};
use heureka_model::InstanceStatus::OutOfService;
use heureka_model::{InstanceKey, LeaseSettings};

use crate::builders::{APP, World, millis, named, secs};

const RELEASE_AFTER: Duration = secs_const(15 * 60);

const fn secs_const(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Those who are in `living` renew every 30 s for so long.
fn live(world: &mut World, living: Range<usize>, time: Duration) {
    let end = world.now.mono + time;
    while world.now.mono < end {
        for n in living.clone() {
            world.beat_of(&n.to_string());
        }
        world.pass(secs(30).min(end - world.now.mono));
    }
}

/// `count` instances with the usual lease, of which the first `missing` fell silent so long ago.
fn silent(count: usize, missing: usize, time: Duration) -> World {
    let mut world = World::new();
    world.register_many(count, (30, 90));
    live(&mut world, missing..count, time);
    world
}

fn is_on(world: &mut World) -> bool {
    matches!(world.report().protection.protection, Protection::On { .. })
}

fn named_by(range: Range<usize>) -> Vec<InstanceKey> {
    range
        .map(|n| InstanceKey::new(APP, &n.to_string()))
        .collect()
}

fn evicted(world: &mut World) -> Vec<InstanceKey> {
    let mut evicted = world.evicted();
    evicted.sort_by_key(|key| key.id.as_str().parse::<usize>().unwrap());
    evicted
}

/// The table of MERGE 4: for N = 0, 1, 2 never; N = 3 to 13: two or more missing; then what 15 % come to.
fn turns_on_at(count: usize) -> usize {
    match count {
        0..=2 => usize::MAX,
        3..=13 => 2,
        14..=19 => 3,
        _ => 4,
    }
}

// MERGE 4, faults-and-attacks.md I6
#[test]
fn up_to_twenty_instances_with_every_count_of_missing_ones() {
    for count in 0..=20 {
        for missing in 0..=count {
            let mut world = silent(count, missing, secs(300));
            let protected = missing >= turns_on_at(count);
            assert_eq!(is_on(&mut world), protected, "{missing} of {count}");
            let gone = if protected { 0..0 } else { 0..missing };
            assert_eq!(evicted(&mut world), named_by(gone), "{missing} of {count}");
        }
    }
}

// MERGE 4
#[test]
fn of_a_hundred_fifteen_may_be_missing() {
    for (missing, protected) in [(15, false), (16, true)] {
        let mut world = silent(100, missing, secs(300));
        assert_eq!(is_on(&mut world), protected, "{missing}");
        assert_eq!(world.evicted().len(), if protected { 0 } else { missing });
    }
}

// MERGE 4: within their own renewal interval plus half of it.
#[test]
fn an_instance_is_missing_after_one_and_a_half_of_its_own_intervals() {
    for (interval, seen_for) in [
        (30, secs(45)),
        (10, secs(15)),
        (1, millis(1500)),
        (3600, secs(5400)),
    ] {
        let mut world = World::with(|config| config.eviction_interval = millis(500));
        world.register_many(3, (interval, 99_999));
        world.pass(seen_for);
        assert_eq!(world.report().protection.missing, 0, "{interval}");
        world.pass(millis(500));
        assert_eq!(world.report().protection.missing, 3, "{interval}");
        world.beat_of("0");
        assert_eq!(world.report().protection.missing, 2, "{interval}");
    }
}

#[test]
fn instances_with_different_intervals_are_each_measured_by_their_own() {
    let mut world = World::new();
    for (n, interval) in [10, 20, 40, 80].into_iter().enumerate() {
        world.register(named(APP, &n.to_string()).lease(interval, 9999));
    }
    for (after_secs, missing) in [(16, 1), (31, 2), (61, 3), (121, 4)] {
        world.pass(secs(1000 + after_secs) - world.now.mono);
        assert_eq!(
            world.report().protection.missing,
            missing,
            "after {after_secs} s"
        );
    }
}

// MERGE 4: each counts at most once, however often it renews.
#[test]
fn busy_instances_do_not_hide_that_others_are_missing() {
    let mut world = World::new();
    world.register_many(4, (30, 90));
    for _ in 0..600 {
        world.pass(millis(100));
        world.beat_of("0");
        world.beat_of("1");
    }
    assert!(is_on(&mut world));
    assert_eq!(world.report().protection.missing, 2);
}

// MERGE 4: registering and changes of status are signs of life, too.
#[test]
fn every_sign_of_life_counts_as_being_seen() {
    let mut world = World::new();
    world.register_many(3, (30, 9999));
    world.pass(secs(46));
    assert_eq!(world.report().protection.missing, 3);
    world.register(named(APP, "0").lease(30, 9999));
    assert_eq!(world.report().protection.missing, 2);
    world.override_with(OutOfService);
    assert_eq!(world.report().protection.missing, 1);
    world.node.cancel(world.now, APP, "2", Origin::Client);
    assert_eq!(world.report().protection.missing, 0);
}

// MERGE 4, faults-and-attacks.md I7
#[test]
fn it_ends_when_they_come_back() {
    let mut world = silent(10, 10, secs(100));
    assert!(is_on(&mut world));
    assert_eq!(world.report().kept.len(), 10);
    for back in 0..8 {
        world.beat_of(&back.to_string());
        world.pass(secs(1));
        assert!(is_on(&mut world), "{back} more came back");
    }
    world.beat_of("8");
    world.pass(secs(1));
    assert!(!is_on(&mut world));
    assert_eq!(
        world.evicted(),
        named_by(9..10),
        "the one that did not come back"
    );
    live(&mut world, 0..9, secs(100));
    assert!(world.events().is_empty());
}

// MERGE 4: it says why it is on, since when, which it keeps, and what it takes to end it.
#[test]
fn it_says_why_it_is_on_since_when_and_whom_it_keeps() {
    let mut world = silent(10, 4, secs(100));
    let report = world.report();
    let protection = report.protection;
    assert_eq!(protection.protection, Protection::On { since: secs(1046) });
    assert_eq!(
        (
            protection.expected,
            protection.missing,
            protection.tolerated
        ),
        (10, 4, 1)
    );
    assert_eq!((protection.enabled, protection.kept), (true, 4));
    let mut kept = report.kept;
    kept.sort();
    assert_eq!(kept, named_by(0..4));
    let [Event::ProtectionChanged(told)] = world.events()[..] else {
        panic!("told once");
    };
    assert_eq!(told.protection, Protection::On { since: secs(1046) });
}

/// Of `count` the first `missing` never come back; how many are evicted in twice the time after which they may be?
fn let_go(count: usize, missing: usize) -> usize {
    let mut world = silent(count, missing, RELEASE_AFTER - secs(1));
    assert_eq!(world.evicted().len(), 0, "{missing} of {count}");
    live(&mut world, missing..count, RELEASE_AFTER);
    let evicted = evicted(&mut world);
    assert!(evicted.is_empty() || evicted == named_by(0..missing));
    assert_eq!(is_on(&mut world), evicted.is_empty());
    evicted.len()
}

// MERGE 4*
#[test]
fn a_real_shrink_is_let_go_after_a_while_and_a_cut_line_never() {
    for (count, missing, gone) in [
        (20, 4, 4),
        (20, 10, 10),
        (20, 11, 0),
        (20, 20, 0),
        (3, 2, 0),
        (4, 2, 2),
        (5, 2, 2),
        (5, 3, 0),
    ] {
        assert_eq!(let_go(count, missing), gone, "{missing} of {count}");
    }
}

// MERGE 4: an instance silent for so long: each by its own silence.
#[test]
fn who_fell_silent_later_is_let_go_later() {
    let mut world = World::new();
    world.register_many(20, (30, 90));
    live(&mut world, 4..20, secs(300));
    live(&mut world, 8..20, secs(599));
    assert_eq!(world.evicted().len(), 0);
    live(&mut world, 8..20, secs(5));
    assert_eq!(evicted(&mut world), named_by(0..4));
    live(&mut world, 8..20, secs(200));
    assert_eq!(world.evicted().len(), 0);
    live(&mut world, 8..20, secs(100));
    assert_eq!(evicted(&mut world), named_by(4..8));
}

#[test]
fn letting_go_keeps_to_the_cap_of_a_round() {
    let mut world = silent(20, 9, RELEASE_AFTER - secs(1));
    let mut rounds = Vec::new();
    for _ in 0..5 {
        world.pass(secs(1));
        rounds.push(world.evicted().len());
    }
    assert_eq!(rounds, [3, 2, 2, 1, 1]);
}

#[test]
fn the_time_after_which_a_shrink_is_real_is_the_operators_choice() {
    let mut world = World::with(|config| config.self_preservation.release_after = secs(200));
    world.register_many(4, (30, 90));
    live(&mut world, 2..4, secs(199));
    assert!(is_on(&mut world));
    live(&mut world, 2..4, secs(5));
    assert_eq!((world.evicted().len(), is_on(&mut world)), (2, false));
}

// A lease that is longer than the time after which silence is a shrink.
#[test]
fn nobody_is_let_go_before_the_end_of_its_lease() {
    let mut world = World::new();
    for n in 0..4 {
        let duration = if n < 2 { 3600 } else { 90 };
        world.register(named(APP, &n.to_string()).lease(30, duration));
    }
    live(&mut world, 2..4, secs(3600));
    assert_eq!((is_on(&mut world), world.evicted().len()), (true, 0));
    live(&mut world, 2..4, secs(2));
    assert_eq!(world.evicted().len(), 2);
}

#[test]
fn disabled_it_never_turns_on_and_everybody_goes() {
    let mut world = World::unprotected();
    world.register_many(20, (30, 90));
    world.pass(secs(91));
    assert!(!world.report().protection.enabled);
    assert!(!is_on(&mut world));
    assert_eq!(world.evicted().len(), 20);
}

#[track_caller]
fn with_threshold(millionths: u32, missing_of_ten: usize, protected: bool) {
    let mut world = World::with(|config| {
        config.self_preservation.threshold = Threshold::from_millionths(millionths);
    });
    world.register_many(10, (30, 90));
    live(&mut world, missing_of_ten..10, secs(60));
    assert_eq!(
        is_on(&mut world),
        protected,
        "{millionths}: {missing_of_ten} of 10"
    );
}

#[test]
fn the_threshold_is_the_operators_choice() {
    with_threshold(500_000, 5, false);
    with_threshold(500_000, 6, true);
    with_threshold(1_000_000, 1, false);
    with_threshold(1_000_000, 2, true);
    with_threshold(2_000_000, 2, true);
    with_threshold(0, 10, false);
}

// A heartbeat that comes in time keeps an instance seen for ever, with the least settings there are.
#[test]
fn the_shortest_interval_works_as_the_others_do() {
    let mut world = World::new();
    world.register_many(5, (1, 1));
    for _ in 0..100 {
        world.pass(secs(1));
        (0..5).for_each(|n| _ = world.beat_of(&n.to_string()));
    }
    assert!(world.events().is_empty());
    assert_eq!(LeaseSettings::new(1, 1).renewal_interval(), secs(1));
}
