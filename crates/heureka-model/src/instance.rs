//! An instance as a server shows it.

use std::sync::Arc;

use crate::{ActionType, Document, InstanceStatus, UnixMillis};

/// An instance as a server shows it: what the client registered, and what the server knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceInfo {
    /// What the client registered.
    pub document: Arc<Document>,
    /// The status in force; the client's own is in the document.
    pub status: InstanceStatus,
    /// The override, or [`InstanceStatus::Unknown`] where there is none.
    pub overridden_status: InstanceStatus,
    /// The times of its lease.
    pub lease: LeaseTimes,
    /// Whether it is the very server that answers.
    pub is_coordinating: bool,
    /// When the server last changed what it shows.
    pub last_updated: UnixMillis,
    /// What happened to it last.
    pub action: Option<ActionType>,
}

/// The times of a lease on the server's wall clock; zero where it has not happened (wire.md 2.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeaseTimes {
    /// When it registered last.
    pub registration: UnixMillis,
    /// When it last gave a sign of life.
    pub last_renewal: UnixMillis,
    /// When it was cancelled or evicted.
    pub eviction: UnixMillis,
    /// When it was first up.
    pub service_up: UnixMillis,
}
