//! What nodes tell each other, byte for byte, and what becomes of messages that are not as they should be.

use std::time::Duration;

use heureka_model::{
    AgeOf, AppDigest, AppName, Compared, Comparison, Digest, DocumentLimits, InstanceId,
    InstanceKey, KeyState, KeyVersion, LeaseState, NodeId, PeerHeader, PeerMessage, PeerReply,
    RenewedKey, SentId, Slice, Stamp, UnixMillis,
};
use heureka_wire::{
    Decoded, MAX_JSON_DEPTH, ReadError, decode_peer_message, decode_peer_reply,
    encode_peer_message, encode_peer_reply,
};

use crate::bodies::RECEIVED;

const HEADER: &str = r#""from":{"node":"5f1c","name":"eu-1","version":"0.1.0","uptime":1200000,"reading":[1700000000000,7,"5f1c"],"wall":1700000000250,"open":true,"reaches":["77a0"]}"#;

pub(crate) fn a_header() -> PeerHeader {
    PeerHeader {
        node: NodeId(0x5f1c),
        name: "eu-1".to_owned(),
        version: "0.1.0".to_owned(),
        uptime: Duration::from_millis(1200),
        reading: a_stamp(),
        wall: UnixMillis(1_700_000_000_250),
        is_open: true,
        reaches: vec![NodeId(0x77a0)],
    }
}

fn a_stamp() -> Stamp {
    Stamp {
        wall_ms: 1_700_000_000_000,
        count: 7,
        node: NodeId(0x5f1c),
    }
}

fn a_lease(origin: Option<NodeId>) -> LeaseState {
    LeaseState {
        age: Duration::from_millis(12),
        ever_renewed: origin.is_some(),
        origin,
    }
}

fn keys(names: &[(&str, &str)]) -> Vec<InstanceKey> {
    let names = names.iter();
    names.map(|(app, id)| InstanceKey::new(app, id)).collect()
}

fn with_body(body: &str) -> String {
    format!("{{{HEADER},\"body\":{body}}}")
}

fn read(text: &str) -> Result<Decoded<PeerMessage>, ReadError> {
    decode_peer_message(text.as_bytes(), RECEIVED, &DocumentLimits::default())
}

fn read_reply(text: &str) -> Result<Decoded<PeerReply>, ReadError> {
    decode_peer_reply(text.as_bytes(), RECEIVED, &DocumentLimits::default())
}

#[track_caller]
fn check(message: &PeerMessage, body: &str) {
    let bytes = encode_peer_message(&a_header(), message);
    assert_eq!(String::from_utf8(bytes).unwrap(), with_body(body));
    assert_eq!(&read(&with_body(body)).unwrap().body, message);
}

#[track_caller]
fn check_reply(reply: &PeerReply, body: &str) {
    let bytes = encode_peer_reply(&a_header(), reply);
    assert_eq!(String::from_utf8(bytes).unwrap(), with_body(body));
    assert_eq!(&read_reply(&with_body(body)).unwrap().body, reply);
}

