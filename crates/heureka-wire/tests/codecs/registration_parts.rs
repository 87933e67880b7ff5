//! What is read of ports, data centers, metadata and leases: client.md 6.5 row 6, wire.md 2.3.2 to 2.6, DESIGN 2.10.

use heureka_model::{
    DataCenter, DataCenterDraft, InstanceDraft, LeaseSettings, Metadata, UnixMillis,
};

use crate::bodies::{read_json, read_xml};

fn port(draft: &InstanceDraft) -> (Option<i32>, Option<bool>) {
    (draft.port.number, draft.port.enabled)
}

/// Row 6; `golden/spring` 08-ports.
#[test]
fn ports_come_in_many_forms() {
    for (more, expected) in [
        (
            r#""port":{"$":8080,"@enabled":"true"}"#,
            (Some(8080), Some(true)),
        ),
        (
            r#""port":{"$":"8080","@enabled":"false"}"#,
            (Some(8080), Some(false)),
        ),
        (
            r#""port":{"$":8080,"@enabled":true}"#,
            (Some(8080), Some(true)),
        ),
        (
            r#""port":{"@enabled":1,"$":8080.9}"#,
            (Some(8080), Some(true)),
        ),
        (
            r#""port":{"$":8080,"@enabled":"yes"}"#,
            (Some(8080), Some(false)),
        ),
        (
            r#""port":{"$":8080,"@enabled":"TRUE"}"#,
            (Some(8080), Some(false)),
        ),
        (r#""port":{"$":8080}"#, (Some(8080), None)),
        (r#""port":{"@enabled":"true"}"#, (None, Some(true))),
        (r#""port":{"$":null,"@enabled":null}"#, (None, None)),
        (r#""port":{}"#, (None, None)),
        (r#""port":null"#, (None, None)),
        ("", (None, None)),
        (r#""port":8080"#, (Some(8080), None)),
        (r#""port":"8080""#, (Some(8080), None)),
        (
            r#""port":{"$":"abc","@enabled":"true"}"#,
            (Some(0), Some(true)),
        ),
        (r#""port":{"$":""}"#, (Some(0), None)),
        (r#""port":{"$":-1}"#, (Some(-1), None)),
        (r#""port":{"$":" 8080 "}"#, (Some(8080), None)),
        (r#""port":{"$":"8e3"}"#, (Some(8000), None)),
        (
            r#""port":{"$":8080,"zzz":{"a":[1,{"b":null}]}}"#,
            (Some(8080), None),
        ),
    ] {
        assert_eq!(port(&read_json(more)), expected, "{more}");
    }
}

/// `golden/spring` 08-ports/46 to 51; Java and heureka disagree on no case but the last, which Java refuses.
#[test]
fn ports_in_xml_have_an_attribute() {
    for (more, expected, secure) in [
        (
            "<port>80</port><securePort>81</securePort>",
            Some(true),
            Some(false),
        ),
        (
            r#"<port enabled="false">80</port><securePort enabled="true">81</securePort>"#,
            Some(false),
            Some(true),
        ),
        (
            r#"<port enabled="x">80</port><securePort enabled="TRUE">81</securePort>"#,
            Some(true),
            Some(false),
        ),
        (
            "<port>+80</port><securePort> 81 </securePort>",
            Some(true),
            Some(false),
        ),
    ] {
        let draft = read_xml(more);
        assert_eq!(port(&draft), (Some(80), expected), "{more}");
        assert_eq!(
            (draft.secure_port.number, draft.secure_port.enabled),
            (Some(81), secure)
        );
    }
    assert_eq!(port(&read_xml("")), (None, None));
}

/// Row 6; `golden/spring` 05-datacenter-amazon, 06-datacenter-other.
#[test]
fn data_centers_come_with_or_without_their_class() {
    let known = |data_center| Some(DataCenterDraft::Known(data_center));
    let amazon =
        |entries: &[(&str, &str)]| known(DataCenter::Amazon(entries.iter().copied().collect()));
    let default = "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo";
    for (data_center, expected) in [
        (format!(r#"{{"@class":"{default}","name":"MyOwn"}}"#), known(DataCenter::MyOwn)),
        (format!(r#"{{"name":"MyOwn","@class":"{default}"}}"#), known(DataCenter::MyOwn)),
        (format!(r#"{{"@class":"{default}","name":"Netflix"}}"#), known(DataCenter::Netflix)),
        (format!(r#"{{"@class":"{default}"}}"#), Some(DataCenterDraft::Nameless)),
        (format!(r#"{{"@class":"{default}","name":null}}"#), Some(DataCenterDraft::Nameless)),
        (format!(r#"{{"@class":"{default}","name":"MyOwn","metadata":{{"a":[1]}},"z":{{}}}}"#), known(DataCenter::MyOwn)),
        (r#"{"@class":"com.netflix.appinfo.MyDataCenterInfo","name":"MyOwn"}"#.into(), known(DataCenter::MyOwn)),
        (r#"{"name":"MyOwn"}"#.into(), known(DataCenter::MyOwn)),
        (r#"{"name":"Amazon","metadata":{"instance-id":"i-x"}}"#.into(), amazon(&[("instance-id", "i-x")])),
        (r#"{"@class":"com.netflix.appinfo.AmazonInfo","name":"Amazon","metadata":{"n":1.50,"x":null,"@class":"c"}}"#.into(), amazon(&[("n", "1.50"), ("x", "null"), ("@class", "c")])),
        (r#"{"@class":"com.netflix.appinfo.AmazonInfo","name":"MyOwn","metadata":{"a":"b"}}"#.into(), amazon(&[("a", "b")])),
        (r#"{"@class":"com.netflix.appinfo.AmazonInfo","name":"Amazon","metadata":{"@class":"java.util.Collections$EmptyMap"}}"#.into(), amazon(&[])),
        (r#"{"@class":"com.netflix.appinfo.AmazonInfo","name":"Amazon"}"#.into(), amazon(&[])),
        (r#"{"@class":"com.netflix.appinfo.AmazonInfo","name":"Amazon","metadata":null}"#.into(), amazon(&[])),
        ("null".into(), None),
    ] {
        let draft = read_json(&format!(r#""dataCenterInfo":{data_center}"#));
        assert_eq!(draft.data_center, expected, "{data_center}");
    }
}

/// In XML the name decides (`golden/spring` 06-datacenter-other/31 to 42).
#[test]
fn data_centers_in_xml_go_by_their_name() {
    let known = |data_center| Some(DataCenterDraft::Known(data_center));
    for (data_center, expected) in [
        (
            r#"<dataCenterInfo class="com.example.Foo"><name>MyOwn</name></dataCenterInfo>"#,
            known(DataCenter::MyOwn),
        ),
        (
            "<dataCenterInfo><name>Netflix</name><metadata/></dataCenterInfo>",
            known(DataCenter::Netflix),
        ),
        (
            "<dataCenterInfo><metadata><a>b</a></metadata><name>amazon</name></dataCenterInfo>",
            known(DataCenter::Amazon([("a", "b")].into_iter().collect())),
        ),
        (
            "<dataCenterInfo><name>Amazon</name></dataCenterInfo>",
            known(DataCenter::Amazon(Metadata::new())),
        ),
        ("<dataCenterInfo/>", None),
        ("<dataCenterInfo></dataCenterInfo>", None),
        ("<dataCenterInfo>MyOwn</dataCenterInfo>", None),
        ("", None),
    ] {
        assert_eq!(read_xml(data_center).data_center, expected, "{data_center}");
    }
}

/// Row 6; `golden/spring` 07-metadata.
#[test]
fn metadata_are_texts_whatever_they_were() {
    for (more, expected) in [
        ("", vec![]),
        (r#""metadata":null"#, vec![]),
        (r#""metadata":{}"#, vec![]),
        (
            r#""metadata":{"@class":"java.util.Collections$EmptyMap"}"#,
            vec![],
        ),
        (
            r#""metadata":{"@class":"java.util.HashMap","a":"b"}"#,
            vec![("a", "b")],
        ),
        (
            r#""metadata":{"n":12,"f":1.50,"b":true,"e":1e5,"z":null}"#,
            vec![
                ("n", "12"),
                ("f", "1.50"),
                ("b", "true"),
                ("e", "1e5"),
                ("z", "null"),
            ],
        ),
        (
            r#""metadata":{"a":"1","b":"2","a":"3"}"#,
            vec![("a", "3"), ("b", "2")],
        ),
        (
            r#""metadata":{"":"1"," ":"2","\ud83d\ude00":"\u0000"}"#,
            vec![("", "1"), (" ", "2"), ("😀", "\0")],
        ),
    ] {
        let expected: Metadata = expected.into_iter().collect();
        assert_eq!(read_json(more).metadata, expected, "{more}");
    }
    for (more, expected) in [
        ("", vec![]),
        ("<metadata/>", vec![]),
        (
            r#"<metadata class="java.util.Collections$EmptyMap"/>"#,
            vec![],
        ),
        (
            "<metadata>foo<a>1</a>bar<b/></metadata>",
            vec![("a", "1"), ("b", "")],
        ),
        ("<metadata><o><x>y</x></o></metadata>", vec![("o", "")]),
        ("<metadata><o>a<x>y</x>d</o></metadata>", vec![("o", "ad")]),
        (
            "<metadata><my_key>1</my_key><my__key>2</my__key></metadata>",
            vec![("my_key", "2")],
        ),
        (
            "<metadata><_.0031digit>2</_.0031digit><_-x>5</_-x></metadata>",
            vec![("1digit", "2"), ("$x", "5")],
        ),
    ] {
        let expected: Metadata = expected.into_iter().collect();
        assert_eq!(read_xml(more).metadata, expected, "{more}");
    }
}

/// Row 6; `golden/spring` 09-scalar-values/55 to 75, 12-register-missing-fields/27.
#[test]
fn leases_have_defaults() {
    for (more, interval, duration) in [
        ("", 30, 90),
        (r#""leaseInfo":null"#, 30, 90),
        (r#""leaseInfo":"""#, 30, 90),
        (r#""leaseInfo":{}"#, 30, 90),
        (
            r#""leaseInfo":{"renewalIntervalInSecs":0,"durationInSecs":0}"#,
            30,
            90,
        ),
        (r#""leaseInfo":{"renewalIntervalInSecs":-5}"#, 30, 90),
        (
            r#""leaseInfo":{"renewalIntervalInSecs":"7","durationInSecs":"21"}"#,
            7,
            21,
        ),
        (
            r#""leaseInfo":{"renewalIntervalInSecs":"x","durationInSecs":null}"#,
            30,
            90,
        ),
        (r#""leaseInfo":{"zzz":[[{}]],"durationInSecs":15}"#, 30, 15),
    ] {
        assert_eq!(
            read_json(more).lease.settings,
            LeaseSettings::new(interval, duration),
            "{more}"
        );
    }
    for (more, interval, duration) in [
        ("", 30, 90),
        ("<leaseInfo/>", 30, 90),
        (
            "<leaseInfo><durationInSecs></durationInSecs><renewalIntervalInSecs>5</renewalIntervalInSecs></leaseInfo>",
            5,
            90,
        ),
        (
            "<leaseInfo><durationInSecs>x</durationInSecs></leaseInfo>",
            30,
            90,
        ),
    ] {
        assert_eq!(
            read_xml(more).lease.settings,
            LeaseSettings::new(interval, duration),
            "{more}"
        );
    }
}

/// wire.md trap 41
#[test]
fn the_old_name_of_the_last_renewal_counts_where_the_new_one_is_missing() {
    for (lease, expected) in [
        (r#"{"renewalTimestamp":5}"#, 5),
        (r#"{"renewalTimestamp":5,"lastRenewalTimestamp":6}"#, 6),
        (r#"{"lastRenewalTimestamp":6,"renewalTimestamp":5}"#, 6),
    ] {
        let draft = read_json(&format!(r#""leaseInfo":{lease}"#));
        assert_eq!(
            draft.lease.times.last_renewal,
            UnixMillis(expected),
            "{lease}"
        );
    }
}
