//! Chance that many threads draw from without waiting.

use std::sync::atomic::{AtomicU64, Ordering};

/// The step of SplitMix64: each draw is a step further and then mixed.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A SplitMix64 generator: the same seed gives the same draws, in the order in which they are made.
#[derive(Debug)]
pub(crate) struct Chance(AtomicU64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// A number below `bound`; 0 where the bound is.
    pub(crate) fn below(&self, bound: usize) -> usize {
        let scaled = u128::from(self.draw()) * bound as u128;
        usize::try_from(scaled >> 64).unwrap_or(0)
    }

    /// A number from 0 to 1, the end not included.
    pub(crate) fn share(&self) -> f64 {
        const BITS: u32 = f64::MANTISSA_DIGITS;
        (self.draw() >> (64 - BITS)) as f64 / (1_u64 << BITS) as f64
    }

    fn draw(&self) -> u64 {
        let state = self.0.fetch_add(STEP, Ordering::Relaxed);
        mixed(state.wrapping_add(STEP))
    }
}

/// Spreads whatever differs over all bits.
pub(super) fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_those_of_splitmix64_and_stay_below_their_bound() {
        let chance = Chance::new(0);
        assert_eq!(chance.draw(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(chance.draw(), 0x6e78_9e6a_a1b9_65f4);
        assert!((0..1000).all(|_| chance.below(7) < 7));
        assert!((0..1000).all(|_| (0.0..1.0).contains(&chance.share())));
        assert_eq!(chance.below(0), 0);
    }
}
