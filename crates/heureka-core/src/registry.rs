//! The map from keys to entries, with the counts and indices that follow from it.

use heureka_model::{
    AppName, Digest, Document, InstanceInfo, InstanceKey, SeededHash, StatusCounts, WideHash,
    WideHashItself,
};

use crate::digested::Digested;
use crate::entry::{Entry, Pulse};
use crate::ids::IdIndex;
use crate::instances::Instances;
use crate::place::{ByHash, Named, Names, Place};
use crate::sums::Sum;
use crate::vips::VipIndex;

/// All present keys. It knows no rule: who may be in it is decided by [`crate::Node`].
///
/// Every write goes through [`Registry::insert`], [`Registry::remove`] and [`Registry::change`], so the counts and the
/// indices cannot disagree with the map; but for heartbeats, which change nothing that is counted.
#[derive(Debug)]
pub(crate) struct Registry {
    /// By a hash of their names, as their instances are by a hash of their ids.
    apps: ByHash<WideHash, Instances>,
    counts: StatusCounts,
    len: usize,
    ids: IdIndex<WideHash, WideHashItself>,
    vips: VipIndex,
    secure_vips: VipIndex,
    total: Digest,
    hash: SeededHash,
}

impl Registry {
    pub(crate) fn new(hash: SeededHash) -> Self {
        Self {
            apps: ByHash::default(),
            counts: StatusCounts::default(),
            len: 0,
            ids: IdIndex::new(WideHashItself),
            vips: VipIndex::new(hash),
            secure_vips: VipIndex::new(hash),
            total: Digest::default(),
            hash,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn counts(&self) -> &StatusCounts {
        &self.counts
    }

    /// The sum over the present keys whose lease has not ended.
    pub(crate) fn total(&self) -> Digest {
        self.total
    }

    pub(crate) fn apps(&self) -> impl ExactSizeIterator<Item = &Instances> {
        self.apps.values()
    }

    pub(crate) fn app(&self, app: &str) -> Option<&Instances> {
        self.apps.get(&self.hash.wide(app))
    }

    pub(crate) fn apps_with_vip(&self, vip: &str) -> impl Iterator<Item = &AppName> {
        self.vips.apps_of(vip)
    }

    pub(crate) fn apps_with_secure_vip(&self, vip: &str) -> impl Iterator<Item = &AppName> {
        self.secure_vips.apps_of(vip)
    }

    /// Gives a document its names as they are stored already, where they are: all instances of an application share its
    /// name, and whatever is kept of an instance shares its id.
    pub(crate) fn share_names(&self, names: Names, document: &mut Document) {
        let Some(instances) = self.apps.get(&names.app) else {
            return;
        };
        document.app = instances.name().clone();
        if let Some(stored) = instances.get(names.id) {
            document.id = stored.document.document.id.clone();
        }
    }

    /// What makes the hashes of names.
    pub(crate) fn hash(&self) -> SeededHash {
        self.hash
    }

    /// The hashes of an instance's names.
    pub(crate) fn names(&self, app: &str, id: &str) -> Names {
        Names::new(self.hash, app, id)
    }

    /// The hashes of the names in a document.
    pub(crate) fn names_of(&self, document: &Document) -> Names {
        self.names(document.app.as_str(), document.id.as_str())
    }

    pub(crate) fn get(&self, app: &str, id: &str) -> Option<&Entry> {
        self.get_by(self.names(app, id))
    }

    pub(crate) fn get_by(&self, names: Names) -> Option<&Entry> {
        self.apps.get(&names.app)?.get(names.id)
    }

    /// The names of `app` and `id` as they are stored, so that a key can be made without copying texts.
    pub(crate) fn named(&self, app: &str, id: &str) -> Option<Named> {
        let names = self.names(app, id);
        let key = self.key(names)?;
        Some(Named { key, names })
    }

    /// The key with these names, as it is stored.
    pub(crate) fn key(&self, names: Names) -> Option<InstanceKey> {
        let instances = self.apps.get(&names.app)?;
        let stored = instances.get(names.id)?;
        Some(InstanceKey {
            app: instances.name().clone(),
            id: stored.document.document.id.clone(),
        })
    }

    /// The instance with this id; where several applications have one, that of the youngest as long as none has left. Java's
    /// servers take any (server.md R68).
    pub(crate) fn find(&self, id: &str) -> Option<&Entry> {
        let id = self.hash.wide(id);
        let apps = self.ids.apps_of(id);
        let found = apps.filter_map(|app| {
            let (index, _, instances) = self.apps.get_full(app)?;
            Some((index, instances.get(id)?))
        });
        let (_, entry) = found.max_by_key(|(index, _)| *index)?;
        Some(entry)
    }

    /// How many instances are found by their id alone; looks at every id.
    pub(crate) fn found_by_id(&self) -> usize {
        self.ids.count()
    }

    /// Puts an entry in, which has these names.
    pub(crate) fn insert(&mut self, names: Names, mut entry: Entry) {
        self.remove(names);
        self.count_in(&entry);
        entry.settle_pulse();
        let name = &entry.document.document.app;
        let instances = self
            .apps
            .entry(names.app)
            .or_insert_with(|| Instances::new(name.clone()));
        recount(&mut self.total, &mut instances.sum, &mut entry);
        instances.insert(names.id, entry);
        self.ids.add(names.id, names.app);
        self.len += 1;
    }

    pub(crate) fn remove(&mut self, names: Names) -> Option<Entry> {
        let instances = self.apps.get_mut(&names.app)?;
        let mut entry = instances.remove(names.id)?;
        if let Some(digest) = entry.counted.take() {
            instances.sum.remove(digest);
            self.total.remove(digest);
        }
        if instances.is_empty() {
            // An application without instances is no application (server.md D-15).
            self.apps.swap_remove(&names.app);
        }
        self.count_out(&entry);
        self.ids.remove(names.id, &names.app);
        self.len -= 1;
        Some(entry)
    }

    /// What a heartbeat may change of an entry: its lease, and who saw it. Nothing that is counted follows from these.
    pub(crate) fn pulse(&mut self, names: Names) -> Option<&mut Pulse> {
        let instances = self.apps.get_mut(&names.app)?;
        let entry = instances.get_mut(names.id)?;
        Some(&mut entry.pulse)
    }

    /// The entry of a place that is being watched.
    pub(crate) fn at(&mut self, place: &mut Place) -> Option<&mut Entry> {
        place.app.find_in(&mut self.apps)?.at(&mut place.id)
    }

    /// Lets `change` change an entry, and takes over what it did to its status and its parts.
    pub(crate) fn change<T>(
        &mut self,
        names: Names,
        change: impl FnOnce(&mut Entry) -> T,
    ) -> Option<T> {
        let change = |entry: &mut Entry| (change(entry), None);
        self.change_document(names, change)
    }

    /// The same for a change that may put another document in the place of the stored one. It answers with the one that was
    /// there, besides a result, so that the instance is no longer found by the names in it.
    pub(crate) fn change_document<T>(
        &mut self,
        names: Names,
        change: impl FnOnce(&mut Entry) -> (T, Option<Digested>),
    ) -> Option<T> {
        let instances = self.apps.get_mut(&names.app)?;
        let (entry, sum) = instances.get_with_sum(names.id)?;
        let (status, mark) = (entry.shown.status, entry.mark());
        let (result, replaced) = change(entry);
        entry.settle_pulse();
        if entry.mark() != mark || entry.pulse.silence.has_ended == entry.counted.is_some() {
            recount(&mut self.total, sum, entry);
        }
        if entry.shown.status != status {
            self.counts.remove(status);
            self.counts.add(entry.shown.status);
        }
        if let Some(replaced) = replaced {
            let document = entry.document.document.shared();
            self.find_by_names_of(&document, &replaced);
        }
        Some(result)
    }

    /// Finds an instance by the names in `document` from now on, and no longer by those in `replaced`.
    fn find_by_names_of(&mut self, document: &Document, replaced: &Document) {
        let [vip, secure_vip] = document.vip_addresses();
        let [replaced_vip, replaced_secure_vip] = replaced.vip_addresses();
        if vip != replaced_vip {
            self.vips.remove(&document.app, replaced.vips());
            self.vips.add(&document.app, document.vips());
        }
        if secure_vip != replaced_secure_vip {
            self.secure_vips
                .remove(&document.app, replaced.secure_vips());
            self.secure_vips.add(&document.app, document.secure_vips());
        }
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
        apps.filter_map(|name| self.app(name.as_str()))
            .map(|app| {
                let carriers = app.values().filter(|entry| carries(entry)).map(Entry::info);
                (app.name().clone(), carriers.collect())
            })
            .collect()
    }

    fn count_in(&mut self, entry: &Entry) {
        let document = &entry.document.document;
        self.counts.add(entry.shown.status);
        self.vips.add(&document.app, document.vips());
        self.secure_vips.add(&document.app, document.secure_vips());
    }

    fn count_out(&mut self, entry: &Entry) {
        let document = &entry.document.document;
        self.counts.remove(entry.shown.status);
        self.vips.remove(&document.app, document.vips());
        self.secure_vips
            .remove(&document.app, document.secure_vips());
    }
}

/// Puts into the sums what an entry is now, in the place of what it was. One whose lease has ended is not in them.
fn recount(total: &mut Digest, sum: &mut Sum, entry: &mut Entry) {
    let now = (!entry.pulse.silence.has_ended).then(|| entry.digest());
    let before = std::mem::replace(&mut entry.counted, now);
    if let Some(digest) = now {
        total.add(digest);
        sum.add(digest);
    }
    if let Some(digest) = before {
        total.remove(digest);
        sum.remove(digest);
    }
}
