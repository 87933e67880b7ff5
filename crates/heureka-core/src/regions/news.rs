//! What has changed in a view since somebody looked at it last.

use heureka_model::{Digest, InstanceInfo, RegionName};

use super::view::{View, with_digest};
use crate::place::Names;
use crate::recent_changes::{Change, RecentChanges};

/// How far somebody has followed a view: what it has seen of each place. The default has seen nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    seen: Vec<Seen>,
}

/// What was seen of one place: the registry, which has no name, or a region.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    place: Option<RegionName>,
    before_order: u64,
}

/// What has changed in a view since somebody looked at it last.
#[derive(Clone, Debug, Default)]
pub struct News {
    /// Everything that is shown, where what was known before no longer counts.
    pub everything: Option<Vec<InstanceInfo>>,
    /// What a delta shows and has not been seen, the oldest first, wherever it happened. Where everything is told, these
    /// are all that a delta shows.
    pub changes: Vec<ShownChange>,
    /// For each place, the order of the oldest change that a delta still shows.
    pub oldest_orders: Vec<u64>,
}

/// A change of what is shown of one key.
#[derive(Clone, Debug)]
pub struct ShownChange {
    /// Which place it comes from: an index of [`News::oldest_orders`].
    pub place: usize,
    /// Its place in the order of that place's changes.
    pub order: u64,
    /// The instance as it is shown now, or as it was when it left.
    pub info: InstanceInfo,
    /// The digest of its document.
    pub document: Digest,
    /// Whether it is shown now.
    pub is_shown: bool,
}

impl View<'_> {
    /// What has changed since `cursor`, which is moved.
    pub(crate) fn news(&self, local: &RecentChanges, cursor: &mut Cursor) -> News {
        let is_missing = self.windows(local).any(|(place, window)| {
            let order = cursor.seen_of(place);
            order.is_none_or(|order| window.has_dropped(order))
        });
        if is_missing {
            *cursor = Cursor::default();
        }
        let news = News {
            everything: is_missing.then(|| self.instances()),
            changes: self.shown_changes(local, cursor),
            oldest_orders: self
                .windows(local)
                .map(|(_, window)| window.oldest_order())
                .collect(),
        };
        let windows = self.windows(local);
        cursor.seen = windows
            .map(|(place, window)| Seen::all(place, window))
            .collect();
        news
    }

    fn shown_changes(&self, local: &RecentChanges, cursor: &Cursor) -> Vec<ShownChange> {
        let first = |place: Option<&RegionName>| cursor.seen_of(place).unwrap_or(0);
        let changes = self.changes_since(local, first).into_iter();
        changes
            .filter_map(|(place, names, change)| self.shown_change(place, names, change))
            .collect()
    }

    /// A key that left one place and is still shown from another one has not left.
    fn shown_change(&self, place: usize, names: Names, change: &Change) -> Option<ShownChange> {
        let shown = self.get(names, &change.key);
        let is_shown = shown.is_some();
        let gone = || change.gone.as_deref().cloned().map(with_digest);
        let (info, document) = shown.or_else(gone)?;
        Some(ShownChange {
            place,
            order: change.order,
            info,
            document,
            is_shown,
        })
    }
}

impl Cursor {
    fn seen_of(&self, place: Option<&RegionName>) -> Option<u64> {
        let mut seen = self.seen.iter();
        let seen = seen.find(|seen| seen.place.as_ref() == place)?;
        Some(seen.before_order)
    }
}

impl Seen {
    fn all(place: Option<&RegionName>, window: &RecentChanges) -> Self {
        Self {
            place: place.cloned(),
            before_order: window.revision(),
        }
    }
}
