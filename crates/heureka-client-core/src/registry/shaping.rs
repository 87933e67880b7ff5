//! How lists are made of what servers list.

use std::sync::Arc;

use heureka_model::InstanceStatus;
use rand::seq::SliceRandom as _;
use rand_pcg::Pcg64;

use crate::Instance;

/// How lists are made of what servers list: who is offered, under which vips, and in which order.
#[derive(Debug)]
pub(super) struct Shaping {
    pub(super) only_up: bool,
    pub(super) trims_vips: bool,
    pub(super) rng: Pcg64,
}

impl Shaping {
    /// Whether the instance may be sent traffic. The status in force counts, not the override (K12).
    pub(super) fn offers(&self, instance: &Instance) -> bool {
        !self.only_up || instance.status() == InstanceStatus::Up
    }

    /// Who of `all` is offered.
    pub(super) fn offered(&mut self, all: &[Instance]) -> Arc<[Instance]> {
        let offered = all.iter().filter(|instance| self.offers(instance));
        let offered = offered.cloned().collect();
        self.shuffled(offered)
    }

    /// The list in an order left to chance: so a fleet does not send its first request to one instance.
    pub(super) fn shuffled(&mut self, mut list: Vec<Instance>) -> Arc<[Instance]> {
        list.shuffle(&mut self.rng);
        list.into()
    }
}
