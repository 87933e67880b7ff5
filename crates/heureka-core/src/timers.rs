//! What a node waits for.

/// Why a node wants to be called again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// The next round of eviction, which also forgets old changes and tombstones.
    Eviction,
}
