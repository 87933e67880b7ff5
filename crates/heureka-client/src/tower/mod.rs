//! For tower: the instances of a service as a [`Discover`](tower::discover::Discover), and a layer that sends each request
//! to one of them (RS6).
//!
//! [`EurekaDiscover`] is for `tower::balance::p2c::Balance`, which chooses by the load of each service that is made for an
//! instance. [`BalanceLayer`] is for a stack that reaches any host by itself, such as an HTTP client: there a
//! [`Balancer`](crate::balance::Balancer) chooses.

mod discover;
mod layer;

pub use discover::EurekaDiscover;
pub use layer::{BalanceLayer, Balanced};
