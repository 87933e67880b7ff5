//! Listings, as they are compared.

use std::collections::BTreeMap;

use heureka_model::{Applications, InstanceInfo, InstanceKey};

/// A listing as a map; no key may be in it twice, and each under its application.
pub(crate) fn by_key(listing: &Applications) -> BTreeMap<InstanceKey, InstanceInfo> {
    let mut by_key = BTreeMap::new();
    for app in &listing.applications {
        assert!(
            !app.instances.is_empty(),
            "an application without instances"
        );
        for info in &app.instances {
            assert_eq!(app.name, info.document.app);
            let before = by_key.insert(info.document.key(), info.clone());
            assert!(before.is_none(), "twice: {before:?}");
        }
    }
    by_key
}

/// The apps hash by its definition (wire.md 4): names of statuses in alphabetical order with their numbers.
pub(crate) fn hash_of<'a>(infos: impl Iterator<Item = &'a InstanceInfo>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for info in infos {
        *counts.entry(info.status.as_str()).or_default() += 1;
    }
    counts
        .iter()
        .map(|(name, count)| format!("{name}_{count}_"))
        .collect()
}
