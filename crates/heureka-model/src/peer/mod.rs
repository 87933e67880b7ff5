//! What nodes of this kind tell each other (MERGE 6).
//!
//! Java servers pass on requests; these nodes pass on state. The state of a key has parts, each with what orders it, so
//! that it does not matter in which order and how often they arrive.

mod digest;
mod message;
mod stamp;
mod state;

pub use digest::{AppDigest, Digest, KeyVersion, Slice};
pub use message::{
    AgeOf, Changes, ChangesTaken, Compared, Comparison, PeerHeader, PeerMessage, PeerReply,
    RenewedKey,
};
pub use stamp::{NodeId, Stamp};
pub use state::{
    CancelledState, DocumentState, KeyState, LeaseState, OverrideState, OverrideValue, PresentState,
};
