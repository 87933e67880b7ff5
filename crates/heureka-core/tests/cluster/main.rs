//! What several nodes do together, each rule said in data: who writes where, which line is cut, and what everybody holds
//! in the end.
//!
//! `MERGE` is the page of decisions; the numbers of `server.md` are those of the protocol's reference.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod cancels;
#[cfg(test)]
mod clocks;
#[cfg(test)]
mod eviction;
#[cfg(test)]
mod handshake;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod instances;
#[cfg(test)]
mod java;
#[cfg(test)]
mod java_absence;
mod java_changes;
#[cfg(test)]
mod java_heartbeats;
#[cfg(test)]
mod java_traffic;
#[cfg(test)]
mod merging;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod overrides;
#[cfg(test)]
mod pressure;
#[cfg(test)]
mod repair;
#[cfg(test)]
mod replication;
#[cfg(test)]
mod start;
#[cfg(test)]
mod take_over;
#[cfg(test)]
mod view;
