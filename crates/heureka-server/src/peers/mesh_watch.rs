//! Notices when peers reach nodes that this one does not call.

use heureka_model::NodeId;

use super::overview::not_meshed_text;

/// What was seen and what was told, so that each state is told once.
#[derive(Debug, Default)]
pub(super) struct MeshWatch {
    seen: Vec<NodeId>,
    told: Vec<NodeId>,
}

impl MeshWatch {
    /// Takes what [`heureka_core::Node::not_meshed`] says now, and answers what is to be told. A node that has just
    /// started may be known to a peer a little earlier than here, so only what two looks in a row have seen is told.
    pub(super) fn look(&mut self, strangers: Vec<NodeId>) -> Option<&[NodeId]> {
        let lasting = strangers
            .iter()
            .filter(|node| self.seen.contains(node))
            .copied()
            .collect();
        self.seen = strangers;
        let before = std::mem::replace(&mut self.told, lasting);
        (self.told != before && !self.told.is_empty()).then_some(&*self.told)
    }

    /// The same, as a line of the log.
    pub(super) fn look_and_warn(&mut self, strangers: Vec<NodeId>) {
        if let Some(nodes) = self.look(strangers) {
            tracing::warn!("{}", not_meshed_text(nodes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lasts_is_told_once_and_again_when_it_changes() {
        let mut watch = MeshWatch::default();
        for (seen, told) in [
            (&[1][..], None),
            (&[1], Some(&[1][..])),
            (&[1], None),
            (&[1, 2], None),
            (&[1, 2], Some(&[1, 2])),
            (&[2], Some(&[2])),
            (&[], None),
            (&[2], None),
            (&[], None),
            (&[2], None),
            (&[2], Some(&[2])),
        ] {
            let nodes = |ids: &[u64]| ids.iter().copied().map(NodeId).collect::<Vec<_>>();
            let said = watch.look(nodes(seen)).map(<[NodeId]>::to_vec);
            assert_eq!(said, told.map(nodes), "{seen:?}");
        }
    }
}
