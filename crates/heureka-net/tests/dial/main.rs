//! The client against servers that misbehave.
//!
//! Connections are in-memory pipes and the clock is tokio's paused one wherever a deadline matters,
//! so none of these tests can be early or late. What only the kernel shows is in `sockets`.

#![cfg(test)]

mod answers;
mod connecting;
mod harness;
mod hostile;
mod identity;
#[cfg(feature = "pkcs12")]
mod pkcs12;
mod pool;
mod proxy;
mod sockets;
mod tls;
