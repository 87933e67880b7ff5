//! The middle one of several measurements, which does not move when the machine stands still for a moment.

use std::cmp::Ordering;

/// The one in the middle of this order, which is one that was measured.
pub(crate) fn median<T>(mut measured: Vec<T>, order: impl FnMut(&T, &T) -> Ordering) -> Option<T> {
    measured.sort_by(order);
    let middle = measured.len() / 2;
    measured.into_iter().nth(middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_one_that_was_measured() {
        assert_eq!(median(vec![3, 90, 1, 2, 5], Ord::cmp), Some(3));
        assert_eq!(median(Vec::<u8>::new(), Ord::cmp), None);
    }
}
