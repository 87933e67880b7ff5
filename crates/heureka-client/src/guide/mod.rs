//! The manual: pages to read one after the other.
//!
//! 1. [`quick_start`]: from nothing to a registered service and a balanced call.
//! 2. [`life`]: what a client does by itself, what happens when servers fail, and how it ends.
//! 3. [`finding`]: looking up, following and choosing instances.
//! 4. [`configuration`]: servers, credentials, certificates, and the settings of Spring's and Netflix's clients.
//! 5. [`testing`]: an application's tests without a server.
//! 6. [`java`]: what is otherwise than with Java's clients.

#[doc = include_str!("quick_start.md")]
pub mod quick_start {}

#[doc = include_str!("life.md")]
pub mod life {}

#[doc = include_str!("finding.md")]
pub mod finding {}

#[doc = include_str!("configuration.md")]
pub mod configuration {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("java.md")]
pub mod java {}
