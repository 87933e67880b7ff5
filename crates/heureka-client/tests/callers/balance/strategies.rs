//! How one of many is chosen.

use std::collections::{BTreeMap, BTreeSet};

use heureka_client::balance::{Ask, Balancing, Picked, Strategy};

use super::{balancer, frequencies, ids, orders, pick_of, rules};
use crate::registry::{Listed, order, refresh, with_metadata};

#[tokio::test(start_paused = true)]
async fn rs5_round_robin_gives_each_instance_its_turn() {
    let (_running, balancer) = balancer(orders(3), rules(Strategy::RoundRobin)).await;
    let ids = ids(&balancer, 6);
    assert_eq!(ids[..3], ids[3..]);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn deviation_10_round_robin_survives_refreshes() {
    let listed = Listed::of(orders(4));
    let running = listed.started().await;
    let balancer = running.balancer_with("orders", rules(Strategy::RoundRobin));
    let mut seen = Vec::new();
    for _ in 0..8 {
        seen.push(balancer.pick().unwrap().id().to_string());
        // Something differs each time, so each snapshot has another list.
        let orders = orders(4).into_iter();
        let version = seen.len().to_string();
        listed.list(
            orders
                .map(|order| with_metadata(order, "version", &version))
                .rev(),
        );
        refresh(&running).await;
        let newest = running.instances("orders");
        assert_eq!(newest[0].metadata("version"), Some(&*version));
    }
    assert_eq!(
        seen[..4],
        seen[4..],
        "Java begins anew with each refresh (Q7)"
    );
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn rs5_round_robin_does_not_begin_with_the_same_instance_everywhere() {
    let running = Listed::of(orders(8)).started().await;
    let first = |seed| {
        running
            .balancer_with("orders", Balancing::new().seed(seed))
            .pick()
            .unwrap()
            .id()
            .clone()
    };
    let firsts: BTreeSet<_> = (0..40).map(first).collect();
    assert!(firsts.len() > 4, "{firsts:?}");
}

#[tokio::test(start_paused = true)]
async fn rs5_random_picks_are_even_and_repeat_with_their_seed() {
    let (running, balancer) = balancer(orders(4), rules(Strategy::Random)).await;
    let again = running.balancer_with("orders", rules(Strategy::Random));
    let picks = ids(&balancer, 4000);
    assert_eq!(picks, ids(&again, 4000));
    for (id, count) in frequencies(picks) {
        assert!((850..1150).contains(&count), "{id}: {count}");
    }
}

#[tokio::test(start_paused = true)]
async fn sp16_weights_say_how_often() {
    let weighted = [
        with_metadata(order("heavy"), "weight", "3"),
        with_metadata(order("light"), "weight", "0.5"),
        with_metadata(order("odd"), "weight", "a lot"),
        with_metadata(order("negative"), "weight", "-7"),
    ];
    let (_running, balancer) = balancer(weighted, rules(Strategy::Weighted)).await;
    let frequencies = frequencies(ids(&balancer, 5500));
    for (id, expected) in [
        ("heavy", 3000),
        ("light", 500),
        ("odd", 1000),
        ("negative", 1000),
    ] {
        let count = frequencies[id];
        assert!(count.abs_diff(expected) < 150, "{id}: {count}");
    }
}

#[tokio::test(start_paused = true)]
async fn rs5_whoever_has_fewer_requests_under_way_gets_the_next() {
    let (_running, balancer) = balancer(orders(2), rules(Strategy::LeastRequest)).await;
    let held: Vec<Picked> = (0..100).map(|_| balancer.pick().unwrap()).collect();
    let spread = frequencies(held.iter().map(|picked| picked.id().to_string()));
    assert_eq!(spread.into_values().collect::<Vec<_>>(), [50, 50]);
    let (done, slow): (Vec<_>, Vec<_>) = held
        .into_iter()
        .partition(|picked| picked.id().as_str() == "o0");
    drop(done);
    assert_eq!(
        frequencies(ids(&balancer, 20)),
        BTreeMap::from([("o0".to_owned(), 20)])
    );
    drop(slow);
    let in_flight = balancer
        .standings()
        .into_iter()
        .map(|standing| standing.in_flight);
    assert_eq!(in_flight.collect::<Vec<_>>(), [0, 0]);
}

#[tokio::test(start_paused = true)]
async fn rs5_requests_under_way_are_known_across_refreshes() {
    let listed = Listed::of(orders(2));
    let running = listed.started().await;
    let balancer = running.balancer_with("orders", rules(Strategy::LeastRequest));
    let _held = pick_of(&balancer, "o0");
    listed.list(
        orders(2)
            .into_iter()
            .map(|order| with_metadata(order, "version", "2")),
    );
    refresh(&running).await;
    assert_eq!(
        frequencies(ids(&balancer, 20)),
        BTreeMap::from([("o1".to_owned(), 20)])
    );
}

#[tokio::test(start_paused = true)]
async fn rs5_one_of_one_instance_is_always_it() {
    for strategy in [
        Strategy::Random,
        Strategy::RoundRobin,
        Strategy::Weighted,
        Strategy::LeastRequest,
    ] {
        let (_running, balancer) = balancer(orders(1), rules(strategy)).await;
        assert_eq!(ids(&balancer, 3), ["o0", "o0", "o0"], "{strategy:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn rs5_a_key_stays_where_it_is_while_others_come_and_go() {
    let listed = Listed::of(orders(5));
    let running = listed.started().await;
    let balancer = running.balancer("orders");
    let keys: Vec<String> = (0..500).map(|n| format!("user-{n}")).collect();
    let placed = || -> Vec<String> {
        let picks = keys
            .iter()
            .map(|key| balancer.pick_for(&Ask::new().key(key)).unwrap());
        picks.map(|picked| picked.id().to_string()).collect()
    };
    let before = placed();
    assert_eq!(before, placed());
    for (id, count) in frequencies(before.clone()) {
        assert!((60..140).contains(&count), "{id}: {count}");
    }
    listed.list(orders(4));
    refresh(&running).await;
    let moved = before
        .iter()
        .zip(placed())
        .filter(|(before, after)| *before != after);
    assert!(moved.map(|(before, _)| before).all(|id| id == "o4"));
}

#[tokio::test(start_paused = true)]
async fn rs5_the_place_of_a_key_is_the_same_in_every_process() {
    let (_running, balancer) = balancer(orders(5), Balancing::new()).await;
    let places = ["ann", "bob", "cy", "eve", "fay"].map(|key| {
        balancer
            .pick_for(&Ask::new().key(key))
            .unwrap()
            .id()
            .to_string()
    });
    assert_eq!(places, ["o1", "o0", "o3", "o3", "o2"]);
}

#[tokio::test(start_paused = true)]
async fn rs5_many_threads_pick_at_once() {
    let (_running, balancer) = balancer(orders(5), rules(Strategy::RoundRobin)).await;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..1000).for_each(|_| drop(balancer.pick().unwrap())));
        }
    });
    let in_flight = balancer
        .standings()
        .into_iter()
        .map(|standing| standing.in_flight);
    assert_eq!(in_flight.sum::<u32>(), 0);
    let _held: Vec<Picked> = (0..5).map(|_| balancer.pick().unwrap()).collect();
    let spread = balancer
        .standings()
        .into_iter()
        .map(|standing| standing.in_flight);
    assert_eq!(spread.collect::<Vec<_>>(), [1; 5], "no turn was lost");
}
