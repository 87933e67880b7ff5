//! In which order changes were made.

use std::collections::VecDeque;
use std::num::NonZeroU32;

/// So few places are not worth giving their memory back.
const KEPT_PLACES: usize = 4096;

/// Where changes are kept, in the order in which they were made. The first of them is always kept.
///
/// An order is found by counting, because a tree of orders would have to be fetched from memory level by level. So a change
/// that a later one of its key has followed leaves a gap of four bytes, until there is no older one.
#[derive(Debug, Default)]
pub(super) struct Orders {
    /// The order of the first place.
    oldest: u64,
    /// One more than the index of the change; nothing where it is kept no longer.
    places: VecDeque<Option<NonZeroU32>>,
}

impl Orders {
    /// The order of the oldest change that is kept, or that of the next one where there is none.
    pub(super) fn oldest(&self) -> u64 {
        self.oldest
    }

    /// The order of the next change.
    pub(super) fn next(&self) -> u64 {
        self.oldest + self.places.len() as u64
    }

    /// How many there are, with the gaps.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Where the oldest change is kept.
    pub(super) fn first(&self) -> Option<usize> {
        self.places.front().copied().flatten().map(index_of)
    }

    /// Where changes are kept from an order on, the oldest first.
    pub(super) fn since(&self, order: u64) -> impl Iterator<Item = usize> {
        let begin = self.place_of(order).unwrap_or(0).min(self.places.len());
        self.places.range(begin..).flatten().copied().map(index_of)
    }

    /// Gives the next order to the change that is kept at an index.
    pub(super) fn push(&mut self, index: usize) {
        self.places.push_back(place_at(index));
    }

    /// The change with this order was moved to another index.
    pub(super) fn moved(&mut self, order: u64, index: usize) {
        if let Some(place) = self.place_mut(order) {
            *place = place_at(index);
        }
    }

    /// The change with this order is kept no longer.
    pub(super) fn remove(&mut self, order: u64) {
        if let Some(place) = self.place_mut(order) {
            *place = None;
        }
        while self.places.pop_front_if(|place| place.is_none()).is_some() {
            self.oldest += 1;
        }
    }

    /// Gives memory back that has been needed for far more than there is now.
    pub(super) fn give_back(&mut self) {
        if self.places.capacity() / 4 > self.places.len().max(KEPT_PLACES) {
            self.places.shrink_to(self.places.len() * 2);
        }
    }

    fn place_of(&self, order: u64) -> Option<usize> {
        usize::try_from(order.checked_sub(self.oldest)?).ok()
    }

    fn place_mut(&mut self, order: u64) -> Option<&mut Option<NonZeroU32>> {
        let place = self.place_of(order)?;
        self.places.get_mut(place)
    }
}

fn index_of(place: NonZeroU32) -> usize {
    place.get() as usize - 1
}

fn place_at(index: usize) -> Option<NonZeroU32> {
    u32::try_from(index + 1).ok().and_then(NonZeroU32::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indices(orders: &Orders, since: u64) -> Vec<usize> {
        orders.since(since).collect()
    }

    #[test]
    fn gaps_stay_until_there_is_no_older_change() {
        let mut orders = Orders::default();
        assert_eq!(
            (orders.oldest(), orders.next(), orders.first()),
            (0, 0, None)
        );
        (5..9).for_each(|index| orders.push(index));
        orders.remove(1);
        orders.remove(2);
        assert_eq!((orders.oldest(), orders.len()), (0, 4));
        assert_eq!(indices(&orders, 0), [5, 8]);
        orders.remove(0);
        assert_eq!((orders.oldest(), orders.len(), orders.next()), (3, 1, 4));
        orders.moved(3, 0);
        assert_eq!(orders.first(), Some(0));
        orders.remove(3);
        assert_eq!(
            (orders.oldest(), orders.next(), orders.first()),
            (4, 4, None)
        );
    }

    #[test]
    fn memory_is_given_back_when_far_less_is_needed() {
        let mut orders = Orders::default();
        (0..8 * KEPT_PLACES).for_each(|index| orders.push(index));
        (0..8 * KEPT_PLACES as u64 - 3).for_each(|order| orders.remove(order));
        assert!(orders.places.capacity() >= 8 * KEPT_PLACES);
        orders.give_back();
        assert!(orders.places.capacity() < KEPT_PLACES);
        assert_eq!(indices(&orders, 0).len(), 3);
    }

    #[test]
    fn what_is_asked_for_from_any_order_on_is_what_is_kept_from_there_on() {
        let mut orders = Orders::default();
        (0..6).for_each(|index| orders.push(index));
        orders.remove(0);
        orders.remove(3);
        for (since, expected) in [
            (0, &[1, 2, 4, 5][..]),
            (2, &[2, 4, 5]),
            (3, &[4, 5]),
            (6, &[]),
            (u64::MAX, &[]),
        ] {
            assert_eq!(indices(&orders, since), expected, "{since}");
        }
    }
}
