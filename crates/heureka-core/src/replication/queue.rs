//! The keys that a peer is still to be told of.

use std::collections::BTreeMap;

use heureka_model::{InstanceKey, SeededHash};
use indexmap::IndexMap;

use super::Intent;

/// Keys, each once, in the order in which they first had something to be told.
#[derive(Debug)]
pub(crate) struct ChangeQueue {
    by_key: IndexMap<InstanceKey, (i64, Intent), SeededHash>,
    by_order: BTreeMap<i64, InstanceKey>,
    next: i64,
    /// What goes back goes to the front, below all numbers that are in use.
    front: i64,
}

impl ChangeQueue {
    pub(crate) fn new(hash: SeededHash) -> Self {
        Self {
            by_key: IndexMap::with_hasher(hash),
            by_order: BTreeMap::new(),
            next: 0,
            front: -1,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.by_key.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// What is to be told of each key, in no order that means anything.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&InstanceKey, Intent)> {
        self.by_key.iter().map(|(key, (_, intent))| (key, *intent))
    }

    /// Notes what happened to a key. One that waits already keeps its place.
    pub(crate) fn note(&mut self, key: &InstanceKey, intent: Intent) {
        if let Some((_, waiting)) = self.by_key.get_mut(key) {
            *waiting = waiting.and(intent);
            return;
        }
        self.by_key.insert(key.clone(), (self.next, intent));
        self.by_order.insert(self.next, key.clone());
        self.next += 1;
    }

    /// Takes the first `most` keys.
    pub(crate) fn take(&mut self, most: usize) -> Vec<(InstanceKey, Intent)> {
        let mut taken = Vec::new();
        while taken.len() < most
            && let Some((_, key)) = self.by_order.pop_first()
        {
            if let Some((_, intent)) = self.by_key.swap_remove(&key) {
                taken.push((key, intent));
            }
        }
        taken
    }

    /// Puts keys back that could not be told, before all others and in their order.
    pub(crate) fn put_back(&mut self, taken: Vec<(InstanceKey, Intent)>) {
        for (key, intent) in taken.into_iter().rev() {
            match self.by_key.get_mut(&key) {
                Some((_, later)) => *later = intent.and(*later),
                None => {
                    self.by_key.insert(key.clone(), (self.front, intent));
                    self.by_order.insert(self.front, key);
                    self.front -= 1;
                }
            }
        }
    }

    /// Forgets a key of which there is nothing more to tell.
    pub(crate) fn forget(&mut self, key: &InstanceKey) {
        if let Some((order, _)) = self.by_key.swap_remove(key) {
            self.by_order.remove(&order);
        }
    }

    /// Forgets the keys that are not to be kept.
    pub(crate) fn retain(&mut self, keep: impl Fn(&InstanceKey) -> bool) {
        self.by_key.retain(|key, _| keep(key));
        self.by_order.retain(|_, key| keep(key));
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.by_key.clear();
        self.by_order.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str) -> InstanceKey {
        InstanceKey::new("A", id)
    }

    fn queue(notes: &[(&str, Intent)]) -> ChangeQueue {
        let mut queue = ChangeQueue::new(SeededHash::new(1, 2));
        for (id, intent) in notes {
            queue.note(&key(id), *intent);
        }
        queue
    }

    #[test]
    fn a_key_waits_once_and_keeps_its_place() {
        let mut queue = queue(&[
            ("1", Intent::RENEWED),
            ("2", Intent::DOCUMENT),
            ("1", Intent::DOCUMENT),
            ("1", Intent::RENEWED),
        ]);
        let both = Intent::RENEWED.and(Intent::DOCUMENT);
        assert_eq!(
            queue.take(9),
            [(key("1"), both), (key("2"), Intent::DOCUMENT)]
        );
        assert!(queue.is_empty());
    }

    #[test]
    fn a_cancel_makes_what_was_before_it_needless_and_not_what_comes_after() {
        let returned = Intent::DOCUMENT
            .and(Intent::CANCELLED)
            .and(Intent::DOCUMENT);
        assert!(returned.cancelled && returned.document && !returned.override_part);
        assert_eq!(Intent::OVERRIDE.and(Intent::CANCELLED), Intent::CANCELLED);
    }

    #[test]
    fn what_is_put_back_goes_first_and_in_its_order() {
        let mut queue = queue(&[("1", Intent::DOCUMENT), ("2", Intent::DOCUMENT)]);
        let taken = queue.take(2);
        queue.note(&key("3"), Intent::DOCUMENT);
        queue.put_back(taken);
        let order: Vec<InstanceKey> = queue.take(9).into_iter().map(|(key, _)| key).collect();
        assert_eq!(order, [key("1"), key("2"), key("3")]);
    }

    #[test]
    fn what_happened_while_a_key_was_on_its_way_comes_after_what_it_was_sent_for() {
        let mut queue = queue(&[("1", Intent::DOCUMENT)]);
        let taken = queue.take(1);
        queue.note(&key("1"), Intent::CANCELLED);
        queue.put_back(taken);
        assert_eq!(queue.take(9), [(key("1"), Intent::CANCELLED)]);
    }

    #[test]
    fn the_two_orders_never_outgrow_each_other() {
        let mut queue = queue(&[]);
        for n in 0..1000 {
            queue.note(&key(&(n % 7).to_string()), Intent::RENEWED);
            if n % 3 == 0 {
                let taken = queue.take(2);
                queue.put_back(taken);
            }
            if n % 5 == 0 {
                queue.forget(&key("3"));
            }
            assert_eq!(queue.by_key.len(), queue.by_order.len());
        }
        assert!(queue.len() <= 7);
    }
}
