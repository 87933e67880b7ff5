//! The rules of the registry, each said in data: what is called, and what is seen afterwards.
//!
//! The numbers in comments are those of the protocol's reference; `MERGE` is the page of decisions that comes before it.

#[cfg(test)]
mod builders;
#[cfg(test)]
mod cancel;
#[cfg(test)]
mod clocks;
#[cfg(test)]
mod delta;
#[cfg(test)]
mod determinism;
#[cfg(test)]
mod eviction;
#[cfg(test)]
mod lease;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod metadata;
#[cfg(test)]
mod overrides;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod rate_limit;
#[cfg(test)]
mod reads;
#[cfg(test)]
mod region_builders;
#[cfg(test)]
mod regional_reads;
#[cfg(test)]
mod regions;
#[cfg(test)]
mod register;
#[cfg(test)]
mod renew;
#[cfg(test)]
mod self_preservation;
#[cfg(test)]
mod status;
#[cfg(test)]
mod steps;
