//! The same calls at the same times end in the same state, to the byte.

use std::fmt::Write as _;

use crate::builders::{APP, World, named, secs};
use heureka_core::{Origin, Renewal, StatusChange};
use heureka_model::InstanceStatus;

/// Numbers that look like chance and are none: Knuth's linear congruence.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

fn one_call(world: &mut World, dice: &mut Dice) {
    let name = dice.roll(40).to_string();
    let status = InstanceStatus::ALL[dice.roll(5)];
    match dice.roll(6) {
        0 | 1 => _ = world.register(named(APP, &name).status(status).lease(3600, 20)),
        2 => _ = world.renew(&name, Renewal::default(), Origin::Client),
        3 => _ = world.node.cancel(world.now, APP, &name, Origin::Client),
        4 => {
            let change = StatusChange::Override(status);
            world
                .node
                .change_status(world.now, APP, &name, change, None, Origin::Client);
        }
        _ => world.pass(secs(3)),
    }
}

/// All that can be seen of a node of this seed after the same thousand calls.
fn seen(seed: u64) -> String {
    let (mut world, mut dice) = (World::seeded(seed, |_| {}), Dice(1));
    let mut seen = String::new();
    for _ in 0..1000 {
        one_call(&mut world, &mut dice);
        let node = &world.node;
        let full = (node.applications(), node.overrides(), node.poll_timeout());
        let (delta, report, events) = (world.delta(), world.report(), world.events());
        writeln!(seen, "{full:?} {delta:?} {report:?} {events:?}").unwrap();
    }
    write!(
        seen,
        "{:?} {:?}",
        world.node.last_registered(),
        world.node.last_cancelled()
    )
    .unwrap();
    seen
}

#[test]
fn the_same_seed_and_calls_are_seen_the_same_to_the_byte() {
    let first = seen(1);
    assert!(first.contains("Evicted"), "chance had something to decide");
    assert!(first == seen(1), "something depends on the process");
}

/// Who goes in the first round of twenty whose leases have ended.
fn first_to_go(seed: u64) -> String {
    let mut world = World::seeded(seed, |_| {});
    world.register_many(20, (3600, 10));
    world.pass(secs(11));
    format!("{:?}", world.evicted())
}

#[test]
fn another_seed_may_evict_others() {
    assert_eq!(first_to_go(1), first_to_go(1));
    assert!((2..10).any(|seed| first_to_go(seed) != first_to_go(1)));
}
