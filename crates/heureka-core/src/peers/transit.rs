//! How much later than usual a message arrives.

use std::time::Duration;

use heureka_model::{NodeId, SeededHash};
use indexmap::IndexMap;

/// Of how many nodes the usual time is remembered.
const MAX_NODES: usize = 128;

/// By how much two monotonic clocks may drift apart: a thousandth.
const DRIFT: i64 = 1000;

/// For each node the smallest difference seen between its clock and ours. What a message exceeds it by is how long it
/// was on the way, in a queue of the kernel, or in a process that was stopped; ages that it carries are older by that
/// (MERGE 2).
#[derive(Debug)]
pub(crate) struct Transits {
    usual: IndexMap<NodeId, Usual, SeededHash>,
}

#[derive(Clone, Copy, Debug)]
struct Usual {
    difference_us: i64,
    at: Duration,
}

impl Transits {
    pub(crate) fn new(hash: SeededHash) -> Self {
        Self {
            usual: IndexMap::with_hasher(hash),
        }
    }

    /// How much later than usual an answer arrives, to a question that was asked `round_trip` ago. It cannot be later
    /// than that: where it seems to be, the other's clock stood still (a suspended machine), and counts anew from here.
    pub(crate) fn delay_of_answer(
        &mut self,
        node: NodeId,
        uptime: Duration,
        mono: Duration,
        round_trip: Duration,
        may_have_waited: Duration,
    ) -> Duration {
        let may_have_waited = may_have_waited.min(round_trip);
        let delay = self.delay(node, uptime, mono, may_have_waited);
        if delay <= round_trip {
            return delay;
        }
        let difference_us = micros(mono).saturating_sub(micros(uptime));
        self.usual.insert(
            node,
            Usual {
                difference_us,
                at: mono,
            },
        );
        round_trip
    }

    /// How much later than usual a message arrives that `node` sent when its clock showed `uptime`. Of a node from which
    /// nothing came before no usual time is known: then it counts as late by all that it may have waited here, and says
    /// nothing about what is usual.
    pub(crate) fn delay(
        &mut self,
        node: NodeId,
        uptime: Duration,
        mono: Duration,
        may_have_waited: Duration,
    ) -> Duration {
        let difference_us = micros(mono).saturating_sub(micros(uptime));
        if !may_have_waited.is_zero() && !self.usual.contains_key(&node) {
            return may_have_waited;
        }
        if !self.usual.contains_key(&node) && self.usual.len() >= MAX_NODES {
            self.usual.shift_remove_index(0);
        }
        let usual = self.usual.entry(node).or_insert(Usual {
            difference_us,
            at: mono,
        });
        let drifted = micros(mono.saturating_sub(usual.at)) / DRIFT;
        let expected_us = usual.difference_us.saturating_add(drifted);
        if difference_us <= expected_us {
            *usual = Usual {
                difference_us,
                at: mono,
            };
            return Duration::ZERO;
        }
        Duration::from_micros(difference_us.saturating_sub(expected_us).unsigned_abs())
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOT_HELD_UP: Duration = Duration::ZERO;

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn what_was_held_up_is_older_by_that() {
        let mut transits = Transits::new(SeededHash::new(1, 2));
        let node = NodeId(7);
        assert_eq!(
            transits.delay(node, secs(100), secs(10), NOT_HELD_UP),
            Duration::ZERO
        );
        assert_eq!(
            transits.delay(node, secs(105), secs(15), NOT_HELD_UP),
            Duration::ZERO
        );
        let held_up = transits.delay(node, secs(110), secs(320), NOT_HELD_UP);
        assert!(held_up > secs(299) && held_up <= secs(300), "{held_up:?}");
        assert_eq!(
            transits.delay(node, secs(500), secs(410), NOT_HELD_UP),
            Duration::ZERO
        );
    }

    #[test]
    fn what_a_stranger_sent_while_this_node_was_stopped_is_as_old_as_it_may_be() {
        let mut transits = Transits::new(SeededHash::new(1, 2));
        let node = NodeId(7);
        assert_eq!(transits.delay(node, secs(5), secs(300), secs(60)), secs(60));
        // It says nothing of what is usual: the next one, sent and received a second later, is in time.
        assert_eq!(
            transits.delay(node, secs(66), secs(301), NOT_HELD_UP),
            Duration::ZERO
        );
        assert_eq!(
            transits.delay(node, secs(67), secs(302), secs(60)),
            Duration::ZERO
        );
    }

    #[test]
    fn a_clock_that_stood_still_makes_nothing_older_than_the_round_trip() {
        let mut transits = Transits::new(SeededHash::new(1, 2));
        let node = NodeId(7);
        transits.delay(node, secs(100), secs(10), NOT_HELD_UP);
        // The other's machine slept for an hour: its clock shows five seconds more.
        let delay = transits.delay_of_answer(node, secs(105), secs(3615), secs(1), NOT_HELD_UP);
        assert_eq!(delay, secs(1));
        assert_eq!(
            transits.delay(node, secs(110), secs(3620), NOT_HELD_UP),
            Duration::ZERO
        );
    }

    #[test]
    fn strangers_take_no_room_for_ever() {
        let mut transits = Transits::new(SeededHash::new(1, 2));
        for node in 0..1000 {
            transits.delay(NodeId(node), secs(1), secs(node), NOT_HELD_UP);
        }
        assert_eq!(transits.usual.len(), MAX_NODES);
    }
}
