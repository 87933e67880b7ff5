//! The other nodes, over HTTP: finding them, calling them, and answering what they ask.
//!
//! The core says whom to call with what, and is told what came of it; nothing here decides.

mod discover;
mod drive;
mod mesh_watch;
mod overview;
mod receive;
mod secret;
mod settings;
mod transport;

pub use discover::discover_peers;
pub use drive::{drive_peers, take_peer_result};
pub use settings::PeersSettings;

pub(crate) use overview::{Overview, is_reached, not_meshed_text};
pub(crate) use receive::receive;
pub(crate) use secret::PeerSecrets;
pub(crate) use transport::PEER_PATH;