#[test]
fn messages_are_written_as_described() {
    check(&PeerMessage::Hello, r#"{"hello":{}}"#);
    check(&PeerMessage::Leave, r#"{"leave":{}}"#);
    check(
        &PeerMessage::Ages(keys(&[("a", "1"), ("a", "2"), ("b", "1"), ("a", "3")])),
        r#"{"ages":{"keys":[["A",["1","2"]],["B",["1"]],["A",["3"]]]}}"#,
    );
    let totals = Comparison::Totals {
        present: Digest(u128::MAX),
        cancelled: Digest(0),
    };
    check(
        &PeerMessage::Compare(totals),
        r#"{"totals":{"present":"ffffffffffffffffffffffffffffffff","cancelled":"0"}}"#,
    );
    check(
        &PeerMessage::Compare(Comparison::Everything),
        r#"{"everything":{}}"#,
    );
    let divided = Slice {
        app: AppName::new("a"),
        bits: 4,
        prefix: 9,
    };
    let version = KeyVersion {
        id: InstanceId::new("1"),
        version: 0xab,
        newest: a_stamp(),
    };
    let held = vec![(divided.clone(), vec![version])];
    check(
        &PeerMessage::Compare(Comparison::Slices { divided }),
        r#"{"slices":{"divided":["A",4,9]}}"#,
    );
    check(
        &PeerMessage::Compare(Comparison::Keys {
            held,
            with_kept: true,
        }),
        r#"{"keys":{"held":[[["A",4,9],[["1","ab",[1700000000000,7,"5f1c"]]]]],"with_kept":true}}"#,
    );
}

#[test]
fn renewed_keys_of_one_application_share_its_name() {
    let renewed = |(key, origin)| RenewedKey {
        key,
        version: 0xab,
        lease: a_lease(origin),
    };
    let origins = [Some(NodeId(0x77a0)), None, None];
    let renewed = keys(&[("a", "1"), ("a", "2"), ("b", "1")])
        .into_iter()
        .zip(origins)
        .map(renewed)
        .collect();
    let changes = heureka_model::Changes {
        states: vec![],
        renewed,
    };
    check(
        &PeerMessage::Changes(changes),
        r#"{"changes":{"states":[],"renewed":[["A",[["1","ab",12000,1,"77a0"],["2","ab",12000,0,null]]],["B",[["1","ab",12000,0,null]]]]}}"#,
    );
}

#[test]
fn replies_are_written_as_described() {
    check_reply(&PeerReply::Noted, r#"{"noted":{}}"#);
    check_reply(&PeerReply::Compared(Compared::Same), r#"{"same":{}}"#);
    let digest = AppDigest {
        app: AppName::new("a"),
        keys: 3,
        present: Digest(0xab),
        cancelled: Digest(0),
    };
    check_reply(
        &PeerReply::Compared(Compared::Applications(vec![digest])),
        r#"{"applications":{"digests":[["A",3,"ab","0"]]}}"#,
    );
    check_reply(
        &PeerReply::Compared(Compared::Slices(vec![Digest(1), Digest(0xff)])),
        r#"{"slices":{"sums":["1","ff"]}}"#,
    );
    let ages = keys(&[("a", "1")]).into_iter().map(|key| AgeOf {
        key,
        lease: a_lease(Some(NodeId(1))),
    });
    check_reply(
        &PeerReply::Ages(ages.collect()),
        r#"{"ages":{"ages":[["A",[["1",12000,1,"1"]]]]}}"#,
    );
}

const DOCUMENT: &str = r#"{"instanceId":"1","hostName":"h","app":"A","ipAddr":"1.2.3.4","dataCenterInfo":{"name":"MyOwn"}}"#;

/// A state as another node may write it, with `doc` for a document and `more` beside it.
fn state(doc: &str, more: &str) -> String {
    let stamp = "[1,0,\"1\"]";
    format!(
        r#"{{"present":{{"doc":{doc},"gen":0,"at":{stamp},"reported":{stamp},"set_at":{stamp},"there":{stamp},"lease":[0,0,null],"registered":0,"up":0{more}}}}}"#
    )
}

fn changes(states: &[String]) -> String {
    let states = states.join(",");
    with_body(&format!(
        r#"{{"changes":{{"states":[{states}],"renewed":[["A",[["1","ab",1,1,null]]]]}}}}"#
    ))
}

/// The states that are taken, and how many are refused.
#[track_caller]
fn taken(states: &[String]) -> (Vec<KeyState>, usize) {
    let decoded = read(&changes(states)).unwrap();
    let PeerMessage::Changes(changes) = decoded.body else {
        panic!("another message: {:?}", decoded.body);
    };
    assert_eq!(changes.renewed.len(), 1);
    (changes.states, decoded.refused)
}

#[test]
fn a_state_that_may_not_be_stored_is_left_out_alone() {
    let good = state(DOCUMENT, "");
    let cancelled = r#"{"cancelled":{"key":["A","2"],"at":[1,0,"1"],"left":5}}"#.to_owned();
    let long = "x".repeat(DocumentLimits::default().text_bytes + 1);
    for bad in [
        state(r#"{"app":"A","hostName":"h"}"#, ""),
        state(&DOCUMENT.replace("1.2.3.4", "1\\n2"), ""),
        state(&DOCUMENT.replace("1.2.3.4", &long), ""),
        state(&DOCUMENT.replace("MyOwn", "Mars"), ""),
        state(&DOCUMENT.replace("\"app\":\"A\"", "\"app\":\"\""), ""),
        state(DOCUMENT, r#","sent":"absent""#),
        state(DOCUMENT, r#","sent":"by pigeon""#),
        state(DOCUMENT, r#","set":{"may_be":"UP"}"#),
        state(DOCUMENT, r#","set":{"is":"SLEEPY"}"#),
        state("null", ""),
        good.replace("\"gen\":0,", ""),
        good.replace("\"gen\":0", "\"gen\":4294967296"),
        good.replace("present", "asleep"),
        cancelled.replace("5", "-5"),
        "7".to_owned(),
        "null".to_owned(),
    ] {
        let (states, refused) = taken(&[good.clone(), bad.clone(), cancelled.clone()]);
        assert_eq!((states.len(), refused), (2, 1), "{bad}");
    }
    assert_eq!(taken(&[good, cancelled]).1, 0);
}

#[test]
fn the_id_stays_what_it_was_however_it_was_sent() {
    let of_host = DOCUMENT.replace("\"instanceId\":\"1\"", "\"instanceId\":\"h\"");
    for (doc, more, sent) in [
        (DOCUMENT, "", SentId::AsInstanceId),
        (&of_host, r#","sent":"empty""#, SentId::Empty),
        (&of_host, r#","sent":"absent""#, SentId::Absent),
    ] {
        let (states, _) = taken(&[state(doc, more)]);
        let [KeyState::Present(present)] = &states[..] else {
            panic!("{more}: {states:?}");
        };
        assert_eq!(present.document.document.sent_id, sent);
    }
}

/// Nodes are upgraded one after another.
#[test]
fn what_a_later_version_adds_is_ignored() {
    let plain = changes(&[state(DOCUMENT, "")]);
    let later = plain
        .replace("\"from\":{", "\"zzz\":[{}],\"from\":{\"zzz\":{},")
        .replace("\"changes\":{", "\"changes\":{\"zzz\":[1],")
        .replace("\"present\":{", "\"present\":{\"zzz\":null,")
        .replace("[1,0,\"1\"]", "[1,0,\"1\",{\"zzz\":[]}]")
        .replace("[0,0,null]", "[0,0,null,1]")
        .replace("1,1,null]]]", "1,1,null,\"z\"]],[\"zzz\"]]");
    assert_eq!(read(&later), read(&plain));
    assert_eq!(
        read(&with_body(r#"{"hello":{"zzz":1}}"#)).unwrap().body,
        PeerMessage::Hello
    );
}

#[test]
fn an_unknown_kind_is_named() {
    for error in [
        read(&with_body(r#"{"dance":{}}"#)).unwrap_err(),
        read_reply(&with_body(r#"{"dance":{"a":[1]}}"#)).unwrap_err(),
    ] {
        assert!(error.to_string().contains("`dance`"), "{error}");
    }
}

#[test]
fn what_is_no_message_is_refused() {
    let hello = with_body(r#"{"hello":{}}"#);
    for text in [
        String::new(),
        "null".to_owned(),
        "{}".to_owned(),
        format!("{{{HEADER}}}"),
        r#"{"body":{"hello":{}}}"#.to_owned(),
        with_body("{}"),
        with_body("null"),
        with_body(r#"{"hello":{},"leave":{}}"#),
        with_body(r#"{"noted":{}}"#),
        with_body(r#"{"changes":{"states":[]}}"#),
        with_body(r#"{"ages":{"keys":[["A"]]}}"#),
        with_body(r#"{"ages":{"keys":["A"]}}"#),
        with_body(r#"{"slices":{"divided":["A",17,0]}}"#),
        with_body(r#"{"slices":{"divided":["A",1,65536]}}"#),
        with_body(r#"{"totals":{"present":"","cancelled":"0"}}"#),
        with_body(r#"{"totals":{"present":"100000000000000000000000000000000","cancelled":"0"}}"#),
        hello.replace("5f1c", "10000000000000000"),
        hello.replace("1200000", "-1"),
        hello.replace("1200000", "1.5"),
        hello.replace("1200000", "\"1e3\""),
        format!("{hello}{hello}"),
    ] {
        let read = read(&text);
        assert!(
            matches!(read, Err(ReadError::Unreadable(_))),
            "{text}: {read:?}"
        );
    }
    assert!(read(&hello).is_ok());
}

#[test]
fn depth_is_bounded_wherever_it_is() {
    let deep = "[".repeat(100_000);
    let too_deep = ReadError::TooDeep {
        limit: MAX_JSON_DEPTH,
    };
    for text in [
        deep.clone(),
        with_body(&deep),
        with_body(&format!(r#"{{"hello":{{"zzz":{deep}"#)),
        changes(std::slice::from_ref(&deep)),
        changes(&[state(&format!("{{\"zzz\":{deep}"), "")]),
    ] {
        assert_eq!(read(&text).as_ref(), Err(&too_deep));
        assert_eq!(read_reply(&text).as_ref(), Err(&too_deep));
    }
}
