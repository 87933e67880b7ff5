//! Gzip members (RFC 1952) that are put together from parts.
//!
//! A part is some blocks of deflate (RFC 1951) that end at a byte and point at nothing before them, but for what they were
//! told that they follow.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};

use super::Checksum;

/// What a member begins with: deflate, no name, no time, no statement about level and system.
pub const MEMBER_HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// What closes the deflated blocks: an empty one that says that it is the last.
const LAST_BLOCK: [u8; 2] = [3, 0];
/// A stored block's length has 16 bits.
const MAX_STORED_BYTES: usize = 0xffff;
/// Listings take about four fifths of the time of level 6 in parts of 24 to 32 kB, and nine tenths in parts of 12 to 16 kB,
/// for as many bytes; level 4 would save about a sixth more, for 1.06 to 1.1 times the bytes.
const USUAL_LEVEL: u32 = 5;
/// For parts that are so short that a thorough search would find less than it does in the whole.
const LIGHT_LEVEL: u32 = 2;
/// What a packer keeps for its output from one part to the next. A longer part takes its memory for itself.
const KEPT_BYTES: usize = 128 * 1024;

/// How hard a part is searched for what can be said shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// As hard as is worth it.
    Usual,
    /// Half of that, for a sixth more bytes. Parts of less than 16 kB lose less by being apart then.
    Light,
}

/// Deflates parts of members. It holds the compressor's memory, so it is made once and used often.
#[derive(Debug)]
pub struct Packer {
    usual: Compress,
    /// Few ask for it, so it takes no memory before.
    light: Option<Compress>,
    /// Where a part is made before its length is known. What was there before is overwritten.
    packed: Vec<u8>,
}

impl Default for Packer {
    fn default() -> Self {
        Self::new()
    }
}

impl Packer {
    /// With memory of its own.
    #[must_use]
    pub fn new() -> Self {
        Self {
            usual: compressor(USUAL_LEVEL),
            light: None,
            packed: Vec::new(),
        }
    }

    /// A part that unpacks to `plain`, in as much memory as it needs. It is deflated where that makes it smaller, else
    /// [`stored`]. Of nothing it is nothing.
    #[must_use]
    pub fn pack(&mut self, plain: &[u8], effort: Effort) -> Vec<u8> {
        self.pack_after(&[], plain, effort)
    }

    /// The same for a part that stands nowhere but directly behind `before`: it may point at that, so it need not say again
    /// what is like it. Where `before` is long, its end is enough.
    #[must_use]
    pub fn pack_after(&mut self, before: &[u8], plain: &[u8], effort: Effort) -> Vec<u8> {
        let deflated = self.deflate(before, plain, effort);
        let part = match deflated.filter(|part| part.len() < plain.len()) {
            Some(smaller) => smaller.to_vec(),
            None => stored(plain),
        };
        self.packed.truncate(KEPT_BYTES);
        self.packed.shrink_to(KEPT_BYTES);
        part
    }

    /// Deflates `plain` whole and up to a byte, if it can.
    fn deflate(&mut self, before: &[u8], plain: &[u8], effort: Effort) -> Option<&[u8]> {
        let compressor = match effort {
            Effort::Usual => &mut self.usual,
            Effort::Light => self.light.get_or_insert_with(|| compressor(LIGHT_LEVEL)),
        };
        compressor.reset();
        if !before.is_empty() {
            compressor.set_dictionary(before).ok()?;
        }
        let bound_bytes = deflated_bound_bytes(plain.len()).max(self.packed.len());
        self.packed.resize(bound_bytes, 0);
        // The next part begins with a reset, so this one need not forget what it has seen.
        let deflated = compressor.compress(plain, &mut self.packed, FlushCompress::Sync);
        // A flush that found no room to spare may have had more to say.
        let is_whole = deflated.is_ok() && compressor.total_in() == plain.len() as u64;
        let length_bytes = usize::try_from(compressor.total_out()).ok()?;
        let has_spared = is_whole && length_bytes < self.packed.len();
        self.packed.get(..length_bytes).filter(|_| has_spared)
    }
}

