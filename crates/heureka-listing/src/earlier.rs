//! What a leaf was when it was last deflated.
//!
//! Who asks for a listing once asks again, and of the rows of a leaf few have changed meanwhile. To unpack the others takes
//! half of the time of writing them or less: their bytes are in one piece of memory, and what they are written from is in
//! several pieces for each. And it takes a twentieth of the memory of keeping them as they were written.

use std::sync::Arc;

use bytes::Bytes;
use heureka_wire::unpack_after;

use crate::memo::{LeafMemo, PackedRows, PlainRows, Slots};
use crate::packed::bytes_before;
use crate::row::Row;
use crate::shape::{FORMS, Shape};

/// What a leaf was before it was changed, if somebody had read it deflated.
#[derive(Clone, Debug, Default)]
pub(crate) struct Earlier(Option<Arc<Known>>);

#[derive(Clone, Debug)]
struct Known {
    /// The row before the first one then.
    before: Option<Row>,
    packed: Slots<PackedRows, FORMS>,
    /// For each row that the leaf has now, where it was then, if it is the same.
    origins: Vec<Option<usize>>,
}

impl Earlier {
    /// Of a leaf of so many rows behind this one, of which that was made; nothing where that was never deflated.
    pub(crate) fn of(memo: LeafMemo, before: Option<&Row>, rows: usize) -> Option<Self> {
        memo.is_packed().then(|| {
            Self(Some(Arc::new(Known {
                before: before.cloned(),
                packed: memo.packed,
                origins: (0..rows).map(Some).collect(),
            })))
        })
    }

    /// Follows that another row was put in the place of one.
    pub(crate) fn put_over(&mut self, at: usize) {
        self.follow(|origins| {
            if let Some(origin) = origins.get_mut(at) {
                *origin = None;
            }
        });
    }

    /// Follows that a row was put in.
    pub(crate) fn put_in(&mut self, at: usize) {
        self.follow(|origins| origins.insert(at, None));
    }

    /// Follows that a row was taken out.
    pub(crate) fn take_out(&mut self, at: usize) {
        self.follow(|origins| {
            origins.remove(at);
        });
    }

    /// Follows a change of the rows. When none of them is the same any longer, there is nothing to unpack.
    fn follow(&mut self, change: impl FnOnce(&mut Vec<Option<usize>>)) {
        let Some(known) = &mut self.0 else {
            return;
        };
        let origins = &mut Arc::make_mut(known).origins;
        change(origins);
        if origins.iter().all(Option::is_none) {
            self.0 = None;
        }
    }

    /// The rows as they were, if they were deflated in this shape.
    pub(crate) fn unpack(&self, shape: Shape) -> Option<Unpacked<'_>> {
        let known = self.0.as_ref()?;
        let PackedRows { packed, spans } = known.packed.get(shape.slot())?;
        let before = bytes_before(shape, known.before.as_ref());
        let length_bytes = usize::try_from(packed.checksum.length_bytes()).ok()?;
        let bytes = unpack_after(&before, &packed.bytes, length_bytes)?;
        Some(Unpacked {
            rows: PlainRows {
                bytes: Bytes::from(bytes),
                spans: Arc::clone(spans),
            },
            origins: &known.origins,
        })
    }
}

/// The rows that a leaf had, and where those are that it still has.
#[derive(Debug)]
pub(crate) struct Unpacked<'a> {
    rows: PlainRows,
    origins: &'a [Option<usize>],
}

impl Unpacked<'_> {
    /// The bytes of a row that the leaf has now, if it had it before.
    pub(crate) fn row(&self, at: usize) -> Option<&[u8]> {
        self.rows.row((*self.origins.get(at)?)?)
    }
}

#[cfg(test)]
mod tests {
    use heureka_model::{AppName, DataCenter, DataCenterDraft, InstanceDraft, UnixMillis};
    use heureka_wire::Packer;

    use super::*;
    use crate::tree::Leaf;

    const JSON: Shape = Shape::LISTINGS[0];

    fn row(id: &str) -> Row {
        let draft = InstanceDraft {
            instance_id: Some(id.into()),
            host_name: Some("host".into()),
            data_center: Some(DataCenterDraft::Known(DataCenter::MyOwn)),
            ..InstanceDraft::new(AppName::new("APP"))
        };
        Row::new(draft.into_listed(UnixMillis(1)).unwrap())
    }

    fn leaf(ids: &[&str]) -> Leaf {
        let rows = ids.iter().map(|id| row(id)).collect();
        Leaf::new(Some(row("before")), rows)
    }

    fn read(leaf: &Leaf) {
        let packed = &leaf.memo.get_or_default().packed;
        packed.get_or_make(JSON.slot(), || leaf.pack(JSON, &mut Packer::new()));
    }

    fn known(leaf: &Leaf) -> Vec<bool> {
        let unpacked = leaf.earlier.unpack(JSON);
        let rows = 0..leaf.rows.len();
        rows.map(|at| unpacked.as_ref().is_some_and(|rows| rows.row(at).is_some()))
            .collect()
    }

    #[test]
    fn what_was_not_changed_is_unpacked() {
        let mut leaf = leaf(&["a", "b", "c", "d"]);
        leaf.outdate();
        assert_eq!(known(&leaf), [false; 4], "nobody has read it");
        read(&leaf);
        leaf.outdate();
        assert_eq!(known(&leaf), [true; 4]);
        leaf.earlier.put_over(1);
        leaf.earlier.take_out(0);
        leaf.earlier.put_in(3);
        assert_eq!(known(&leaf), [false, true, true, false]);
        let unpacked = leaf.earlier.unpack(JSON).unwrap();
        assert_eq!(unpacked.row(2), Some(&*row_bytes(&row("d"))));
        assert!(leaf.earlier.unpack(Shape::LISTINGS[1]).is_none());
    }

    #[test]
    fn what_it_stood_behind_is_remembered() {
        let mut leaf = leaf(&["a"]);
        read(&leaf);
        leaf.outdate();
        leaf.before = None;
        assert_eq!(known(&leaf), [true]);
        leaf.earlier.put_over(0);
        assert!(leaf.earlier.unpack(JSON).is_none(), "not for nothing");
    }

    #[test]
    fn what_it_was_is_forgotten_when_no_row_is_the_same() {
        let mut leaf = leaf(&["a", "b"]);
        read(&leaf);
        leaf.outdate();
        leaf.earlier.put_over(0);
        assert!(leaf.earlier.0.is_some());
        leaf.earlier.take_out(1);
        assert!(leaf.earlier.0.is_none());
    }

    fn row_bytes(row: &Row) -> Vec<u8> {
        crate::packed::bytes_of(JSON, row)
    }
}
