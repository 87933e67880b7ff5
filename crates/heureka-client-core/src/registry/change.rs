//! What differs between two lists of instances.

use std::collections::BTreeMap;
use std::sync::Arc;

use heureka_model::{AppName, InstanceId};

use crate::Instance;

/// What happened to an instance between two lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It came.
    Added(Instance),
    /// It is still there, and something about it differs.
    Modified {
        /// Before.
        before: Instance,
        /// Now.
        after: Instance,
    },
    /// It went; this is how it was.
    Removed(Instance),
}

type ByKey<'a> = BTreeMap<(&'a AppName, &'a InstanceId), &'a Instance>;

impl Change {
    /// What leads from one list of instances to a later one, such as two
    /// [`Application::instances`](crate::Application::instances) or two look-ups by vip.
    ///
    /// Each instance occurs at most once, whatever happened in between: whoever is slow misses no outcome. Those that went
    /// come last, so whoever takes the changes one by one never has fewer instances than both lists share. The same list
    /// twice costs nothing; a change of the lease's times alone is none.
    #[must_use]
    pub fn between(before: &Arc<[Instance]>, after: &Arc<[Instance]>) -> Vec<Self> {
        if Arc::ptr_eq(before, after) {
            return Vec::new();
        }
        let (before, after) = (by_key(before), by_key(after));
        let is_gone = |key: &(&AppName, &InstanceId)| !after.contains_key(key);
        let gone = before.iter().filter(|(key, _)| is_gone(key));
        let removed = gone.map(|(_, instance)| Self::Removed((*instance).clone()));
        let present = after
            .iter()
            .filter_map(|(key, instance)| Self::of(before.get(key).copied(), instance));
        present.chain(removed).collect()
    }

    fn of(before: Option<&Instance>, after: &Instance) -> Option<Self> {
        match before {
            None => Some(Self::Added(after.clone())),
            Some(before) if before.shows_the_same(after) => None,
            Some(before) => Some(Self::Modified {
                before: before.clone(),
                after: after.clone(),
            }),
        }
    }
}

fn by_key(list: &[Instance]) -> ByKey<'_> {
    let keyed = list
        .iter()
        .map(|instance| ((instance.app(), instance.id()), instance));
    keyed.collect()
}
