//! The metadata service of a machine of Amazon, over a simulated network and under paused time.

#![cfg(test)]
#![cfg(feature = "aws")]

mod asking;
mod config;
mod service;
mod trouble;
