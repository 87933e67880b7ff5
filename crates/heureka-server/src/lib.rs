//! Eureka over HTTP: the shell around the registry.
//!
//! [`App`] holds the registry and what all requests share, [`router()`] answers requests, and [`drive`] calls the registry
//! when it wants to be called. [`follow_regions`] brings it what it wants to know of other regions. Nothing here decides about leases or statuses; that is `heureka-core`.

mod answer_body;
mod app;
mod clock;
mod connection_metrics;
mod driver;
mod eureka;
mod listings;
mod metrics;
mod own_instance;
mod pages;
mod peer_calls;
mod peer_metrics;
mod peers;
mod process;
mod region_metrics;
mod regions;
mod request_metrics;
mod router;

pub use answer_body::AnswerBody;
pub use app::{App, Labels, NodeGuard, ServerConfig};
pub use clock::{Clock, ManualClock, SystemClock};
pub use driver::{drive, tick};
pub use peers::{PeersSettings, discover_peers, drive_peers, take_peer_result};
pub use regions::{Fetch, FetchFuture, RegionsSettings, fetch_due_regions, follow_regions};
pub use router::{Answering, Routes, router};
