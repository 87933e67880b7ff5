//! The next tree of one: what a change does not touch is shared.

use std::iter::Peekable;
use std::sync::Arc;

use heureka_model::{AppName, InstanceId, InstanceKey};

use super::node::{BranchParts, FILLED_LEAF_BYTES, Leaf, MAX_CHILDREN, MAX_LEAF_BYTES, Node};
use crate::memo::LeafMemo;
use crate::row::Row;
use crate::shape::Shape;

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
            Self::TakeOut(key) => names(key),
        }
    }

    fn row(&self) -> Option<Row> {
        match self {
            Self::Put(row) => Some(row.clone()),
            Self::TakeOut(_) => None,
        }
    }
}

fn names(key: &InstanceKey) -> (&AppName, &InstanceId) {
    (&key.app, &key.id)
}

/// The root after `edits`, which are in the order of their keys, each key once.
pub(super) fn edited_root(
    root: Option<Arc<Node>>,
    edits: &[Edit],
    replaced: Replaced<'_>,
) -> Option<Arc<Node>> {
    let mut nodes = match root {
        Some(root) => edited(root, edits, replaced),
        None => leaves(None, edits.iter().filter_map(Edit::row).collect()),
    };
    while nodes.len() > 1 {
        nodes = branches(nodes);
    }
    nodes.pop().map(without_single_branches)
}

/// What takes the place of a node: nodes of its height, none where nothing is left of it. Where nobody else has the node,
/// its rows are taken out of it instead of copied, for each copy touches a document.
fn edited(node: Arc<Node>, edits: &[Edit], replaced: Replaced<'_>) -> Vec<Arc<Node>> {
    match Arc::try_unwrap(node) {
        Ok(Node::Leaf(Leaf {
            rows, before, memo, ..
        })) => edited_leaf(before, Arc::unwrap_or_clone(rows), &memo, edits, replaced),
        Ok(Node::Branch(branch)) => edited_branch(branch.parts, edits, replaced),
        Err(shared) => match &*shared {
            Node::Leaf(leaf) => edited_leaf(
                leaf.before.clone(),
                leaf.rows.to_vec(),
                &leaf.memo,
                edits,
                replaced,
            ),
            Node::Branch(branch) => edited_branch(branch.parts.clone(), edits, replaced),
        },
    }
}

/// What takes the place of a branch. Only the children that are edited are looked at, because the others are seldom in a
/// processor's cache.
fn edited_branch(mut parts: BranchParts, edits: &[Edit], replaced: Replaced<'_>) -> Vec<Arc<Node>> {
    let mut is_untidy = false;
    // From behind, so that the places of those before stay.
    for (at, own) in shares(&parts.first_keys, edits).into_iter().rev() {
        let child = parts.take_out(at);
        let end = own.last().filter(|last| child.ends_by(last.names()));
        let before = end.and_then(|_| child.before().cloned());
        let nodes = edited(child, own, replaced);
        is_untidy |= nodes.iter().any(|node| node.is_small());
        if end.is_some() {
            let last = nodes.last().map_or(before.as_ref(), |node| node.last());
            parts.move_behind(at, last);
        }
        parts.put_in(at, nodes);
    }
    if is_untidy || !(1..=MAX_CHILDREN).contains(&parts.children.len()) {
        return branches(without_small_ones(parts.children));
    }
    vec![Node::branch(parts)]
}

/// Which children have edits, and which each has. A child has what is from its first key up to that of the next one; the
/// first has what is before it, too.
fn shares<'a>(first_keys: &[InstanceKey], edits: &'a [Edit]) -> Vec<(usize, &'a [Edit])> {
    let (mut shares, mut rest) = (Vec::new(), edits);
    while let Some(first) = rest.first() {
        let after = first_keys.partition_point(|key| names(key) <= first.names());
        let next = first_keys.get(after.max(1));
        let is_own = |edit: &Edit| next.is_none_or(|next| names(next) > edit.names());
        let (own, others) = rest.split_at(rest.partition_point(is_own));
        shares.push((after.saturating_sub(1), own));
        rest = others;
    }
    shares
}

