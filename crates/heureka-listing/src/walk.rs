//! From the first node of a listing to the last, piece by piece, as a reader takes them.

use std::sync::Arc;

use bytes::Bytes;

use crate::piece::Piece;
use crate::shape::Shape;
use crate::tree::{Branch, Node};

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
}

impl Iterator for Walk {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            let (node, next) = self.path.last_mut()?;
            if *next == 0
                && let Some(piece) = piece_of(node, self.shape, self.coding)
            {
                self.path.pop();
                return Some(piece);
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
}

/// The bytes of a node, if a connection may take them at once.
fn piece_of(node: &Node, shape: Shape, coding: Coding) -> Option<Piece> {
    if has_bytes(node, coding) {
        return Some(Piece::from(bytes_of(node, shape, coding)));
    }
    match node {
        Node::Leaf(_) => None,
        Node::Branch(branch) => {
            let below = branch.bytes_below(shape, coding)?;
            Some(Piece::from(Arc::clone(below)))
        }
    }
}

/// Whether the node's bytes are side by side.
fn has_bytes(node: &Node, coding: Coding) -> bool {
    let is_leaf = node.children().is_empty();
    is_leaf || (coding == Coding::Packed && node.is_lowest_branch())
}

fn bytes_of(node: &Node, shape: Shape, coding: Coding) -> Bytes {
    let bytes = match (coding, node) {
        (Coding::Plain, Node::Leaf(leaf)) => leaf.plain(shape).map(|rows| &rows.bytes),
        (Coding::Plain, Node::Branch(_)) => None,
        (Coding::Packed, node) => node.packed_already(shape).map(|packed| &packed.bytes),
    };
    bytes.cloned().unwrap_or_default()
}

impl Branch {
    /// The bytes of its children in their order, where these have some. They are kept together, because each child is some
    /// pieces of memory away from its bytes, and nothing of them is in the processor's caches when the next reader comes.
    fn bytes_below(&self, shape: Shape, coding: Coding) -> Option<&Arc<[Bytes]>> {
        let memo = self.memo.get_or_default();
        let below = match coding {
            Coding::Plain => &memo.plain_below,
            Coding::Packed => &memo.packed_below,
        };
        if let Some(known) = below.get(shape.slot()) {
            return Some(known);
        }
        let children = &self.parts.children;
        if !has_bytes(children.first()?, coding) {
            return None;
        }
        below.get_or_make(shape.slot(), || {
            let bytes = children.iter().map(|child| bytes_of(child, shape, coding));
            bytes.collect()
        })
    }
}
