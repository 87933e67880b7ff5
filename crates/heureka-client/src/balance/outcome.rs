//! What integrations with HTTP libraries have in common.

use std::sync::Arc;

use http::StatusCode;

/// The statuses that say of an instance, or of what stands before it, that it cannot serve now: the instance is to blame,
/// and another one may do better.
pub const FAILING_STATUSES: [StatusCode; 3] = [
    StatusCode::BAD_GATEWAY,
    StatusCode::SERVICE_UNAVAILABLE,
    StatusCode::GATEWAY_TIMEOUT,
];

/// In the extensions of a request: it goes where this key belongs, as [`Ask::key`](super::Ask::key) says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffinityKey(Arc<[u8]>);

impl AffinityKey {
    /// Takes the key, such as that of a user's session.
    #[must_use]
    pub fn new(key: impl AsRef<[u8]>) -> Self {
        Self(key.as_ref().into())
    }
}

impl AsRef<[u8]> for AffinityKey {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
