//! How long it takes to write and to read what a busy node sends in a second: run by hand, in release.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a measurement needs a clock; nothing is decided by it"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use heureka_model::{
    Changes, DocumentLimits, DocumentState, InstanceKey, KeyState, LeaseState, NodeId,
    OverrideState, OverrideValue, PeerMessage, PresentState, RenewedKey, Stamp,
};
use heureka_wire::{decode_peer_message, encode_peer_message};

use crate::bodies::{RECEIVED, read_json};
use crate::peers::a_header;

const ROUNDS: u32 = 50;
const NODE: NodeId = NodeId(0x5f1c_a23b_9d40_77e1);

/// `cargo test --release -p heureka-wire --test codecs -- --ignored --nocapture speed`
#[test]
#[ignore = "a measurement, not a check"]
fn speed_of_peer_messages() {
    let keys: Vec<_> = (0..10_000).map(renewed).collect();
    let states: Vec<_> = (0..250).map(state).collect();
    measure("10,000 renewed keys", vec![], keys.clone());
    measure("250 states", states.clone(), vec![]);
    measure("both", states, keys);
}

fn measure(what: &str, states: Vec<KeyState>, renewed: Vec<RenewedKey>) {
    let (header, limits) = (a_header(), DocumentLimits::default());
    let message = PeerMessage::Changes(Changes { states, renewed });
    let bytes = encode_peer_message(&header, &message);
    let encode = per_round(|| encode_peer_message(&header, &message));
    let decode = per_round(|| decode_peer_message(&bytes, RECEIVED, &limits).unwrap());
    let size = bytes.len();
    println!("{what}: {size} bytes, written in {encode:?}, read in {decode:?}");
}

fn per_round<T>(work: impl Fn() -> T) -> Duration {
    let start = Instant::now();
    for _ in 0..ROUNDS {
        std::hint::black_box(work());
    }
    start.elapsed() / ROUNDS
}

fn renewed(n: u32) -> RenewedKey {
    let app = format!("SERVICE-{}", n / 50);
    RenewedKey {
        key: InstanceKey::new(&app, &format!("ip-10-1-2-3.eu.internal:service:{n}")),
        version: u64::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15),
        lease: lease(n),
    }
}

fn lease(n: u32) -> LeaseState {
    LeaseState {
        age: Duration::from_micros(u64::from(n) * 97),
        ever_renewed: true,
        origin: Some(NODE),
    }
}

fn stamp(n: u32) -> Stamp {
    Stamp {
        wall_ms: 1_700_000_000_000 + i64::from(n),
        count: n,
        node: NODE,
    }
}

fn state(n: u32) -> KeyState {
    KeyState::Present(Box::new(PresentState {
        document: DocumentState {
            generation: 0,
            stamp: stamp(n),
            reported: stamp(n),
            document: Arc::new(document(n)),
        },
        override_state: OverrideState {
            value: OverrideValue::Absent,
            stamp: Stamp::NEVER,
        },
        presence: stamp(n),
        lease: lease(n),
        registered: RECEIVED,
        service_up: RECEIVED,
    }))
}

/// About what Spring's clients register.
fn document(n: u32) -> heureka_model::Document {
    let draft = read_json(&format!(
        r#""instanceId":"ip-10-1-2-3.eu.internal:service:{n}","port":{{"$":8080,"@enabled":"true"}},
        "dataCenterInfo":{{"name":"MyOwn"}},"metadata":{{"management.port":"8081","zone":"eu-1a","version":"1.4.2"}},
        "homePageUrl":"http://ip-10-1-2-3.eu.internal:8080/","vipAddress":"service","secureVipAddress":"service",
        "statusPageUrl":"http://ip-10-1-2-3.eu.internal:8081/actuator/info",
        "healthCheckUrl":"http://ip-10-1-2-3.eu.internal:8081/actuator/health""#
    ));
    let app = draft.app.clone();
    let limits = DocumentLimits::default();
    let registration = draft.into_registration(&app, RECEIVED, &limits);
    registration.expect("it has what it must").document
}
