//! Hashing with a seed that is handed in.

use std::hash::{BuildHasher, Hasher};

use siphasher::sip::SipHasher13;

/// Builds keyed hashers: whoever chooses names cannot choose collisions, and the same seed gives the same order.
#[derive(Clone, Copy, Debug, Default)]
pub struct SeededHash {
    keys: (u64, u64),
}

impl SeededHash {
    /// A seed in two parts.
    #[must_use]
    pub fn new(first: u64, second: u64) -> Self {
        Self {
            keys: (first, second),
        }
    }
}

impl BuildHasher for SeededHash {
    type Hasher = SeededHasher;

    fn build_hasher(&self) -> SeededHasher {
        SeededHasher(SipHasher13::new_with_keys(self.keys.0, self.keys.1))
    }
}

/// What [`SeededHash`] builds.
#[derive(Clone, Copy, Debug)]
pub struct SeededHasher(SipHasher13);

impl Hasher for SeededHasher {
    fn finish(&self) -> u64 {
        self.0.finish()
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }
}
