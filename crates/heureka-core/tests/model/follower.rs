//! Somebody who is told news, and has what listings and deltas show without looking at everything again.

use std::collections::BTreeMap;
use std::time::Duration;

use heureka_core::{Cursor, DeltaRefused, Node, Scope};
use heureka_model::{ActionType, InstanceInfo, InstanceKey, UnixMillis};

use crate::listing::by_key;

#[derive(Debug, Default)]
pub(crate) struct Follower {
    cursor: Cursor,
    shown: BTreeMap<InstanceKey, InstanceInfo>,
    changed: BTreeMap<InstanceKey, InstanceInfo>,
    /// What is told of and has not left its window, by place and order.
    told: BTreeMap<(usize, u64), InstanceKey>,
}

impl Follower {
    /// Asks for news, and compares what it has then with what the node shows when it looks at everything.
    pub(crate) fn follow(&mut self, node: &mut Node, mono: Duration, scope: Scope<'_>) {
        let news = node.news_in(mono, scope, &mut self.cursor);
        if let Some(everything) = news.everything {
            *self = Self {
                cursor: self.cursor.clone(),
                shown: everything
                    .into_iter()
                    .map(|info| (info.document.key(), info))
                    .collect(),
                ..Self::default()
            };
        }
        for change in news.changes {
            let key = change.info.document.key();
            if change.is_shown {
                self.shown.insert(key.clone(), change.info.clone());
            } else {
                self.shown.remove(&key);
            }
            self.told.insert((change.place, change.order), key.clone());
            self.changed.insert(key, change.info);
        }
        let oldest = &news.oldest_orders;
        self.told
            .retain(|(place, order), _| *order >= oldest[*place]);
        let told: Vec<&InstanceKey> = self.told.values().collect();
        self.changed.retain(|key, _| told.contains(&key));
        self.compare(node, mono, scope);
    }

    fn compare(&self, node: &mut Node, mono: Duration, scope: Scope<'_>) {
        let shown = acted_on(&by_key(&node.applications_in(scope)), scope);
        assert_eq!(acted_on(&self.shown, scope), shown, "{scope:?}");
        let version = node.delta_version_in(mono, scope);
        match node.delta_in(mono, scope) {
            Ok(delta) => {
                let changed = acted_on(&by_key(&delta), scope);
                assert_eq!(acted_on(&self.changed, scope), changed, "{scope:?}");
                assert_eq!(version, Ok(delta.version));
            }
            Err(refused) => assert_eq!(version, Err::<i64, DeltaRefused>(refused)),
        }
    }
}

/// What clients act on: a heartbeat is no news, nor is it where a region only says in other words what is known of an
/// instance. Of one that has left several places it does not matter as which it is shown for the last time.
fn acted_on(
    rows: &BTreeMap<InstanceKey, InstanceInfo>,
    scope: Scope<'_>,
) -> BTreeMap<InstanceKey, Option<InstanceInfo>> {
    let acted_on = |info: &InstanceInfo| {
        let mut info = info.clone();
        info.lease.last_renewal = UnixMillis(0);
        match (scope, info.action) {
            (Scope::Local, _) => Some(info),
            (_, Some(ActionType::Deleted)) => None,
            (_, _) => {
                info.action = Some(ActionType::Added);
                Some(info)
            }
        }
    };
    let rows = rows.iter();
    rows.map(|(key, info)| (key.clone(), acted_on(info)))
        .collect()
}
