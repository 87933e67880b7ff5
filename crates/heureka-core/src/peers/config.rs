//! What a node is told of its cluster.

use std::net::IpAddr;
use std::time::Duration;

use heureka_model::ServiceUrl;

/// What a node is told of its cluster; the defaults are those of MERGE.
#[derive(Clone, Debug)]
pub struct ClusterConfig {
    /// The node's name, as its operator gave it.
    pub node_name: String,
    /// The software's version.
    pub version: String,
    /// Time between two comparisons with a peer.
    pub compare_interval: Duration,
    /// How long a node that starts keeps listings closed at most.
    pub start_hold: Duration,
    /// How long an instance is kept past its lease because the node at which it renews cannot be reached.
    pub hold_limit: Duration,
    /// How long the others are waited for when they are asked about candidates for eviction.
    pub ages_deadline: Duration,
}

impl Default for ClusterConfig {
    fn default() -> Self {
        Self {
            node_name: "heureka".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            compare_interval: Duration::from_secs(5),
            start_hold: Duration::from_secs(35),
            hold_limit: Duration::from_secs(10 * 60),
            ages_deadline: Duration::from_secs(1),
        }
    }
}

/// A peer by its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerTarget {
    /// Where it is called.
    pub url: ServiceUrl,
    /// The addresses of its host, by which a Java peer that sends something is recognised.
    pub addresses: Vec<IpAddr>,
    /// It is this node by its host and port; taken for that until it says otherwise (server.md N12).
    pub is_presumed_own: bool,
}
