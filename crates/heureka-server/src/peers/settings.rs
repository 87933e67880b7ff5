//! What an operator decides about peers.

use heureka_core::{ClusterConfig, DiscoveryConfig, PeerSource};

/// What an operator decides about peers.
#[derive(Clone, Debug, Default)]
pub struct PeersSettings {
    /// Where they are found; without any the node is alone.
    pub sources: Vec<PeerSource>,
    /// How often names are looked up.
    pub discovery: DiscoveryConfig,
    /// What the core is told.
    pub cluster: ClusterConfig,
    /// The host by which others call this node, where it is known: a peer URL with this host and this node's port is
    /// taken for its own before it has answered (server.md N12).
    pub own_hosts: Vec<String>,
    /// Whether requests to Java peers are packed (server.md N34).
    pub gzip_requests: bool,
    /// Whether this node registers itself as an instance.
    pub register_self: bool,
}
