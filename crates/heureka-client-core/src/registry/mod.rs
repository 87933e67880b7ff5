//! What servers list, as an immutable snapshot.
//!
//! [`Registry`] is the snapshot with its look-ups, made of a [`Region`] for the own and for each remote region, each of
//! which has an [`Application`] by each name and lists by vip. `holdings` makes one snapshot after the other from what is
//! fetched: a listing becomes `edits`, of which only what changes anything is applied, and everything else is shared with
//! the snapshot before. `region_map` tells in which region an instance runs.

mod application;
mod change;
mod edits;
mod holdings;
mod names;
mod region;
mod region_map;
mod shaping;
#[cfg(test)]
mod tests;
mod vips;

use std::collections::BTreeMap;
use std::sync::Arc;

use heureka_model::{AppName, SeededHash, VERSION_OF_VIP};
use thiserror::Error;

pub use application::Application;
pub use change::Change;
pub use region::Region;
pub use region_map::UnknownZones;

pub(crate) use holdings::Holdings;

use crate::Instance;
use vips::VipKind;

/// What servers list, as it was at one moment. Look-ups are plain reads: nothing waits, nothing changes under a reader
/// (Q9), and a look-up by a name in ASCII allocates nothing.
///
/// Look-ups are in the own region unless they name one. Before the first fetch they find nothing.
#[derive(Clone, Debug)]
pub struct Registry {
    own_name: Option<Arc<str>>,
    own: Arc<Region>,
    remote: BTreeMap<Arc<str>, Arc<Region>>,
    version: i64,
    hash: Arc<str>,
    nobody: Arc<[Instance]>,
}

/// A look-up was asked for neither a vip nor an application (Q6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a look-up needs the name of a vip, of an application, or both")]
pub struct NothingAsked;

impl Registry {
    /// An application, by its name in any case (Q1).
    #[must_use]
    pub fn application(&self, name: &str) -> Option<&Arc<Application>> {
        self.own.application(name)
    }

    /// All applications, in no order that means anything; also those of which nobody is offered (K12).
    pub fn applications(&self) -> impl ExactSizeIterator<Item = &Arc<Application>> {
        self.own.applications()
    }

    /// The offered instances of an application; empty where there is no such application.
    #[must_use]
    pub fn instances(&self, app: &str) -> &Arc<[Instance]> {
        self.own.instances(app)
    }

    /// The offered instances with this vip, in any case, in an order left to chance; empty where there are none (Q5). It is
    /// one name, not a list of names.
    #[must_use]
    pub fn vip(&self, vip: &str) -> &Arc<[Instance]> {
        self.own.vip(vip)
    }

    /// The offered instances with this secure vip, likewise.
    #[must_use]
    pub fn secure_vip(&self, vip: &str) -> &Arc<[Instance]> {
        self.own.secure_vip(vip)
    }

    /// The offered instances with this vip in a region; empty where nothing is known of it (Q5).
    #[must_use]
    pub fn vip_in(&self, region: &str, vip: &str) -> &Arc<[Instance]> {
        let region = self.region(region);
        region.map_or(&self.nobody, |region| region.vip(vip))
    }

    /// The offered instances with this secure vip in a region, likewise.
    #[must_use]
    pub fn secure_vip_in(&self, region: &str, vip: &str) -> &Arc<[Instance]> {
        let region = self.region(region);
        region.map_or(&self.nobody, |region| region.secure_vip(vip))
    }

    /// The offered instances with this vip, or secure vip, in this application (Q6); without one of both, those with the
    /// other. The names of an instance are read without the blanks around them.
    ///
    /// # Errors
    ///
    /// If neither is given.
    pub fn vip_and_application(
        &self,
        vip: Option<&str>,
        app: Option<&str>,
        secure: bool,
    ) -> Result<Arc<[Instance]>, NothingAsked> {
        let found = match (vip, app) {
            (None, None) => return Err(NothingAsked),
            (Some(vip), None) if secure => Arc::clone(self.secure_vip(vip)),
            (Some(vip), None) => Arc::clone(self.vip(vip)),
            (None, Some(app)) => Arc::clone(self.instances(app)),
            (Some(vip), Some(app)) => self.own.vip_of_app(app, vip, VipKind::of_secure(secure)),
        };
        Ok(found)
    }

    /// The instances with this id, whatever their status: at most one of each application (Q4).
    pub fn by_id(&self, id: &str) -> impl Iterator<Item = &Instance> {
        self.own.by_id(id)
    }

    /// An instance, whatever its status (D2).
    #[must_use]
    pub fn get(&self, app: &str, id: &str) -> Option<&Instance> {
        self.own.get(app, id)
    }

    /// The names of the applications of which at least one instance is offered (SP9).
    pub fn services(&self) -> impl Iterator<Item = &AppName> {
        self.own.services()
    }

    /// What a region has: the own one, or a remote one of which an instance is known (Q2).
    #[must_use]
    pub fn region(&self, name: &str) -> Option<&Arc<Region>> {
        if self.own_name.as_deref() == Some(name) {
            Some(&self.own)
        } else {
            self.remote.get(name)
        }
    }

    /// What the own region has, whatever its name.
    #[must_use]
    pub fn own_region(&self) -> &Arc<Region> {
        &self.own
    }

    /// The names of the regions that [`Registry::region`] finds: the own one first, if it has a name (Q2).
    pub fn known_regions(&self) -> impl Iterator<Item = &str> {
        let remote = self.remote.keys().map(|name| &**name);
        self.own_name.as_deref().into_iter().chain(remote)
    }

    /// How many instances the own region has, whatever their status (K17).
    #[must_use]
    pub fn len(&self) -> usize {
        self.own.len()
    }

    /// Whether the own region has no instance.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.own.is_empty()
    }

    /// The hash of all instances of all regions, whatever their status; empty where there is none (K8).
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The version that the server gave to the last listing or delta; -1 before the first (L2, K10).
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }

    fn empty(own_name: Option<Arc<str>>, hasher: SeededHash) -> Self {
        Self {
            own_name,
            own: Arc::new(Region::new(hasher)),
            remote: BTreeMap::new(),
            version: VERSION_OF_VIP,
            hash: Arc::default(),
            nobody: Arc::default(),
        }
    }

    fn region_mut(&mut self, remote: Option<&Arc<str>>, hasher: SeededHash) -> &mut Arc<Region> {
        match remote {
            None => &mut self.own,
            Some(name) => {
                let region = self.remote.entry(Arc::clone(name));
                region.or_insert_with(|| Arc::new(Region::new(hasher)))
            }
        }
    }
}

impl Default for Registry {
    /// As before the first fetch.
    fn default() -> Self {
        Self::empty(None, SeededHash::default())
    }
}
