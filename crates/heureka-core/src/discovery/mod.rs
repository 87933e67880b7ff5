//! Who the peers are: from configuration and from names that are looked up again and again.
//!
//! [`PeerSource`] is one line of configuration, [`PeerDirectory`] makes the list of peers of all of them. It asks nobody
//! itself: it says which look-ups are due, and is told what came of them.

mod directory;
mod held;
mod lookup;
mod source;

pub use directory::{DiscoveryConfig, PeerDirectory};
pub use held::MAX_NAMES_HELD;
pub use lookup::{Found, Lookup, LookupFailed, LookupId, Question};
pub use source::{InvalidPeerSource, PeerSource};
