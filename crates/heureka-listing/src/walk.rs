//! From the first node of a listing to the last, piece by piece, as a reader takes them.

use std::sync::Arc;

use bytes::Bytes;

use crate::shape::Shape;
use crate::tree::Node;

/// How the pieces are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Plain,
    /// Everything was deflated before.
    Packed,
}

/// The pieces of a tree in their order. It holds the tree, and no piece before it is asked for.
#[derive(Debug)]
pub(crate) struct Walk {
    shape: Shape,
    coding: Coding,
    /// The nodes on the way to the current one, each with the number of the child that comes next.
    path: Vec<(Arc<Node>, usize)>,
}

impl Walk {
    pub(crate) fn through(root: Option<&Arc<Node>>, shape: Shape, coding: Coding) -> Self {
        Self {
            shape,
            coding,
            path: root.map(|root| (Arc::clone(root), 0)).into_iter().collect(),
        }
    }

    /// The next node whose bytes are in one piece.
    fn next_node(&mut self) -> Option<Arc<Node>> {
        loop {
            let (node, next) = self.path.last_mut()?;
            if *next == 0 && is_in_one_piece(node, self.coding) {
                return self.path.pop().map(|(node, _)| node);
            }
            match node.children().get(*next).map(Arc::clone) {
                Some(child) => {
                    *next += 1;
                    self.path.push((child, 0));
                }
                None => {
                    self.path.pop();
                }
            }
        }
    }

    fn bytes_of(&self, node: &Node) -> Bytes {
        let bytes = match (self.coding, node) {
            (Coding::Plain, Node::Leaf(leaf)) => leaf.plain(self.shape).map(|rows| &rows.bytes),
            (Coding::Plain, Node::Branch(_)) => None,
            (Coding::Packed, node) => node.packed_already(self.shape).map(|packed| &packed.bytes),
        };
        bytes.cloned().unwrap_or_default()
    }
}

fn is_in_one_piece(node: &Node, coding: Coding) -> bool {
    let is_leaf = node.children().is_empty();
    is_leaf || (coding == Coding::Packed && node.is_lowest_branch())
}

impl Iterator for Walk {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let node = self.next_node()?;
        Some(self.bytes_of(&node))
    }
}
