//! Hashing with a seed that is handed in.

use std::hash::BuildHasher;

use siphasher::sip::SipHasher13;

/// Builds keyed hashers: an attacker who chooses names cannot choose collisions, and a simulation repeats.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeededHash {
    keys: (u64, u64),
}

impl SeededHash {
    pub(crate) fn new(first: u64, second: u64) -> Self {
        Self {
            keys: (first, second),
        }
    }
}

impl BuildHasher for SeededHash {
    type Hasher = SipHasher13;

    fn build_hasher(&self) -> SipHasher13 {
        SipHasher13::new_with_keys(self.keys.0, self.keys.1)
    }
}
