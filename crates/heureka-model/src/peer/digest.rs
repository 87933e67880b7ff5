//! What tells whether two nodes hold the same, without sending it.

use std::hash::{Hash as _, Hasher as _};

use siphasher::sip::SipHasher13;
use siphasher::sip128::{Hasher128 as _, SipHasher13 as SipHasher13Of128};

use super::Stamp;
use crate::{AppName, InstanceId};

/// A sum over the digests of keys: the order does not matter, and what is taken out again leaves no trace.
///
/// In the sums that nodes compare every stamp holds the random id of a node's run, so nobody who chooses documents can choose
/// those. Sums of what listings show have none: who could make two contents with one sum would keep a client from hearing of
/// his own change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest(pub u128);

impl Digest {
    /// The digest of one value. How a document, a stamp or a name is hashed is what nodes tell each other: another form of it
    /// is a difference that never ends between nodes of two versions.
    #[must_use]
    pub fn of(value: &impl std::hash::Hash) -> Self {
        let mut hasher = SipHasher13Of128::new();
        value.hash(&mut hasher);
        Self(hasher.finish128().as_u128())
    }

    /// Puts a key's digest into the sum.
    pub fn add(&mut self, other: Self) {
        self.0 = self.0.wrapping_add(other.0);
    }

    /// Takes a key's digest out of the sum.
    pub fn remove(&mut self, other: Self) {
        self.0 = self.0.wrapping_sub(other.0);
    }

    /// A short form that tells versions of one key apart.
    #[must_use]
    pub fn short(self) -> u64 {
        let [first, second] = [self.0 >> 64, self.0 & u128::from(u64::MAX)];
        u64::try_from(first ^ second).unwrap_or(u64::MAX)
    }
}

/// What a node holds of one application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppDigest {
    /// Its name.
    pub app: AppName,
    /// How many keys there are, present and cancelled ones.
    pub keys: u32,
    /// The sum over the present keys whose lease has not ended.
    pub present: Digest,
    /// The sum over the cancelled ones, without those that are about to be forgotten.
    pub cancelled: Digest,
}

/// A part of the keys of one application: those whose hash begins with `prefix`, written in `bits` bits. With no bits it
/// is all of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slice {
    /// The application.
    pub app: AppName,
    /// How many bits of the hash count, at most [`Slice::MAX_BITS`].
    pub bits: u8,
    /// What these bits are.
    pub prefix: u16,
}

impl Slice {
    /// The finest division: 65,536 slices.
    pub const MAX_BITS: u8 = 16;

    /// All keys of an application.
    #[must_use]
    pub fn whole(app: AppName) -> Self {
        Self {
            app,
            bits: 0,
            prefix: 0,
        }
    }

    /// Whether an instance of the application is in this part.
    #[must_use]
    pub fn contains(&self, id: &InstanceId) -> bool {
        Self::prefix_of(id, self.bits) == self.prefix
    }

    /// The slice that an instance is in, when the application is divided by so many bits.
    #[must_use]
    pub fn prefix_of(id: &InstanceId, bits: u8) -> u16 {
        let mut hasher = SipHasher13::new();
        id.hash(&mut hasher);
        let hash = u16::try_from(hasher.finish() >> 48).unwrap_or_default();
        let dropped = u32::from(Self::MAX_BITS.saturating_sub(bits));
        hash.checked_shr(dropped).unwrap_or_default()
    }
}

/// Which version of a key a node holds, part by part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyVersion {
    /// Which instance of the application.
    pub id: InstanceId,
    /// [`Digest::short`] of its state.
    pub version: u64,
    /// The newest stamp among its parts, which says in most cases who is ahead.
    pub newest: Stamp,
}
