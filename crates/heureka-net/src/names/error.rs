//! Why a look-up gave no records.

use hickory_resolver::{
    net::{DnsError, NetError},
    proto::op::ResponseCode,
};
use thiserror::Error;

/// Why a look-up gave no records.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LookupError {
    /// The servers know that there is nothing: no such name, or no record of this kind.
    #[error("there is no such name, or it has no record of this kind")]
    NoRecords,
    /// The servers did not answer in time, or could not say: nothing is known.
    #[error("the name could not be looked up: {0}")]
    Failed(String),
}

impl LookupError {
    /// Whether it is known that there is nothing, rather than unknown what there is.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::NoRecords)
    }

    /// Tells what an error of the library says, so that its type is not ours to keep.
    pub(super) fn of(error: NetError) -> Self {
        if let NetError::Dns(DnsError::NoRecordsFound(none)) = &error
            && [ResponseCode::NoError, ResponseCode::NXDomain].contains(&none.response_code)
        {
            return Self::NoRecords;
        }
        Self::Failed(error.to_string())
    }
}
