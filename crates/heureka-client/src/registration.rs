//! What is registered.

use std::sync::Arc;

use heureka_client_core::{Address, Detected, InstanceSpec, InvalidSpec};
use heureka_model::{Document, UnixMillis};

/// What is registered: a document that is complete, or a spec of which one is made at the start.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Registration {
    /// Registered as it is.
    Document(Arc<Document>),
    /// What it leaves open is found out at the start (RS1).
    Spec(Arc<InstanceSpec>),
}

impl Registration {
    /// What can follow the process to another address.
    pub(crate) fn spec(&self) -> Option<&Arc<InstanceSpec>> {
        match self {
            Self::Document(_) => None,
            Self::Spec(spec) => Some(spec),
        }
    }

    pub(crate) fn document_at(
        &self,
        address: Option<&Address>,
        now: UnixMillis,
    ) -> Result<Arc<Document>, InvalidSpec> {
        let detected = match address {
            Some(address) => Detected::at(address.clone(), now),
            None => Detected::nothing(now),
        };
        match self {
            Self::Document(document) => Ok(Arc::clone(document)),
            Self::Spec(spec) => spec.build(&detected).map(Arc::new),
        }
    }
}

impl From<Document> for Registration {
    fn from(document: Document) -> Self {
        Self::Document(Arc::new(document))
    }
}

impl From<Arc<Document>> for Registration {
    fn from(document: Arc<Document>) -> Self {
        Self::Document(document)
    }
}

impl From<InstanceSpec> for Registration {
    fn from(spec: InstanceSpec) -> Self {
        Self::Spec(Arc::new(spec))
    }
}
