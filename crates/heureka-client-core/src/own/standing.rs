//! What the instance says of itself now, and whether a server has heard it.

use std::sync::Arc;

use heureka_model::{DataCenter, Document, InstanceStatus, LeaseSettings, UnixMillis};

/// What the instance says of itself, and whether a server has heard it.
///
/// Each change makes it dirty and gives it a later `lastDirtyTimestamp`, which is the document's version for servers (I9). Two
/// changes never have the same one, however close they are: otherwise a change made while an earlier one is on its way would
/// count as sent (H11).
#[derive(Debug)]
pub(crate) struct OwnInstance {
    document: Arc<Document>,
    is_dirty: bool,
}

impl OwnInstance {
    /// Not dirty yet: Java's replicator makes it so at its start (H9).
    pub(crate) fn new(document: Arc<Document>) -> Self {
        Self {
            document,
            is_dirty: false,
        }
    }

    pub(crate) fn document(&self) -> &Arc<Document> {
        &self.document
    }

    pub(crate) fn status(&self) -> InstanceStatus {
        self.document.status
    }

    pub(crate) fn lease(&self) -> LeaseSettings {
        self.document.lease
    }

    pub(crate) fn is_dirty(&self) -> bool {
        self.is_dirty
    }

    /// Makes it dirty as of now; the wall clock may have been set back, the version never is (I9).
    pub(crate) fn mark_dirty(&mut self, wall: UnixMillis) {
        let later = UnixMillis(self.document.last_dirty.0.saturating_add(1));
        Arc::make_mut(&mut self.document).last_dirty = wall.max(later);
        self.is_dirty = true;
    }

    /// A server has heard the version `sent`; a change made meanwhile keeps it dirty (H11).
    pub(crate) fn heard(&mut self, sent: UnixMillis) {
        if self.document.last_dirty <= sent {
            self.is_dirty = false;
        }
    }

    /// Sets the status; gives the one before if it is another one (H1).
    pub(crate) fn set_status(
        &mut self,
        wall: UnixMillis,
        status: InstanceStatus,
    ) -> Option<InstanceStatus> {
        let previous = self.status();
        if previous == status {
            return None;
        }
        Arc::make_mut(&mut self.document).status = status;
        self.mark_dirty(wall);
        Some(previous)
    }

    /// Sets values of the metadata; always dirty, as with Java (I8).
    pub(crate) fn set_metadata(&mut self, wall: UnixMillis, entries: &[(&str, &str)]) {
        let document = Arc::make_mut(&mut self.document);
        for (key, value) in entries {
            document.metadata.set(key, value);
        }
        self.mark_dirty(wall);
    }

    /// Sets what is promised of heartbeats; whether that is something else (I14).
    pub(crate) fn set_lease(&mut self, wall: UnixMillis, lease: LeaseSettings) -> bool {
        let is_other = self.lease() != lease;
        if is_other {
            Arc::make_mut(&mut self.document).lease = lease;
            self.mark_dirty(wall);
        }
        is_other
    }

    /// Takes what the data center says now, if it is something else (I12).
    pub(crate) fn set_data_center(&mut self, wall: UnixMillis, data_center: DataCenter) {
        if self.document.data_center != data_center {
            Arc::make_mut(&mut self.document).data_center = data_center;
            self.mark_dirty(wall);
        }
    }

    /// Takes a document whose addresses have changed (I11); status, lease and metadata stay.
    pub(crate) fn relocate(&mut self, wall: UnixMillis, document: Document) {
        self.document = Arc::new(Document {
            last_dirty: self.document.last_dirty,
            ..document
        });
        self.mark_dirty(wall);
    }
}
