//! What one scope shows, kept up with the registry.

use std::collections::{BTreeMap, VecDeque};

use heureka_core::{Cursor, News, ShownChange};
use heureka_listing::{AskedForms, Edit, Listing, Row};
use heureka_model::InstanceKey;

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
    told: Vec<VecDeque<(u64, InstanceKey)>>,
    /// How often each key is in `told`.
    times_told: BTreeMap<InstanceKey, u32>,
}

impl Mirror {
    pub(super) fn recent(&self) -> &Listing {
        &self.recent.listing
    }

    /// Lets go of what was made in other forms.
    pub(super) fn keep(&mut self, asked: &AskedForms) {
        self.full = self.full.keeping(asked);
        self.recent.listing = self.recent.listing.keeping(asked);
    }

    /// Takes what has changed since the last time.
    pub(super) fn take(&mut self, news: News) {
        if let Some(everything) = news.everything {
            self.full = everything.into_iter().map(Row::new).collect();
            self.recent = Recent::default();
        }
        let mut shown = Vec::with_capacity(news.changes.len());
        let mut changed = Vec::with_capacity(news.changes.len());
        for change in news.changes {
            let key = change.info.document.key();
            self.recent.note(&change, &key);
            let row = Row::new(change.info);
            shown.push(if change.is_shown {
                Edit::Put(row.clone())
            } else {
                Edit::TakeOut(key)
            });
            changed.push(Edit::Put(row));
        }
        self.full = std::mem::take(&mut self.full).edited(shown);
        // A key that changed and has left the window again is taken out after it was put in.
        changed.extend(
            self.recent
                .forgotten(&news.oldest_orders)
                .map(Edit::TakeOut),
        );
        self.recent.listing = std::mem::take(&mut self.recent.listing).edited(changed);
    }
}

impl Recent {
    fn note(&mut self, change: &ShownChange, key: &InstanceKey) {
        if self.told.len() <= change.place {
            self.told.resize_with(change.place + 1, VecDeque::new);
        }
        if let Some(told) = self.told.get_mut(change.place) {
            told.push_back((change.order, key.clone()));
            *self.times_told.entry(key.clone()).or_default() += 1;
        }
    }

    /// The keys that no window shows any longer.
    fn forgotten(&mut self, oldest_orders: &[u64]) -> impl Iterator<Item = InstanceKey> {
        let mut forgotten = Vec::new();
        for (told, oldest) in self.told.iter_mut().zip(oldest_orders) {
            while let Some((_, key)) = told.pop_front_if(|(order, _)| *order < *oldest) {
                if is_last(&mut self.times_told, &key) {
                    forgotten.push(key);
                }
            }
        }
        forgotten.into_iter()
    }
}

/// Counts one time less, and whether it was the last.
fn is_last(times_told: &mut BTreeMap<InstanceKey, u32>, key: &InstanceKey) -> bool {
    let Some(times) = times_told.get_mut(key) else {
        return false;
    };
    *times -= 1;
    let is_last = *times == 0;
    if is_last {
        times_told.remove(key);
    }
    is_last
}