fn compressor(level: u32) -> Compress {
    Compress::new(Compression::new(level), false)
}

/// More than deflate makes of that many bytes, whatever they are.
fn deflated_bound_bytes(plain_bytes: usize) -> usize {
    plain_bytes + plain_bytes / 10 + 128
}

/// A part that has `plain` as it is, for what is not worth deflating. Of nothing it is nothing.
#[must_use]
pub fn stored(plain: &[u8]) -> Vec<u8> {
    const HEAD_BYTES: usize = 5;
    let blocks = plain.chunks(MAX_STORED_BYTES);
    let mut part = Vec::with_capacity(plain.len() + blocks.len() * HEAD_BYTES);
    for block in blocks {
        // Not the last block, stored, and filled up to a byte; then the length, and its bits inverted.
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        part.push(0);
        part.extend_from_slice(&length.to_le_bytes());
        part.extend_from_slice(&(!length).to_le_bytes());
        part.extend_from_slice(block);
    }
    part
}

/// What a part unpacks to that was made by [`Packer::pack_after`] and stands behind `before`: so many bytes. Nothing where it
/// does not come to that.
#[must_use]
pub fn unpack_after(before: &[u8], part: &[u8], length_bytes: usize) -> Option<Vec<u8>> {
    let mut decompressor = Decompress::new(false);
    if !before.is_empty() {
        decompressor.set_dictionary(before).ok()?;
    }
    // No more than that is unpacked, so one more shows what is longer.
    let mut plain = Vec::with_capacity(length_bytes + 1);
    let unpacked = decompressor.decompress_vec(part, &mut plain, FlushDecompress::Sync);
    (unpacked.is_ok() && plain.len() == length_bytes).then_some(plain)
}

/// What a member ends with whose parts unpack to what `sum` is of.
#[must_use]
pub fn member_end(sum: Checksum) -> [u8; 10] {
    let [block_0, block_1] = LAST_BLOCK;
    let [crc_0, crc_1, crc_2, crc_3] = sum.crc().to_le_bytes();
    // The format has the length modulo 2^32.
    let [length_0, length_1, length_2, length_3, ..] = sum.length_bytes().to_le_bytes();
    [
        block_0, block_1, crc_0, crc_1, crc_2, crc_3, length_0, length_1, length_2, length_3,
    ]
}

#[cfg(test)]
mod tests {
    use super::super::{gunzip, gzip};
    use super::*;

    fn member(parts: &[Vec<u8>], sum: Checksum) -> Vec<u8> {
        [&MEMBER_HEAD[..], &parts.concat(), &member_end(sum)].concat()
    }

    /// Bytes of which a part packs and a part does not.
    fn mixed(count: usize) -> Vec<u8> {
        let step = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let noise = std::iter::successors(Some(1_u32), step).map(|state| state.to_be_bytes()[0]);
        let alike = b"heureka ".iter().cycle();
        noise
            .zip(alike)
            .enumerate()
            .map(|(n, (noise, alike))| if n / 3_000 % 2 == 0 { noise } else { *alike })
            .take(count)
            .collect()
    }

    #[test]
    fn the_head_is_that_of_whole_bodies() {
        assert!(gzip(b"heureka").starts_with(&MEMBER_HEAD));
    }

    #[test]
    fn parts_of_all_lengths_unpack() {
        let mut packer = Packer::new();
        for length in [0, 1, 2, 100, 65_534, 65_535, 65_536, 131_070, 131_071] {
            let plain = mixed(length);
            let sum = Checksum::of(&plain);
            for part in [packer.pack(&plain, Effort::Usual), stored(&plain)] {
                let unpacked = gunzip(&member(&[part], sum), usize::MAX);
                assert!(unpacked.as_ref() == Ok(&plain), "{length} bytes");
            }
        }
    }

