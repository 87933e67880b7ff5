//! A document with its digest.

use std::ops::Deref;
use std::sync::Arc;

use heureka_model::{Digest, Document};

/// A document with its digest, which sums and listings are made from whenever anything else of the instance changes: to
/// make it anew, all texts of the document would have to be fetched from memory.
#[derive(Clone, Debug)]
pub(crate) struct Digested {
    document: Arc<Document>,
    digest: Digest,
}

impl Digested {
    pub(crate) fn new(document: Arc<Document>) -> Self {
        let digest = Digest::of(&*document);
        Self { document, digest }
    }

    pub(crate) fn digest(&self) -> Digest {
        self.digest
    }

    /// The document, for whoever keeps it.
    pub(crate) fn shared(&self) -> Arc<Document> {
        Arc::clone(&self.document)
    }

    /// Changes the document; who has it already keeps what it was.
    pub(crate) fn edit(&mut self, change: impl FnOnce(&mut Document)) {
        change(Arc::make_mut(&mut self.document));
        self.digest = Digest::of(&*self.document);
    }
}

impl Deref for Digested {
    type Target = Document;

    fn deref(&self) -> &Document {
        &self.document
    }
}

#[cfg(test)]
mod tests {
    use heureka_model::{
        AppName, DataCenter, DataCenterDraft, DocumentLimits, InstanceDraft, UnixMillis,
    };

    use super::*;

    #[test]
    fn the_digest_is_that_of_the_document_whatever_becomes_of_it() {
        let app = AppName::new("APP");
        let mut draft = InstanceDraft::new(app.clone());
        draft.host_name = Some("host".into());
        draft.ip_addr = Some("10.0.0.1".into());
        draft.data_center = Some(DataCenterDraft::Known(DataCenter::MyOwn));
        let registration = draft.into_registration(&app, UnixMillis(1), &DocumentLimits::default());
        let before = Arc::new(registration.unwrap().document);
        let mut digested = Digested::new(Arc::clone(&before));
        digested.edit(|document| document.last_dirty = UnixMillis(2));
        assert_eq!(
            (before.last_dirty, digested.last_dirty),
            (UnixMillis(1), UnixMillis(2))
        );
        assert_ne!(digested.digest(), Digest::of(&*before));
        assert_eq!(digested.digest(), Digested::new(digested.shared()).digest());
    }
}
