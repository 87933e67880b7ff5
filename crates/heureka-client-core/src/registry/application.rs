//! An application and its instances.

use std::sync::Arc;

use heureka_model::AppName;

use crate::Instance;

/// An application and its instances, as they were at one moment.
#[derive(Clone, Debug)]
pub struct Application {
    name: AppName,
    /// In the order of their ids.
    all: Arc<[Instance]>,
    offered: Arc<[Instance]>,
}

impl Application {
    /// Its name, in upper case.
    #[must_use]
    pub fn name(&self) -> &AppName {
        &self.name
    }

    /// The instances that may be sent traffic, in an order left to chance (K12). As long as it is the same list, nothing
    /// about them has changed.
    #[must_use]
    pub fn instances(&self) -> &Arc<[Instance]> {
        &self.offered
    }

    /// All its instances, whatever their status, in the order of their ids.
    #[must_use]
    pub fn all(&self) -> &[Instance] {
        &self.all
    }

    /// The instance with this id, whatever its status (K11, K12).
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Instance> {
        let at = self
            .all
            .binary_search_by(|own| own.id().as_str().cmp(id))
            .ok()?;
        self.all.get(at)
    }

    /// Takes `all` in the order of their ids, each of which occurs once, and those of them that are offered.
    pub(super) fn new(name: AppName, all: Vec<Instance>, offered: Arc<[Instance]>) -> Self {
        Self {
            name,
            all: all.into(),
            offered,
        }
    }
}
