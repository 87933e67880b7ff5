//! The hot paths one by one, for callgrind to count: `cargo run -p xtask -- instructions` runs it, once for each case.
//!
//! It is told a case, prepares it, and goes through it as often as it then prints. Only what happens within
//! [`counted_by_callgrind`] counts.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench stops where something is wrong, and prints what it measured"
)]

#[path = "../fleet/mod.rs"]
mod fleet;

use std::hint::black_box;
use std::time::Duration;

use heureka_core::{Node, Origin, StatusChange};
use heureka_model::InstanceStatus::{OutOfService, Up};
use heureka_model::Registration;
use heureka_wire::{Format, Packer, Version, decode_registration, encode_instance};

use crate::fleet::{Fragments, Keys, LATER};

/// How often each path is taken.
const TURNS: usize = 1000;
/// How often the long ones are taken.
const FEW_TURNS: usize = 50;

/// The server's.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    // Cargo says `--bench` where it runs a bench by itself; then there is nothing to count.
    match std::env::args().nth(1).as_deref() {
        Some("renew-at-1000") => renew(1000),
        Some("renew-at-100000") => renew(100_000),
        Some("renew-at-1000000") => renew(1_000_000),
        Some("register-at-1000") => register_new(1000),
        Some("register-again-at-1000") => register_again(1000),
        Some("register-again-at-100000") => register_again(100_000),
        Some("change-status-at-1000") => change_status(1000),
        Some("change-status-at-100000") => change_status(100_000),
        Some("take-over-a-change-at-1000") => take_over_a_change(1000),
        Some("take-over-a-change-at-100000") => take_over_a_change(100_000),
        Some("take-over-64-changes-at-1000") => take_over_changes(1000, 64),
        Some("take-over-3125-changes-at-100000") => take_over_changes(100_000, 3125),
        Some("read-after-a-change-at-1000") => read_after_a_change(1000),
        Some("read-after-a-change-at-100000") => read_after_a_change(100_000),
        Some("read-application") => read_application(),
        Some("decode-registration-json") => decode(),
        Some("encode-instance-json") => encode(),
        _ => println!("usage: instructions <case>"),
    }
}

/// Takes a path once as often as it is to be counted, so that tables have grown, and then again for callgrind.
fn count(path: impl FnMut()) {
    count_turns(TURNS, path);
}

fn count_turns(turns: usize, mut path: impl FnMut()) {
    (0..turns).for_each(|_| path());
    counted_by_callgrind(turns, &mut path);
    println!("{turns}");
}

#[inline(never)]
fn counted_by_callgrind(turns: usize, path: &mut impl FnMut()) {
    (0..turns).for_each(|_| path());
}

fn renew(instances: usize) {
    let mut node = fleet::empty_node();
    for n in 0..instances {
        let arrival = fleet::at(fleet::arrival(n, instances));
        let outcome = node.register(arrival, fleet::short_registration(n), Origin::Client);
        outcome.expect("room");
    }
    let keys = Keys::shuffled(instances);
    let mut keys = keys.cycle();
    count(|| fleet::renew(&mut node, keys.next().expect("no end"), LATER));
}

fn register_new(instances: usize) {
    register(instances, instances..instances + 2 * TURNS);
}

fn register_again(instances: usize) {
    register(instances, (0..2 * TURNS).map(|turn| turn % instances));
}

/// Registers the instances of these numbers in a registry of so many.
fn register(instances: usize, numbers: impl Iterator<Item = usize>) {
    let mut node = fleet::full_node(instances);
    let registrations: Vec<Registration> = numbers.map(fleet::registration).collect();
    let mut registrations = registrations.into_iter();
    count(|| {
        let registration = registrations.next().expect("enough of them");
        let outcome = node.register(fleet::at(LATER), registration, Origin::Client);
        black_box(outcome.expect("room"));
    });
}

fn change_status(instances: usize) {
    let mut node = fleet::full_node(instances);
    let keys = Keys::shuffled(instances);
    let mut turns = keys.cycle().enumerate();
    count(|| {
        let (turn, (app, id)) = turns.next().expect("no end");
        let is_first_round = (turn / instances).is_multiple_of(2);
        let status = if is_first_round { OutOfService } else { Up };
        override_status(&mut node, (app, id), status, LATER);
    });
}

fn override_status(
    node: &mut Node,
    (app, id): (&str, &str),
    status: heureka_model::InstanceStatus,
    mono: Duration,
) {
    let change = StatusChange::Override(status);
    black_box(node.change_status(fleet::at(mono), app, id, change, None, Origin::Client));
}

fn take_over_a_change(instances: usize) {
    let mut fragments = Fragments::of(instances);
    count(|| fragments.change_one());
}

/// As many changes together as a server waits for in a registry of this size while nobody reads. Each of them counts.
fn take_over_changes(instances: usize, together: usize) {
    let mut fragments = Fragments::of(instances);
    fragments.change(together);
    let turns = TURNS.div_ceil(together);
    counted_by_callgrind(turns, &mut || fragments.change(together));
    println!("{}", turns * together);
}

/// The whole listing in JSON, packed, where one instance has changed since it was read last.
fn read_after_a_change(instances: usize) {
    let mut fragments = Fragments::of(instances);
    let mut packer = Packer::new();
    fragments.read_packed(&mut packer);
    count_turns(FEW_TURNS, || {
        fragments.change_one();
        black_box(fragments.read_packed(&mut packer));
    });
}

fn read_application() {
    let fragments = Fragments::of(1000);
    let app = fleet::app(7);
    count(|| {
        black_box(fragments.read_application(&app));
    });
}

fn decode() {
    let body = fleet::registration_json(7).into_bytes();
    count(|| {
        let draft = decode_registration(black_box(&body), Format::Json);
        black_box(draft.expect("an instance"));
    });
}

fn encode() {
    let mut node = fleet::empty_node();
    fleet::register(&mut node, 7, Duration::ZERO);
    let info = node.instance(&fleet::app(7), &fleet::id(7));
    let info = info.expect("just registered");
    count(|| {
        black_box(encode_instance(black_box(&info), Format::Json, Version::V2));
    });
}
