//! What is told of the peers: on the status page, in the metrics and by the status resource.

use std::time::Duration;

use heureka_core::{Node, PeerKind, PeerReport, Reach, StartReport};
use heureka_model::NodeId;

/// How many nodes a line names; how many there are is what peers say.
const NAMED: usize = 10;

/// The peers and what they mean for this node, at one moment.
#[derive(Debug)]
pub(crate) struct Overview {
    /// The moment, on the monotonic clock.
    pub(crate) mono: Duration,
    /// In the order of the list.
    pub(crate) peers: Vec<PeerReport>,
    /// How far the start has come.
    pub(crate) start: StartReport,
    /// So many are silent that this node keeps everybody.
    pub(crate) is_cut_off: bool,
    /// Nodes that peers reach and this one does not call.
    pub(crate) not_meshed: Vec<NodeId>,
}

impl Overview {
    pub(crate) fn of(node: &Node, mono: Duration) -> Self {
        Self {
            mono,
            peers: node.peers(),
            start: node.start_report(mono),
            is_cut_off: node.is_cut_off(),
            not_meshed: node.not_meshed(),
        }
    }

    /// Those that are other nodes, as far as is known: this node itself and a second URL of a peer are not to be told of
    /// anything, so their numbers would say nothing.
    pub(crate) fn others(&self) -> impl Iterator<Item = &PeerReport> {
        self.peers
            .iter()
            .filter(|peer| !matches!(peer.kind, PeerKind::Own | PeerKind::SameAs(_)))
    }
}

/// Whether the last call to it was answered.
pub(crate) fn is_reached(peer: &PeerReport) -> bool {
    matches!(peer.reach, Reach::Reached { .. })
}

/// What it means that peers reach nodes which are not called from here, and what to do about it. A chain or a ring of
/// peers replicates each write one step only, as Java's servers do (server.md P12).
pub(crate) fn not_meshed_text(nodes: &[NodeId]) -> String {
    let named = nodes.iter().take(NAMED).map(ToString::to_string);
    let mut names = named.collect::<Vec<_>>().join(", ");
    if nodes.len() > NAMED {
        names.push_str(", …");
    }
    format!(
        "The peers are not all connected: other peers reach {} that this server does not call (run {names}), so what is \
         registered here comes there late, by comparison, and not at once. Name every server in the list of peers of \
         every server.",
        match nodes.len() {
            1 => "a server".to_owned(),
            count => format!("{count} servers"),
        }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_does_not_grow_with_what_peers_say() {
        let text = |count: u64| not_meshed_text(&(0..count).map(NodeId).collect::<Vec<_>>());
        assert!(text(1).contains("reach a server that"), "{}", text(1));
        assert!(text(10).contains("reach 10 servers that"), "{}", text(10));
        assert!(!text(10).contains('…'));
        assert!(text(1000).len() < text(10).len() + 10);
    }
}
