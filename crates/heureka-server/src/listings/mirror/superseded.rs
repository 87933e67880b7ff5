//! Which changes had a later change of their key.

use std::collections::VecDeque;

use super::give_back;

/// Which of some changes, which are numbered one after the other, had a later change of their key.
///
/// Keys change in any order, so a set of numbers would be looked at in another place each time, most of which a processor
/// has to fetch from memory; flags side by side are few enough to be at hand.
#[derive(Debug, Default)]
pub(super) struct Superseded {
    /// The number of the first flag.
    first: u64,
    flags: VecDeque<bool>,
}

impl Superseded {
    /// Numbers another change.
    pub(super) fn add(&mut self) -> u64 {
        self.flags.push_back(false);
        self.first + self.flags.len() as u64 - 1
    }

    /// The change with this number had a later one. One that is known no longer does not count.
    pub(super) fn note(&mut self, number: u64) {
        let place = self.place_of(number);
        if let Some(flag) = place.and_then(|place| self.flags.get_mut(place)) {
            *flag = true;
        }
    }

    pub(super) fn has(&self, number: u64) -> bool {
        let place = self.place_of(number);
        place.and_then(|place| self.flags.get(place)) == Some(&true)
    }

    /// Nobody asks for changes before this one any longer, or for any so far.
    pub(super) fn forget_before(&mut self, number: Option<u64>) {
        let count = number.map_or(Some(self.flags.len()), |number| self.place_of(number));
        let count = count.unwrap_or(0).min(self.flags.len());
        self.flags.drain(..count);
        give_back(&mut self.flags);
        self.first += count as u64;
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.flags.is_empty()
    }

    fn place_of(&self, number: u64) -> Option<usize> {
        usize::try_from(number.checked_sub(self.first)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_superseded_until_it_is_forgotten() {
        let mut superseded = Superseded::default();
        assert_eq!([(); 4].map(|()| superseded.add()), [0, 1, 2, 3]);
        superseded.note(1);
        superseded.note(3);
        superseded.note(9);
        assert_eq!(
            [0, 1, 2, 3, 9].map(|number| superseded.has(number)),
            [false, true, false, true, false]
        );
        superseded.forget_before(Some(2));
        superseded.note(0);
        assert_eq!(
            [0, 1, 2, 3].map(|number| superseded.has(number)),
            [false, false, false, true]
        );
        superseded.forget_before(Some(1));
        assert!(superseded.has(3));
        superseded.forget_before(None);
        assert!(superseded.is_empty());
        assert_eq!(superseded.add(), 4);
    }
    #[test]
    fn memory_of_a_storm_is_given_back_when_it_is_over() {
        let mut superseded = Superseded::default();
        let last = (0..100_000).map(|_| superseded.add()).last();
        superseded.note(99_999);
        superseded.forget_before(last);
        assert!(superseded.has(99_999));
        assert!(superseded.flags.capacity() < 1024);
    }
}
