//! Whole bodies, with an end to what they unpack to.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use thiserror::Error;

/// How many times its size a packed body may unpack to that somebody sends by himself, or a peer answers with
/// (faults-and-attacks.md S05). Listings of alike instances come to about 40.
pub const MAX_RATIO: usize = 100;
/// What a packed body may unpack to in any case, so that the ratio does not hit small ones.
pub const MIN_RATIO_ALLOWANCE_BYTES: usize = 64 * 1024;
/// How much is unpacked at a time.
const STEP_BYTES: usize = 16 * 1024;

/// Why a body could not be unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GunzipError {
    /// It is no gzip, or ends too early.
    #[error("broken gzip")]
    Broken,
    /// It unpacks to more than is allowed.
    #[error("unpacks to too much")]
    TooLarge,
}

/// Packs `bytes`.
#[must_use]
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 8), Compression::default());
    // Writing to a vector cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Unpacks `packed` to at most `limit_bytes`, and at most [`MAX_RATIO`] times its size. No more memory than that is
/// taken, whatever `packed` claims.
///
/// # Errors
///
/// It is broken or too large.
pub fn gunzip(packed: &[u8], limit_bytes: usize) -> Result<Vec<u8>, GunzipError> {
    let allowance = packed
        .len()
        .saturating_mul(MAX_RATIO)
        .max(MIN_RATIO_ALLOWANCE_BYTES);
    gunzip_listing(packed, limit_bytes.min(allowance))
}

/// Unpacks a listing that was asked for to at most `limit_bytes`, whatever its ratio: instances that repeat their texts come to
/// more than 100, and a server that is asked for everything need not do with little to be believed.
///
/// # Errors
///
/// It is broken or too large.
pub fn gunzip_listing(packed: &[u8], limit_bytes: usize) -> Result<Vec<u8>, GunzipError> {
    let mut decoder = MultiGzDecoder::new(packed);
    let mut bytes = Vec::new();
    let mut step = vec![0; STEP_BYTES];
    loop {
        let count = decoder.read(&mut step).map_err(|_| GunzipError::Broken)?;
        let unpacked = step.get(..count).unwrap_or_default();
        if unpacked.is_empty() {
            return Ok(bytes);
        }
        append(&mut bytes, unpacked, limit_bytes)?;
    }
}

/// Doubles the memory like a vector does by itself, but not beyond `cap`.
fn append(bytes: &mut Vec<u8>, more: &[u8], cap: usize) -> Result<(), GunzipError> {
    let length = bytes.len() + more.len();
    if length > cap {
        return Err(GunzipError::TooLarge);
    }
    if length > bytes.capacity() {
        let capacity = (bytes.capacity() * 2).clamp(length, cap);
        bytes.reserve_exact(capacity - bytes.len());
    }
    bytes.extend_from_slice(more);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that hardly pack.
    fn noise(count: usize) -> Vec<u8> {
        let step = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        std::iter::successors(Some(1), step)
            .map(|state| state.to_be_bytes()[0])
            .take(count)
            .collect()
    }

    #[test]
    fn what_is_packed_can_be_unpacked() {
        for bytes in [vec![], b"heureka".to_vec(), noise(300_000)] {
            assert!(gunzip(&gzip(&bytes), bytes.len()) == Ok(bytes));
        }
    }

    #[test]
    fn broken_bodies_are_told_apart_from_large_ones() {
        let packed = gzip(&[7; 1000]);
        let truncated = &packed[..packed.len() - 4];
        for (packed, limit, expected) in [
            (&b""[..], 10, GunzipError::Broken),
            (b"not gzip", 10, GunzipError::Broken),
            (truncated, 1000, GunzipError::Broken),
            (&packed, 999, GunzipError::TooLarge),
        ] {
            assert_eq!(gunzip(packed, limit), Err(expected));
        }
    }

    /// faults-and-attacks.md S05
    #[test]
    fn a_bomb_is_stopped_by_its_ratio() {
        let bomb = gzip(&vec![0; 10 << 20]);
        assert!(bomb.len() < 16 * 1024);
        assert_eq!(gunzip(&bomb, usize::MAX), Err(GunzipError::TooLarge));
    }

    #[test]
    fn a_listing_that_was_asked_for_may_repeat_itself() {
        let alike = vec![b'a'; 10 << 20];
        let packed = gzip(&alike);
        assert!(gunzip_listing(&packed, 10 << 20) == Ok(alike));
        let too_large = gunzip_listing(&packed, (10 << 20) - 1);
        assert_eq!(too_large, Err(GunzipError::TooLarge));
    }

    #[test]
    fn no_memory_is_taken_beyond_the_limit() {
        let unpacked = gunzip(&gzip(&noise(100_000)), 100_001).unwrap();
        assert!(unpacked.capacity() <= 100_001);
    }
}
