//! Hashing with a seed that is handed in.

use std::hash::{BuildHasher, Hash, Hasher};

use siphasher::sip::SipHasher13;
use siphasher::sip128::{Hasher128 as _, SipHasher13 as SipHasher13Of128};

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

    /// A hash of `text` that stands for it.
    #[must_use]
    pub fn wide(&self, text: &str) -> WideHash {
        let mut hasher = SipHasher13Of128::new_with_keys(self.keys.0, self.keys.1);
        hasher.write(text.as_bytes());
        let hash = hasher.finish128();
        WideHash {
            first: hash.h1,
            second: hash.h2,
        }
    }
}

/// A hash of 128 bits under a [`SeededHash`]. Among a billion texts two have the same with a chance below one in 10^20, and
/// nobody can look for two without knowing the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WideHash {
    first: u64,
    second: u64,
}

impl Hash for WideHash {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.first);
    }
}

/// Takes a [`WideHash`] for the hash that it is, for maps of which it is the key, alone or with others.
#[derive(Clone, Copy, Debug, Default)]
pub struct WideHashItself;

impl BuildHasher for WideHashItself {
    type Hasher = FirstNumber;

    fn build_hasher(&self) -> FirstNumber {
        FirstNumber(0)
    }
}

/// What [`WideHashItself`] builds.
#[derive(Clone, Copy, Debug)]
pub struct FirstNumber(u64);

impl Hasher for FirstNumber {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = self.0.rotate_left(32) ^ number;
    }

    fn write(&mut self, bytes: &[u8]) {
        debug_assert!(bytes.is_empty(), "a wide hash is a number");
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
