//! The order in which servers are tried.

use std::collections::BTreeSet;

use rand::seq::SliceRandom as _;
use rand_pcg::Pcg64;

use crate::{Endpoint, LineConfig};

/// How many servers a line knows at most; a resolver may be wrong, and a request needs few.
pub(super) const MAX_SERVERS: usize = 1000;

/// The servers of the own zone in an order left to chance, and then all others in theirs (T23, T25). Where the own zone is
/// not preferred all are one lot (7.3.13), but for Java, which does not ask.
pub(super) fn shuffled(
    config: &LineConfig,
    endpoints: Vec<Endpoint>,
    rng: &mut Pcg64,
) -> Vec<Endpoint> {
    let (mut near, mut far): (Vec<_>, Vec<_>) = endpoints
        .into_iter()
        .partition(|endpoint| is_near(config, endpoint));
    near.shuffle(rng);
    far.shuffle(rng);
    near.append(&mut far);
    if !config.profile.keeps_quirks() {
        keep_first_of_each(&mut near);
    }
    near.truncate(MAX_SERVERS);
    near
}

fn is_near(config: &LineConfig, endpoint: &Endpoint) -> bool {
    let prefers = config.prefer_same_zone || config.profile.keeps_quirks();
    let own = config.zone.as_deref().filter(|_| prefers);
    let zones = own.zip(endpoint.zone.as_deref());
    zones.is_some_and(|(own, zone)| zone.eq_ignore_ascii_case(own))
}

/// A server that several zones have is one server (T22).
fn keep_first_of_each(endpoints: &mut Vec<Endpoint>) {
    let mut seen = BTreeSet::new();
    endpoints.retain(|endpoint| seen.insert(endpoint.url.clone()));
}
