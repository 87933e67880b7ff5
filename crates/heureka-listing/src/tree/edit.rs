//! The next tree of one: what a change does not touch is shared.

use std::sync::Arc;

use heureka_model::{AppName, InstanceId, InstanceKey};

use super::edit_leaf::edit_leaf;
use super::first_keys::{FirstKeys, Place};
use super::node::{Branch, BranchParts, FILLED_LEAF_BYTES, MAX_CHILDREN, MAX_LEAF_BYTES, Node};
use crate::memo::Slot;
use crate::row::Row;

/// What becomes of one key.
#[derive(Clone, Debug)]
pub enum Edit {
    /// The row takes the place of the one with its key, or is new.
    Put(Row),
    /// The key's row is taken out, if there is one.
    TakeOut(InstanceKey),
}

/// Who is told of rows in whose place another one was put.
pub type Replaced<'a> = &'a mut dyn FnMut(&Row);

impl Edit {
    pub(crate) fn names(&self) -> (&AppName, &InstanceId) {
        match self {
            Self::Put(row) => row.names(),
            Self::TakeOut(key) => (&key.app, &key.id),
        }
    }

    pub(super) fn row(&self) -> Option<Row> {
        match self {
            Self::Put(row) => Some(row.clone()),
            Self::TakeOut(_) => None,
        }
    }
}

/// The root after `edits`, which are in the order of their keys, each key once.
pub(super) fn edited_root(
    root: Option<Arc<Node>>,
    edits: &[Edit],
    replaced: Replaced<'_>,
) -> Option<Arc<Node>> {
    let mut nodes = match root {
        Some(mut root) => match edit(&mut root, edits, replaced).left {
            Left::Itself => vec![root],
            Left::Nodes(nodes) => nodes,
            Left::Nothing { .. } => Vec::new(),
        },
        None => leaves(None, edits.iter().filter_map(Edit::row).collect()),
    };
    while nodes.len() > 1 {
        nodes = branches(nodes);
    }
    nodes.pop().map(without_single_branches)
}

/// What came of a node.
pub(super) struct Edited {
    pub(super) left: Left,
    /// Whether another row may be its last one.
    pub(super) ends: bool,
}

/// What is left of a node, all of it of its height.
pub(super) enum Left {
    Itself,
    /// Others in its place.
    Nodes(Vec<Arc<Node>>),
    Nothing {
        /// The row before its first one.
        before: Option<Row>,
    },
}

impl Left {
    /// What is left where these nodes are in its place.
    pub(super) fn nodes(nodes: Vec<Arc<Node>>, before: Option<Row>) -> Self {
        if nodes.is_empty() {
            Self::Nothing { before }
        } else {
            Self::Nodes(nodes)
        }
    }
}

/// Edits a node where it is, or a copy where somebody else has it too: a copy touches each row, and a processor waits
/// longer for these than it works.
fn edit(node: &mut Arc<Node>, edits: &[Edit], replaced: Replaced<'_>) -> Edited {
    match Arc::make_mut(node) {
        Node::Leaf(leaf) => edit_leaf(leaf, edits, replaced),
        Node::Branch(branch) => edit_branch(branch, edits, replaced),
    }
}

fn edit_branch(branch: &mut Branch, edits: &[Edit], replaced: Replaced<'_>) -> Edited {
    branch.memo = Slot::default();
    let parts = &mut branch.parts;
    let (mut is_untidy, mut ends, mut before) = (false, false, None);
    // From behind, so that the places of those before stay.
    let mut rest = edits;
    while let Some((share, others)) = last_share(&parts.first_keys, rest) {
        let is_last = share.child + 1 == parts.children.len();
        let child = edit_child(parts, &share, replaced);
        is_untidy |= child.is_untidy;
        ends |= is_last && child.ends;
        before = child.before_nothing;
        rest = others;
    }
    let fits = !is_untidy && (1..=MAX_CHILDREN).contains(&parts.children.len());
    let left = if fits {
        Left::Itself
    } else {
        let nodes = branches(without_small_ones(
            std::mem::take(&mut parts.children).into_vec(),
        ));
        Left::nodes(nodes, before)
    };
    Edited { left, ends }
}

/// What came of a child.
#[derive(Default)]
struct EditedChild {
    /// Whether a small one came of it.
    is_untidy: bool,
    ends: bool,
    /// Where nothing is left of it, the row before its first one.
    before_nothing: Option<Row>,
}

