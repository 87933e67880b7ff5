//! The map from keys to entries, with the counts and indices that follow from it.

use std::sync::Arc;

use heureka_model::{AppName, Document, InstanceInfo, InstanceKey, SeededHash, StatusCounts};
use indexmap::IndexMap;

use crate::entry::{Entry, Pulse};
use crate::instances::Instances;
use crate::lease_watch::Place;
use crate::sums::Sums;
use crate::vips::VipIndex;

/// All present keys. It knows no rule: who may be in it is decided by [`crate::Node`].
///
/// Every write goes through [`Registry::insert`], [`Registry::remove`] and [`Registry::change`], so the counts and the
/// indices cannot disagree with the map; but for heartbeats, which change nothing that is counted.
#[derive(Debug)]
pub(crate) struct Registry {
    apps: IndexMap<AppName, Instances, SeededHash>,
    counts: StatusCounts,
    len: usize,
    vips: VipIndex,
    secure_vips: VipIndex,
    sums: Sums,
    hash: SeededHash,
}

impl Registry {
    pub(crate) fn new(hash: SeededHash) -> Self {
        Self {
            apps: IndexMap::with_hasher(hash),
            counts: StatusCounts::default(),
            len: 0,
            vips: VipIndex::new(hash),
            secure_vips: VipIndex::new(hash),
            sums: Sums::new(hash),
            hash,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn counts(&self) -> &StatusCounts {
        &self.counts
    }

    /// The sums over the present keys whose lease has not ended.
    pub(crate) fn sums(&self) -> &Sums {
        &self.sums
    }

    pub(crate) fn apps(&self) -> impl ExactSizeIterator<Item = (&AppName, &Instances)> {
        self.apps.iter()
    }

    pub(crate) fn app(&self, app: &str) -> Option<(&AppName, &Instances)> {
        self.apps.get_key_value(app)
    }

    pub(crate) fn apps_with_vip(&self, vip: &str) -> impl Iterator<Item = &AppName> {
        self.vips.apps_of(vip)
    }

    pub(crate) fn apps_with_secure_vip(&self, vip: &str) -> impl Iterator<Item = &AppName> {
        self.secure_vips.apps_of(vip)
    }

    /// Gives a document its names as they are stored already, where they are: all instances of an application share its
    /// name, and whatever is kept of an instance shares its id.
    pub(crate) fn share_names(&self, document: &mut Document) {
        let Some((app, instances)) = self.apps.get_key_value(&document.app) else {
            return;
        };
        document.app = app.clone();
        if let Some(stored) = instances.get(document.id.as_str()) {
            document.id = stored.document.document.id.clone();
        }
    }

    pub(crate) fn get(&self, app: &str, id: &str) -> Option<&Entry> {
        self.apps.get(app)?.get(id)
    }

    /// The names of `app` and `id` as they are stored, so that a key can be made without copying texts.
    pub(crate) fn key(&self, app: &str, id: &str) -> Option<InstanceKey> {
        let (app, instances) = self.apps.get_key_value(app)?;
        Some(InstanceKey {
            app: app.clone(),
            id: instances.get(id)?.document.document.id.clone(),
        })
    }

    /// The instance with this id; where several applications have one, that of the youngest application. Java's servers
    /// take any (server.md R68).
    pub(crate) fn find(&self, id: &str) -> Option<&Entry> {
        self.apps.values().rev().find_map(|app| app.get(id))
    }

    pub(crate) fn insert(&mut self, mut entry: Entry) {
        let InstanceKey { app, id } = entry.document.document.key();
        self.remove(app.as_str(), id.as_str());
        self.count_in(&mut entry);
        entry.settle_pulse();
        self.apps
            .entry(app)
            .or_insert_with(|| Instances::new(self.hash))
            .insert(entry);
        self.len += 1;
    }

    pub(crate) fn remove(&mut self, app: &str, id: &str) -> Option<Entry> {
        let instances = self.apps.get_mut(app)?;
        let mut entry = instances.remove(id)?;
        if instances.is_empty() {
            // An application without instances is no application (server.md D-15).
            self.apps.swap_remove(app);
        }
        self.count_out(&mut entry);
        self.len -= 1;
        Some(entry)
    }

    /// What a heartbeat may change of an entry: its lease, and who saw it. Nothing that is counted follows from these.
    pub(crate) fn pulse(&mut self, app: &str, id: &str) -> Option<&mut Pulse> {
        let entry = self.apps.get_mut(app)?.get_mut(id)?;
        Some(&mut entry.pulse)
    }

    /// The entry of a place that is being watched.
    pub(crate) fn at(&mut self, place: &Place) -> Option<&mut Entry> {
        self.apps.get_mut(&place.app)?.with_hash(place.id)
    }

    /// Lets `change` change an entry, and takes over what it did to its status and its parts.
    pub(crate) fn change<T>(
        &mut self,
        app: &str,
        id: &str,
        change: impl FnOnce(&mut Entry) -> T,
    ) -> Option<T> {
        let change = |entry: &mut Entry| (change(entry), None);
        self.change_document(app, id, change)
    }

    /// The same for a change that may put another document in the place of the stored one. It answers with the one that was
    /// there, besides a result, so that the instance is no longer found by the names in it.
    pub(crate) fn change_document<T>(
        &mut self,
        app: &str,
        id: &str,
        change: impl FnOnce(&mut Entry) -> (T, Option<Arc<Document>>),
    ) -> Option<T> {
        let entry = self.apps.get_mut(app)?.get_mut(id)?;
        let (status, mark) = (entry.shown.status, entry.mark());
        let (result, replaced) = change(entry);
        entry.settle_pulse();
        if entry.mark() != mark || entry.pulse.silence.has_ended == entry.counted.is_some() {
            recount(&mut self.sums, entry);
        }
        if entry.shown.status != status {
            self.counts.remove(status);
            self.counts.add(entry.shown.status);
        }
        if let Some(replaced) = replaced {
            let document = &entry.document.document;
            if replaced.vip_address != document.vip_address {
                self.vips.remove(&document.app, replaced.vips());
                self.vips.add(&document.app, document.vips());
            }
            if replaced.secure_vip_address != document.secure_vip_address {
                self.secure_vips
                    .remove(&document.app, replaced.secure_vips());
                self.secure_vips.add(&document.app, document.secure_vips());
            }
        }
        Some(result)
    }

    /// The instances that carry `vip`, application by application (server.md C17).
    pub(crate) fn by_vip(&self, vip: &str) -> Vec<(AppName, Vec<InstanceInfo>)> {
        self.carriers(self.vips.apps_of(vip), |entry| {
            entry.document.document.vips().any(|own| own == vip)
        })
    }

    /// The instances that carry `vip` for their secure port.
    pub(crate) fn by_secure_vip(&self, vip: &str) -> Vec<(AppName, Vec<InstanceInfo>)> {
        self.carriers(self.secure_vips.apps_of(vip), |entry| {
            entry.document.document.secure_vips().any(|own| own == vip)
        })
    }

    fn carriers<'a>(
        &self,
        apps: impl Iterator<Item = &'a AppName>,
        carries: impl Fn(&Entry) -> bool,
    ) -> Vec<(AppName, Vec<InstanceInfo>)> {
        apps.filter_map(|name| self.apps.get_key_value(name))
            .map(|(name, app)| {
                let carriers = app.values().filter(|entry| carries(entry)).map(Entry::info);
                (name.clone(), carriers.collect())
            })
            .collect()
    }

    fn count_in(&mut self, entry: &mut Entry) {
        recount(&mut self.sums, entry);
        let document = &entry.document.document;
        self.counts.add(entry.shown.status);
        self.vips.add(&document.app, document.vips());
        self.secure_vips.add(&document.app, document.secure_vips());
    }

    fn count_out(&mut self, entry: &mut Entry) {
        let counted = entry.counted.take();
        let document = &entry.document.document;
        self.counts.remove(entry.shown.status);
        self.vips.remove(&document.app, document.vips());
        self.secure_vips
            .remove(&document.app, document.secure_vips());
        if let Some(digest) = counted {
            self.sums.remove(&document.app, digest);
        }
    }
}

/// Puts into the sums what an entry is now, in the place of what it was. One whose lease has ended is not in them.
fn recount(sums: &mut Sums, entry: &mut Entry) {
    let now = (!entry.pulse.silence.has_ended).then(|| entry.digest());
    let before = std::mem::replace(&mut entry.counted, now);
    let app = &entry.document.document.app;
    if let Some(digest) = now {
        sums.add(app, digest);
    }
    if let Some(digest) = before {
        sums.remove(app, digest);
    }
}
