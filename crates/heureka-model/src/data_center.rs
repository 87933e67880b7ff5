//! Where an instance runs.

use crate::Metadata;

/// The key under which Amazon's metadata hold the id of the machine (wire.md 2.5).
pub const UNIQUE_ID_KEY: &str = "instance-id";

/// Where an instance runs (wire.md 2.5). Only Amazon's machines say more than a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DataCenter {
    /// Anywhere: what nearly every client says.
    MyOwn,
    /// Netflix's own.
    Netflix,
    /// Amazon, with what the machine knows of itself.
    Amazon(Metadata),
}

impl DataCenter {
    /// The name on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::MyOwn => "MyOwn",
            Self::Netflix => "Netflix",
            Self::Amazon(_) => "Amazon",
        }
    }

    /// The id that the data center gives the machine, if it gives one.
    #[must_use]
    pub fn unique_id(&self) -> Option<&str> {
        self.metadata(UNIQUE_ID_KEY)
    }

    /// What the machine knows of itself under `key`.
    #[must_use]
    pub fn metadata(&self, key: &str) -> Option<&str> {
        match self {
            Self::Amazon(metadata) => metadata.get(key),
            Self::MyOwn | Self::Netflix => None,
        }
    }
}
