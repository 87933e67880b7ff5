//! What a balancer is told.

use std::fmt;
use std::sync::Arc;

use heureka_client_core::Instance;
use heureka_model::InstanceStatus;

use super::{Addressing, Avoidance, BaseUri};

/// How a balancer chooses among the instances that it may pick (RS5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Strategy {
    /// One after the other, in the order of their ids, from a place left to chance; the balancer keeps the place, whatever
    /// is fetched meanwhile (7.3.10).
    #[default]
    RoundRobin,
    /// Any.
    Random,
    /// Any, each as often in relation to others as its metadata `weight` says (SP16).
    Weighted,
    /// Of any two, the one with fewer requests under way: whoever is slow gets less. It needs callers who hold what they
    /// picked for as long as the request takes.
    LeastRequest,
}

type Filter = Arc<dyn Fn(&Instance) -> bool + Send + Sync>;

/// What a balancer is told (RS5). By default it takes turns among all instances that are up and have a port.
#[derive(Clone)]
#[must_use]
pub struct Balancing {
    pub(super) strategy: Strategy,
    addressing: Addressing,
    pub(super) avoidance: Avoidance,
    pub(super) near: Near,
    pub(super) min_near: usize,
    pub(super) seed: Option<u64>,
    statuses: Box<[InstanceStatus]>,
    filters: Vec<Filter>,
}

/// Which zone comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Near {
    Anywhere,
    /// That of the instance which this client registers.
    Own,
    Zone(Box<str>),
}

impl Balancing {
    /// Turns, among all instances that are up and have a port.
    pub fn new() -> Self {
        Self {
            strategy: Strategy::default(),
            addressing: Addressing::default(),
            avoidance: Avoidance::default(),
            near: Near::Anywhere,
            min_near: 1,
            seed: None,
            statuses: Box::new([InstanceStatus::Up]),
            filters: Vec::new(),
        }
    }

    /// How to choose.
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// How instances are reached; those that cannot be reached so are not picked.
    pub fn addressing(mut self, addressing: Addressing) -> Self {
        self.addressing = addressing;
        self
    }

    /// When an instance that failed is avoided.
    pub fn avoid(mut self, avoidance: Avoidance) -> Self {
        self.avoidance = avoidance;
        self
    }

    /// Picks instances in the zone of the instance that this client registers, and others only where
    /// [`Balancing::at_least_near`] says so (SP16). Where it registers none, or tells no zone, it is as if this was not
    /// said.
    pub fn own_zone_first(mut self) -> Self {
        self.near = Near::Own;
        self
    }

    /// The same for another zone.
    pub fn zone_first(mut self, zone: &str) -> Self {
        self.near = Near::Zone(zone.into());
        self
    }

    /// How many instances of the near zone there have to be, failed ones not counted, for all requests to stay there; where
    /// there are fewer, requests go to all zones alike. It is 1 unless it is said here.
    pub fn at_least_near(mut self, instances: usize) -> Self {
        self.min_near = instances.max(1);
        self
    }

    /// Picks instances with one of these statuses alone, instead of UP. Which instances the client offers at all is up to
    /// [`ClientBuilder::only_up`](crate::ClientBuilder::only_up).
    pub fn statuses(mut self, statuses: &[InstanceStatus]) -> Self {
        self.statuses = statuses.into();
        self
    }

    /// Picks instances in this zone alone.
    pub fn only_zone(self, zone: &str) -> Self {
        let zone: Box<str> = zone.into();
        self.only(move |instance| instance.zone() == Some(&zone))
    }

    /// Picks instances with this metadata alone.
    pub fn only_metadata(self, key: &str, value: &str) -> Self {
        let (key, value): (Box<str>, Box<str>) = (key.into(), value.into());
        self.only(move |instance| instance.metadata(&key) == Some(&value))
    }

    /// Picks instances alone for which this holds, besides what else is said. It is asked once for each snapshot.
    pub fn only(mut self, fits: impl Fn(&Instance) -> bool + Send + Sync + 'static) -> Self {
        self.filters.push(Arc::new(fits));
        self
    }

    /// From what everything that is left to chance follows, for tests; otherwise it comes from the machine.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The same, with TLS alone.
    #[cfg(feature = "reqwest-middleware")]
    pub(crate) fn only_secure(mut self) -> Self {
        self.addressing = self.addressing.only_secure();
        self
    }

    /// Where `instance` is reached, if it may be picked.
    pub(crate) fn admit(&self, instance: &Instance) -> Option<BaseUri> {
        let fits = self.statuses.contains(&instance.status())
            && self.filters.iter().all(|filter| filter(instance));
        fits.then(|| self.addressing.reach(instance))?
    }
}

impl Default for Balancing {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Balancing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Balancing")
            .field("strategy", &self.strategy)
            .field("addressing", &self.addressing)
            .field("avoidance", &self.avoidance)
            .field("near", &self.near)
            .field("statuses", &self.statuses)
            .finish_non_exhaustive()
    }
}
