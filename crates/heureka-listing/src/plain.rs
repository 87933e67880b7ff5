//! The rows of nodes as they are, without deflating.

use bytes::Bytes;
use heureka_model::AppName;
use heureka_wire::{Pieces, Within};

use crate::memo::PlainRows;
use crate::row::Row;
use crate::shape::Shape;
use crate::tree::{Branch, Leaf, Node};

/// What stands between two neighbouring rows of these applications.
pub(crate) fn junction(shape: Shape, before: &AppName, after: &AppName) -> Vec<u8> {
    let pieces = shape.pieces();
    if before == after {
        return pieces.separator().to_vec();
    }
    let mut bytes = pieces.application_tail(shape.within);
    bytes.extend_from_slice(pieces.separator());
    bytes.extend(pieces.application_head(after, shape.within));
    bytes
}

impl Leaf {
    /// Its rows behind what stands between them and the row before, written when they are first asked for.
    pub(crate) fn plain(&self, shape: Shape) -> Option<&PlainRows> {
        let plain = &self.memo.get_or_default().plain;
        plain.get_or_make(shape.slot(), || self.write(shape.of_rows()).kept())
    }

    /// Writes the rows, but for those that are still as they were deflated.
    pub(crate) fn write(&self, shape: Shape) -> Written {
        match self.earlier.unpack(shape) {
            Some(earlier) => self.write_with(shape, |at| earlier.row(at)),
            None => self.write_with(shape, |_| None),
        }
    }

    /// Writes the rows, but for those of which `known` has the bytes.
    fn write_with<'a>(&self, shape: Shape, known: impl Fn(usize) -> Option<&'a [u8]>) -> Written {
        let pieces: Pieces = shape.pieces();
        let mut bytes = Vec::with_capacity(self.expected_bytes());
        let mut spans = Vec::with_capacity(self.rows.len());
        // Rows of an application alone are cut out of what is written, so nothing need stand before them.
        let in_listing = shape.within == Within::Applications;
        let mut before = self.before.as_ref().filter(|_| in_listing).map(Row::app);
        for (at, row) in self.rows.iter().enumerate() {
            if let Some(before) = before.replace(row.app()) {
                bytes.extend(junction(shape, before, row.app()));
            }
            let begin = bytes.len();
            match known(at) {
                Some(known) => bytes.extend_from_slice(known),
                None => bytes = pieces.instance(bytes, row.info(), shape.within),
            }
            spans.push((offset(begin), offset(bytes.len())));
        }
        Written { bytes, spans }
    }

    fn expected_bytes(&self) -> usize {
        usize::try_from(self.totals.weight_bytes).unwrap_or(0)
    }
}

/// The rows of a leaf as they were just written, in more memory than they need.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) bytes: Vec<u8>,
    pub(crate) spans: Vec<(u32, u32)>,
}

impl Written {
    fn kept(mut self) -> PlainRows {
        self.bytes.shrink_to_fit();
        PlainRows {
            bytes: Bytes::from(self.bytes),
            spans: self.spans.into(),
        }
    }
}

impl Node {
    /// How many bytes the node takes; what it does not know yet is written.
    pub(crate) fn plain_bytes(&self, shape: Shape) -> u64 {
        match self {
            Self::Leaf(leaf) => leaf.plain(shape).map_or(0, |rows| length(&rows.bytes)),
            Self::Branch(branch) => {
                let known = &branch.memo.get_or_default().plain_bytes;
                let known = known.get_or_make(shape.slot(), || branch.sum_plain_bytes(shape));
                known.copied().unwrap_or(0)
            }
        }
    }
}

impl Branch {
    fn sum_plain_bytes(&self, shape: Shape) -> u64 {
        let children = self.parts.children.iter();
        children.map(|child| child.plain_bytes(shape)).sum()
    }
}

pub(crate) fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// A row is never larger than what one body may have, so no leaf comes near to four gigabytes.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
