//! What shows only inside: generations and stamps, by which nodes will tell what is newer (MERGE 1), and the cost of a
//! heartbeat.

use heureka_model::{
    AppName, DataCenter, DataCenterDraft, DocumentLimits, InstanceDraft, InstanceKey,
    InstanceStatus, LeaseSettings, Registration,
};

use super::*;
use heureka_model::OverrideValue;
use heureka_model::Stamp;

const WALL: i64 = 1_700_000_000_000;

fn at(secs: u64) -> Now {
    Now {
        mono: Duration::from_secs(secs),
        wall: heureka_model::UnixMillis(WALL).after(Duration::from_secs(secs)),
    }
}

fn node() -> Node {
    Node::new(NodeConfig::default(), 1, at(0))
}

fn version(ms: i64) -> Registration {
    let mut draft = InstanceDraft::new(AppName::new("A"));
    draft.instance_id = Some("1".into());
    draft.host_name = Some("host".into());
    draft.ip_addr = Some("10.0.0.1".into());
    draft.data_center = Some(DataCenterDraft::Known(DataCenter::MyOwn));
    draft.last_dirty = Some(heureka_model::UnixMillis(WALL + ms));
    let limits = DocumentLimits::default();
    let app = draft.app.clone();
    draft.into_registration(&app, at(0).wall, &limits).unwrap()
}

fn register(node: &mut Node, ms: i64) -> RegisterOutcome {
    node.register(at(0), version(ms), Origin::Client).unwrap()
}

fn entry(node: &Node) -> &Entry {
    node.registry.get("A", "1").unwrap()
}

/// Where the names of the one entry are in memory.
fn names(node: &Node) -> [*const str; 2] {
    let document = &entry(node).document.document;
    [document.app.as_str(), document.id.as_str()].map(std::ptr::from_ref)
}

#[test]
fn what_follows_an_instance_shares_its_names() {
    let (mut here, mut there) = (node(), node());
    register(&mut here, 0);
    let first = names(&here);
    register(&mut here, 1);
    assert_eq!(names(&here), first);

    let told = |node: &Node| {
        node.state_of(at(0).mono, &version(0).document.key())
            .unwrap()
    };
    register(&mut there, 0);
    let first = names(&there);
    there.join(at(0), told(&here), join::Ended::LeftOut);
    assert_eq!(entry(&there).document.document.last_dirty.0, WALL + 1);
    assert_eq!(names(&there), first);
}

/// The generations after each of these versions was registered, with a cancel between any two.
#[track_caller]
fn generations(versions: &[i64], expected: &[u32]) {
    let mut node = node();
    let generation = |ms: &i64| {
        register(&mut node, *ms);
        let generation = entry(&node).document.generation;
        node.cancel(at(0), "A", "1", Origin::Client);
        generation
    };
    let generations: Vec<u32> = versions.iter().map(generation).collect();
    assert_eq!(generations, expected, "{versions:?}");
}

// MERGE 1*: the tombstone keeps generation and dirty timestamp.
#[test]
fn an_older_version_that_returns_after_a_cancel_raises_the_generation_by_one() {
    generations(&[5, 4], &[0, 1]);
    generations(&[5, 5], &[0, 0]);
    generations(&[5, 6], &[0, 0]);
    generations(&[5, 4, 4, 9, 1], &[0, 1, 1, 1, 2]);
}

#[test]
fn a_second_cancel_does_not_forget_the_generation() {
    let mut node = node();
    register(&mut node, 5);
    node.cancel(at(0), "A", "1", Origin::Client);
    node.cancel(at(1), "A", "1", Origin::Client);
    register(&mut node, 4);
    assert_eq!(entry(&node).document.generation, 1);
}

// MERGE 1*
#[test]
fn a_client_that_replaces_a_document_from_the_future_raises_the_generation_by_one() {
    let mut node = node();
    register(&mut node, 600_001);
    assert_eq!(register(&mut node, 0), RegisterOutcome::Replaced);
    assert_eq!(entry(&node).document.generation, 1);
    register(&mut node, 1);
    assert_eq!(entry(&node).document.generation, 1);
}

#[test]
fn registering_newer_equal_or_older_versions_leaves_the_generation() {
    let mut node = node();
    for ms in [0, 1, 1, 0] {
        register(&mut node, ms);
        assert_eq!(entry(&node).document.generation, 0);
    }
}

