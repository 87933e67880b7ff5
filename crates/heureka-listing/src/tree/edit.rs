//! The next tree of one: what a change does not touch is shared.

use std::iter::Peekable;
use std::ops::Range;
use std::sync::Arc;

use heureka_model::{AppName, InstanceId, InstanceKey};

use super::node::{
    Branch, BranchParts, FILLED_LEAF_BYTES, Leaf, MAX_CHILDREN, MAX_LEAF_BYTES, Node, segments,
};
use crate::memo::{BranchMemo, LeafMemo};
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

    fn is_put(&self) -> bool {
        matches!(self, Self::Put(_))
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
        Some(mut root) => edit(&mut root, edits, replaced).unwrap_or_else(|| vec![root]),
        None => leaves(None, edits.iter().filter_map(Edit::row).collect()),
    };
    while nodes.len() > 1 {
        nodes = branches(nodes);
    }
    nodes.pop().map(without_single_branches)
}

/// What takes the place of a node that is not one node any longer: nodes of its height, none where nothing is left of it.
type Instead = Option<Vec<Arc<Node>>>;

/// Edits a node where it is, or a copy where somebody else has it too: a copy touches each document, and a processor waits
/// longer for these than it works.
fn edit(node: &mut Arc<Node>, edits: &[Edit], replaced: Replaced<'_>) -> Instead {
    match Arc::make_mut(node) {
        Node::Leaf(leaf) => edit_leaf(leaf, edits, replaced),
        Node::Branch(branch) => edit_branch(branch, edits, replaced),
    }
}

fn edit_branch(branch: &mut Branch, edits: &[Edit], replaced: Replaced<'_>) -> Instead {
    branch.memo = BranchMemo::default();
    let parts = &mut branch.parts;
    let mut is_untidy = false;
    // From behind, so that the places of those before stay.
    for (at, own) in shares(&parts.first_keys, edits).into_iter().rev() {
        is_untidy |= edit_child(parts, at, own, replaced);
    }
    let fits = !is_untidy && (1..=MAX_CHILDREN).contains(&parts.children.len());
    (!fits).then(|| branches(without_small_ones(std::mem::take(&mut parts.children))))
}

/// Edits the child at a place, and says whether a small one came of it. The others are not looked at, because they are
/// seldom in a processor's cache.
fn edit_child(parts: &mut BranchParts, at: usize, edits: &[Edit], replaced: Replaced<'_>) -> bool {
    let Some(child) = parts.children.get_mut(at) else {
        return false;
    };
    let had = *child.totals();
    let begins = parts.first_keys.get(at).zip(edits.first());
    let begins = begins.is_some_and(|(first, edit)| edit.names() <= names(first));
    let ends = edits.last().is_some_and(|last| child.ends_by(last.names()));
    let mut last = ends.then(|| child.before().cloned()).flatten();
    let (count, is_untidy) = match edit(child, edits, replaced) {
        None => {
            let is_small = child.is_small();
            parts.take_over(at, &had, begins, ends);
            (1, is_small)
        }
        Some(nodes) => {
            let (count, is_untidy) = (nodes.len(), nodes.iter().any(|node| node.is_small()));
            parts.replace(at, &had, nodes);
            (count, is_untidy)
        }
    };
    if ends {
        let own = parts.children.get(at..at + count).and_then(<[_]>::last);
        last = own.map_or(last, |own| own.last().cloned());
        parts.move_behind(at + count, last.as_ref());
    }
    is_untidy
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

fn edit_leaf(leaf: &mut Leaf, edits: &[Edit], replaced: Replaced<'_>) -> Instead {
    if edits.len() > ONE_BY_ONE {
        let rows = Arc::unwrap_or_clone(std::mem::take(&mut leaf.rows));
        let rows = merged_at_once(rows, edits, replaced);
        return Some(leaves(leaf.before.take(), rows));
    }
    let memo = std::mem::take(&mut leaf.memo);
    leaf.is_reread = memo.is_packed();
    // Where each row was before, as far as its bytes are kept.
    let mut origins: Vec<Option<usize>> = Vec::new();
    if leaf.is_reread {
        origins.extend((0..leaf.rows.len()).map(Some));
    }
    let mut has_moved = false;
    for edit in edits {
        let place = leaf.make(edit, replaced);
        let count = usize::from(edit.is_put());
        has_moved |= place.len() != count;
        if leaf.is_reread {
            origins.splice(place, (0..count).map(|_| None));
        }
    }
    if leaf.rows.is_empty() || leaf.totals.weight_bytes > MAX_LEAF_BYTES {
        let rows = Arc::unwrap_or_clone(std::mem::take(&mut leaf.rows));
        return Some(leaves(leaf.before.take(), rows));
    }
    if has_moved {
        leaf.segments = segments(&leaf.rows).into();
    }
    carry_over(&memo, leaf, &origins);
    None
}

impl Leaf {
    /// Makes one edit, and says which rows were in its place.
    fn make(&mut self, edit: &Edit, replaced: Replaced<'_>) -> Range<usize> {
        let rows = Arc::make_mut(&mut self.rows);
        // Whatever is known of an instance mostly shares its id, and then no text is read to find the row.
        let shared = rows.iter().position(|row| row.shares_id(edit.names()));
        let by_text = || rows.binary_search_by(|row| row.names().cmp(&edit.names()));
        let found = shared.map_or_else(by_text, Ok);
        let place = match found {
            Ok(at) => at..at + 1,
            Err(at) => at..at,
        };
        for old in rows.splice(place.clone(), edit.row()) {
            self.totals.remove_row(&old);
            if edit.is_put() {
                replaced(&old);
            }
        }
        if let Edit::Put(row) = edit {
            self.totals.add_row(row);
        }
        place
    }
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
