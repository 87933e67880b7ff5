//! What clients ask of the registry: registrations, heartbeats with keys at random, changes of status, deltas.

use std::time::Duration;

use divan::Bencher;
use heureka_core::{Origin, StatusChange, StatusOutcome};
use heureka_model::InstanceStatus::{OutOfService, Up};

use crate::fleet::{self, Keys};

/// After everybody has come, and before a lease ends.
const LATER: Duration = Duration::from_secs(40);
/// The largest registry takes a few seconds to fill, which is not measured.
const SIZES: [usize; 3] = [1000, 100_000, 1_000_000];

#[divan::bench(args = SIZES, sample_count = 100, sample_size = 10_000)]
fn renew(bencher: Bencher<'_, '_>, instances: usize) {
    let mut node = fleet::full_node(instances);
    let keys = Keys::shuffled(instances);
    let mut keys = keys.cycle();
    bencher.bench_local(|| fleet::renew(&mut node, keys.next().expect("no end"), LATER));
}

#[divan::bench(args = SIZES, sample_count = 100, sample_size = 1000)]
fn register_new(bencher: Bencher<'_, '_>, instances: usize) {
    let mut node = fleet::full_node(instances);
    let mut next = instances;
    bencher
        .with_inputs(|| {
            next += 1;
            fleet::registration(next)
        })
        .bench_local_values(|registration| {
            node.register(fleet::at(LATER), registration, Origin::Client)
        });
}

#[divan::bench(args = SIZES, sample_count = 100, sample_size = 1000)]
fn register_again(bencher: Bencher<'_, '_>, instances: usize) {
    let mut node = fleet::full_node(instances);
    let mut next = 0;
    bencher
        .with_inputs(|| {
            next += 7919;
            fleet::registration(next % instances)
        })
        .bench_local_values(|registration| {
            node.register(fleet::at(LATER), registration, Origin::Client)
        });
}

#[divan::bench(args = SIZES, sample_count = 100, sample_size = 1000)]
fn change_status(bencher: Bencher<'_, '_>, instances: usize) {
    let mut node = fleet::full_node(instances);
    let keys = Keys::shuffled(instances);
    let mut keys = keys.cycle().enumerate();
    bencher.bench_local(|| {
        let (turn, (app, id)) = keys.next().expect("no end");
        // Every other turn through all keys takes them back.
        let status = if (turn / instances).is_multiple_of(2) {
            OutOfService
        } else {
            Up
        };
        let change = StatusChange::Override(status);
        let outcome = node.change_status(fleet::at(LATER), app, id, change, None, Origin::Client);
        assert_eq!(outcome, StatusOutcome::Changed);
    });
}

/// A delta that shows so many changes.
#[divan::bench(args = [20, 1000])]
fn delta(bencher: Bencher<'_, '_>, changes: usize) {
    let mut node = fleet::full_node(100_000);
    let much_later = Duration::from_secs(600);
    let _ = node.delta(much_later);
    let keys = Keys::shuffled(100_000);
    for (app, id) in keys.cycle().take(changes) {
        let change = StatusChange::Override(OutOfService);
        node.change_status(fleet::at(much_later), app, id, change, None, Origin::Client);
    }
    bencher.bench_local(|| node.delta(much_later));
}
