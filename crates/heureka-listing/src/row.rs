//! One instance, as listings show it.

use std::sync::Arc;

use heureka_model::{AppName, Digest, Document, InstanceId, InstanceInfo, InstanceKey};

/// What the names of the fields and the punctuation around them come to in JSON.
const FRAME_BYTES: usize = 620;
/// What the punctuation around one entry of metadata comes to, beyond the two bytes that its lengths mostly take.
const ENTRY_BYTES: usize = 4;

/// One instance, as listings show it. Copies share it.
#[derive(Clone, Debug)]
pub struct Row {
    shown: Arc<Shown>,
    /// Where its id is in memory, so that a row is found among its neighbours without a look at each of them.
    id_address: usize,
    /// What tells it apart from other rows of its key, for whoever keeps rows only for a while.
    told: u64,
}

/// What all copies of a row share.
#[derive(Debug)]
struct Shown {
    info: InstanceInfo,
    /// Again, so that rows are ordered without a look at their documents.
    app: AppName,
    id: InstanceId,
    weight_bytes: u32,
    content: Digest,
}

impl Row {
    /// Takes an instance as it is shown from now on.
    #[must_use]
    pub fn new(info: InstanceInfo) -> Self {
        let document = Digest::of(&*info.document);
        Self::with_digest(info, document)
    }

    /// The same where the digest of its document is known.
    #[must_use]
    pub fn with_digest(info: InstanceInfo, document: Digest) -> Self {
        let id = info.document.id.clone();
        Self {
            id_address: id.address(),
            told: 0,
            shown: Arc::new(Shown {
                content: Digest::of(&(document.0, info.status, info.overridden_status)),
                app: info.document.app.clone(),
                id,
                weight_bytes: u32::try_from(weight_of(&info.document)).unwrap_or(u32::MAX),
                info,
            }),
        }
    }

    /// The same with a number that tells it apart from other rows of its key.
    #[must_use]
    pub fn told_as(self, number: u64) -> Self {
        Self {
            told: number,
            ..self
        }
    }

    /// The number that tells it apart from other rows of its key, or zero.
    #[must_use]
    pub fn told(&self) -> u64 {
        self.told
    }

    /// The instance.
    #[must_use]
    pub fn info(&self) -> &InstanceInfo {
        &self.shown.info
    }

    /// A digest of what does not differ from node to node: not the times of a lease, and not what happened last
    /// (MERGE 6).
    #[must_use]
    pub fn content(&self) -> Digest {
        self.shown.content
    }

    /// Whether both look the same in every form.
    pub(crate) fn looks_like(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shown, &other.shown) || self.shown.info == other.shown.info
    }

    /// What orders rows.
    pub(crate) fn names(&self) -> (&AppName, &InstanceId) {
        (&self.shown.app, &self.shown.id)
    }

    /// The application and the id.
    #[must_use]
    pub fn key(&self) -> InstanceKey {
        InstanceKey {
            app: self.shown.app.clone(),
            id: self.shown.id.clone(),
        }
    }

    /// Whether both are of one application. Its name is shared by nearly all of its rows.
    pub(crate) fn has_app_of(&self, other: &Self) -> bool {
        self.shown.app.is_shared_with(&other.shown.app) || self.shown.app == other.shown.app
    }

    /// The lists of names under which it is found, and its secure port.
    pub(crate) fn vip_addresses(&self) -> [Option<&str>; 2] {
        self.info().document.vip_addresses()
    }

    /// Whether it is found by these names, the id being one text in memory with its own.
    pub(crate) fn shares_id(&self, names: (&AppName, &InstanceId)) -> bool {
        self.id_address == names.1.address() && self.shown.app == *names.0
    }

    pub(crate) fn app(&self) -> &AppName {
        &self.shown.app
    }

    /// About how many bytes it takes in JSON.
    pub(crate) fn weight_bytes(&self) -> u64 {
        self.shown.weight_bytes.into()
    }
}

fn weight_of(document: &Document) -> usize {
    let metadata = document.metadata.len_bytes() + document.metadata.len() * ENTRY_BYTES;
    let names = document.app.as_str().len() + document.id.as_str().len();
    FRAME_BYTES + names + document.texts.len_bytes() + metadata
}
