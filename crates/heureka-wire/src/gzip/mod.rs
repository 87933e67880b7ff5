//! Packing and unpacking: whole bodies, and gzip members that are put together from parts.
//!
//! A member is [`MEMBER_HEAD`], parts by a [`Packer`] or by [`stored`] in any order and number, and [`member_end`] with the
//! [`Checksum`] of what all parts unpack to. A part knows of no other, or of what stands before it alone, so it may stand in
//! many members, and a reader finds one member like any other.

mod checksum;
mod parts;
mod whole;

pub use checksum::Checksum;
pub use parts::{Effort, MEMBER_HEAD, Packer, member_end, stored, unpack_after};
pub use whole::{GunzipError, MAX_RATIO, MIN_RATIO_ALLOWANCE_BYTES, gunzip, gunzip_listing, gzip};
