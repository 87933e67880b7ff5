//! Some rows of a listing: an application, or who is found under a name.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use heureka_model::{AppName, Digest, StatusCounts};
use heureka_wire::{Checksum, Form, MEMBER_HEAD, Packer, member_end, stored};

use crate::answer::{Body, Whole};
use crate::memo::Packed;
use crate::packed::{bytes_of, packed};
use crate::plain::junction;
use crate::row::Row;
use crate::shape::Shape;
use crate::tree::{Leaf, Listing, Node, Totals};
use crate::vip::Vip;

/// Pieces below this size are copied together, because each write takes only a few.
const COPIED_BELOW_BYTES: usize = 4 * 1024;
/// What such copies have room for at first: as much as stands before and behind one application.
const FIRST_BYTES: usize = 256;

/// Some rows of a listing, application by application.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    runs: Vec<Run>,
    totals: Totals,
}

/// Neighbouring rows of one application, in one leaf.
#[derive(Clone, Debug)]
struct Run {
    leaf: Arc<Node>,
    /// The segment of the leaf that they are in.
    segment: usize,
    rows: Range<usize>,
}

impl Listing {
    /// The rows of an application.
    #[must_use]
    pub fn application(&self, app: &str) -> Selection {
        let mut selection = Selection::default();
        if let Some(root) = self.root() {
            each_segment(root, app, &mut |segment| selection.add_all(segment));
        }
        selection
    }

    /// The rows of these applications that are found under a name, in the order of `apps`.
    #[must_use]
    pub fn carriers<'a>(&self, apps: impl IntoIterator<Item = &'a str>, vip: Vip<'_>) -> Selection {
        let mut selection = Selection::default();
        if let Some(root) = self.root() {
            for app in apps {
                each_segment(root, app, &mut |segment| {
                    selection.add_carriers(segment, vip)
                });
            }
        }
        selection
    }
}

impl Selection {
    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The sum of the rows' digests.
    #[must_use]
    pub fn content(&self) -> Digest {
        self.totals.content
    }

    /// How many rows have which status.
    #[must_use]
    pub fn statuses(&self) -> StatusCounts {
        self.totals.statuses
    }

    /// About how many bytes the rows take in JSON.
    #[must_use]
    pub fn weight_bytes(&self) -> u64 {
        self.totals.weight_bytes
    }

    /// The rows as a document of their own.
    #[must_use]
    pub fn plain(&self, form: Form, whole: Whole) -> Body {
        let shape = whole.shape(form);
        let (head, tail) = whole.ends(shape, self.is_empty());
        let mut gathered = Gathered::default();
        gathered.copy(&head);
        for (between, run) in self.runs(shape) {
            gathered.copy(&between);
            gathered.share(run.bytes(shape));
        }
        gathered.copy(&self.tail(shape));
        gathered.copy(&tail);
        Body::at_once(gathered.finish())
    }

    /// [`Selection::plain`] as one gzip member.
    #[must_use]
    pub fn packed(&self, form: Form, whole: Whole, packer: &mut Packer) -> Body {
        let shape = whole.shape(form);
        let (head, tail) = whole.ends(shape, self.is_empty());
        let mut member = Member::begin();
        member.store(&head);
        let mut before = None;
        for (between, run) in self.runs(shape) {
            if let Some(leaf) = run.shared_leaf(shape, before) {
                if let Some(packed) = leaf.packed(shape.of_rows(), packer) {
                    member.add(packed.checksum, &packed.bytes);
                }
            } else {
                member.store(&between);
                let packed = run.packed(shape, before, &between, packer);
                member.add(packed.checksum, &packed.bytes);
            }
            before = run.last();
        }
        member.store(&self.tail(shape));
        member.store(&tail);
        Body::at_once(vec![member.end()])
    }

    /// How many parts, none larger than a leaf, have yet to be written or deflated before it can be had as such a document,
    /// counted to no more than `at_most`.
    #[must_use]
    pub fn missing_parts(
        &self,
        form: Form,
        whole: Whole,
        is_packed: bool,
        at_most: usize,
    ) -> usize {
        let shape = whole.shape(form);
        let mut before = None;
        let missing = self.runs.iter().filter(|run| {
            let before = std::mem::replace(&mut before, run.last());
            !run.is_known(shape, before, is_packed)
        });
        missing.take(at_most).count()
    }

    /// Adds a whole segment.
    fn add_all(&mut self, segment: Run) {
        if let Some(leaf) = segment.leaf() {
            self.totals.add(&leaf.totals_of(segment.segment));
        }
        self.runs.push(segment);
    }

    /// Adds those rows of a whole segment that are found under a name.
    fn add_carriers(&mut self, segment: Run, vip: Vip<'_>) {
        let Some(leaf) = segment.leaf() else {
            return;
        };
        match leaf.have_vip(segment.segment, vip) {
            Some(true) => return self.add_all(segment),
            Some(false) => return,
            None => {}
        }
        let mut run: Option<Range<usize>> = None;
        for at in segment.rows.clone() {
            let row = leaf.rows.get(at).filter(|row| vip.is_of(row));
            match (row, &mut run) {
                (Some(row), run) => {
                    self.totals.add_row(row);
                    run.get_or_insert(at..at).end = at + 1;
                }
                (None, run) => self.add_part(&segment, run.take()),
            }
        }
        self.add_part(&segment, run);
    }

