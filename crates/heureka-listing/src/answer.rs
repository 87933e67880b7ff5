//! Answers: a head, the nodes, and an end.

use bytes::Bytes;
use heureka_model::StatusCounts;
use heureka_wire::{Checksum, Form, ListingHeader, MEMBER_HEAD, Packer, member_end, stored};

use crate::piece::Piece;
use crate::plain::length;
use crate::shape::Shape;
use crate::tree::{Listing, Node};
use crate::walk::{Coding, Walk};

/// What a listing says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    /// `versions__delta`
    pub version: i64,
    /// What `apps__hashcode` is made of.
    pub statuses: StatusCounts,
}

impl Header {
    /// What stands before the first application of a listing and behind the last.
    pub(crate) fn ends(&self, shape: Shape, is_empty: bool) -> (Vec<u8>, Vec<u8>) {
        let header = ListingHeader {
            version: self.version,
            hash: &self.statuses.hash(),
            is_empty,
        };
        let pieces = shape.pieces();
        (pieces.head(&header), pieces.tail(&header))
    }
}

/// What some rows of a listing are a document as.
#[derive(Clone, Copy, Debug)]
pub enum Whole {
    /// The one application that they are of.
    Application,
    /// A listing of nothing else, with this header.
    Listing(Header),
}

impl Whole {
    pub(crate) fn shape(self, form: Form) -> Shape {
        match self {
            Self::Application => Shape::application(form),
            Self::Listing(_) => Shape::listing(form),
        }
    }

    /// What stands before the first application and behind the last.
    pub(crate) fn ends(self, shape: Shape, is_empty: bool) -> (Vec<u8>, Vec<u8>) {
        match self {
            Self::Application => (Vec::new(), Vec::new()),
            Self::Listing(header) => header.ends(shape, is_empty),
        }
    }
}

/// A body in pieces that are shared with other bodies. It has exactly `length_bytes`.
#[derive(Debug)]
pub struct Body {
    /// How long all pieces are together.
    pub length_bytes: u64,
    /// The pieces.
    pub pieces: BodyPieces,
}

/// The pieces of a [`Body`], in their order; none is made or held before it is taken.
#[derive(Debug)]
pub struct BodyPieces(Pieces);

#[derive(Debug)]
enum Pieces {
    All(Box<Around>),
    Only(Option<Piece>),
}

/// A walk with something before it and behind it.
#[derive(Debug)]
struct Around {
    head: Option<Piece>,
    walk: Walk,
    tail: Option<Piece>,
}

impl Body {
    /// All of it at once.
    pub(crate) fn at_once(parts: Vec<Bytes>) -> Self {
        Self {
            length_bytes: parts.iter().map(|part| length(part)).sum(),
            pieces: BodyPieces(Pieces::Only(
                (!parts.is_empty()).then(|| Piece::from(parts)),
            )),
        }
    }

    fn around(length_bytes: u64, head: Vec<u8>, walk: Walk, tail: Vec<u8>) -> Self {
        let length_bytes = length_bytes + length(&head) + length(&tail);
        Self {
            length_bytes,
            pieces: BodyPieces(Pieces::All(Box::new(Around {
                head: Some(Piece::from(Bytes::from(head))),
                walk,
                tail: Some(Piece::from(Bytes::from(tail))),
            }))),
        }
    }
}

impl Iterator for BodyPieces {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        match &mut self.0 {
            Pieces::All(around) => around
                .head
                .take()
                .or_else(|| around.walk.next())
                .or_else(|| around.tail.take()),
            Pieces::Only(piece) => piece.take(),
        }
    }
}

impl Listing {
    /// The listing as it is. Rows that nobody has asked for in this form are written now.
    #[must_use]
    pub fn plain(&self, form: Form, header: &Header) -> Body {
        let shape = Shape::listing(form);
        let (head, tail) = self.ends(shape, header);
        let length_bytes = self.root().map_or(0, |root| root.plain_bytes(shape));
        let walk = Walk::through(self.root(), shape, Coding::Plain);
        Body::around(length_bytes, head, walk, tail)
    }

    /// The listing as one gzip member. Rows that nobody has asked for in this form are written and deflated now.
    #[must_use]
    pub fn packed(&self, form: Form, header: &Header, packer: &mut Packer) -> Body {
        let shape = Shape::listing(form);
        let (head, tail) = self.ends(shape, header);
        let packed = self.root().and_then(|root| root.packed(shape, packer));
        let checksum = Checksum::of(&head)
            .then(packed.map_or_else(Checksum::default, |packed| packed.checksum))
            .then(Checksum::of(&tail));
        let mut end = stored(&tail);
        end.extend(member_end(checksum));
        let mut begin = MEMBER_HEAD.to_vec();
        begin.extend(stored(&head));
        let walk = Walk::through(self.root(), shape, Coding::Packed);
        Body::around(
            packed.map_or(0, |packed| packed.length_bytes),
            begin,
            walk,
            end,
        )
    }

    /// How many leaves are still to be written, or deflated, for an answer in this form; counted no further than `at_most`.
    #[must_use]
    pub fn missing_leaves(&self, form: Form, is_packed: bool, at_most: usize) -> usize {
        let slot = Shape::listing(form).slot();
        self.root()
            .map_or(0, |root| missing(root, slot, is_packed, at_most))
    }

    /// What stands before the first row and behind the last.
    fn ends(&self, shape: Shape, header: &Header) -> (Vec<u8>, Vec<u8>) {
        let pieces = shape.pieces();
        let (mut head, mut tail) = header.ends(shape, self.is_empty());
        if let Some(first) = self.root().and_then(|root| root.first_app()) {
            head.extend(pieces.application_head(first, shape.within));
            tail.splice(0..0, pieces.application_tail(shape.within));
        }
        (head, tail)
    }
}

fn missing(node: &Node, slot: usize, is_packed: bool, at_most: usize) -> usize {
    if is_known(node, slot, is_packed) || at_most == 0 {
        return 0;
    }
    let children = node.children();
    let mut count = usize::from(children.is_empty());
    for child in children {
        count += missing(child, slot, is_packed, at_most.saturating_sub(count));
    }
    count
}

fn is_known(root: &Node, slot: usize, is_packed: bool) -> bool {
    match root {
        Node::Leaf(leaf) => {
            let memo = leaf.memo.get();
            memo.is_some_and(|memo| memo.has(slot, is_packed))
        }
        Node::Branch(branch) => {
            let memo = branch.memo.get();
            memo.is_some_and(|memo| memo.has(slot, is_packed))
        }
    }
}
