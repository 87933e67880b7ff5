//! Nodes, deflated: parts of one gzip member.

use std::sync::Arc;

use bytes::Bytes;
use heureka_wire::{Checksum, Detail, Effort, Packer};
use smallvec::SmallVec;

use crate::memo::{Packed, PackedRows};
use crate::plain::length;
use crate::row::Row;
use crate::shape::Shape;
use crate::tree::{Branch, Leaf, MAX_CHILDREN, Node};

impl Node {
    /// The node in this form; what was not deflated yet is.
    pub(crate) fn packed(&self, shape: Shape, packer: &mut Packer) -> Option<&Packed> {
        match self {
            Self::Leaf(leaf) => {
                let packed = &leaf.memo.get_or_default().packed;
                let rows = packed.get_or_make(shape.slot(), || leaf.pack(shape, packer));
                rows.map(|rows| &rows.packed)
            }
            Self::Branch(branch) => {
                let packed = &branch.memo.get_or_default().packed;
                packed.get_or_make(shape.slot(), || {
                    branch.pack(shape, packer, self.is_lowest_branch())
                })
            }
        }
    }

    /// What [`Node::packed`] has made.
    pub(crate) fn packed_already(&self, shape: Shape) -> Option<&Packed> {
        match self {
            Self::Leaf(leaf) => {
                let rows = leaf.memo.get()?.packed.get(shape.slot());
                rows.map(|rows| &rows.packed)
            }
            Self::Branch(branch) => branch.memo.get()?.packed.get(shape.slot()),
        }
    }
}

impl Leaf {
    /// The plain bytes are kept only where somebody asked for them.
    pub(crate) fn pack(&self, shape: Shape, packer: &mut Packer) -> PackedRows {
        let context = bytes_before(shape, self.before.as_ref());
        let memo = self.memo.get();
        match memo.and_then(|memo| memo.plain.get(shape.slot())) {
            Some(rows) => PackedRows {
                packed: packed(&context, &rows.bytes, shape, packer),
                spans: Arc::clone(&rows.spans),
            },
            None => {
                let rows = self.write(shape);
                PackedRows {
                    packed: packed(&context, &rows.bytes, shape, packer),
                    spans: rows.spans.into(),
                }
            }
        }
    }
}

/// What the first row of a leaf stands behind.
pub(crate) fn bytes_before(shape: Shape, before: Option<&Row>) -> Vec<u8> {
    before.map_or_else(Vec::new, |before| bytes_of(shape, before))
}

/// A row as it stands before others, for what is deflated after it may point at it. Rows are so alike that more of them
/// would save little.
pub(crate) fn bytes_of(shape: Shape, row: &Row) -> Vec<u8> {
    let pieces = shape.pieces();
    pieces.instance(Vec::new(), row.info(), shape.within)
}

/// Compact forms are a third as long, so their parts would come to too much beside the whole with the usual effort.
pub(crate) fn packed(context: &[u8], plain: &[u8], shape: Shape, packer: &mut Packer) -> Packed {
    let effort = match shape.form.detail {
        Detail::Full => Effort::Usual,
        Detail::Compact => Effort::Light,
    };
    let bytes = packer.pack_after(context, plain, effort);
    Packed {
        checksum: Checksum::of(plain),
        length_bytes: length(&bytes),
        bytes: Bytes::from(bytes),
    }
}

impl Branch {
    /// The bytes of leaves, which are short when they are deflated, are put together in the lowest branch, because each
    /// write takes only a few pieces.
    fn pack(&self, shape: Shape, packer: &mut Packer, keeps_bytes: bool) -> Packed {
        let children = self.parts.children.iter();
        let packed: Packeds<'_> = children
            .filter_map(|child| child.packed(shape, packer))
            .collect();
        let mut sum = Packed::nothing();
        for own in &packed {
            sum.add(own.checksum, own.length_bytes);
        }
        if keeps_bytes {
            let mut bytes = Vec::with_capacity(packed.iter().map(|own| own.bytes.len()).sum());
            for own in &packed {
                bytes.extend_from_slice(&own.bytes);
            }
            sum.bytes = Bytes::from(bytes);
        }
        sum
    }
}

/// What came of a branch's children.
type Packeds<'a> = SmallVec<[&'a Packed; MAX_CHILDREN]>;

impl Packed {
    pub(crate) fn nothing() -> Self {
        Self {
            checksum: Checksum::default(),
            length_bytes: 0,
            bytes: Bytes::new(),
        }
    }

    pub(crate) fn add(&mut self, checksum: Checksum, length_bytes: u64) {
        self.checksum = self.checksum.then(checksum);
        self.length_bytes += length_bytes;
    }
}
