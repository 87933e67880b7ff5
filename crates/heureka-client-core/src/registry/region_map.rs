//! In which region an instance runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use heureka_model::Document;
use thiserror::Error;

use crate::{RegionZones, RegionsConfig};

/// The key under which Amazon's machines say in which zone they run.
const ZONE_KEY: &str = "availability-zone";

/// The zone that a configuration names which names none.
const DEFAULT_ZONE: &str = "defaultZone";

/// The zones that Java's client knows (K16).
const KNOWN_ZONES: [(&str, &[&str]); 4] = [
    (
        "us-east-1",
        &["us-east-1a", "us-east-1c", "us-east-1d", "us-east-1e"],
    ),
    ("us-west-1", &["us-west-1a", "us-west-1c"]),
    ("us-west-2", &["us-west-2a", "us-west-2b", "us-west-2c"]),
    ("eu-west-1", &["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
];

/// A remote region has no zones, and is none whose zones are known (L8, K16).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "the zones of the remote region {region} are not known, so nobody could tell which instances run there: give them \
     with the region, such as {region}a and {region}b"
)]
pub struct UnknownZones {
    /// The region.
    pub region: Box<str>,
}

/// Tells in which region an instance runs (K15, K16). Only remote regions are known; whoever runs elsewhere is at home.
#[derive(Debug)]
pub(super) struct RegionMap {
    config: RegionsConfig,
    own: Arc<str>,
    remote: BTreeSet<Arc<str>>,
    region_of_zone: BTreeMap<Box<str>, Arc<str>>,
}

impl RegionMap {
    pub(super) fn new(config: RegionsConfig) -> Result<Self, UnknownZones> {
        let (mut remote, mut region_of_zone) = (BTreeSet::new(), BTreeMap::new());
        for listed in &config.remote {
            let region: Arc<str> = Arc::from(&*listed.region);
            for zone in zones_of(listed)? {
                region_of_zone.insert(zone.into(), Arc::clone(&region));
            }
            remote.insert(region);
        }
        Ok(Self {
            own: Arc::from(&*config.own),
            config,
            remote,
            region_of_zone,
        })
    }

    pub(super) fn config(&self) -> &RegionsConfig {
        &self.config
    }

    pub(super) fn own(&self) -> &Arc<str> {
        &self.own
    }

    /// The remote region in which an instance runs; nothing if it is in the own one. Only Amazon's machines say it (K15).
    pub(super) fn remote_region_of(&self, document: &Document) -> Option<&Arc<str>> {
        let zone = document.data_center.metadata(ZONE_KEY)?;
        let region = self.region_of_zone(zone);
        region.filter(|region| **region != self.own)
    }

    /// A zone that is not listed belongs to the remote region whose name it has but for the last letter (K16).
    fn region_of_zone(&self, zone: &str) -> Option<&Arc<str>> {
        let by_name = || {
            let mut letters = zone.chars();
            letters.next_back();
            self.remote.get(letters.as_str())
        };
        self.region_of_zone.get(zone).or_else(by_name)
    }
}

fn zones_of(listed: &RegionZones) -> Result<Vec<&str>, UnknownZones> {
    let zones: Vec<&str> = listed.zones.iter().map(|zone| &**zone).collect();
    if !matches!(*zones, [] | [DEFAULT_ZONE]) {
        return Ok(zones);
    }
    let known = KNOWN_ZONES
        .into_iter()
        .find(|(region, _)| *region == &*listed.region);
    let unknown = || UnknownZones {
        region: listed.region.clone(),
    };
    known.map(|(_, zones)| zones.to_vec()).ok_or_else(unknown)
}
