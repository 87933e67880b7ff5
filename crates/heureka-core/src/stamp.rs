//! What orders writes: a hybrid logical clock.

use heureka_model::{NodeId, Stamp, UnixMillis};

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

    /// Takes in a reading of another node's clock: what is drawn from now on is newer (MERGE 1*).
    pub(crate) fn observe(&mut self, reading: Stamp) {
        let node = self.last.node;
        self.last = self.last.max(Stamp { node, ..reading });
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
    fn what_is_drawn_after_a_reading_was_seen_is_newer_whatever_the_wall_says() {
        for node in [1, 5, 9] {
            let (mut ahead, mut behind) =
                (HybridClock::new(NodeId(5)), HybridClock::new(NodeId(node)));
            let seen = ahead.draw(UnixMillis(1_000_000));
            behind.observe(seen);
            assert!(behind.draw(UnixMillis(3)) > seen);
            behind.observe(Stamp::NEVER);
            assert!(behind.draw(UnixMillis(3)) > seen);
        }
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
