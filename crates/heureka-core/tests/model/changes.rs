//! What changed lately, by the reference's list of all changes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use heureka_model::{InstanceInfo, InstanceKey};

use crate::reference::Reference;

impl Reference {
    pub(crate) fn renewals_last_minute(&self, mono: Duration) -> usize {
        let is_recent = |at: &&Duration| at.as_secs() + 60 > mono.as_secs();
        self.renewals.iter().filter(is_recent).count()
    }

    /// For each key that changed within the retention the number of its last change and what it is now.
    pub(crate) fn window(&self, mono: Duration) -> BTreeMap<InstanceKey, (usize, InstanceInfo)> {
        let mut window = BTreeMap::new();
        for (number, change) in self.changes.iter().enumerate() {
            if change.at + self.config.delta.retention >= mono {
                let present = || self.present[&change.key].info();
                let is_last = !self.changes[number + 1..]
                    .iter()
                    .any(|later| later.key == change.key);
                if is_last {
                    let info = change.gone.clone().unwrap_or_else(present);
                    window.insert(change.key.clone(), (number, info));
                }
            }
        }
        window
    }

    /// Whether a change of the last retention was crowded out by later ones of other keys.
    pub(crate) fn is_overcrowded(&self, mono: Duration) -> bool {
        self.changes.iter().enumerate().any(|(number, change)| {
            let later = self.changes[number + 1..].iter().map(|change| &change.key);
            let others: BTreeSet<_> = later.take_while(|key| **key != change.key).collect();
            change.at + self.config.delta.retention >= mono
                && others.len() >= self.config.delta.max_changes
        })
    }
}