// MERGE 1*: a cancel also writes "override: none" with its stamp.
#[test]
fn a_key_that_returns_knows_that_its_override_was_cancelled() {
    let mut node = node();
    register(&mut node, 0);
    let change = StatusChange::Override(InstanceStatus::Down);
    node.change_status(at(0), "A", "1", change, None, Origin::Client);
    let overridden = entry(&node).override_part.stamp;
    node.cancel(at(0), "A", "1", Origin::Client);
    let cancelled = node
        .tombstones
        .get(&InstanceKey::new("A", "1"))
        .unwrap()
        .stamp;
    register(&mut node, 0);
    let part = entry(&node).override_part;
    assert_eq!((part.value, part.stamp), (OverrideValue::Absent, cancelled));
    assert!(overridden < cancelled && cancelled < entry(&node).presence);
}

// MERGE 1*: a cancel of an unknown key leaves a tombstone all the same.
#[test]
fn a_cancel_that_overtook_the_registration_is_remembered() {
    let mut node = node();
    node.cancel(at(0), "A", "1", Origin::Client);
    let tombstone = *node.tombstones.get(&InstanceKey::new("A", "1")).unwrap();
    assert_eq!(tombstone.version, None);
    register(&mut node, 0);
    assert_eq!(entry(&node).override_part.stamp, tombstone.stamp);
    assert_eq!(entry(&node).document.generation, 0);
}

/// The stamps of the entry's parts: document, what was reported, override, presence.
fn stamps(node: &Node) -> [Stamp; 4] {
    let mark = entry(node).mark();
    [
        mark.document,
        mark.reported,
        mark.override_part,
        mark.presence,
    ]
}

/// Which of the stamps `write` makes newer; the others it leaves.
#[track_caller]
fn renews(node: &mut Node, write: impl FnOnce(&mut Node), expected: [bool; 4]) {
    let before = stamps(node);
    write(node);
    let after = stamps(node);
    for (index, is_newer) in expected.into_iter().enumerate() {
        let (before, after) = (before[index], after[index]);
        assert!(
            if is_newer {
                after > before
            } else {
                after == before
            },
            "{index}"
        );
    }
}

// MERGE 1, "changed by"
#[test]
fn each_write_renews_the_stamps_of_the_parts_that_it_writes() {
    let mut node = node();
    register(&mut node, 0);
    renews(
        &mut node,
        |node| _ = register(node, 1),
        [true, true, false, true],
    );
    renews(
        &mut node,
        |node| _ = register(node, 0),
        [false, false, false, true],
    );
    let put = |status, raised| {
        move |node: &mut Node| {
            let change = StatusChange::Override(status);
            node.change_status(at(0), "A", "1", change, raised, Origin::Client);
        }
    };
    renews(
        &mut node,
        put(InstanceStatus::Down, None),
        [false, false, true, false],
    );
    let raised = Some(heureka_model::UnixMillis(WALL + 5));
    renews(
        &mut node,
        put(InstanceStatus::Up, raised),
        [true, false, true, false],
    );
    let raised_to_the_same = put(InstanceStatus::Down, raised);
    renews(&mut node, raised_to_the_same, [false, false, true, false]);
    let edit = |node: &mut Node| {
        node.update_metadata(at(0), "A", "1", &[("a", "1")].into_iter().collect());
    };
    renews(&mut node, edit, [true, false, false, false]);
    renews(&mut node, put(InstanceStatus::Down, None), [false; 4]);
    let beat = |node: &mut Node| {
        node.renew(at(1), "A", "1", Renewal::default(), Origin::Client);
    };
    renews(&mut node, beat, [false; 4]);
}

// MERGE 1*: a node's clock never runs backwards.
#[test]
fn stamps_grow_although_the_wall_clock_runs_back() {
    let mut node = node();
    let mut last = Stamp::NEVER;
    for secs in [100, 50, 0, 51, 99, 101] {
        let now = at(secs);
        node.register(
            Now {
                mono: at(0).mono,
                ..now
            },
            version(0),
            Origin::Client,
        )
        .unwrap();
        let own = entry(&node).document.stamp;
        assert!(own > last && entry(&node).presence >= own);
        last = entry(&node).presence;
    }
}

