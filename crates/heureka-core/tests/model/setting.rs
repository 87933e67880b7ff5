//! How a node is set up, drawn at random.

use std::time::Duration;

use heureka_core::{Grace, NodeConfig, Threshold};
use proptest::prelude::*;
use proptest::sample::select;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) config: NodeConfig,
    /// The threshold in the configuration, which does not tell it.
    pub(crate) threshold_millionths: usize,
}

pub(crate) fn settings() -> impl Strategy<Value = Setting> {
    let leases = (grace(), secs(&[1, 1, 7, 60]));
    let deltas = (
        secs(&[30, 180]),
        select(&[1_usize, 3, 5, 100_000, 100_000][..]),
    );
    let protection = (
        any::<bool>(),
        select(&[850_000_u32, 500_000, 0][..]),
        secs(&[60, 900]),
    );
    let room = select(&[None, None, Some(5)][..]);
    (leases, deltas, protection, room).prop_map(|(leases, deltas, protection, room)| {
        let mut config = NodeConfig::default();
        (config.lease.grace, config.eviction_interval) = leases;
        (config.delta.retention, config.delta.max_changes) = deltas;
        let (enabled, millionths, release_after) = protection;
        config.self_preservation.enabled = enabled;
        config.self_preservation.threshold = Threshold::from_millionths(millionths);
        config.self_preservation.release_after = release_after;
        config.limits.max_instances = room;
        Setting {
            config,
            threshold_millionths: usize::try_from(millionths).unwrap(),
        }
    })
}

fn grace() -> impl Strategy<Value = Grace> {
    prop_oneof![
        Just(Grace::TwiceTheInterval),
        Just(Grace::AsNetflix),
        select(&[0, 5][..]).prop_map(|secs| Grace::Fixed(Duration::from_secs(secs))),
    ]
}

fn secs(choices: &'static [u64]) -> impl Strategy<Value = Duration> {
    select(choices).prop_map(Duration::from_secs)
}
