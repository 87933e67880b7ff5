//! The instances of one region, as they were last heard of.

use heureka_model::{AppName, InstanceId, InstanceInfo, InstanceKey, SeededHash, StatusCounts};
use indexmap::IndexMap;

use crate::ids::IdIndex;
use crate::vips::VipIndex;

/// The instances of one application.
pub(crate) type RegionApp = IndexMap<InstanceId, InstanceInfo, SeededHash>;

/// The instances of one region. They have no lease here: the region's own servers decide who lives (server.md G10).
///
/// What is read from it is a copy of a few numbers and a pointer to the document, so a change never shows up in the
/// middle of an answer (server.md D-34).
#[derive(Debug)]
pub(crate) struct Content {
    apps: IndexMap<AppName, RegionApp, SeededHash>,
    counts: StatusCounts,
    len: usize,
    ids: IdIndex<AppName, SeededHash>,
    vips: VipIndex,
    secure_vips: VipIndex,
    hash: SeededHash,
}

impl Content {
    pub(crate) fn new(hash: SeededHash) -> Self {
        Self {
            apps: IndexMap::with_hasher(hash),
            counts: StatusCounts::default(),
            len: 0,
            ids: IdIndex::new(hash),
            vips: VipIndex::new(hash),
            secure_vips: VipIndex::new(hash),
            hash,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn counts(&self) -> &StatusCounts {
        &self.counts
    }

    pub(crate) fn apps(&self) -> impl ExactSizeIterator<Item = (&AppName, &RegionApp)> {
        self.apps.iter()
    }

    pub(crate) fn app(&self, app: &str) -> Option<(&AppName, &RegionApp)> {
        self.apps.get_key_value(app)
    }

    pub(crate) fn apps_with_vip(&self, vip: &str) -> impl Iterator<Item = &AppName> {
        self.vips.apps_of(vip)
    }

    pub(crate) fn apps_with_secure_vip(&self, vip: &str) -> impl Iterator<Item = &AppName> {
        self.secure_vips.apps_of(vip)
    }

    pub(crate) fn get(&self, app: &str, id: &str) -> Option<&InstanceInfo> {
        self.apps.get(app)?.get(id)
    }

    /// The first instance with this id, whatever its application (server.md R68).
    pub(crate) fn find(&self, id: &str) -> Option<&InstanceInfo> {
        let apps = self.ids.apps_of(self.hash.wide(id));
        let found = apps.filter_map(|app| {
            let (index, _, instances) = self.apps.get_full(app)?;
            Some((index, instances.get(id)?))
        });
        let (_, info) = found.min_by_key(|(index, _)| *index)?;
        Some(info)
    }

    pub(crate) fn instances(&self) -> impl Iterator<Item = &InstanceInfo> {
        self.apps.values().flat_map(IndexMap::values)
    }

    /// Puts an instance in the place of the one with its name.
    pub(crate) fn insert(&mut self, info: InstanceInfo) {
        let InstanceKey { app, id } = info.document.key();
        self.remove(app.as_str(), id.as_str());
        self.counts.add(info.status);
        self.vips.add(&app, info.document.vips());
        self.secure_vips.add(&app, info.document.secure_vips());
        self.ids.add(self.hash.wide(id.as_str()), app.clone());
        self.apps
            .entry(app)
            .or_insert_with(|| RegionApp::with_hasher(self.hash))
            .insert(id, info);
        self.len += 1;
    }

    pub(crate) fn remove(&mut self, app: &str, id: &str) -> Option<InstanceInfo> {
        let instances = self.apps.get_mut(app)?;
        let info = instances.swap_remove(id)?;
        if instances.is_empty() {
            self.apps.swap_remove(app);
        }
        self.counts.remove(info.status);
        let document = &info.document;
        self.vips.remove(&document.app, document.vips());
        self.secure_vips
            .remove(&document.app, document.secure_vips());
        self.ids.remove(self.hash.wide(id), &document.app);
        self.len -= 1;
        Some(info)
    }
}
