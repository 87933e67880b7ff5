//! What a node waits for.

/// Why a node wants to be called again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// The next round of eviction, which also forgets old changes and tombstones.
    Eviction,
    /// A peer wants to be called: see [`crate::Node::poll_call`].
    Peers,
    /// Listings open at the latest.
    Opening,
    /// Who was asked about candidates for eviction has had its time.
    Ages,
}