    fn add_part(&mut self, segment: &Run, rows: Option<Range<usize>>) {
        self.runs.extend(rows.map(|rows| Run {
            rows,
            ..segment.clone()
        }));
    }

    /// The runs, each with what stands before it.
    fn runs(&self, shape: Shape) -> impl Iterator<Item = (Vec<u8>, &Run)> {
        let mut before: Option<&AppName> = None;
        self.runs.iter().filter_map(move |run| {
            let app = run.app()?;
            let between = match before.replace(app) {
                Some(before) => junction(shape, before, app),
                None => shape.pieces().application_head(app, shape.within),
            };
            Some((between, run))
        })
    }

    /// What stands behind the last run.
    fn tail(&self, shape: Shape) -> Vec<u8> {
        if self.runs.is_empty() {
            return Vec::new();
        }
        shape.pieces().application_tail(shape.within)
    }
}

/// Takes all that each leaf has of an application, in their order.
fn each_segment(node: &Arc<Node>, app: &str, take: &mut impl FnMut(Run)) {
    match &**node {
        Node::Leaf(leaf) => {
            if let Some(segment) = leaf.segments.find(app) {
                take(Run {
                    leaf: Arc::clone(node),
                    segment,
                    rows: leaf.segments.rows(segment),
                });
            }
        }
        Node::Branch(branch) => {
            let own = branch.parts.first_keys.of_app(app);
            let children = branch.parts.children.get(own).unwrap_or_default();
            children
                .iter()
                .for_each(|child| each_segment(child, app, take));
        }
    }
}

impl Run {
    fn leaf(&self) -> Option<&Leaf> {
        match &*self.leaf {
            Node::Leaf(leaf) => Some(leaf),
            Node::Branch(_) => None,
        }
    }

    fn app(&self) -> Option<&AppName> {
        self.leaf()?.segments.app(self.segment)
    }

    fn last(&self) -> Option<&Row> {
        self.leaf()?.rows.get(self.rows.end.checked_sub(1)?)
    }

    fn bytes(&self, shape: Shape) -> Bytes {
        let rows = self.leaf().and_then(|leaf| leaf.plain(shape));
        rows.map(|rows| rows.of(&self.rows)).unwrap_or_default()
    }

    /// The whole leaf, where it stands behind the same row as in the whole listing, and so is deflated as it is there, with what
    /// stands between both.
    fn shared_leaf(&self, shape: Shape, before: Option<&Row>) -> Option<&Node> {
        let leaf = self.leaf()?;
        let is_whole =
            self.rows == (0..leaf.rows.len()) && shape.of_rows() == Shape::listing(shape.form);
        let is_shared = is_whole && before.is_some() && leaf.is_behind(before);
        is_shared.then_some(&*self.leaf)
    }

    /// Whether it was written, or deflated behind this row.
    fn is_known(&self, shape: Shape, before: Option<&Row>, is_packed: bool) -> bool {
        let memo = self.leaf().and_then(|leaf| leaf.memo.get());
        memo.is_some_and(|memo| {
            if is_packed && self.shared_leaf(shape, before).is_none() {
                memo.packed_runs.get(shape, &self.rows, before).is_some()
            } else {
                memo.has(shape.slot(), is_packed)
            }
        })
    }

    /// The rows, deflated, behind a row and what stands between both.
    fn packed(
        &self,
        shape: Shape,
        before: Option<&Row>,
        between: &[u8],
        packer: &mut Packer,
    ) -> Packed {
        let own = shape.of_rows();
        let Some(leaf) = self.leaf() else {
            return Packed::nothing();
        };
        let runs = &leaf.memo.get_or_default().packed_runs;
        runs.get_or_make(shape, &self.rows, before, || {
            let mut context = before.map_or_else(Vec::new, |row| bytes_of(shape, row));
            context.extend_from_slice(between);
            packed(&context, &self.bytes(own), own, packer)
        })
    }
}

/// A gzip member in the making.
struct Member {
    sum: Checksum,
    bytes: Vec<u8>,
}

impl Member {
    fn begin() -> Self {
        Self {
            sum: Checksum::default(),
            bytes: MEMBER_HEAD.to_vec(),
        }
    }

    fn store(&mut self, plain: &[u8]) {
        self.add(Checksum::of(plain), &stored(plain));
    }

    fn add(&mut self, checksum: Checksum, packed: &[u8]) {
        self.sum = self.sum.then(checksum);
        self.bytes.extend_from_slice(packed);
    }

    fn end(mut self) -> Bytes {
        self.bytes.extend(member_end(self.sum));
        Bytes::from(self.bytes)
    }
}

/// Pieces that are collected, the short ones copied together.
#[derive(Debug, Default)]
struct Gathered {
    pieces: Vec<Bytes>,
    open: Vec<u8>,
}

impl Gathered {
    fn copy(&mut self, bytes: &[u8]) {
        if self.open.is_empty() {
            self.open.reserve(FIRST_BYTES.max(bytes.len()));
        }
        self.open.extend_from_slice(bytes);
    }

    fn share(&mut self, bytes: Bytes) {
        if bytes.len() < COPIED_BELOW_BYTES {
            self.copy(&bytes);
        } else {
            self.close();
            self.pieces.push(bytes);
        }
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.pieces
                .push(Bytes::from(std::mem::take(&mut self.open)));
        }
    }

    fn finish(mut self) -> Vec<Bytes> {
        self.close();
        self.pieces
    }
}
