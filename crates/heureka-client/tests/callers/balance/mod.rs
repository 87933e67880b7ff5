//! Which instance takes the next request.

mod avoidance;
mod candidates;
mod reach;
mod strategies;

use std::collections::BTreeMap;

use heureka_client::Running;
use heureka_client::balance::{Balancer, Balancing, Picked, Strategy};
use serde_json::Value;

use crate::registry::{Listed, order};

pub(crate) fn rules(strategy: Strategy) -> Balancing {
    Balancing::new().strategy(strategy).seed(42)
}

pub(crate) async fn balancer(
    instances: impl IntoIterator<Item = Value>,
    rules: Balancing,
) -> (Running, Balancer) {
    let running = Listed::of(instances).started().await;
    let balancer = running.balancer_with("orders", rules);
    (running, balancer)
}

pub(crate) fn orders(count: usize) -> Vec<Value> {
    (0..count).map(|n| order(&format!("o{n}"))).collect()
}

/// The ids of `count` picks, each of which is over before the next.
pub(crate) fn ids(balancer: &Balancer, count: usize) -> Vec<String> {
    let picks = (0..count).map(|_| balancer.pick().unwrap().id().to_string());
    picks.collect()
}

pub(crate) fn frequencies(ids: impl IntoIterator<Item = String>) -> BTreeMap<String, usize> {
    let mut frequencies = BTreeMap::new();
    for id in ids {
        *frequencies.entry(id).or_default() += 1;
    }
    frequencies
}

pub(crate) fn fail(balancer: &Balancer, id: &str) {
    let picked = pick_of(balancer, id);
    picked.failed();
}

pub(crate) fn pick_of(balancer: &Balancer, id: &str) -> Picked {
    let mut picks = (0..1000).map(|_| balancer.pick().unwrap());
    picks.find(|picked| picked.id().as_str() == id).unwrap()
}
