//! Look-ups, asked of a scripted DNS server on loopback.

#![cfg(test)]

mod lookups;
mod server;
