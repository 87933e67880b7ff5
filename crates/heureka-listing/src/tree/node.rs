//! The nodes of the tree: what they hold, and what is known of it without looking again.

use std::ops::Range;
use std::sync::Arc;

use heureka_model::{AppName, Digest, StatusCounts};
use smallvec::SmallVec;

use super::first_keys::FirstKeys;
use super::segments::Segments;
use crate::earlier::Earlier;
use crate::memo::{BranchMemo, LeafMemo, OfSegments, Slot, is_same};
use crate::row::Row;
use crate::vip::{Vip, VipsOfRows};

/// What a leaf holds at most, in bytes of JSON, unless a single row is larger. Smaller leaves are sooner deflated anew, but
/// take more memory, and of 14 kB the compact forms come to more than 1.25 times the size of the whole deflated at once.
pub(crate) const MAX_LEAF_BYTES: u64 = 20 * 1024;
/// What a leaf holds at least, unless it has no neighbour.
pub(crate) const MIN_LEAF_BYTES: u64 = 9 * 1024;
/// What leaves are filled to, so that the next rows do not divide them at once.
pub(crate) const FILLED_LEAF_BYTES: u64 = 15 * 1024;
/// How many children a branch has at most.
pub(crate) const MAX_CHILDREN: usize = 32;
/// How many it has at least, unless it has no neighbour.
pub(crate) const MIN_CHILDREN: usize = 8;

/// How many rows have room in the leaf itself: about as many as are usual.
const ROWS_INSIDE: usize = 18;

/// A part of a listing: neighbouring rows, at least one. Once somebody else has it, it never changes.
///
/// What a search looks at is within the node: a processor that has not been there for long finds each further piece of memory
/// only after it has read tables of pages.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all nodes are leaves, and a leaf is looked at where its branch points"
)]
pub(crate) enum Node {
    Leaf(Leaf),
    Branch(Box<Branch>),
}

#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) rows: SmallVec<[Row; ROWS_INSIDE]>,
    pub(crate) segments: Segments,
    pub(crate) totals: Totals,
    /// The row before its first one, as every listing has it that the leaf is in. It is deflated as what follows that row, so
    /// that it need not say again what is like it.
    pub(crate) before: Option<Row>,
    /// What it was before it was changed.
    pub(crate) earlier: Earlier,
    pub(crate) memo: Slot<LeafMemo>,
}

#[derive(Clone, Debug)]
pub(crate) struct Branch {
    pub(crate) parts: BranchParts,
    pub(crate) memo: Slot<BranchMemo>,
}

/// What a branch holds, and what is known of it without a look at its children.
#[derive(Clone, Debug)]
pub(crate) struct BranchParts {
    /// All of one height.
    pub(crate) children: SmallVec<[Arc<Node>; MAX_CHILDREN]>,
    /// The key of each child's first row.
    pub(crate) first_keys: FirstKeys,
    pub(crate) totals: Totals,
}

impl BranchParts {
    pub(crate) fn new(children: Vec<Arc<Node>>) -> Self {
        let mut parts = Self {
            children: SmallVec::new(),
            first_keys: FirstKeys::default(),
            totals: Totals::default(),
        };
        parts.put_in(0..0, children);
        parts
    }

    /// Puts nodes in the place of the child at a place, which had these totals.
    pub(crate) fn replace(&mut self, at: usize, had: &Totals, nodes: Vec<Arc<Node>>) {
        self.totals.remove(had);
        self.put_in(at..at + 1, nodes);
    }

    /// Takes over what an edit did to the child at a place, which had these totals, and whether it may begin with another
    /// row now.
    pub(crate) fn take_over(&mut self, at: usize, had: &Totals, begins: bool) {
        let Some(child) = self.children.get(at) else {
            return;
        };
        self.totals.remove(had);
        self.totals.add(child.totals());
        if begins && let Some(first) = child.first() {
            self.first_keys.set(at, first.names());
        }
    }

    /// Says of the child at a place, where there is one, which row is before it.
    pub(crate) fn move_behind(&mut self, at: usize, row: Option<&Row>) {
        if let Some(child) = self.children.get_mut(at)
            && !child.is_behind(row)
        {
            Arc::make_mut(child).move_behind(row);
        }
    }

    /// Puts nodes in the place of some children, of which the totals know nothing any longer.
    fn put_in(&mut self, place: Range<usize>, nodes: Vec<Arc<Node>>) {
        for node in &nodes {
            self.totals.add(node.totals());
        }
        let first_keys = nodes.iter().filter_map(|node| node.first().map(Row::names));
        self.first_keys.splice(place.clone(), first_keys);
        self.children.drain(place.clone());
        self.children.insert_many(place.start, nodes);
    }
}

/// Sums over rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) rows: usize,
    pub(crate) weight_bytes: u64,
    pub(crate) content: Digest,
    pub(crate) statuses: StatusCounts,
}

impl Totals {
    pub(crate) fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut totals = Self::default();
        rows.into_iter().for_each(|row| totals.add_row(row));
        totals
    }

    pub(crate) fn add_row(&mut self, row: &Row) {
        self.rows += 1;
        self.weight_bytes += row.weight_bytes();
        self.content.add(row.content());
        self.statuses.add(row.info().status);
    }

    pub(crate) fn remove_row(&mut self, row: &Row) {
        self.rows -= 1;
        self.weight_bytes -= row.weight_bytes();
        self.content.remove(row.content());
        self.statuses.remove(row.info().status);
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.weight_bytes += other.weight_bytes;
        self.content.add(other.content);
        self.statuses.add_all(&other.statuses);
    }

    fn remove(&mut self, other: &Self) {
        self.rows -= other.rows;
        self.weight_bytes -= other.weight_bytes;
        self.content.remove(other.content);
        self.statuses.remove_all(&other.statuses);
    }
}

