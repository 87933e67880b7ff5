//! What can be seen of nodes from outside.

use std::collections::BTreeMap;

use heureka_core::{Event, PeerReport};
use heureka_model::{
    InstanceKey, InstanceStatus, LeaseState, NodeId, Now, PeerHeader, PeerMessage, PeerReply,
    Stamp, UnixMillis,
};

use crate::harness::Cluster;
use crate::instances::APP;

/// What can be seen of an instance at one node.
pub(crate) type Seen = (InstanceStatus, InstanceStatus, UnixMillis, String);

impl Cluster {
    pub(crate) fn seen(&mut self, host: usize) -> BTreeMap<String, Seen> {
        let listing = self.node(host).applications();
        let instances = listing.applications.iter().flat_map(|app| &app.instances);
        instances
            .map(|info| {
                let document = &info.document;
                let metadata = format!("{:?}", document.metadata);
                let seen = (
                    info.status,
                    info.overridden_status,
                    document.last_dirty,
                    metadata,
                );
                (document.id.to_string(), seen)
            })
            .collect()
    }

    pub(crate) fn ids(&mut self, host: usize) -> Vec<String> {
        self.seen(host).into_keys().collect()
    }

    pub(crate) fn has(&mut self, host: usize, id: &str) -> bool {
        self.node(host).instance(APP, id).is_some()
    }

    /// The status of an instance, where the node has it.
    pub(crate) fn status(&mut self, host: usize, id: &str) -> Option<InstanceStatus> {
        self.node(host).instance(APP, id).map(|info| info.status)
    }

    /// All nodes hold and show the same.
    #[track_caller]
    pub(crate) fn assert_agreed(&mut self) {
        let nodes = self.running_nodes();
        let first = (self.seen(nodes[0]), self.node(nodes[0]).strong_digest());
        for host in nodes {
            let other = (self.seen(host), self.node(host).strong_digest());
            assert_eq!(other, first, "node {host}");
        }
    }

    /// How a node knows its peers, in the order of its list.
    pub(crate) fn peers(&mut self, host: usize) -> Vec<PeerReport> {
        self.node(host).peers()
    }

    /// A message of somebody who is in no list.
    pub(crate) fn ask(&mut self, host: usize, message: PeerMessage) -> PeerReply {
        let now = self.now(host);
        let header = header(NodeId(99), now);
        self.node(host).handle_peer_message(now, &header, message).1
    }

    /// The lease of an instance as a node tells it.
    pub(crate) fn lease(&mut self, host: usize, id: &str) -> Option<LeaseState> {
        match self.ask(host, PeerMessage::Ages(vec![InstanceKey::new(APP, id)])) {
            PeerReply::Ages(ages) => ages.first().map(|age| age.lease),
            PeerReply::Noted | PeerReply::Taken(_) | PeerReply::Compared(_) => None,
        }
    }

    pub(crate) fn events(&mut self, host: usize) -> Vec<Event> {
        let node = self.node(host);
        std::iter::from_fn(|| node.poll_event()).collect()
    }
}

/// What somebody says of itself whose clock tells nothing.
pub(crate) fn header(node: NodeId, now: Now) -> PeerHeader {
    PeerHeader {
        node,
        name: "somebody".into(),
        version: "1".into(),
        uptime: now.mono,
        reading: Stamp {
            wall_ms: now.wall.0,
            count: 0,
            node,
        },
        wall: now.wall,
        is_open: true,
        reaches: Vec::new(),
    }
}
