//! The state of one key, as it travels.

use std::sync::Arc;
use std::time::Duration;

use super::{NodeId, Stamp};
use crate::{Document, InstanceKey, InstanceStatus, UnixMillis};

/// All that a node knows of one key (MERGE 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It is there.
    Present(Box<PresentState>),
    /// It was cancelled.
    Cancelled(CancelledState),
}

impl KeyState {
    /// Which key it is about.
    #[must_use]
    pub fn key(&self) -> InstanceKey {
        match self {
            Self::Present(present) => present.document.document.key(),
            Self::Cancelled(cancelled) => cancelled.key.clone(),
        }
    }
}

/// The state of a key that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentState {
    /// What the client registered.
    pub document: DocumentState,
    /// What operators said.
    pub override_state: OverrideState,
    /// When the key was last made present.
    pub presence: Stamp,
    /// Its lease.
    pub lease: LeaseState,
    /// When it registered first, as far as the sender knows; only shown.
    pub registered: UnixMillis,
    /// When it was first up, or zero; only shown.
    pub service_up: UnixMillis,
}

/// A document with what orders it: generation, then its own `lastDirtyTimestamp`, then the stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentState {
    /// Raised where an older dirty timestamp has to win.
    pub generation: u32,
    /// When the accepting node took it.
    pub stamp: Stamp,
    /// When the client last reported its status: a metadata edit makes the document newer, not what it reports.
    pub reported: Stamp,
    /// The document.
    pub document: Arc<Document>,
}

/// What operators said of a key, ordered by its stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverrideState {
    /// What they said last.
    pub value: OverrideValue,
    /// When.
    pub stamp: Stamp,
}

/// What an operator said last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OverrideValue {
    /// Nothing.
    Absent,
    /// Show this status instead.
    Status(InstanceStatus),
    /// No longer override; show this until the client registers (server.md R39, R45).
    Removed(InstanceStatus),
}

/// A lease, ordered by its age: the younger one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseState {
    /// Time since the last sign of life, measured by the sender when it sent this.
    pub age: Duration,
    /// Whether one came after the registration.
    pub ever_renewed: bool,
    /// The node at which the instance renews, where that is a node of ours (MERGE 7).
    pub origin: Option<NodeId>,
}

/// The state of a key that was cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelledState {
    /// Which key.
    pub key: InstanceKey,
    /// When it was cancelled, which also orders "override: none".
    pub stamp: Stamp,
    /// The generation and dirty timestamp it had; `None` where the cancelling node did not know the key.
    pub version: Option<(u32, UnixMillis)>,
    /// How long it is still to be remembered.
    pub left: Duration,
}