    /// What was said just before need not be said again.
    #[test]
    fn a_part_is_shorter_behind_what_is_like_it() {
        let row = mixed(5_999);
        let mut packer = Packer::new();
        for effort in [Effort::Usual, Effort::Light] {
            let alone = packer.pack(&row, effort);
            let behind = packer.pack_after(&row, &row, effort);
            assert!(behind.len() * 10 < alone.len(), "{} bytes", behind.len());
            assert!(packer.pack_after(&[], &row, effort) == alone);
        }
    }

    /// Also behind more than a part can point at, and where it is stored.
    #[test]
    fn a_part_unpacks_alone() {
        let mut packer = Packer::new();
        let texts = [0, 1, 1_000, 40_000, 100_000].map(mixed);
        for before in &texts {
            for plain in &texts {
                let part = packer.pack_after(before, plain, Effort::Usual);
                let unpacked = unpack_after(before, &part, plain.len());
                let (own, behind) = (plain.len(), before.len());
                assert!(unpacked.as_ref() == Some(plain), "{own} behind {behind}");
            }
        }
    }

    #[test]
    fn what_is_no_part_of_that_length_unpacks_to_nothing() {
        let (row, part) = (
            mixed(6_000),
            Packer::new().pack(&mixed(6_000), Effort::Usual),
        );
        assert_eq!(unpack_after(&[], &part, row.len()), Some(row));
        assert_eq!(unpack_after(&[], &part, 6_001), None);
        assert_eq!(unpack_after(&[], &part, 5_999), None);
        assert_eq!(unpack_after(&[], &part[..part.len() / 2], 6_000), None);
        assert_eq!(unpack_after(&[], b"heureka", 6_000), None);
    }

    #[test]
    fn of_nothing_there_is_no_part() {
        assert_eq!(stored(b""), b"");
        assert_eq!(Packer::new().pack(b"", Effort::Usual), b"");
    }

    #[test]
    fn a_part_is_never_longer_than_stored() {
        let mut packer = Packer::new();
        for plain in [&b","[..], b"heureka", &mixed(3_000), &mixed(3_500)] {
            assert!(packer.pack(plain, Effort::Usual).len() <= stored(plain).len());
        }
        assert_eq!(packer.pack(b",", Effort::Usual), b"\x00\x01\x00\xfe\xff,");
    }

    #[test]
    fn stored_blocks_are_as_few_as_can_be() {
        for (length, blocks) in [(1, 1), (65_535, 1), (65_536, 2), (131_070, 2), (131_071, 3)] {
            assert_eq!(stored(&vec![7; length]).len(), length + 5 * blocks);
        }
    }

    /// A part says nothing of what its packer had before, so it can stand in another member.
    #[test]
    fn a_part_is_the_same_whatever_was_packed_before() {
        let (first, second) = (mixed(40_000), mixed(50_000));
        let mut packer = Packer::new();
        let alone = packer.pack(&second, Effort::Usual);
        let _ = packer.pack(&first, Effort::Usual);
        assert!(packer.pack(&second, Effort::Usual) == alone);
        assert!(Packer::new().pack(&second, Effort::Usual) == alone);
    }

    #[test]
    fn a_part_takes_no_more_memory_than_it_has_bytes() {
        let mut packer = Packer::new();
        for plain in [vec![], mixed(10), mixed(48_000), vec![7; 1 << 20]] {
            let (packed, stored) = (packer.pack(&plain, Effort::Usual), stored(&plain));
            assert_eq!(packed.capacity(), packed.len());
            assert_eq!(stored.capacity(), stored.len());
        }
        assert!(packer.packed.capacity() <= KEPT_BYTES);
    }

    #[test]
    fn the_end_has_the_length_modulo_four_gibibytes() {
        let mut sum = Checksum::of(&[0; 5]);
        for _ in 0..31 {
            sum = sum.then(sum);
        }
        assert_eq!(sum.length_bytes(), 5 << 31);
        assert_eq!(member_end(sum)[6..], (1_u32 << 31).to_le_bytes());
        assert_eq!(
            member_end(Checksum::default()),
            [3, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        );
    }
}
