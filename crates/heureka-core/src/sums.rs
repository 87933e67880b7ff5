//! Sums over what is held, in total and by application, kept up with each change (MERGE 6).

use heureka_model::{AppName, Digest, SeededHash};
use indexmap::IndexMap;

/// Sums of digests: of everything, and of each application.
#[derive(Debug)]
pub(crate) struct Sums {
    total: Digest,
    by_app: IndexMap<AppName, Sum, SeededHash>,
}

/// The sum over some keys, and how many they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) digest: Digest,
    pub(crate) keys: u32,
}

impl Sum {
    pub(crate) fn add(&mut self, digest: Digest) {
        self.digest.add(digest);
        self.keys += 1;
    }

    pub(crate) fn remove(&mut self, digest: Digest) {
        self.digest.remove(digest);
        self.keys -= 1;
    }
}

impl Sums {
    pub(crate) fn new(hash: SeededHash) -> Self {
        Self {
            total: Digest::default(),
            by_app: IndexMap::with_hasher(hash),
        }
    }

    pub(crate) fn total(&self) -> Digest {
        self.total
    }

    pub(crate) fn of(&self, app: &AppName) -> Sum {
        self.by_app.get(app).copied().unwrap_or_default()
    }

    pub(crate) fn apps(&self) -> impl Iterator<Item = &AppName> {
        self.by_app.keys()
    }

    pub(crate) fn add(&mut self, app: &AppName, digest: Digest) {
        self.total.add(digest);
        self.by_app.entry(app.clone()).or_default().add(digest);
    }

    pub(crate) fn remove(&mut self, app: &AppName, digest: Digest) {
        self.total.remove(digest);
        let Some(sum) = self.by_app.get_mut(app) else {
            return;
        };
        sum.remove(digest);
        if sum.keys == 0 {
            self.by_app.swap_remove(app);
        }
    }
}