/// Up to so many edits of a leaf are made one by one; more are merged with its rows.
const ONE_BY_ONE: usize = 8;

/// What takes the place of a leaf that had these rows.
fn edited_leaf(
    before: Option<Row>,
    mut rows: Vec<Row>,
    memo: &LeafMemo,
    edits: &[Edit],
    replaced: Replaced<'_>,
) -> Vec<Arc<Node>> {
    if edits.len() > ONE_BY_ONE {
        return leaves(before, merged_at_once(rows, edits, replaced));
    }
    let mut origins: Vec<Option<usize>> = (0..rows.len()).map(Some).collect();
    for edit in edits {
        let place = rows.binary_search_by(|row| row.names().cmp(&edit.names()));
        let (at, count) = match place {
            Ok(at) => (at, 1),
            Err(at) => (at, 0),
        };
        let row = edit.row();
        origins.splice(at..at + count, row.iter().map(|_| None));
        let is_put = row.is_some();
        for old in rows.splice(at..at + count, row).filter(|_| is_put) {
            replaced(&old);
        }
    }
    let weight_bytes: u64 = rows.iter().map(Row::weight_bytes).sum();
    if rows.is_empty() || weight_bytes > MAX_LEAF_BYTES {
        return leaves(before, rows);
    }
    let mut leaf = Leaf::new(before, rows);
    leaf.is_reread = Shape::LISTINGS
        .iter()
        .any(|shape| memo.packed.get(shape.slot()).is_some());
    carry_over(memo, &leaf, &origins);
    vec![Arc::new(Node::Leaf(leaf))]
}

/// Writes a changed leaf in the forms in which it was deflated since the change before this one: who asked for it then
/// will ask again. What has not changed is copied.
fn carry_over(memo: &LeafMemo, leaf: &Leaf, origins: &[Option<usize>]) {
    for shape in Shape::LISTINGS {
        let slot = shape.slot();
        if memo.packed.get(slot).is_some()
            && let Some(before) = memo.plain.get(slot)
        {
            let known = |at: usize| before.row(*origins.get(at)?.as_ref()?);
            leaf.memo
                .plain
                .get_or_make(slot, || leaf.write_with(shape, known));
        }
    }
}

fn merged_at_once(rows: Vec<Row>, edits: &[Edit], replaced: Replaced<'_>) -> Vec<Row> {
    let mut merged = Vec::with_capacity(rows.len() + edits.len());
    let mut rows = rows.into_iter().peekable();
    for edit in edits {
        merged.extend(rows_before(&mut rows, edit));
        let old = rows.next_if(|row| row.names() == edit.names());
        let row = edit.row();
        if let Some(old) = old.filter(|_| row.is_some()) {
            replaced(&old);
        }
        merged.extend(row);
    }
    merged.extend(rows);
    merged
}

fn rows_before<'a>(
    rows: &'a mut Peekable<impl Iterator<Item = Row>>,
    edit: &'a Edit,
) -> impl Iterator<Item = Row> {
    std::iter::from_fn(move || rows.next_if(|row| row.names() < edit.names()))
}

/// Puts small nodes together with a neighbour. All are of one height.
fn without_small_ones(nodes: Vec<Arc<Node>>) -> Vec<Arc<Node>> {
    let mut kept: Vec<Arc<Node>> = Vec::with_capacity(nodes.len());
    for node in nodes {
        match kept.pop() {
            Some(last) if last.is_small() || node.is_small() => kept.extend(joined(&last, &node)),
            last => kept.extend(last.into_iter().chain([node])),
        }
    }
    kept
}

fn joined(left: &Node, right: &Node) -> Vec<Arc<Node>> {
    match (left, right) {
        (Node::Leaf(left), Node::Leaf(right)) => {
            let rows = left.rows.iter().chain(right.rows.iter());
            leaves(left.before.clone(), rows.cloned().collect())
        }
        (left, right) => {
            let children = left.children().iter().chain(right.children());
            branches(without_small_ones(children.map(Arc::clone).collect()))
        }
    }
}

/// One leaf, or several of about the same weight where one would be too heavy.
fn leaves(mut before: Option<Row>, rows: Vec<Row>) -> Vec<Arc<Node>> {
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
