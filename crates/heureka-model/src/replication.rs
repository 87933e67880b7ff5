//! What peers send each other.

use crate::{AppName, InstanceDraft, InstanceId, InstanceInfo, InstanceStatus, UnixMillis};

/// What a peer did that is to be done here too (server.md P16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReplicationAction {
    /// A heartbeat.
    Heartbeat,
    /// A registration.
    Register,
    /// A cancel.
    Cancel,
    /// A status override.
    StatusUpdate,
    /// The removal of a status override.
    DeleteStatusOverride,
}

impl ReplicationAction {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Heartbeat => "Heartbeat",
            Self::Register => "Register",
            Self::Cancel => "Cancel",
            Self::StatusUpdate => "StatusUpdate",
            Self::DeleteStatusOverride => "DeleteStatusOverride",
        }
    }

    /// The action with exactly this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Heartbeat,
            Self::Register,
            Self::Cancel,
            Self::StatusUpdate,
            Self::DeleteStatusOverride,
        ]
        .into_iter()
        .find(|action| action.as_str() == name)
    }
}

/// One item of a batch (wire.md 2.11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicationItem {
    /// The application.
    pub app: Option<AppName>,
    /// The instance's id.
    pub id: Option<InstanceId>,
    /// The version of the document that the sender has.
    pub last_dirty: Option<UnixMillis>,
    /// The override that the sender has.
    pub overridden_status: Option<InstanceStatus>,
    /// The status that the sender shows.
    pub status: Option<InstanceStatus>,
    /// The document, where the action needs it. A draft: one bad item must not spoil the batch.
    pub instance: Option<Box<InstanceDraft>>,
    /// What to do; `None` where the name is missing or unknown.
    pub action: Option<ReplicationAction>,
}

/// What became of one item of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicationAnswer {
    /// An HTTP status for the item alone.
    pub status_code: u16,
    /// The receiver's own instance, where it is the newer one.
    pub instance: Option<InstanceInfo>,
}
