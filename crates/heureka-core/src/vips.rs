//! Which applications are found under which name.

use heureka_model::{AppName, SeededHash};
use indexmap::IndexMap;

/// Virtual addresses and the applications whose instances carry them.
///
/// An application's instances nearly always share their names, so the index points to applications, not to instances,
/// and costs no memory per instance. Only names that some instance carries are in it: asking for others stores nothing.
#[derive(Debug)]
pub(crate) struct VipIndex {
    carriers_by_vip: IndexMap<Box<str>, Carriers, SeededHash>,
    hash: SeededHash,
}

/// The applications that carry a name, and how many of their instances do. It is nearly always one, which takes no memory
/// beside the name's.
#[derive(Debug)]
enum Carriers {
    One { app: AppName, instances: usize },
    Many(Box<IndexMap<AppName, usize, SeededHash>>),
}

impl VipIndex {
    pub(crate) fn new(hash: SeededHash) -> Self {
        Self {
            carriers_by_vip: IndexMap::with_hasher(hash),
            hash,
        }
    }

    pub(crate) fn apps_of(&self, vip: &str) -> impl Iterator<Item = &AppName> {
        let carriers = self.carriers_by_vip.get(vip);
        carriers.into_iter().flat_map(Carriers::apps)
    }

    pub(crate) fn add<'a>(&mut self, app: &AppName, vips: impl Iterator<Item = &'a str>) {
        for vip in vips {
            if let Some(carriers) = self.carriers_by_vip.get_mut(vip) {
                carriers.add(app, self.hash);
                continue;
            }
            let (app, instances) = (app.clone(), 1);
            self.carriers_by_vip
                .insert(vip.into(), Carriers::One { app, instances });
        }
    }

    pub(crate) fn remove<'a>(&mut self, app: &AppName, vips: impl Iterator<Item = &'a str>) {
        for vip in vips {
            let carriers = self.carriers_by_vip.get_mut(vip);
            if carriers.is_some_and(|carriers| carriers.remove(app) == Left::Nobody) {
                self.carriers_by_vip.swap_remove(vip);
            }
        }
    }
}

/// Whether somebody carries a name still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    Somebody,
    Nobody,
}

impl Carriers {
    fn apps(&self) -> impl Iterator<Item = &AppName> {
        let (one, many) = match self {
            Self::One { app, .. } => (Some(app), None),
            Self::Many(instances_by_app) => (None, Some(instances_by_app.keys())),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }

    fn add(&mut self, app: &AppName, hash: SeededHash) {
        match self {
            Self::One {
                app: own,
                instances,
            } if own == app => *instances += 1,
            Self::One {
                app: own,
                instances,
            } => {
                let mut instances_by_app = IndexMap::with_hasher(hash);
                instances_by_app.insert(own.clone(), *instances);
                instances_by_app.insert(app.clone(), 1);
                *self = Self::Many(Box::new(instances_by_app));
            }
            Self::Many(instances_by_app) => {
                *instances_by_app.entry(app.clone()).or_insert(0) += 1;
            }
        }
    }

    fn remove(&mut self, app: &AppName) -> Left {
        let is_left = match self {
            Self::One {
                app: own,
                instances,
            } => {
                *instances -= usize::from(own == app);
                *instances > 0
            }
            Self::Many(instances_by_app) => {
                if let Some(instances) = instances_by_app.get_mut(app) {
                    *instances -= 1;
                    if *instances == 0 {
                        instances_by_app.swap_remove(app);
                    }
                }
                !instances_by_app.is_empty()
            }
        };
        if is_left {
            Left::Somebody
        } else {
            Left::Nobody
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Applications come and go under a name, alone and together, and leave nothing behind.
        #[test]
        fn it_has_whom_a_plain_count_has(changes in vec((0..3_usize, 0..2_usize, any::<bool>()), 0..60)) {
            let (apps, vips) = (["A", "B", "C"].map(AppName::new), ["one", "other"]);
            let mut index = VipIndex::new(SeededHash::new(1, 2));
            let mut expected: BTreeMap<(usize, usize), usize> = BTreeMap::new();
            for (app, vip, is_added) in changes {
                let instances = expected.entry((vip, app)).or_default();
                if is_added {
                    *instances += 1;
                    index.add(&apps[app], [vips[vip]].into_iter());
                } else if *instances > 0 {
                    *instances -= 1;
                    index.remove(&apps[app], [vips[vip]].into_iter());
                }
                for (at, vip) in vips.into_iter().enumerate() {
                    let carries = |app: &usize| expected.get(&(at, *app)).is_some_and(|count| *count > 0);
                    let carriers: Vec<&AppName> = (0..3).filter(carries).map(|app| &apps[app]).collect();
                    let mut found: Vec<&AppName> = index.apps_of(vip).collect();
                    found.sort();
                    prop_assert_eq!(&found, &carriers);
                    prop_assert_eq!(index.carriers_by_vip.contains_key(vip), !carriers.is_empty());
                }
            }
        }
    }
}
