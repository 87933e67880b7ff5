//! What clients ask of the registry: registrations, heartbeats with keys at random, changes of status, deltas.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use divan::Bencher;
use heureka_core::{Origin, StatusChange, StatusOutcome};
use heureka_model::InstanceStatus::{OutOfService, Up};

use crate::fleet::{self, Keys, LATER};

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

/// What the registry does by itself each second, among heartbeats that come every thirty.
#[divan::bench(args = SIZES, sample_count = 60, sample_size = 1)]
fn round(bencher: Bencher<'_, '_>, instances: usize) {
    let node = RefCell::new(fleet::full_node(instances));
    let keys = Keys::shuffled(instances);
    let keys = RefCell::new(keys.cycle());
    let mono = Cell::new(Duration::from_secs(30));
    bencher
        .with_inputs(|| {
            let mut keys = keys.borrow_mut();
            mono.set(mono.get() + Duration::from_secs(1));
            for key in keys.by_ref().take(instances.div_ceil(30)) {
                fleet::renew(&mut node.borrow_mut(), key, mono.get());
            }
        })
        .bench_local_values(|()| node.borrow_mut().handle_timeout(fleet::at(mono.get())));
}
