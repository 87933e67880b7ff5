//! Who is evicted and when, and what that leaves (server.md 2.7, MERGE 3).

use std::collections::BTreeSet;

use heureka_core::{Event, EvictionReport, RegisterOutcome, RenewOutcome};
use heureka_model::InstanceStatus::{OutOfService, Up};
use heureka_model::{ActionType, InstanceKey};

use crate::builders::{APP, ID, World, dirty, infos, instance, millis, named, secs};

// faults-and-attacks.md I5: not before the end of its lease, and with the next round.
#[test]
fn an_instance_goes_with_the_first_round_after_its_lease() {
    for interval in [millis(100), secs(1), secs(7), secs(60)] {
        let mut world = World::with(|config| config.eviction_interval = interval);
        world.stall(millis(50));
        world.register(instance());
        let ends = world.now.mono + secs(90);
        while world.has(ID) {
            world.pass(interval);
        }
        let round = world.node.poll_timeout().0 - interval;
        assert!(
            round > ends && round <= ends + interval,
            "{interval:?}: {round:?} for {ends:?}"
        );
    }
}

// server.md R22; MERGE 3
#[test]
fn an_evicted_instance_is_deleted_in_the_delta_with_the_time() {
    let mut world = World::new();
    world.register(instance());
    world.register(named(APP, "2").lease(30, 900));
    world.pass(secs(100));
    let delta = world.delta().unwrap();
    assert_eq!(delta.hash, "UP_1_");
    let gone = infos(&delta)
        .find(|info| info.document.id.as_str() == ID)
        .unwrap();
    assert_eq!(gone.action, Some(ActionType::Deleted));
    assert_eq!(
        (gone.lease.eviction, gone.last_updated),
        (dirty(91_000), dirty(91_000))
    );
    assert_eq!(world.beat(), RenewOutcome::Unknown);
    assert_eq!(world.evicted(), [InstanceKey::new(APP, ID)]);
    assert_eq!(world.node.last_cancelled()[0].at, dirty(91_000));
}

// MERGE 3: local, no tombstone, all parts of the key are dropped.
#[test]
fn an_eviction_leaves_nothing_that_a_registration_would_meet() {
    let mut world = World::new();
    world.register(instance().dirty(9));
    world.override_with(OutOfService);
    world.pass(secs(200));
    assert!(!world.has(ID));
    assert_eq!(world.report().tombstones, 0);
    assert!(world.node.overrides().is_empty());
    assert_eq!(world.register(instance().dirty(5)), RegisterOutcome::Added);
    let shown = world.shown();
    assert_eq!((shown.status, shown.document.last_dirty), (Up, dirty(5)));
    assert_eq!(shown.lease.service_up, dirty(200_000));
    world.pass(secs(91));
    assert!(
        !world.has(ID),
        "nor is it known that the old lease was renewed"
    );
}

// server.md R30
#[test]
fn a_heartbeat_revives_a_lease_that_has_ended_while_it_is_still_listed() {
    let mut world = World::with(|config| config.eviction_interval = secs(60));
    world.register(instance());
    world.pass(secs(119));
    assert_eq!(world.beat(), RenewOutcome::Renewed);
    world.pass(secs(150));
    assert!(world.has(ID));
    world.pass(secs(60));
    assert!(!world.has(ID));
}

// server.md R30: also one that the rounds have already seen to end.
#[test]
fn a_heartbeat_revives_a_lease_that_is_kept_by_self_preservation() {
    let mut world = World::new();
    world.register_many(3, (30, 90));
    world.pass(secs(300));
    assert_eq!(world.report().kept.len(), 3);
    assert_eq!(world.beat_of("0"), RenewOutcome::Renewed);
    assert_eq!(world.beat_of("1"), RenewOutcome::Renewed);
    assert_eq!(world.report().kept, [InstanceKey::new(APP, "2")]);
    world.pass(secs(1));
    assert_eq!(world.evicted(), [InstanceKey::new(APP, "2")]);
    assert_eq!(world.keys().len(), 2);
}

