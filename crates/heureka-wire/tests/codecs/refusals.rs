//! What is not read: what Java refuses for more than its shape, and what hangs or poisons it (DESIGN 2.10, 2.13).

use heureka_wire::{Format, ReadError, decode_registration};

use crate::bodies::{json_body, xml_body};
use Format::{Json, Xml};

#[track_caller]
fn assert_unreadable(body: &[u8], format: Format) {
    let shown = String::from_utf8_lossy(body);
    match decode_registration(body, format) {
        Err(ReadError::Unreadable(reason)) => assert!(!reason.contains('\n'), "{reason}"),
        other => panic!("{shown}: {other:?}"),
    }
}

/// `golden/spring` 24-malformed, 12-register-missing-fields/58 to 65, 35-hang/01.
#[test]
fn documents_that_are_no_instance_are_refused() {
    let instance = json_body("");
    let bare = instance
        .trim_start_matches("{\"instance\":")
        .strip_suffix('}')
        .unwrap();
    for body in [
        "",
        "hello",
        r#"{"instance":{"instanceId":"x""#,
        "[]",
        "5",
        "\"x\"",
        "{'instance':{}}",
        "/*c*/{\"instance\":{}}",
        "{}",
        r#"{"instance":{}}"#,
        r#"{"instance":"x"}"#,
        r#"{"instance":[]}"#,
        r#"{"instance":null}"#,
        "<instance/>",
        bare,
        &format!(r#"{{"x":1,"instance":{bare}}}"#),
        &format!(r#"{{"instance":{bare},"x":1}}"#),
        &format!(r#"{{"foo":{bare}}}"#),
        &format!(r#"{{"application":{{"name":"A","instance":[{bare}]}}}}"#),
    ] {
        assert_unreadable(body.as_bytes(), Json);
    }
    assert_unreadable(b"{\"instance\":{\"instanceId\":\"\xff\xfe\"}}", Json);
    for body in [
        "",
        "hello",
        "<instance><instanceId>x",
        "<instance></instances>",
        "<foo/>",
        "<instance/>",
        "<instance>",
        &format!("{}{}", xml_body(""), xml_body("")),
        &format!("{} x", xml_body("")),
        &format!("x{}", xml_body("")),
        &json_body(""),
        &format!(
            "<?xml version=\"1.0\" encoding=\"UTF-16\"?>{}",
            xml_body("")
        ),
        &format!(
            "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{}",
            xml_body("<sid>ü</sid>")
        ),
    ] {
        assert_unreadable(body.as_bytes(), Xml);
    }
}

/// Java answers 500 to these (`golden/spring` 24-malformed/11 and 43).
#[test]
fn other_documents_are_told_apart() {
    for (body, format) in [
        ("null", Json),
        (" null ", Json),
        ("<application><name>A</name></application>", Xml),
        ("<applications/>", Xml),
    ] {
        let read = decode_registration(body.as_bytes(), format);
        assert!(
            matches!(read, Err(ReadError::NotAnInstance(_))),
            "{body}: {read:?}"
        );
    }
}

/// `golden/spring` 06, 07, 08, 12, 35 and 36.
#[test]
fn fields_that_java_refuses_are_refused() {
    for field in [
        r#""dataCenterInfo":"MyOwn""#,
        r#""dataCenterInfo":"""#,
        r#""dataCenterInfo":[]"#,
        r#""dataCenterInfo":{}"#,
        r#""dataCenterInfo":{"name":"Moon"}"#,
        r#""dataCenterInfo":{"name":"myown"}"#,
        r#""dataCenterInfo":{"@class":"com.example.Foo","name":"MyOwn"}"#,
        r#""dataCenterInfo":{"@class":"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo","name":"Moon"}"#,
        r#""dataCenterInfo":{"@class":"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo","name":"Amazon"}"#,
        r#""dataCenterInfo":{"@class":"com.netflix.appinfo.MyDataCenterInfo","name":"Amazon","metadata":{}}"#,
        r#""dataCenterInfo":{"@class":"com.netflix.appinfo.AmazonInfo","name":"MyOwn"}"#,
        r#""dataCenterInfo":{"@class":"com.netflix.appinfo.AmazonInfo","name":"Amazon","metadata":"x"}"#,
        r#""dataCenterInfo":{"@class":"com.netflix.appinfo.AmazonInfo","name":"Amazon","metadata":{"a":{}}}"#,
        r#""metadata":"oops""#,
        r#""metadata":"""#,
        r#""metadata":5"#,
        r#""metadata":[]"#,
        r#""metadata":{"o":{"x":"y"}}"#,
        r#""metadata":{"l":["a","b"]}"#,
        r#""leaseInfo":[]"#,
        r#""leaseInfo":5"#,
        r#""leaseInfo":"x""#,
        r#""port":"""#,
        r#""port":"abc""#,
        r#""port":[]"#,
        r#""port":true"#,
        r#""securePort":"""#,
        r#""hostName":{}"#,
        r#""status":["UP"]"#,
        r#""lastDirtyTimestamp":{}"#,
        r#""sid":"\ud800""#,
        r#""sid":"\udc00x""#,
        r#""sid":"tab	tab""#,
        r#""countryId":NaN"#,
        r#""countryId":01"#,
    ] {
        assert_unreadable(json_body(field).as_bytes(), Json);
    }
    assert_unreadable(br#"{"instance":{"hostName":"h","app":null}}"#, Json);
    for field in [
        "<port>abc</port>",
        "<port enabled=\"true\"></port>",
        "<port>80.5</port>",
        "<securePort>x</securePort>",
        "<countryId>x</countryId>",
        "<dataCenterInfo><name>Moon</name></dataCenterInfo>",
        "<dataCenterInfo><name>myown</name></dataCenterInfo>",
        "<dataCenterInfo><name></name></dataCenterInfo>",
        "<metadata><_.zz>1</_.zz></metadata>",
        "<port enabled=\"true\" enabled=\"false\">1</port>",
        "<sid>&#1;</sid>",
        "<sid>&#xFFFF;</sid>",
        "<sid>\u{1}</sid>",
        "<sid>&e;</sid>",
        "<sid>&</sid>",
        "<sid>a</b></sid>",
    ] {
        assert_unreadable(xml_body(field).as_bytes(), Xml);
    }
    assert_unreadable(b"<instance><hostName>h</hostName></instance>", Xml);
}

#[test]
fn reasons_name_the_place() {
    for (body, format, expected) in [
        (
            json_body(r#""port":"abc""#),
            Json,
            "expected a port at byte 74",
        ),
        (
            json_body(r#""metadata":{"a":[1]}"#),
            Json,
            "a must not be an object or a list",
        ),
        (
            xml_body("<port>abc</port>"),
            Xml,
            "not a whole number at byte 89",
        ),
    ] {
        let reason = decode_registration(body.as_bytes(), format)
            .unwrap_err()
            .to_string();
        assert!(reason.contains(expected), "{reason}");
    }
}
