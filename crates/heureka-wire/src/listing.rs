//! What is read from servers and peers.

use heureka_model::{AppName, InstanceDraft};

/// A listing as some server wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// `versions__delta`, or -1 where the server gives none or no number (wire.md 2.1).
    pub version: i64,
    /// `apps__hashcode`, empty where the server gives none.
    pub hash: String,
    /// The applications.
    pub applications: Vec<ListedApplication>,
}

impl Default for Listing {
    fn default() -> Self {
        Self {
            version: -1,
            hash: String::new(),
            applications: Vec::new(),
        }
    }
}

/// An application as some server wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedApplication {
    /// Its name.
    pub name: AppName,
    /// Its instances.
    pub instances: Vec<InstanceDraft>,
}

/// What a peer says became of one item of a batch (wire.md 2.11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerAnswer {
    /// An HTTP status for the item alone.
    pub status_code: u16,
    /// The peer's own instance, where it is the newer one.
    pub instance: Option<Box<InstanceDraft>>,
}

/// `versions__delta`. The middle comes from a setting of the server (wire.md 2.1).
pub(crate) fn is_version_key(key: &str) -> bool {
    key.starts_with("versions") && key.ends_with("delta")
}

/// `apps__hashcode`, likewise.
pub(crate) fn is_hash_key(key: &str) -> bool {
    key.starts_with("apps") && key.ends_with("hashcode")
}
