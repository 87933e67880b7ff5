//! What orders writes: a hybrid logical clock.

use heureka_model::UnixMillis;

/// Names one run of one node: drawn anew at each start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u64);

/// A reading of a node's clock, different from every other reading of every node (MERGE 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Stamp {
    wall_ms: i64,
    count: u32,
    node: NodeId,
}

impl Stamp {
    /// Older than every reading: the stamp of a part that nobody wrote.
    pub(crate) const NEVER: Self = Self {
        wall_ms: i64::MIN,
        count: 0,
        node: NodeId(0),
    };
}

/// A clock that never runs backwards, whatever the wall clock does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HybridClock {
    last: Stamp,
}

impl HybridClock {
    pub(crate) fn new(node: NodeId) -> Self {
        Self {
            last: Stamp {
                node,
                ..Stamp::NEVER
            },
        }
    }

    /// A reading newer than all before.
    pub(crate) fn draw(&mut self, wall: UnixMillis) -> Stamp {
        let Stamp {
            wall_ms,
            count,
            node,
        } = self.last;
        self.last = match count.checked_add(1) {
            _ if wall.0 > wall_ms => Stamp {
                wall_ms: wall.0,
                count: 0,
                node,
            },
            Some(count) => Stamp {
                wall_ms,
                count,
                node,
            },
            None => Stamp {
                wall_ms: wall_ms.saturating_add(1),
                count: 0,
                node,
            },
        };
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_only_grow_when_the_wall_clock_stands_jumps_or_runs_back() {
        let mut clock = HybridClock::new(NodeId(7));
        let readings: Vec<Stamp> = [5, 5, 9, 2, -4, 9, 10]
            .into_iter()
            .map(|ms| clock.draw(UnixMillis(ms)))
            .collect();
        assert!(readings.is_sorted_by(|a, b| a < b), "{readings:?}");
    }

    #[test]
    fn what_is_written_later_on_another_node_is_newer() {
        let (mut one, mut other) = (HybridClock::new(NodeId(9)), HybridClock::new(NodeId(1)));
        let before: Vec<Stamp> = (0..100).map(|_| one.draw(UnixMillis(5))).collect();
        let after = other.draw(UnixMillis(6));
        assert!(before.iter().all(|reading| *reading < after));
    }

    #[test]
    fn a_full_counter_borrows_from_the_future() {
        let mut clock = HybridClock::new(NodeId(7));
        clock.last = Stamp {
            wall_ms: 3,
            count: u32::MAX,
            node: NodeId(7),
        };
        assert_eq!(
            clock.draw(UnixMillis(3)),
            Stamp {
                wall_ms: 4,
                count: 0,
                node: NodeId(7)
            }
        );
    }
}
