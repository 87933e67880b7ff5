//! The other nodes: who they are, whether they can be reached, and what they are still to be told.

mod call;
mod config;
mod peer;
mod reach;
mod report;
mod table;
mod transit;

pub use call::{CallId, Failure, Lane, PeerCall, PeerId, PeerResult, Request};
pub use config::{ClusterConfig, PeerTarget};
pub use reach::Reach;
pub use report::{PeerKind, PeerReport};

pub(crate) use peer::{InFlight, Kind, OurNode, Peer, Sent};
pub(crate) use table::PeerTable;
pub(crate) use transit::Transits;
