//! Which applications are found under which name.

use heureka_model::{AppName, SeededHash};
use indexmap::IndexMap;

/// Virtual addresses and the applications whose instances carry them.
///
/// An application's instances nearly always share their names, so the index points to applications, not to instances,
/// and costs no memory per instance. Only names that some instance carries are in it: asking for others stores nothing.
#[derive(Debug)]
pub(crate) struct VipIndex {
    apps_by_vip: IndexMap<Box<str>, IndexMap<AppName, usize, SeededHash>, SeededHash>,
    hash: SeededHash,
}

impl VipIndex {
    pub(crate) fn new(hash: SeededHash) -> Self {
        Self {
            apps_by_vip: IndexMap::with_hasher(hash),
            hash,
        }
    }

    pub(crate) fn apps_of(&self, vip: &str) -> impl Iterator<Item = &AppName> {
        self.apps_by_vip
            .get(vip)
            .into_iter()
            .flat_map(IndexMap::keys)
    }

    pub(crate) fn add<'a>(&mut self, app: &AppName, vips: impl Iterator<Item = &'a str>) {
        for vip in vips {
            if !self.apps_by_vip.contains_key(vip) {
                self.apps_by_vip
                    .insert(vip.into(), IndexMap::with_hasher(self.hash));
            }
            if let Some(apps) = self.apps_by_vip.get_mut(vip) {
                *apps.entry(app.clone()).or_insert(0) += 1;
            }
        }
    }

    pub(crate) fn remove<'a>(&mut self, app: &AppName, vips: impl Iterator<Item = &'a str>) {
        for vip in vips {
            let Some(apps) = self.apps_by_vip.get_mut(vip) else {
                continue;
            };
            if let Some(instances) = apps.get_mut(app) {
                *instances -= 1;
                if *instances == 0 {
                    apps.swap_remove(app);
                }
            }
            if apps.is_empty() {
                self.apps_by_vip.swap_remove(vip);
            }
        }
    }
}
