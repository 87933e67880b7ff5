//! What a server says of itself.

use crate::InstanceInfo;

/// What a server says of itself at `status` (wire.md 2.10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusInfo {
    /// `generalStats`: about the process.
    pub general: Vec<(&'static str, String)>,
    /// `applicationStats`: about its peers.
    pub replicas: Vec<(&'static str, String)>,
    /// The server as an instance.
    pub instance: InstanceInfo,
    /// Whether enough peers are there, where somebody asked for a number of them.
    pub is_healthy: Option<bool>,
}
