//! Where nodes keep what was made of them.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use heureka_wire::Checksum;
use smallvec::SmallVec;

use crate::forget::AskedForms;
use crate::row::Row;
use crate::shape::{FORMS, SHAPES, Shape};
use crate::tree::Totals;
use crate::vip::VipsOfRows;

/// Something that is made when it is first asked for, and takes no room before. Whoever asks meanwhile waits for it, so
/// that nothing is made twice.
#[derive(Debug)]
pub(crate) struct Slot<T>(OnceLock<Box<T>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T: Clone> Clone for Slot<T> {
    fn clone(&self) -> Self {
        self.with(T::clone)
    }
}

impl<T> Slot<T> {
    pub(crate) fn get(&self) -> Option<&T> {
        self.0.get().map(Box::as_ref)
    }

    pub(crate) fn get_or_make(&self, make: impl FnOnce() -> T) -> &T {
        self.0.get_or_init(|| Box::new(make()))
    }

    pub(crate) fn into_inner(self) -> Option<T> {
        self.0.into_inner().map(|own| *own)
    }

    /// The same with what `change` makes of what is in it.
    pub(crate) fn with(&self, change: impl FnOnce(&T) -> T) -> Self {
        let changed = Self::default();
        if let Some(own) = self.get() {
            changed.get_or_make(|| change(own));
        }
        changed
    }
}

impl<T: Default> Slot<T> {
    pub(crate) fn get_or_default(&self) -> &T {
        self.get_or_make(T::default)
    }
}

/// A slot for each of some places.
#[derive(Debug)]
pub(crate) struct Slots<T, const N: usize>([Slot<T>; N]);

impl<T, const N: usize> Default for Slots<T, N> {
    fn default() -> Self {
        Self([const { Slot(OnceLock::new()) }; N])
    }
}

impl<T, const N: usize> Slots<T, N> {
    pub(crate) fn get(&self, slot: usize) -> Option<&T> {
        self.0.get(slot)?.get()
    }

    /// What is in the slot, or what `make` puts there; nothing where there is no such slot.
    pub(crate) fn get_or_make(&self, slot: usize, make: impl FnOnce() -> T) -> Option<&T> {
        Some(self.0.get(slot)?.get_or_make(make))
    }
}

impl<T: Clone, const N: usize> Clone for Slots<T, N> {
    fn clone(&self) -> Self {
        self.keeping(|_| true)
    }
}

impl<T: Clone, const N: usize> Slots<T, N> {
    /// The same without what is in the other slots.
    fn keeping(&self, is_kept: impl Fn(usize) -> bool) -> Self {
        let kept = Self::default();
        for (slot, (from, to)) in self.0.iter().zip(&kept.0).enumerate() {
            if is_kept(slot)
                && let Some(own) = from.get()
            {
                to.get_or_make(|| own.clone());
            }
        }
        kept
    }
}

/// What was made of a leaf.
#[derive(Clone, Debug, Default)]
pub(crate) struct LeafMemo {
    pub(crate) plain: Slots<PlainRows, SHAPES>,
    pub(crate) packed: Slots<PackedRows, FORMS>,
    pub(crate) packed_runs: PackedRuns,
    /// What the rows of each segment come to.
    pub(crate) segment_totals: Slot<OfSegments<Totals>>,
    /// Under which names the rows of each segment are found.
    pub(crate) segment_vips: Slot<OfSegments<VipsOfRows>>,
}

/// Something for each segment of a leaf, which seldom has more than two.
pub(crate) type OfSegments<T> = SmallVec<[T; 2]>;

impl LeafMemo {
    pub(crate) fn keeping(&self, forms: &AskedForms) -> Self {
        Self {
            plain: self.plain.keeping(|slot| forms.has_plain(slot)),
            packed: self.packed.keeping(|slot| forms.has_packed(slot)),
            ..Self::default()
        }
    }

    /// Without what was deflated.
    pub(crate) fn only_plain(&self) -> Self {
        Self {
            plain: self.plain.clone(),
            ..Self::default()
        }
    }

    /// Whether it was written, or deflated, in the form of a slot.
    pub(crate) fn has(&self, slot: usize, is_packed: bool) -> bool {
        if is_packed {
            self.packed.get(slot).is_some()
        } else {
            self.plain.get(slot).is_some()
        }
    }

    /// Whether it was deflated as it is in listings.
    pub(crate) fn is_packed(&self) -> bool {
        let mut shapes = Shape::LISTINGS.iter();
        shapes.any(|shape| self.packed.get(shape.slot()).is_some())
    }
}

impl BranchMemo {
    /// Whether the form of a slot is known.
    pub(crate) fn has(&self, slot: usize, is_packed: bool) -> bool {
        if is_packed {
            self.packed.get(slot).is_some()
        } else {
            self.plain_bytes.get(slot).is_some()
        }
    }

    pub(crate) fn keeping(&self, forms: &AskedForms) -> Self {
        Self {
            plain_bytes: self.plain_bytes.keeping(|slot| forms.has_plain(slot)),
            packed: self.packed.keeping(|slot| forms.has_packed(slot)),
            plain_below: self.plain_below.keeping(|slot| forms.has_plain(slot)),
            packed_below: self.packed_below.keeping(|slot| forms.has_packed(slot)),
        }
    }
}

/// How many runs of a leaf are kept deflated: a leaf has the end of one large application and the begin of another, each
/// perhaps in two forms.
const MAX_PACKED_RUNS: usize = 4;

/// Some rows of a leaf, deflated, for answers that show a part of it: the first that are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct PackedRuns([Slot<PackedRun>; MAX_PACKED_RUNS]);

#[derive(Clone, Debug)]
struct PackedRun {
    /// Also where it makes no difference to the rows: the first of them is deflated behind the head of what they are inside of.
    shape: Shape,
    rows: Range<usize>,
    before: Option<Row>,
    packed: Packed,
}

impl PackedRuns {
    /// What is known of these rows behind this one in this shape, or what `make` makes of them. Who asks for another run
    /// meanwhile waits.
    pub(crate) fn get_or_make(
        &self,
        shape: Shape,
        rows: &Range<usize>,
        before: Option<&Row>,
        mut make: impl FnMut() -> Packed,
    ) -> Packed {
        for cell in &self.0 {
            let run = cell.get_or_make(|| PackedRun {
                shape,
                rows: rows.clone(),
                before: before.cloned(),
                packed: make(),
            });
            if run.is(shape, rows, before) {
                return run.packed.clone();
            }
        }
        make()
    }

    /// What is known of these rows behind this one in this shape.
    pub(crate) fn get(
        &self,
        shape: Shape,
        rows: &Range<usize>,
        before: Option<&Row>,
    ) -> Option<&Packed> {
        let mut known = self.0.iter().map_while(Slot::get);
        let run = known.find(|run| run.is(shape, rows, before))?;
        Some(&run.packed)
    }
}

impl PackedRun {
    fn is(&self, shape: Shape, rows: &Range<usize>, before: Option<&Row>) -> bool {
        self.shape == shape && self.rows == *rows && is_same(self.before.as_ref(), before)
    }
}

/// Whether both look the same, or there is neither.
pub(crate) fn is_same(one: Option<&Row>, other: Option<&Row>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.looks_like(other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// What was made of a branch.
#[derive(Clone, Debug, Default)]
pub(crate) struct BranchMemo {
    pub(crate) plain_bytes: Slots<u64, FORMS>,
    pub(crate) packed: Slots<Packed, FORMS>,
    /// The bytes of its children, where these have some, in the order in which they are sent.
    pub(crate) plain_below: Slots<Arc<[Bytes]>, FORMS>,
    /// The same, deflated.
    pub(crate) packed_below: Slots<Arc<[Bytes]>, FORMS>,
}

/// The rows of a leaf one after the other, with what stands between them and, in listings, before them.
#[derive(Clone, Debug)]
pub(crate) struct PlainRows {
    pub(crate) bytes: Bytes,
    /// Where each row begins and ends.
    pub(crate) spans: Arc<[(u32, u32)]>,
}

/// The rows of a leaf, deflated with what stands before them and between them.
#[derive(Clone, Debug)]
pub(crate) struct PackedRows {
    pub(crate) packed: Packed,
    /// Where each row begins and ends once they are unpacked.
    pub(crate) spans: Arc<[(u32, u32)]>,
}

/// A node, deflated.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    /// Of the plain bytes.
    pub(crate) checksum: Checksum,
    pub(crate) length_bytes: u64,
    /// The deflated bytes; none in higher branches, whose children have them.
    pub(crate) bytes: Bytes,
}

impl PlainRows {
    /// The bytes of one row.
    pub(crate) fn row(&self, row: usize) -> Option<&[u8]> {
        let (begin, end) = self.spans.get(row)?;
        self.bytes.get(at(*begin)..at(*end))
    }

    /// The bytes of neighbouring rows, with what stands between them.
    pub(crate) fn of(&self, rows: &Range<usize>) -> Bytes {
        let first = self.spans.get(rows.start);
        let last = rows
            .end
            .checked_sub(1)
            .and_then(|last| self.spans.get(last));
        match (first, last) {
            (Some((begin, _)), Some((_, end))) => self.bytes.slice(at(*begin)..at(*end)),
            _ => Bytes::new(),
        }
    }
}

fn at(offset: u32) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
