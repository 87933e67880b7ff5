//! Reading a registration and writing an instance.

use std::time::Duration;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use heureka_model::{AppName, DocumentLimits, InstanceInfo};
use heureka_wire::{
    Detail, Form, Format, Pieces, Version, Within, decode_registration, encode_instance,
};

use crate::fleet;

fn info() -> InstanceInfo {
    let mut node = fleet::empty_node();
    fleet::register(&mut node, 7, Duration::ZERO);
    let info = node.instance(&fleet::app(7), &fleet::id(7));
    info.expect("just registered")
}

#[divan::bench]
fn decode_registration_json(bencher: Bencher<'_, '_>) {
    let body = fleet::registration_json(7).into_bytes();
    bencher
        .counter(BytesCount::of_slice(&body))
        .bench(|| decode_registration(black_box(&body), Format::Json));
}

#[divan::bench]
fn decode_registration_xml(bencher: Bencher<'_, '_>) {
    let body = encode_instance(&info(), Format::Xml, Version::V2);
    bencher
        .counter(BytesCount::of_slice(&body))
        .bench(|| decode_registration(black_box(&body), Format::Xml));
}

#[divan::bench]
fn document_of_a_registration(bencher: Bencher<'_, '_>) {
    let body = fleet::registration_json(7).into_bytes();
    let draft = decode_registration(&body, Format::Json).expect("an instance");
    let (app, limits) = (AppName::new(&fleet::app(7)), DocumentLimits::default());
    bencher
        .with_inputs(|| draft.clone())
        .bench_values(|draft| draft.into_registration(&app, fleet::LAST_DIRTY, &limits));
}

#[divan::bench(args = [Format::Json, Format::Xml])]
fn encode_single_instance(bencher: Bencher<'_, '_>, format: Format) {
    let info = info();
    bencher.bench(|| encode_instance(black_box(&info), format, Version::V2));
}

#[divan::bench(args = [
    (Format::Json, Detail::Full),
    (Format::Json, Detail::Compact),
    (Format::Xml, Detail::Full),
    (Format::Xml, Detail::Compact),
])]
fn encode_in_listing(bencher: Bencher<'_, '_>, (format, detail): (Format, Detail)) {
    let (info, version) = (info(), Version::V2);
    let pieces = Pieces(Form {
        format,
        detail,
        version,
    });
    bencher.bench(|| {
        pieces.instance(
            Vec::with_capacity(2048),
            black_box(&info),
            Within::Applications,
        )
    });
}
