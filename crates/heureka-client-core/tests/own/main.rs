//! The instance of this process: what it says of itself, and what changes that.

#![cfg(test)]

mod amazon;
mod build;
mod builders;
mod mistakes;
mod ports;
mod refresh;
mod urls;
mod vips;
