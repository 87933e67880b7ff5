//! What one scope shows, kept up with the registry.

mod superseded;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use heureka_core::{Cursor, News};
use heureka_listing::{AskedForms, Edit, Listing, Row};
use heureka_model::InstanceKey;

use self::superseded::Superseded;

/// A queue that has no more room than this is not worth giving back.
const MIN_KEPT: usize = 1024;

/// What one scope shows: everything, and what changed lately.
///
/// It asks the registry for news with its cursor and takes what it is told. Both listings are values: who reads one is not
/// disturbed by the next.
#[derive(Debug, Default)]
pub(super) struct Mirror {
    pub(super) cursor: Cursor,
    pub(super) full: Listing,
    recent: Recent,
}

/// What a delta shows.
#[derive(Debug, Default)]
struct Recent {
    listing: Listing,
    /// For each place, the changes that were told of and are still shown, oldest first.
    told: Vec<VecDeque<Told>>,
    superseded: Superseded,
}

/// A change that a delta shows.
#[derive(Debug)]
struct Told {
    order: u64,
    key: InstanceKey,
    /// Which of all that were told of it is. The row has it too.
    number: u64,
}

impl Mirror {
    pub(super) fn recent(&self) -> &Listing {
        &self.recent.listing
    }

    /// Lets go of what was made in other forms.
    pub(super) fn keep(&mut self, asked: &AskedForms) {
        self.full = std::mem::take(&mut self.full).keeping(asked);
        let recent = &mut self.recent.listing;
        *recent = std::mem::take(recent).keeping(asked);
    }

    /// Takes what has changed since the last time.
    pub(super) fn take(&mut self, news: News) {
        if let Some(everything) = news.everything {
            self.full = everything.into_iter().map(Row::new).collect();
            self.recent = Recent::default();
        }
        let mut shown = Vec::with_capacity(news.changes.len());
        let forgotten = self.recent.forgotten(&news.oldest_orders);
        let mut changed: Vec<Edit> = forgotten.iter().map(Told::take_out).collect();
        for change in news.changes {
            let row = Row::with_digest(change.info, change.document);
            shown.push(if change.is_shown {
                Edit::Put(row.clone())
            } else {
                Edit::TakeOut(row.key())
            });
            let oldest = news.oldest_orders.get(change.place);
            if oldest.is_some_and(|oldest| change.order >= *oldest) {
                changed.push(self.recent.note(change.place, change.order, row));
            }
        }
        self.full = std::mem::take(&mut self.full).edited(shown);
        // A key that was forgotten and has changed again is put in after it was taken out.
        self.recent.edit(changed);
    }
}

impl Told {
    fn take_out(&self) -> Edit {
        Edit::TakeOut(self.key.clone())
    }
}

/// A queue that was long once does not stay so: after a start or a storm comes calm.
fn give_back<T>(queue: &mut VecDeque<T>) {
    if queue.capacity() / 4 > queue.len().max(MIN_KEPT) {
        queue.shrink_to(queue.len() * 2);
    }
}

impl Recent {
    /// Remembers a change that is shown, which is an edit of the listing.
    fn note(&mut self, place: usize, order: u64, row: Row) -> Edit {
        let number = self.superseded.add();
        if self.told.len() <= place {
            self.told.resize_with(place + 1, VecDeque::new);
        }
        if let Some(told) = self.told.get_mut(place) {
            let key = row.key();
            told.push_back(Told { order, key, number });
        }
        Edit::Put(row.told_as(number))
    }

    fn edit(&mut self, edits: Vec<Edit>) {
        let superseded = &mut self.superseded;
        let listing = std::mem::take(&mut self.listing);
        self.listing = listing.edited_telling(edits, &mut |row| {
            superseded.note(row.told());
        });
    }

    /// The last changes of keys that no window shows any longer.
    fn forgotten(&mut self, oldest_orders: &[u64]) -> Vec<Told> {
        let mut forgotten = Vec::new();
        for (told, oldest) in self.told.iter_mut().zip(oldest_orders) {
            while let Some(told) = told.pop_front_if(|told| told.order < *oldest) {
                if !self.superseded.has(told.number) {
                    forgotten.push(told);
                }
            }
            give_back(told);
        }
        let oldest = self.told.iter().filter_map(VecDeque::front);
        self.superseded
            .forget_before(oldest.map(|told| told.number).min());
        forgotten
    }
}
