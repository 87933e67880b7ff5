//! What the parts of a request cost without HTTP: `cargo bench -p heureka-bench --bench micro`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench stops where something is wrong"
)]

mod assemble;
mod codec;
#[path = "../fleet/mod.rs"]
mod fleet;
mod registry;

/// The server's.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    divan::main();
}