// faults-and-attacks.md I1
#[test]
fn who_renews_in_time_is_never_evicted() {
    let mut world = World::unprotected();
    world.register_many(10, (30, 90));
    for _ in 0..100 {
        world.pass(secs(90));
        (0..10).for_each(|n| assert_eq!(world.beat_of(&n.to_string()), RenewOutcome::Renewed));
    }
    assert_eq!((world.keys().len(), world.evicted().len()), (10, 0));
}

/// Leases that end although nobody counts as missing yet, so that only the cap of a round holds evictions back.
const ENDS_BEFORE_IT_IS_MISSED: (i32, i32) = (3600, 10);

fn evicted_by_round(world: &mut World) -> Vec<usize> {
    std::iter::from_fn(|| {
        world.pass(secs(1));
        Some(world.evicted().len()).filter(|evicted| *evicted > 0)
    })
    .collect()
}

// server.md R51, MERGE 4: at most what the threshold leaves, and at least one.
#[test]
fn a_round_evicts_no_more_than_the_threshold_leaves() {
    for (count, rounds) in [
        (2, &[1, 1][..]),
        (7, &[1; 7]),
        (14, &[2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
        (20, &[3, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
    ] {
        let mut world = World::new();
        world.register_many(count, ENDS_BEFORE_IT_IS_MISSED);
        world.pass(secs(10));
        assert_eq!(evicted_by_round(&mut world), rounds, "of {count}");
        assert!(world.keys().is_empty());
    }
}

// Whoever wants something of the node meanwhile has a turn, and a sign of life in time counts.
#[test]
fn many_leave_in_parts_and_are_told_of_at_once() {
    let mut world = World::unprotected();
    world.register_many(1200, (30, 90));
    world.pass(secs(90));
    let mut left = vec![1200];
    let end = world.now.mono + secs(2);
    while world.node.poll_timeout().0 <= end {
        let due = world.node.poll_timeout().0;
        world.stall(due.saturating_sub(world.now.mono));
        world.node.handle_timeout(world.now);
        if world.keys().len() < left[left.len() - 1] {
            left.push(world.keys().len());
            world.beat_of("7");
        }
    }
    // The one that has renewed may have been among the first who left.
    assert!(matches!(left[..], [1200, 700, 200, 0 | 1]), "{left:?}");
    let evicted: Vec<usize> = world
        .events()
        .iter()
        .filter_map(|event| match event {
            Event::Evicted(report) => Some(report.evicted.len()),
            Event::Cluster(_) | Event::ProtectionChanged(_) | Event::EvictionPostponed { .. } => {
                None
            }
        })
        .collect();
    assert_eq!(evicted, [1200 - left[3]]);
}

#[test]
fn what_a_round_leaves_for_later_is_told() {
    let mut world = World::new();
    world.register_many(20, ENDS_BEFORE_IT_IS_MISSED);
    world.pass(secs(11));
    let [Event::Evicted(report)] = &world.events()[..] else {
        panic!("one round and no protection");
    };
    assert_eq!((report.evicted.len(), report.left_for_later), (3, 17));
}

// MERGE 4; server.md D-4 is not ours.
#[test]
fn without_self_preservation_a_round_evicts_everybody_whose_lease_has_ended() {
    let mut world = World::unprotected();
    world.register_many(50, (30, 90));
    world.pass(secs(90));
    assert_eq!(world.keys().len(), 50);
    world.pass(secs(1));
    assert_eq!(
        world.evicted().into_iter().collect::<BTreeSet<_>>().len(),
        50
    );
    assert!(world.keys().is_empty());
}

/// Who goes first of twenty in four applications, for a node of this seed.
fn first_to_go(seed: u64) -> BTreeSet<InstanceKey> {
    let mut world = World::seeded(seed, |_| {});
    for n in 0..20 {
        world.register(named(&format!("A{}", n % 4), &n.to_string()).lease(3600, 10));
    }
    world.pass(secs(11));
    world.evicted().into_iter().collect()
}

// server.md R52: a partial failure must not fall on the applications that come first.
#[test]
fn chance_decides_who_goes_first() {
    let picks: Vec<_> = (0..200).map(first_to_go).collect();
    assert!(picks.iter().all(|pick| pick.len() == 3));
    let ever: BTreeSet<_> = picks.into_iter().flatten().collect();
    assert_eq!(ever.len(), 20, "everybody is picked sometimes");
}

// server.md R48, faults-and-attacks.md I21
#[test]
fn a_node_that_was_stopped_evicts_nobody_for_as_long() {
    let mut world = World::unprotected();
    world.register_many(5, (30, 90));
    world.pass(secs(30));
    world.stall(secs(600));
    world.node.handle_timeout(world.now);
    let late = secs(599);
    assert_eq!(world.events(), [Event::EvictionPostponed { late }]);
    world.beat_of("1");
    for _ in 0..9 {
        world.pass(secs(66));
        world.beat_of("1");
        assert_eq!(world.keys().len(), 5);
    }
    world.pass(secs(5));
    assert_eq!(
        world.keys(),
        [InstanceKey::new(APP, "1")].into(),
        "the others stayed silent"
    );
}

#[test]
fn everybody_who_comes_back_in_time_survives_a_stop() {
    let mut world = World::unprotected();
    world.register_many(5, (30, 90));
    world.stall(secs(600));
    world.node.handle_timeout(world.now);
    world.pass(secs(500));
    (0..5).for_each(|n| assert_eq!(world.beat_of(&n.to_string()), RenewOutcome::Renewed));
    world.pass(secs(150));
    assert_eq!((world.keys().len(), world.evicted().len()), (5, 0));
}

/// A lease has ended when a round comes this late; does the round evict?
fn evicts_when_late_by(late_ms: u64) -> bool {
    let mut world = World::new();
    world.register(instance().lease(30, 1));
    world.stall(secs(1) + millis(late_ms));
    world.node.handle_timeout(world.now);
    !world.has(ID)
}

// MERGE 2: by more than a second.
#[test]
fn a_round_that_is_late_by_a_second_still_counts_as_one_in_time() {
    assert!(evicts_when_late_by(1));
    assert!(evicts_when_late_by(1000));
    assert!(!evicts_when_late_by(1001));
}

// MERGE 2, faults-and-attacks.md I21: by at least that much.
#[test]
fn a_short_delay_after_a_long_one_does_not_shorten_the_postponement() {
    let mut world = World::unprotected();
    world.register(instance());
    world.stall(secs(601));
    world.node.handle_timeout(world.now);
    world.stall(secs(3));
    world.node.handle_timeout(world.now);
    world.pass(secs(590));
    assert!(world.has(ID), "600 s and 2 s late: nobody goes for 602 s");
    world.pass(secs(15));
    assert!(!world.has(ID));
}

// A round that is called early does nothing and moves nothing.
#[test]
fn being_called_too_early_changes_nothing() {
    let mut world = World::new();
    world.register(instance().lease(30, 1));
    let due = world.node.poll_timeout();
    world.stall(millis(999));
    world.node.handle_timeout(world.now);
    assert_eq!(world.node.poll_timeout(), due);
    assert!(world.events().is_empty());
}

#[track_caller]
fn reads(evicted: usize, left_for_later: usize, text: &str) {
    let report = EvictionReport {
        evicted: (1..=evicted)
            .map(|n| InstanceKey::new(APP, &n.to_string()))
            .collect(),
        left_for_later,
    };
    assert_eq!(report.to_string(), text);
}

// For a log: who went, but never a line without end.
#[test]
fn a_report_reads_as_a_line_that_names_ten() {
    reads(1, 0, "1 evicted: A/1");
    reads(2, 3, "2 evicted, 3 left for later rounds: A/1, A/2");
    let ten = "A/1, A/2, A/3, A/4, A/5, A/6, A/7, A/8, A/9, A/10";
    reads(10, 0, &format!("10 evicted: {ten}"));
    reads(
        11,
        1,
        &format!("11 evicted, 1 left for later rounds: {ten}, …"),
    );
}
