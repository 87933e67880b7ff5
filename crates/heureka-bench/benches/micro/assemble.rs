//! Answers from fragments: what a read costs that finds everything made, and what one change adds to the next.

use divan::{Bencher, black_box};
use heureka_wire::Packer;

use crate::fleet::{self, Fragments};

const SIZES: [usize; 4] = [1000, 10_000, 100_000, 1_000_000];

#[divan::bench(args = SIZES)]
fn full_packed_again(bencher: Bencher<'_, '_>, instances: usize) {
    let fragments = Fragments::of(instances);
    let mut packer = Packer::new();
    fragments.read_packed(&mut packer);
    bencher.bench_local(|| black_box(&fragments).read_packed(&mut packer));
}

#[divan::bench(args = SIZES)]
fn full_packed_after_a_change(bencher: Bencher<'_, '_>, instances: usize) {
    let mut fragments = Fragments::of(instances);
    let mut packer = Packer::new();
    fragments.read_packed(&mut packer);
    bencher.bench_local(|| {
        fragments.change_one();
        fragments.read_packed(&mut packer)
    });
}

#[divan::bench(args = SIZES)]
fn full_plain_again(bencher: Bencher<'_, '_>, instances: usize) {
    let fragments = Fragments::of(instances);
    fragments.read_plain();
    bencher.bench_local(|| black_box(&fragments).read_plain());
}

#[divan::bench(args = SIZES)]
fn take_over_a_change(bencher: Bencher<'_, '_>, instances: usize) {
    let mut fragments = Fragments::of(instances);
    bencher.bench_local(|| fragments.change_one());
}

#[divan::bench(args = SIZES)]
fn application(bencher: Bencher<'_, '_>, instances: usize) {
    let fragments = Fragments::of(instances);
    let app = fleet::app(7);
    fragments.read_application(&app);
    bencher.bench_local(|| fragments.read_application(black_box(&app)));
}
