//! What all requests share.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use heureka_core::{FetchLimiter, Node, NodeConfig, PeerId, RateLimiterConfig};
use heureka_model::{DocumentLimits, InstanceInfo, Now};
use heureka_net::Counters;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::listings::{Listings, ScopeKey};
use crate::metrics::Metrics;
use crate::own_instance;
use crate::peers::{PeerSecrets, PeersSettings};
use crate::regions::RegionsSettings;

/// How long the calls to peers rest at least when a timer is due, and at most in any case.
const SHORTEST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(1);

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
    /// The other nodes.
    pub peers: PeersSettings,
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
            peers: PeersSettings::default(),
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

/// The registry, locked. When it is let go, whoever calls the peers looks whether there is something to tell them.
#[derive(Debug)]
pub struct NodeGuard<'a> {
    node: MutexGuard<'a, Node>,
    shared: &'a Shared,
}

impl Deref for NodeGuard<'_> {
    type Target = Node;

    fn deref(&self) -> &Node {
        &self.node
    }
}

impl DerefMut for NodeGuard<'_> {
    fn deref_mut(&mut self) -> &mut Node {
        &mut self.node
    }
}

impl Drop for NodeGuard<'_> {
    fn drop(&mut self) {
        // The clock is read only where something waits, which without peers is never.
        let waits = self.node.waiting_call_at();
        if waits.is_some_and(|at| at <= self.shared.clock.now().mono) {
            self.shared.peers_work.notify_one();
        }
        self.shared.listings.note_revision(self.node.revision());
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
    peer_secrets: PeerSecrets,
    /// Something may have happened that a peer is to be told.
    peers_work: Notify,
    own_instance: InstanceInfo,
    listings: Listings,
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
        let own_instance = own_instance::describe(&config.labels, now.wall);
        if !config.peers.sources.is_empty() {
            node.join_cluster(now, config.peers.cluster.clone());
            if config.peers.register_self {
                node.register_self(own_instance::registration(&own_instance));
            }
        }
        node.follow_regions(&config.regions.follow, now);
        Self(Arc::new(Shared {
            node: Mutex::new(node),
            fetch_limiter: Mutex::new(FetchLimiter::new(config.rate_limiter)),
            peer_secrets: PeerSecrets::of(&config.peers.sources),
            peers_work: Notify::new(),
            own_instance,
            listings: Listings::new(ScopeKey::usual(&config.regions.follow), now.mono),
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
    pub fn node(&self) -> NodeGuard<'_> {
        NodeGuard {
            node: self.0.node.lock(),
            shared: &self.0,
        }
    }

    /// The registry, for the one who makes the calls to peers and need not be told that there may be some.
    pub(crate) fn node_for_calls(&self) -> MutexGuard<'_, Node> {
        self.0.node.lock()
    }

    /// Waits until a peer may have to be called.
    pub(crate) async fn peers_have_work(&self) {
        let due = self.node_for_calls().poll_call_timeout();
        let wait = due.map(|at| at.saturating_sub(self.now().mono));
        // A call that is due and cannot be made yet is looked at again, but not without a pause.
        let wait = wait
            .unwrap_or(LONGEST_WAIT)
            .clamp(SHORTEST_WAIT, LONGEST_WAIT);
        tokio::select! {
            () = self.0.peers_work.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }

    /// Where a peer is, for people; empty for one that is no longer in the list.
    pub(crate) fn url_of_peer(&self, id: PeerId) -> String {
        let peers = self.node_for_calls().peers();
        let peer = peers.into_iter().find(|peer| peer.id == id);
        peer.map(|peer| peer.url.to_string()).unwrap_or_default()
    }

    /// Has whoever calls the peers look again.
    pub(crate) fn wake_peers(&self) {
        self.0.peers_work.notify_one();
    }

    pub(crate) fn peer_secrets(&self) -> &PeerSecrets {
        &self.0.peer_secrets
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

    pub(crate) fn listings(&self) -> &Listings {
        &self.0.listings
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }
}
