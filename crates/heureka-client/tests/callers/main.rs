//! Those who call services: balancers, and what other libraries are given. The registry is one that a test makes up; what is
//! called listens on this machine.

#![cfg(test)]

#[cfg(feature = "axum")]
mod axum;
mod balance;
#[cfg(feature = "metrics")]
mod metrics;
mod registry;
#[cfg(feature = "reqwest-middleware")]
mod reqwest;
mod servers;
#[cfg(feature = "tonic")]
mod tonic;
#[cfg(feature = "tower")]
mod tower;
mod wrapping;
