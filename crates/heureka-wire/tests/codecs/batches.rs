//! Batches between peers (wire.md 2.11, `golden/spring` 27-batch, DESIGN 2.6).

use heureka_model::{
    InstanceStatus, ReplicationAction, ReplicationAnswer, ReplicationItem, UnixMillis,
};
use heureka_wire::{
    Format, ReadError, Version, decode_batch, decode_batch_answer, encode_batch_answer,
    encode_instance,
};

fn read_item(item: &str) -> ReplicationItem {
    let body = format!(r#"{{"replicationList":[{item}]}}"#);
    decode_batch(body.as_bytes()).expect(&body).remove(0)
}

#[test]
fn items_are_read_with_whatever_they_have() {
    let item = read_item(
        r#"{"appName":"orders","id":"i","lastDirtyTimestamp":"5","overriddenStatus":"DOWN","status":"UP","action":"StatusUpdate","foo":{"bar":[1]}}"#,
    );
    assert_eq!(item.app.unwrap().as_str(), "ORDERS");
    assert_eq!(item.id.unwrap().as_str(), "i");
    assert_eq!(item.last_dirty, Some(UnixMillis(5)));
    assert_eq!(item.overridden_status, Some(InstanceStatus::Down));
    assert_eq!(item.status, Some(InstanceStatus::Up));
    assert_eq!(item.action, Some(ReplicationAction::StatusUpdate));
    let item = read_item("{}");
    assert_eq!(
        (item.app, item.id, item.last_dirty, item.action),
        (None, None, None, None)
    );
}

/// UNKNOWN would be a status, so a text that is none is not read as that.
#[test]
fn unknown_words_are_absent_words() {
    for (field, expected) in [
        (r#""status":"BOGUS""#, None),
        (r#""status":"up""#, None),
        (r#""status":null"#, None),
        (r#""status":"UNKNOWN""#, Some(InstanceStatus::Unknown)),
    ] {
        assert_eq!(
            read_item(&format!("{{{field}}}")).status,
            expected,
            "{field}"
        );
    }
    // A removal shows what it names, so it has to name a status or none.
    for (status, is_read) in [("UP", true), ("BOGUS", false), ("", false)] {
        let item = format!(r#"{{"action":"DeleteStatusOverride","status":"{status}"}}"#);
        assert_eq!(read_item(&item).action.is_some(), is_read, "{status:?}");
    }
    for action in ["Fly", "heartbeat", ""] {
        assert_eq!(
            read_item(&format!(r#"{{"action":"{action}"}}"#)).action,
            None
        );
    }
}

/// One item whose instance cannot be read is an item without one; the others are not spoilt (35-hang/03).
#[test]
fn instances_fail_alone() {
    for instance in [
        "[]",
        "{}",
        "5",
        "\"x\"",
        "null",
        r#"{"app":"A","metadata":[]}"#,
    ] {
        let body = format!(
            r#"{{"replicationList":[{{"id":"a","instanceInfo":{instance},"action":"Register"}},{{"id":"b","instanceInfo":{{"app":"A"}}}}]}}"#
        );
        let items = decode_batch(body.as_bytes()).expect(&body);
        assert_eq!(items.len(), 2);
        assert!(
            items[0].instance.is_none() && items[1].instance.is_some(),
            "{body}"
        );
        assert_eq!(items[0].action, Some(ReplicationAction::Register));
    }
}

#[test]
fn one_item_stands_for_a_list() {
    assert_eq!(
        decode_batch(br#"{"replicationList":{"id":"a"}}"#)
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        decode_batch(br#"{"x":1,"replicationList":[],"y":{}}"#).unwrap(),
        []
    );
}

#[test]
fn batches_that_are_none_are_refused() {
    for body in [
        "",
        "[]",
        "{\"replicationList\":[",
        "{\"replicationList\":5}",
        "{\"replicationList\":[5]}",
        "<replicationList/>",
        r#"{"replicationList":[{"lastDirtyTimestamp":"abc"}]}"#,
        r#"{"replicationList":[{"id":{}}]}"#,
        r#"{"replicationList":[],"replicationList":[]}"#,
    ] {
        let read = decode_batch(body.as_bytes());
        assert!(
            matches!(read, Err(ReadError::Unreadable(_))),
            "{body}: {read:?}"
        );
    }
    for body in [
        "null",
        "{}",
        r#"{"replicationList":null}"#,
        r#"{"replicationList":[null]}"#,
    ] {
        let read = decode_batch(body.as_bytes());
        assert!(
            matches!(read, Err(ReadError::NotAnInstance(_))),
            "{body}: {read:?}"
        );
    }
}

#[test]
fn answers_are_read_with_or_without_an_instance() {
    let answers = decode_batch_answer(
        br#"{"responseList":[{"statusCode":200},{"statusCode":"409","responseEntity":{"app":"A","hostName":"h"},"zzz":[]},{"statusCode":404,"responseEntity":null}]}"#,
    )
    .unwrap();
    let codes: Vec<_> = answers.iter().map(|answer| answer.status_code).collect();
    assert_eq!(codes, [200, 409, 404]);
    let have: Vec<_> = answers
        .iter()
        .map(|answer| answer.instance.is_some())
        .collect();
    assert_eq!(have, [false, true, false]);
    for body in [
        "{}",
        "null",
        r#"{"responseList":[{}]}"#,
        r#"{"responseList":[{"statusCode":-1}]}"#,
        r#"{"responseList":[{"statusCode":70000}]}"#,
        r#"{"responseList":[{"statusCode":200,"responseEntity":{}}]}"#,
    ] {
        assert!(decode_batch_answer(body.as_bytes()).is_err(), "{body}");
    }
}

fn answer_in_xml(answers: &[ReplicationAnswer]) -> String {
    String::from_utf8(encode_batch_answer(answers, Format::Xml)).unwrap()
}

/// `golden/spring` 27-batch/50.
#[test]
fn answers_are_written_in_xml_too() {
    let entry = "com.netflix.eureka.cluster.protocol.ReplicationInstanceResponse";
    let root = "com.netflix.eureka.cluster.protocol.ReplicationListResponse";
    let coded = |status_code| ReplicationAnswer {
        status_code,
        instance: None,
    };
    let written =
        |code| format!("    <{entry}>\n      <statusCode>{code}</statusCode>\n    </{entry}>\n");
    let entries = format!("{}{}", written(200), written(404));
    assert_eq!(
        answer_in_xml(&[coded(200), coded(404)]),
        format!("<{root}>\n  <responseList>\n{entries}  </responseList>\n</{root}>")
    );
    assert_eq!(
        answer_in_xml(&[]),
        format!("<{root}>\n  <responseList/>\n</{root}>")
    );
}

/// No recording shows this: the entry holds what XML shows of an instance elsewhere.
#[test]
fn an_instance_in_an_answer_is_written_in_xml_like_any_other() {
    let draft = read_item(
        r#"{"instanceInfo":{"app":"A","hostName":"h","ipAddr":"i","dataCenterInfo":{"name":"MyOwn"}}}"#,
    );
    let draft = draft.instance.unwrap();
    let info = draft.into_listed(UnixMillis(0)).unwrap();
    let alone = encode_instance(&info, Format::Xml, Version::V2);
    let answer = answer_in_xml(&[ReplicationAnswer {
        status_code: 409,
        instance: Some(info),
    }]);
    let lines = |text: &str| {
        text.lines()
            .map(str::trim)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (answer, alone) = (lines(&answer), lines(str::from_utf8(&alone).unwrap()));
    assert_eq!(answer[4], "<responseEntity>");
    assert_eq!(answer[5..answer.len() - 4], alone[1..alone.len() - 1]);
}
