//! Rows in the order of their keys, in a tree that shares what two listings have in common.

mod edit;
mod edit_leaf;
mod first_keys;
mod node;
mod segments;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use heureka_model::{Digest, StatusCounts};

pub use self::edit::{Edit, Replaced};
pub(crate) use self::node::{Branch, Leaf, MAX_CHILDREN, Node, Totals};
use crate::row::Row;

/// Rows in the order of application and id. Copies are cheap and share everything.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    root: Option<Arc<Node>>,
}

impl Listing {
    /// The listing after `edits`; of several for one key the last one counts. What they do not touch is shared with whoever
    /// has the listing as it was, with all that was made of it.
    #[must_use]
    pub fn edited(self, edits: Vec<Edit>) -> Self {
        self.edited_telling(edits, &mut |_| ())
    }

    /// The same, telling of each row in whose place another one was put.
    #[must_use]
    pub fn edited_telling(self, mut edits: Vec<Edit>, replaced: Replaced<'_>) -> Self {
        if edits.is_empty() {
            return self;
        }
        // The sort keeps the order of edits of one key; the last of them is found first from behind.
        edits.sort_by(|one, other| one.names().cmp(&other.names()));
        edits.reverse();
        edits.dedup_by(|earlier, later| {
            let counts_no_more = earlier.names() == later.names();
            if counts_no_more && let Edit::Put(row) = earlier {
                replaced(row);
            }
            counts_no_more
        });
        edits.reverse();
        Self {
            root: edit::edited_root(self.root, &edits, replaced),
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.root.as_ref().map_or(0, |root| root.totals().rows)
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    /// The sum of the rows' digests: it is the same wherever the same is shown.
    #[must_use]
    pub fn content(&self) -> Digest {
        self.root
            .as_ref()
            .map_or_else(Digest::default, |root| root.totals().content)
    }

    /// How many rows have which status.
    #[must_use]
    pub fn statuses(&self) -> StatusCounts {
        self.root
            .as_ref()
            .map_or_else(StatusCounts::default, |root| root.totals().statuses)
    }

    /// The rows in their order.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        let mut open: Vec<&Node> = self.root.as_deref().into_iter().collect();
        let leaves = std::iter::from_fn(move || {
            loop {
                match open.pop()? {
                    Node::Leaf(leaf) => return Some(leaf),
                    branch @ Node::Branch(_) => {
                        let children = branch.children().iter().rev();
                        open.extend(children.map(Arc::as_ref));
                    }
                }
            }
        });
        leaves.flat_map(|leaf| &leaf.rows)
    }

    pub(crate) fn of_root(root: Option<Arc<Node>>) -> Self {
        Self { root }
    }

    pub(crate) fn into_root(self) -> Option<Arc<Node>> {
        self.root
    }

    pub(crate) fn root(&self) -> Option<&Arc<Node>> {
        self.root.as_ref()
    }
}

impl FromIterator<Row> for Listing {
    fn from_iter<T: IntoIterator<Item = Row>>(rows: T) -> Self {
        Self::default().edited(rows.into_iter().map(Edit::Put).collect())
    }
}