impl Leaf {
    pub(crate) fn new(before: Option<Row>, rows: Vec<Row>) -> Self {
        Self {
            totals: Totals::of(&rows),
            segments: Segments::of(&rows),
            rows: rows.into_iter().collect(),
            before,
            earlier: Earlier::default(),
            memo: Slot::default(),
        }
    }

    /// What the rows of a segment come to. It takes a look at each, and so is kept.
    pub(crate) fn totals_of(&self, segment: usize) -> Totals {
        let memo = self.memo.get_or_default();
        let known = memo
            .segment_totals
            .get_or_make(|| self.of_segments(Totals::of));
        known.get(segment).copied().unwrap_or_default()
    }

    /// Whether the rows of a segment are found under a name, where that is the same for all of them. It is kept as well.
    pub(crate) fn have_vip(&self, segment: usize, vip: Vip<'_>) -> Option<bool> {
        let memo = self.memo.get_or_default();
        let known = memo
            .segment_vips
            .get_or_make(|| self.of_segments(VipsOfRows::new));
        known.get(segment)?.have(vip)
    }

    fn of_segments<'a, T>(&'a self, make: impl Fn(&'a [Row]) -> T) -> OfSegments<T> {
        let segments = self.segments.ranges();
        let rows = segments.map(|rows| self.rows.get(rows).unwrap_or_default());
        rows.map(make).collect()
    }

    /// What was made of it is lost; what was written is not, where the row before is still of the same application.
    fn move_behind(&mut self, before: Option<Row>) {
        let both = self.before.as_ref().zip(before.as_ref());
        let keeps_plain = both.is_some_and(|(old, new)| old.has_app_of(new));
        let kept = keeps_plain.then(|| self.memo.with(LeafMemo::only_plain));
        self.outdate();
        self.memo = kept.unwrap_or_default();
        self.before = before;
    }

    /// Takes what was made of it as what it was before a change.
    pub(crate) fn outdate(&mut self) {
        let memo = std::mem::take(&mut self.memo).into_inner();
        let earlier =
            memo.and_then(|memo| Earlier::of(memo, self.before.as_ref(), self.rows.len()));
        if let Some(earlier) = earlier {
            self.earlier = earlier;
        }
    }

    /// Whether the row before it is one that looks like this.
    pub(crate) fn is_behind(&self, row: Option<&Row>) -> bool {
        is_same(self.before.as_ref(), row)
    }
}

impl Node {
    pub(crate) fn leaf(before: Option<Row>, rows: Vec<Row>) -> Arc<Self> {
        Arc::new(Self::Leaf(Leaf::new(before, rows)))
    }

    pub(crate) fn branch(parts: BranchParts) -> Arc<Self> {
        Arc::new(Self::Branch(Box::new(Branch {
            parts,
            memo: Slot::default(),
        })))
    }

    pub(crate) fn totals(&self) -> &Totals {
        match self {
            Self::Leaf(leaf) => &leaf.totals,
            Self::Branch(branch) => &branch.parts.totals,
        }
    }

    pub(crate) fn children(&self) -> &[Arc<Self>] {
        match self {
            Self::Leaf(_) => &[],
            Self::Branch(branch) => &branch.parts.children,
        }
    }

    pub(crate) fn first(&self) -> Option<&Row> {
        match self {
            Self::Leaf(leaf) => leaf.rows.first(),
            Self::Branch(branch) => branch.parts.children.first()?.first(),
        }
    }

    pub(crate) fn last(&self) -> Option<&Row> {
        match self {
            Self::Leaf(leaf) => leaf.rows.last(),
            Self::Branch(branch) => branch.parts.children.last()?.last(),
        }
    }

    /// Whether the row before its first one is one that looks like this.
    fn is_behind(&self, row: Option<&Row>) -> bool {
        match self {
            Self::Leaf(leaf) => leaf.is_behind(row),
            Self::Branch(branch) => {
                let first = branch.parts.children.first();
                first.is_none_or(|first| first.is_behind(row))
            }
        }
    }

    /// Puts another row before its first one.
    fn move_behind(&mut self, row: Option<&Row>) {
        match self {
            Self::Leaf(leaf) => leaf.move_behind(row.cloned()),
            Self::Branch(branch) => {
                branch.memo = Slot::default();
                branch.parts.move_behind(0, row);
            }
        }
    }

    pub(crate) fn first_app(&self) -> Option<&AppName> {
        match self {
            Self::Leaf(leaf) => leaf.segments.first(),
            Self::Branch(branch) => branch.parts.children.first()?.first_app(),
        }
    }

    /// Whether it should be put together with a neighbour.
    pub(crate) fn is_small(&self) -> bool {
        match self {
            Self::Leaf(leaf) => leaf.totals.weight_bytes < MIN_LEAF_BYTES,
            Self::Branch(branch) => branch.parts.children.len() < MIN_CHILDREN,
        }
    }

    /// Whether its children are leaves.
    pub(crate) fn is_lowest_branch(&self) -> bool {
        let first = self.children().first();
        first.is_some_and(|child| child.children().is_empty())
    }
}
