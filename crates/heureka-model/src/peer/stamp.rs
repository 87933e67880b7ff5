//! What orders writes of different nodes.

use std::fmt;

/// Names one run of one node: drawn anew at each start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u64);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A reading of a node's hybrid clock, different from every other reading of every node (MERGE 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    /// Milliseconds since 1970, as far as the clock follows the wall clock; it never runs backwards.
    pub wall_ms: i64,
    /// Tells readings of one millisecond apart.
    pub count: u32,
    /// Tells readings of different nodes apart.
    pub node: NodeId,
}

impl Stamp {
    /// Older than every reading: the stamp of a part that nobody wrote.
    pub const NEVER: Self = Self {
        wall_ms: i64::MIN,
        count: 0,
        node: NodeId(0),
    };
}
