//! What all requests share.

use std::collections::BTreeSet;
use std::sync::Arc;

use heureka_core::{FetchLimiter, Node, NodeConfig, RateLimiterConfig};
use heureka_model::{DocumentLimits, InstanceInfo, Now};
use heureka_net::Counters;
use parking_lot::{Mutex, MutexGuard};

use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::own_instance;
use crate::regions::RegionsSettings;

/// What an operator decides about a server.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The registry.
    pub node: NodeConfig,
    /// How often it may be fetched.
    pub rate_limiter: RateLimiterConfig,
    /// Names of clients that are never limited, besides the standard ones.
    pub privileged_clients: BTreeSet<String>,
    /// Bytes of a body, before and after it is unpacked.
    pub max_body_bytes: usize,
    /// Bytes of the body of a batch.
    pub max_batch_body_bytes: usize,
    /// Registries elsewhere whose instances are shown here.
    pub regions: RegionsSettings,
    /// What people are told of this server.
    pub labels: Labels,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            node: NodeConfig::default(),
            rate_limiter: RateLimiterConfig::default(),
            privileged_clients: BTreeSet::new(),
            max_body_bytes: 1024 * 1024,
            max_batch_body_bytes: 8 * 1024 * 1024,
            regions: RegionsSettings::default(),
            labels: Labels::default(),
        }
    }
}

/// What people are told of a server.
#[derive(Clone, Debug)]
pub struct Labels {
    /// Its name.
    pub node_name: String,
    /// The port it listens on.
    pub port: u16,
    /// `eureka.environment`
    pub environment: String,
    /// `eureka.datacenter`
    pub data_center: String,
}

impl Default for Labels {
    fn default() -> Self {
        Self {
            node_name: "heureka".to_owned(),
            port: 8761,
            environment: "test".to_owned(),
            data_center: "default".to_owned(),
        }
    }
}

/// What all requests share: cheap to clone.
#[derive(Clone, Debug)]
pub struct App(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    config: ServerConfig,
    clock: Arc<dyn Clock>,
    node: Mutex<Node>,
    fetch_limiter: Mutex<FetchLimiter>,
    own_instance: InstanceInfo,
    metrics: Metrics,
}

impl App {
    /// An empty registry, whose choices are decided by `seed`. The counters are those of the accept loop in front of it.
    #[must_use]
    pub fn new(
        config: ServerConfig,
        clock: Arc<dyn Clock>,
        seed: u64,
        connections: Arc<Counters>,
    ) -> Self {
        let now = clock.now();
        let mut node = Node::new(config.node, seed, now);
        node.follow_regions(&config.regions.follow, now);
        Self(Arc::new(Shared {
            node: Mutex::new(node),
            fetch_limiter: Mutex::new(FetchLimiter::new(config.rate_limiter)),
            own_instance: own_instance::describe(&config.labels, now.wall),
            metrics: Metrics::new(connections),
            clock,
            config,
        }))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Now {
        self.0.clock.now()
    }

    /// The registry. The lock is for plain code: nobody waits for anything while holding it. Who calls the registry with
    /// the time asks for it after this, so that times never run backwards from call to call.
    pub fn node(&self) -> MutexGuard<'_, Node> {
        self.0.node.lock()
    }

    pub(crate) fn config(&self) -> &ServerConfig {
        &self.0.config
    }

    pub(crate) fn document_limits(&self) -> &DocumentLimits {
        &self.0.config.node.limits.document
    }

    pub(crate) fn fetch_limiter(&self) -> MutexGuard<'_, FetchLimiter> {
        self.0.fetch_limiter.lock()
    }

    /// This server as an instance.
    pub(crate) fn own_instance(&self) -> &InstanceInfo {
        &self.0.own_instance
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }
}
