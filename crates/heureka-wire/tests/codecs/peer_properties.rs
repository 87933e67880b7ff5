//! What holds for all that nodes tell each other, and for every sequence of bytes.

use std::time::Duration;

use heureka_model::{
    AgeOf, CancelledState, Changes, DocumentLimits, InstanceKey, KeyState, LeaseState, PeerMessage,
    PeerReply, Stamp,
};
use heureka_wire::{
    Decoded, ReadError, decode_peer_message, decode_peer_reply, encode_peer_message,
    encode_peer_reply,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::arbitrary_peers::{header, message, reply};
use crate::bodies::RECEIVED;
use crate::peers::a_header;

fn read_message(bytes: &[u8]) -> Result<Decoded<PeerMessage>, ReadError> {
    decode_peer_message(bytes, RECEIVED, &DocumentLimits::default())
}

fn read_reply(bytes: &[u8]) -> Result<Decoded<PeerReply>, ReadError> {
    decode_peer_reply(bytes, RECEIVED, &DocumentLimits::default())
}

/// Reads `bytes` in both ways. What can be read is written, read again and written as the same bytes.
fn read_both_ways(bytes: &[u8]) {
    if let Ok(decoded) = read_message(bytes) {
        let written = encode_peer_message(&decoded.header, &decoded.body);
        let again = read_message(&written).unwrap();
        assert_eq!(again.refused, 0);
        assert_eq!(encode_peer_message(&again.header, &again.body), written);
    }
    if let Ok(decoded) = read_reply(bytes) {
        let written = encode_peer_reply(&decoded.header, &decoded.body);
        let again = read_reply(&written).unwrap();
        assert_eq!(again.refused, 0);
        assert_eq!(encode_peer_reply(&again.header, &again.body), written);
    }
}

/// A message or a reply to which something happened.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let whole = prop_oneof![
        (header(), message()).prop_map(|(header, message)| encode_peer_message(&header, &message)),
        (header(), reply()).prop_map(|(header, reply)| encode_peer_reply(&header, &reply)),
    ];
    let harm = vec((any::<Index>(), any::<u8>()), 0..3);
    (whole, harm).prop_map(|(mut bytes, harm)| {
        for (at, byte) in harm {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    })
}

/// Names and values of messages, in any order.
fn scraps() -> impl Strategy<Value = String> {
    let scrap = prop_oneof![
        "\"(from|body|changes|states|renewed|present|doc|ages|keys|held|wanted|same|slices|A)\":?",
        "[{}\\[\\]:,\"]",
        "null|true|-?[0-9]{1,40}|1e999|\"[0-9a-g]{0,33}\"",
    ];
    vec(scrap, 0..40).prop_map(|scraps| scraps.concat())
}

fn any_time() -> impl Strategy<Value = Duration> {
    let any = (any::<u64>(), 0..1_000_000_000_u32);
    prop_oneof![
        (0..10_000_u64).prop_map(Duration::from_nanos),
        any.prop_map(|(secs, nanos)| Duration::new(secs, nanos)),
        Just(Duration::MAX),
    ]
}

fn age_that_arrives(age: Duration) -> Duration {
    let lease = LeaseState {
        age,
        ever_renewed: true,
        origin: None,
    };
    let key = InstanceKey::new("a", "1");
    let reply = PeerReply::Ages(vec![AgeOf { key, lease }]);
    let decoded = read_reply(&encode_peer_reply(&a_header(), &reply)).unwrap();
    let PeerReply::Ages(ages) = decoded.body else {
        panic!("another reply: {:?}", decoded.body);
    };
    ages[0].lease.age
}

fn time_left_that_arrives(left: Duration) -> Duration {
    let cancelled = KeyState::Cancelled(CancelledState {
        key: InstanceKey::new("a", "1"),
        stamp: Stamp::NEVER,
        version: None,
        left,
    });
    let changes = Changes {
        states: vec![cancelled],
        renewed: vec![],
    };
    let message = PeerMessage::Changes(changes);
    let decoded = read_message(&encode_peer_message(&a_header(), &message)).unwrap();
    let PeerMessage::Changes(changes) = decoded.body else {
        panic!("another message: {:?}", decoded.body);
    };
    let [KeyState::Cancelled(cancelled)] = &changes.states[..] else {
        panic!("other states: {:?}", changes.states);
    };
    cancelled.left
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn messages_survive(header in header(), message in message()) {
        let decoded = read_message(&encode_peer_message(&header, &message));
        prop_assert_eq!(decoded, Ok(Decoded { header, body: message, refused: 0 }));
    }

    #[test]
    fn replies_survive(header in header(), reply in reply()) {
        let decoded = read_reply(&encode_peer_reply(&header, &reply));
        prop_assert_eq!(decoded, Ok(Decoded { header, body: reply, refused: 0 }));
    }

    #[test]
    fn no_transfer_makes_a_lease_younger(age in any_time()) {
        let arrived = age_that_arrives(age);
        prop_assert!(arrived >= age);
        prop_assert!(arrived - age < Duration::from_micros(1));
    }

    #[test]
    fn no_transfer_makes_a_cancelled_key_last_longer(left in any_time()) {
        let arrived = time_left_that_arrives(left);
        prop_assert!(arrived <= left);
        prop_assert!(left - arrived < Duration::from_micros(1));
    }

    #[test]
    fn no_damage_makes_a_reader_panic(bytes in damaged()) {
        read_both_ways(&bytes);
    }

    #[test]
    fn no_end_makes_a_reader_panic(header in header(), message in message(), end: Index) {
        let mut bytes = encode_peer_message(&header, &message);
        bytes.truncate(end.index(bytes.len()));
        prop_assert!(read_message(&bytes).is_err());
    }

    #[test]
    fn no_scraps_make_a_reader_panic(text in scraps()) {
        read_both_ways(text.as_bytes());
        let written = encode_peer_message(&a_header(), &PeerMessage::Hello);
        let written = String::from_utf8(written).unwrap();
        read_both_ways(written.replace("\"hello\":{}", &text).as_bytes());
    }
}
