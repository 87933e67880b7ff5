//! What listings are made of, so that a change costs what changed.
//!
//! A [`Listing`] is an ordered tree of rows, and a value: [`Listing::edited`] gives the next one, which shares with it all
//! that is not edited. So a reader has what it began with for as long as it likes, and whoever writes does not wait for it.
//! Nodes that nobody else has are changed where they are, because a copy of a leaf has to touch each of its documents.
//!
//! Each node keeps what was made of it, form by form, once somebody has asked for it: leaves their rows, plain or
//! deflated, branches the lengths and checksums of theirs. A whole answer, [`Listing::plain`] or [`Listing::packed`], is a
//! head, these pieces, and an end, and after a change only one leaf and the branches above it are made anew, where the leaf's
//! other rows are unpacked from what it was before. A [`Selection`] is an application, or who is found under a name; it is
//! cut out of the same leaves.
//!
//! What a leaf keeps begins with what stands between it and the row before it, be it a comma or the end of one application
//! and the begin of the next, and is deflated as what follows that row. So a leaf knows the row before it, and is another one
//! when that changes: the one thing that neighbours have to do with each other.

mod answer;
mod earlier;
mod forget;
mod memo;
mod packed;
mod piece;
mod plain;
mod row;
mod selection;
mod shape;
mod tree;
mod vip;
mod walk;

pub use answer::{Body, BodyPieces, Header, Whole};
pub use forget::AskedForms;
pub use piece::Piece;
pub use row::Row;
pub use selection::Selection;
pub use tree::{Edit, Listing, Replaced};
pub use vip::Vip;
