//! CRC-32 (RFC 1952) of texts that are put together.
//!
//! The CRC of a text is a polynomial over GF(2) modulo P. Bytes that follow multiply it by x^8 each and add their own CRC;
//! the inversions at both ends of the algorithm cancel. So two CRCs and x^(8·length) of the second text are enough.

use flate2::Crc;

/// P without its x^32; as everywhere here, bit 31 is x^0 and bit 0 is x^31.
const REDUCED: u32 = 0xedb8_8320;
/// x^0
const ONE: u32 = 1 << 31;
/// x^8
const ONE_BYTE: u32 = 1 << 23;

/// CRC-32 and length of some bytes. Those of two texts one after the other follow from those of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checksum {
    crc: u32,
    /// x^(8·length): what CRCs of texts before this one are multiplied by.
    shift: u32,
    length_bytes: u64,
}

impl Default for Checksum {
    /// The checksum of nothing, which changes nothing beside another.
    fn default() -> Self {
        Self {
            crc: 0,
            shift: ONE,
            length_bytes: 0,
        }
    }
}

impl Checksum {
    /// The checksum of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut crc = Crc::new();
        crc.update(bytes);
        let length_bytes = bytes.len() as u64;
        Self {
            crc: crc.sum(),
            shift: power(ONE_BYTE, length_bytes),
            length_bytes,
        }
    }

    /// The checksum of what this one is of, followed by what `next` is of.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        Self {
            crc: multiply(self.crc, next.shift) ^ next.crc,
            shift: multiply(self.shift, next.shift),
            length_bytes: self.length_bytes + next.length_bytes,
        }
    }

    /// CRC-32 as gzip has it.
    #[must_use]
    pub fn crc(self) -> u32 {
        self.crc
    }

    /// How many bytes it is of.
    #[must_use]
    pub fn length_bytes(self) -> u64 {
        self.length_bytes
    }
}

/// a · b mod P, without a branch: which bits are set is as good as chance.
fn multiply(a: u32, b: u32) -> u32 {
    let (mut product, mut shifted) = (0, b);
    for bit in (0..u32::BITS).rev() {
        product ^= shifted & 0_u32.wrapping_sub((a >> bit) & 1);
        shifted = (shifted >> 1) ^ (REDUCED & 0_u32.wrapping_sub(shifted & 1));
    }
    product
}

/// base^exponent mod P
fn power(mut base: u32, mut exponent: u64) -> u32 {
    let mut power = ONE;
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = multiply(power, base);
        }
        base = multiply(base, base);
        exponent >>= 1;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By doubling, as nobody wants to hold the text.
    fn of_zeros(count: u64) -> Checksum {
        let (mut sum, mut doubled) = (Checksum::default(), Checksum::of(&[0]));
        for bit in 0..u64::BITS {
            if count >> bit & 1 == 1 {
                sum = sum.then(doubled);
            }
            if count >> bit > 1 {
                doubled = doubled.then(doubled);
            }
        }
        sum
    }

    #[test]
    fn it_is_the_crc_of_gzip() {
        // The check value that catalogues of CRCs give.
        assert_eq!(Checksum::of(b"123456789").crc(), 0xcbf4_3926);
    }

    #[test]
    fn nothing_changes_nothing() {
        let sum = Checksum::of(b"heureka");
        assert_eq!(Checksum::of(b""), Checksum::default());
        assert_eq!(Checksum::default().then(sum), sum);
        assert_eq!(sum.then(Checksum::default()), sum);
    }

    #[test]
    fn sums_of_parts_make_the_sum_of_the_whole() {
        let whole: Vec<u8> = (0..200_000_u32)
            .map(|n| (n.wrapping_mul(n) >> 7) as u8)
            .collect();
        for length in [0, 1, 2, 65_535, 65_536, 131_072, 200_000] {
            let (first, second) = whole.split_at(length);
            let sum = Checksum::of(first).then(Checksum::of(second));
            assert_eq!(sum, Checksum::of(&whole), "split at {length}");
        }
    }

    #[test]
    fn zeros_are_counted_by_doubling() {
        for count in [0, 1, 2, 3, 1000, 65_535, 65_536] {
            let text = vec![0; usize::try_from(count).unwrap()];
            assert_eq!(of_zeros(count), Checksum::of(&text));
        }
    }

    /// Values by another implementation: Python's `zlib.crc32` over so many zeros.
    #[test]
    fn texts_may_be_longer_than_four_gibibytes() {
        for (count, crc) in [
            ((1 << 32) - 1, 0),
            (1 << 32, 0xd202_ef8d),
            ((1 << 32) + 1, 0x41d9_12ff),
            (5 << 30, 0x1938_38c3),
        ] {
            let sum = of_zeros(count);
            assert_eq!((sum.length_bytes(), sum.crc()), (count, crc), "{count}");
            assert_eq!(sum.shift, power(ONE_BYTE, count));
        }
    }

    /// P is primitive, so the powers of x begin anew after 2^32 - 1 of them.
    #[test]
    fn the_powers_of_x_have_their_period() {
        let period = u64::from(u32::MAX);
        assert_eq!(power(ONE_BYTE, period), ONE);
        assert_eq!(power(ONE_BYTE, period + 5), power(ONE_BYTE, 5));
        assert_ne!(power(ONE_BYTE, period / 3), ONE);
    }

    #[test]
    fn the_largest_length_does_not_overflow() {
        assert_eq!(of_zeros(u64::MAX).length_bytes(), u64::MAX);
    }
}