/// Edits the child that a share is of. The others are not looked at, because they are seldom in a processor's cache.
fn edit_child(parts: &mut BranchParts, share: &Share<'_>, replaced: Replaced<'_>) -> EditedChild {
    let at = share.child;
    let Some(child) = parts.children.get_mut(at) else {
        return EditedChild::default();
    };
    let had = *child.totals();
    let Edited { left, ends } = edit(child, share.edits, replaced);
    let (count, is_untidy, before_nothing) = match left {
        Left::Itself => {
            let is_small = child.is_small();
            parts.take_over(at, &had, share.begins);
            (1, is_small, None)
        }
        Left::Nodes(nodes) => {
            let (count, is_untidy) = (nodes.len(), nodes.iter().any(|node| node.is_small()));
            parts.replace(at, &had, nodes);
            (count, is_untidy, None)
        }
        Left::Nothing { before } => {
            parts.replace(at, &had, Vec::new());
            (0, false, before)
        }
    };
    if ends {
        let own = parts.children.get(at..at + count).and_then(<[_]>::last);
        let last = own.map_or(before_nothing.as_ref(), |own| own.last());
        let last = last.cloned();
        parts.move_behind(at + count, last.as_ref());
    }
    EditedChild {
        is_untidy,
        ends,
        before_nothing,
    }
}

/// What one child has of edits.
struct Share<'a> {
    child: usize,
    edits: &'a [Edit],
    /// Whether the child may begin with another row after them.
    begins: bool,
}

/// What the last child that has edits has of them, and what the others have.
fn last_share<'a>(keys: &FirstKeys, edits: &'a [Edit]) -> Option<(Share<'a>, &'a [Edit])> {
    let (last, before) = edits.split_last()?;
    let Place { child, begins } = keys.find(last.names());
    let is_others = |edit: &Edit| child > 0 && keys.is_before(edit.names(), child);
    let (others, own) = edits.split_at(before.partition_point(is_others));
    let share = Share {
        child,
        edits: own,
        begins: match own {
            [_] => begins,
            own => own
                .first()
                .is_some_and(|first| keys.find(first.names()).begins),
        },
    };
    Some((share, others))
}

/// Puts small nodes together with a neighbour. All are of one height.
fn without_small_ones(nodes: Vec<Arc<Node>>) -> Vec<Arc<Node>> {
    let mut kept: Vec<Arc<Node>> = Vec::with_capacity(nodes.len());
    for node in nodes {
        match kept.pop() {
            Some(last) if last.is_small() || node.is_small() => kept.extend(joined(last, node)),
            last => kept.extend(last.into_iter().chain([node])),
        }
    }
    kept
}

fn joined(left: Arc<Node>, right: Arc<Node>) -> Vec<Arc<Node>> {
    let (Node::Leaf(own), Node::Leaf(next)) = (&*left, &*right) else {
        let children = left.children().iter().chain(right.children());
        return branches(without_small_ones(children.map(Arc::clone).collect()));
    };
    let rows = own.rows.iter().chain(next.rows.iter());
    let divided = leaves(own.before.clone(), rows.cloned().collect());
    // Beside a heavy row a leaf is small for good, and what was made of both is not to be made again each time.
    let is_as_before = |first: &Arc<Node>| first.totals().rows == left.totals().rows;
    match &divided[..] {
        [first, _] if is_as_before(first) => vec![left, right],
        _ => divided,
    }
}

/// One leaf, or several of about the same weight where one would be too heavy.
pub(super) fn leaves(mut before: Option<Row>, rows: Vec<Row>) -> Vec<Arc<Node>> {
    let weight_bytes: u64 = rows.iter().map(Row::weight_bytes).sum();
    if rows.is_empty() {
        return Vec::new();
    }
    if weight_bytes <= MAX_LEAF_BYTES {
        return vec![Node::leaf(before, rows)];
    }
    let share_bytes = weight_bytes / weight_bytes.div_ceil(FILLED_LEAF_BYTES);
    let (mut leaves, mut own, mut own_bytes) = (Vec::new(), Vec::new(), 0);
    for row in rows {
        if own_bytes > 0 && own_bytes + row.weight_bytes() / 2 > share_bytes {
            let last = own.last().cloned();
            leaves.push(Node::leaf(before, std::mem::take(&mut own)));
            (before, own_bytes) = (last, 0);
        }
        own_bytes += row.weight_bytes();
        own.push(row);
    }
    leaves.push(Node::leaf(before, own));
    leaves
}

/// One branch, or several with about as many children where one would have too many.
fn branches(children: Vec<Arc<Node>>) -> Vec<Arc<Node>> {
    let share = match children.len() {
        0 => return Vec::new(),
        count if count <= MAX_CHILDREN => count,
        // Filled to three quarters, as leaves are.
        count => count.div_ceil(count.div_ceil(MAX_CHILDREN * 3 / 4)),
    };
    let shares = children.chunks(share);
    shares
        .map(|share| Node::branch(BranchParts::new(share.to_vec())))
        .collect()
}

/// A branch with a single child says nothing that the child does not.
fn without_single_branches(mut root: Arc<Node>) -> Arc<Node> {
    while let [only] = root.children() {
        root = Arc::clone(only);
    }
    root
}