// MERGE 3
#[test]
fn an_eviction_leaves_no_tombstone() {
    let mut node = node();
    register(&mut node, 5);
    for secs in 1..=91 {
        node.handle_timeout(at(secs));
    }
    assert_eq!((node.registry.len(), node.tombstones.len()), (0, 0));
    register(&mut node, 4);
    assert_eq!(entry(&node).document.generation, 0);
    assert_eq!(entry(&node).override_part.stamp, Stamp::NEVER);
}

// DESIGN 4: a heartbeat touches one lease.
#[test]
fn a_heartbeat_in_time_plans_nothing() {
    let mut node = node();
    register(&mut node, 0);
    let planned = entry(&node).pulse.look;
    for secs in 1..40 {
        node.renew(at(secs), "A", "1", Renewal::default(), Origin::Client);
        assert_eq!(
            (entry(&node).pulse.look, node.watch.planned()),
            (planned, 1)
        );
    }
}

#[test]
fn one_key_with_ever_different_leases_has_one_planned_look() {
    let mut node = node();
    for secs in 1..1000 {
        let mut registration = version(0);
        registration.document.lease = LeaseSettings::new(secs, 2000 - secs);
        node.register(at(0), registration, Origin::Client).unwrap();
        assert_eq!(node.watch.planned(), 1);
    }
    node.cancel(at(0), "A", "1", Origin::Client);
    assert_eq!(node.watch.planned(), 0);
}

/// One with 600 instances: a round in which all of them are due has three parts.
fn large_node() -> Node {
    let mut node = node();
    for number in 0..600 {
        let mut registration = version(0);
        registration.document.id = heureka_model::InstanceId::new(&number.to_string());
        node.register(at(0), registration, Origin::Client).unwrap();
    }
    node
}

// Whoever wants something of a large registry does not wait until everybody in it was looked at.
#[test]
fn a_round_in_which_many_fell_silent_is_done_in_parts() {
    let mut node = large_node();
    // An interval and a half of silence is tolerated (MERGE 4).
    (1..=45).for_each(|secs| node.handle_timeout(at(secs)));
    let pause = Duration::from_millis(2);
    // The second part is so late that the next round was due meanwhile.
    for (missing, secs, pause) in [(250, 46, pause), (500, 47, Duration::ZERO)] {
        node.handle_timeout(at(secs));
        assert_eq!(node.watch.missing(), missing);
        let rest = (at(secs).mono + pause, Timer::Eviction);
        assert_eq!(node.poll_own_timeout(), rest, "the rest is due soon");
        assert_eq!(node.poll_event(), None, "nothing is judged before the end");
    }
    node.handle_timeout(at(47));
    assert_eq!(node.watch.missing(), 600);
    let event = node.poll_event();
    assert!(
        matches!(event, Some(Event::ProtectionChanged(_))),
        "{event:?}"
    );
    assert_eq!(node.poll_own_timeout(), (at(47).mono, Timer::Eviction));
    node.handle_timeout(at(47));
    assert_eq!(node.poll_event(), None, "a long round is not lateness");
}

// MERGE 2, also between two parts of a round.
#[test]
fn a_node_that_was_stopped_within_a_round_evicts_nobody_for_as_long() {
    let mut node = large_node();
    (1..=46).for_each(|secs| node.handle_timeout(at(secs)));
    assert_eq!((node.watch.missing(), node.poll_event()), (250, None));
    node.handle_timeout(at(346));
    // The second part was due 2 ms after the first.
    let late = Duration::from_millis(299_998);
    assert_eq!(node.poll_event(), Some(Event::EvictionPostponed { late }));
    assert_eq!(node.postponed_until, at(346).mono + late);
}

// faults-and-attacks.md S48
#[test]
fn where_a_name_lies_in_memory_depends_on_the_seed() {
    use std::hash::BuildHasher as _;
    let hash = |first, second| SeededHash::new(first, second).hash_one("name");
    assert_eq!(hash(1, 2), hash(1, 2));
    assert_ne!(hash(1, 2), hash(1, 3));
    assert_ne!(hash(1, 2), hash(2, 2));
    // What stands for a name in the registry and in the window.
    let wide = |first, second, name| SeededHash::new(first, second).wide(name);
    assert_eq!(wide(1, 2, "name"), wide(1, 2, "name"));
    assert_ne!(wide(1, 2, "name"), wide(1, 3, "name"));
    assert_ne!(wide(1, 2, "name"), wide(2, 2, "name"));
    assert_ne!(wide(1, 2, "name"), wide(1, 2, "names"));
}
