//! Who failed, and what a retry does.

use std::collections::BTreeSet;
use std::time::Duration;

use heureka_client::balance::{Ask, Avoidance, Balancer, Balancing};

use super::{balancer, fail, frequencies, ids, orders, pick_of};
use crate::registry::{SECOND, order, with_metadata};

#[tokio::test(start_paused = true)]
async fn rs5_a_key_moves_while_its_instance_is_not_well_and_back_again() {
    let (_running, balancer) = balancer(orders(3), Balancing::new()).await;
    let ask = Ask::new().key("ann");
    let place = || balancer.pick_for(&ask).unwrap();
    let home = place();
    let home_id = home.id().clone();
    home.failed();
    let refuge = place().id().clone();
    assert_ne!(refuge, home_id);
    assert_eq!(*place().id(), refuge);
    tokio::time::advance(Avoidance::TIME).await;
    assert_eq!(*place().id(), home_id);
}

#[tokio::test(start_paused = true)]
async fn rs5_other_zones_help_while_the_own_one_fails() {
    let zoned = [
        with_metadata(order("near"), "zone", "a"),
        with_metadata(order("far"), "zone", "b"),
    ];
    let (_running, balancer) = balancer(zoned, Balancing::new().zone_first("a")).await;
    fail(&balancer, "near");
    assert_eq!(ids(&balancer, 2), ["far", "far"]);
    fail(&balancer, "far");
    assert_eq!(
        frequencies(ids(&balancer, 4)).len(),
        2,
        "somebody who failed is better than nobody"
    );
    tokio::time::advance(Avoidance::TIME).await;
    assert_eq!(ids(&balancer, 2), ["near", "near"]);
}

#[tokio::test(start_paused = true)]
async fn rs5_whoever_failed_is_avoided_for_a_time_while_others_are_there() {
    let (_running, balancer) = balancer(orders(3), Balancing::new()).await;
    fail(&balancer, "o1");
    assert_eq!(
        frequencies(ids(&balancer, 10))
            .into_keys()
            .collect::<Vec<_>>(),
        ["o0", "o2"]
    );
    tokio::time::advance(Avoidance::TIME - Duration::from_millis(1)).await;
    assert_eq!(frequencies(ids(&balancer, 10)).len(), 2);
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(frequencies(ids(&balancer, 10)).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn rs5_never_are_all_avoided() {
    let (_running, balancer) = balancer(orders(3), Balancing::new()).await;
    for id in ["o0", "o1", "o2"] {
        fail(&balancer, id);
    }
    assert_eq!(frequencies(ids(&balancer, 12)).len(), 3);
    pick_of(&balancer, "o1").succeeded(SECOND);
    assert_eq!(ids(&balancer, 2), ["o1", "o1"], "a success ends it");
}

#[tokio::test(start_paused = true)]
async fn rs5_so_many_failures_in_a_row_as_are_said() {
    let avoidance = Avoidance::after(3, SECOND);
    let (running, balancer) = balancer(orders(2), Balancing::new().avoid(avoidance)).await;
    let count = |balancer: &Balancer| frequencies(ids(balancer, 10)).len();
    for outcome in [false, false, true, false, false] {
        let picked = pick_of(&balancer, "o0");
        if outcome {
            picked.succeeded(SECOND)
        } else {
            picked.failed()
        }
        assert_eq!(count(&balancer), 2);
    }
    fail(&balancer, "o0");
    assert_eq!(count(&balancer), 1);
    tokio::time::advance(SECOND).await;
    fail(&balancer, "o0");
    assert_eq!(count(&balancer), 1, "again after each further one");
    let never = running.balancer_with("orders", Balancing::new().avoid(Avoidance::NEVER));
    for _ in 0..9 {
        fail(&never, "o0");
    }
    assert_eq!(count(&never), 2);
}

#[tokio::test(start_paused = true)]
async fn rs5_a_retry_goes_to_another_instance_until_there_is_none() {
    let (_running, balancer) = balancer(orders(3), Balancing::new()).await;
    let mut tried = Vec::new();
    for _ in 0..3 {
        tried.push(balancer.pick_for(&Ask::new().not(&tried)).unwrap().key());
    }
    assert_eq!(tried.iter().collect::<BTreeSet<_>>().len(), 3);
    let none = balancer.pick_for(&Ask::new().not(&tried)).unwrap_err();
    assert_eq!((none.offered, none.fitting, none.tried), (3, 3, 3));
}

#[tokio::test(start_paused = true)]
async fn rs5_a_retry_takes_nobodys_turn() {
    let (_running, balancer) = balancer(orders(2), Balancing::new()).await;
    let mut firsts = Vec::new();
    for _ in 0..4 {
        let first = balancer.pick().unwrap().key();
        drop(
            balancer
                .pick_for(&Ask::new().not(std::slice::from_ref(&first)))
                .unwrap(),
        );
        firsts.push(first);
    }
    assert_eq!(firsts[..2], firsts[2..]);
    assert_ne!(firsts[0], firsts[1]);
}

#[tokio::test(start_paused = true)]
async fn rs5_what_callers_say_is_known() {
    let (_running, balancer) = balancer(orders(1), Balancing::new()).await;
    balancer
        .pick()
        .unwrap()
        .succeeded(Duration::from_millis(80));
    balancer
        .pick()
        .unwrap()
        .succeeded(Duration::from_millis(160));
    balancer.pick().unwrap().failed();
    let _held = balancer.pick().unwrap();
    let standings = balancer.standings();
    let [standing] = &*standings else {
        panic!("{standings:?}")
    };
    assert_eq!(standing.latency, Some(Duration::from_millis(90)));
    assert_eq!((standing.in_flight, standing.failures_in_row), (1, 1));
    assert!(standing.is_avoided);
}
