//! A list that learns at once and forgets slowly.

use std::collections::BTreeSet;

/// How many names of one answer are used, and how many are held of several; DNS is not ours, and may say anything.
pub const MAX_NAMES_HELD: usize = 500;

/// What a look-up has found so far (fault F72).
///
/// What is new counts at once. What is missing counts once two answers in a row are equal and lack it: one answer may be
/// that of a server that is behind, and one that hands out its records in turns never gives the same twice. An answer with
/// nothing in it, or none, changes nothing and ends the row.
#[derive(Clone, Debug)]
pub(super) struct Held<T> {
    items: BTreeSet<T>,
    last_answer: Option<BTreeSet<T>>,
}

impl<T: Ord + Clone> Held<T> {
    pub(super) fn new() -> Self {
        Self {
            items: BTreeSet::new(),
            last_answer: None,
        }
    }

    pub(super) fn items(&self) -> &BTreeSet<T> {
        &self.items
    }

    pub(super) fn answer(&mut self, answer: BTreeSet<T>) {
        if answer.is_empty() {
            self.no_answer();
            return;
        }
        let answer: BTreeSet<T> = answer.into_iter().take(MAX_NAMES_HELD).collect();
        let is_confirmed = self.last_answer.as_ref() == Some(&answer);
        // Should DNS say something else each time, its last word has to do.
        let together = self.items.union(&answer).count();
        if is_confirmed || together > MAX_NAMES_HELD {
            self.items.clone_from(&answer);
        } else {
            self.items.extend(answer.iter().cloned());
        }
        self.last_answer = Some(answer);
    }

    pub(super) fn no_answer(&mut self) {
        self.last_answer = None;
    }
}
