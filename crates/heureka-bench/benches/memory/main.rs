//! What the registry holds for each instance, by the allocator's count and as the system sees it:
//! `cargo bench -p heureka-bench --bench memory`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench stops where something is wrong, and prints what it measured"
)]

#[path = "../fleet/mod.rs"]
mod fleet;

use std::alloc::System;
use std::time::Duration;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// When every registration has left the window of changes.
const MUCH_LATER: Duration = Duration::from_secs(600);

fn main() {
    [1000, 10_000, 100_000].into_iter().for_each(measure);
}

fn measure(instances: usize) {
    let region = Region::new(ALLOCATOR);
    let resident = resident_bytes();
    let held = || {
        let stats = region.change();
        let blocks = stats.allocations - stats.deallocations;
        let bytes = stats.bytes_allocated - stats.bytes_deallocated;
        (bytes / instances, blocks as f64 / instances as f64)
    };
    let mut node = fleet::full_node(instances);
    let ((bytes, blocks), rss) = (held(), resident_bytes().saturating_sub(resident));
    let _ = node.delta(MUCH_LATER);
    let (bytes_later, blocks_later) = held();
    println!(
        "{instances} instances, per instance: {bytes} bytes in {blocks:.1} blocks, {} bytes resident; \
         {bytes_later} bytes in {blocks_later:.1} blocks after the window of changes",
        rss / instances
    );
    drop(node);
}

/// How much memory the process has, of which the part that it had before counts only once.
fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok());
    kib.unwrap_or_default() * 1024
}
