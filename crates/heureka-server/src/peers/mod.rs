//! The other nodes, over HTTP: finding them, calling them, and answering what they ask.
//!
//! The core says whom to call with what, and is told what came of it; nothing here decides.

mod discover;
mod drive;
mod receive;
mod secret;
mod settings;
mod transport;

pub use discover::discover_peers;
pub use drive::drive_peers;
pub use settings::PeersSettings;

pub(crate) use receive::receive;
pub(crate) use secret::PeerSecrets;
pub(crate) use transport::PEER_PATH;
