//! What is read of registrations: client.md 6.5 rows 4 to 6, wire.md 2.3.2, DESIGN 2.10.

use heureka_model::{
    ActionType, AppName, DataCenter, DataCenterDraft, DocumentLimits, InstanceStatus,
    LeaseSettings, UnixMillis,
};
use heureka_wire::{Format, decode_instance, decode_registration};

use crate::bodies::{RECEIVED, json_body, read_json, read_xml, xml_body};

/// Row 5: names of applications in any case.
#[test]
fn applications_are_stored_in_upper_case() {
    assert_eq!(read_json("").app.as_str(), "ORDERS");
    assert_eq!(read_xml("").app.as_str(), "ORDERS");
}

/// faults-and-attacks.md S33: numbers never wrap.
#[test]
fn numbers_saturate() {
    for (number, ms, small) in [
        ("9223372036854775807", i64::MAX, i32::MAX),
        ("9223372036854775808", i64::MAX, i32::MAX),
        ("-9223372036854775809", i64::MIN, i32::MIN),
        ("1e400", i64::MAX, i32::MAX),
        ("-1e400", i64::MIN, i32::MIN),
        ("99999999999", 99_999_999_999, i32::MAX),
        ("\"99999999999999999999\"", i64::MAX, i32::MAX),
        ("1.9", 1, 1),
        ("-1", -1, -1),
        ("true", 1, 1),
        ("\"NaN\"", 0, 0),
        ("\"inf\"", 0, 0),
        ("\"0x10\"", 0, 0),
    ] {
        let draft = read_json(&format!(
            r#""lastDirtyTimestamp":{number},"countryId":{number},"port":{{"$":{number}}},"leaseInfo":{{"durationInSecs":{number}}}"#
        ));
        let duration = LeaseSettings::new(30, small);
        assert_eq!(draft.last_dirty, Some(UnixMillis(ms)), "{number}");
        assert_eq!(
            (draft.country_id, draft.port.number),
            (small, Some(small)),
            "{number}"
        );
        assert_eq!(draft.lease.settings, duration, "{number}");
    }
}

/// `golden/spring` 09-scalar-values/37 to 51
#[test]
fn times_are_numbers_or_texts() {
    for (more, expected) in [
        ("", None),
        (r#""lastDirtyTimestamp":null"#, None),
        (
            r#""lastDirtyTimestamp":1700000000005"#,
            Some(1_700_000_000_005),
        ),
        (
            r#""lastDirtyTimestamp":"1700000000005""#,
            Some(1_700_000_000_005),
        ),
        (r#""lastDirtyTimestamp":"1.7e12""#, Some(1_700_000_000_000)),
        (r#""lastDirtyTimestamp":"abc""#, Some(0)),
        (r#""lastDirtyTimestamp":"""#, Some(0)),
    ] {
        assert_eq!(
            read_json(more).last_dirty,
            expected.map(UnixMillis),
            "{more}"
        );
    }
    for (text, expected) in [
        ("1700000000005", Some(1_700_000_000_005)),
        ("abc", None),
        ("", None),
    ] {
        let draft = read_xml(&format!("<lastDirtyTimestamp>{text}</lastDirtyTimestamp>"));
        assert_eq!(draft.last_dirty, expected.map(UnixMillis), "{text}");
    }
}

/// Row 6: `null` is as good as absent, for every field.
#[test]
fn null_fields_are_absent_fields() {
    for field in [
        "instanceId",
        "sid",
        "status",
        "overriddenStatus",
        "port",
        "securePort",
        "countryId",
        "dataCenterInfo",
        "leaseInfo",
        "metadata",
        "appGroupName",
        "homePageUrl",
        "statusPageUrl",
        "healthCheckUrl",
        "secureHealthCheckUrl",
        "vipAddress",
        "secureVipAddress",
        "isCoordinatingDiscoveryServer",
        "lastUpdatedTimestamp",
        "lastDirtyTimestamp",
        "actionType",
        "asgName",
    ] {
        assert_eq!(
            read_json(&format!("\"{field}\":null")),
            read_json(""),
            "{field}"
        );
    }
}

/// Row 6; `golden/spring` 09-scalar-values/01 to 36.
#[test]
fn statuses_are_exact_in_json_and_not_in_xml() {
    use InstanceStatus::{Down, OutOfService, Starting, Unknown, Up};
    for (more, expected) in [
        ("", (Up, Unknown)),
        (r#""status":"DOWN""#, (Down, Unknown)),
        (r#""status":"up""#, (Unknown, Unknown)),
        (r#""status":"BOGUS""#, (Unknown, Unknown)),
        (r#""status":"""#, (Unknown, Unknown)),
        (r#""overriddenStatus":"OUT_OF_SERVICE""#, (Up, OutOfService)),
        (r#""overriddenstatus":"DOWN""#, (Up, Down)),
        (
            r#""overriddenStatus":"DOWN","overriddenstatus":"STARTING""#,
            (Up, Starting),
        ),
        (
            r#""overriddenStatus":"DOWN","overriddenstatus":null"#,
            (Up, Down),
        ),
        (
            r#""overriddenStatus":"DOWN","overriddenstatus":"""#,
            (Up, Unknown),
        ),
    ] {
        let draft = read_json(more);
        assert_eq!((draft.status, draft.overridden_status), expected, "{more}");
    }
    for (more, expected) in [
        ("", (Up, Unknown)),
        ("<status>down</status>", (Down, Unknown)),
        ("<status> UP </status>", (Unknown, Unknown)),
        ("<status></status>", (Unknown, Unknown)),
        (
            "<overriddenstatus>out_of_service</overriddenstatus>",
            (Up, OutOfService),
        ),
        ("<overriddenStatus>DOWN</overriddenStatus>", (Up, Down)),
        ("<overriddenstatus></overriddenstatus>", (Up, Unknown)),
    ] {
        let draft = read_xml(more);
        assert_eq!((draft.status, draft.overridden_status), expected, "{more}");
    }
}

/// `golden/spring` 09-scalar-values/82 to 129
#[test]
fn other_fields_are_read_as_recorded() {
    let draft = read_json(
        r#""sid":"my-sid","appGroupName":"grp","asgName":5,"vipAddress":"","actionType":"BOGUS","isCoordinatingDiscoveryServer":true,"countryId":"7""#,
    );
    assert_eq!(draft.sid.as_deref(), Some("my-sid"));
    assert_eq!(draft.app_group_name.as_deref(), Some("GRP"));
    assert_eq!(draft.asg_name.as_deref(), Some("5"));
    assert_eq!(draft.vip_address.as_deref(), Some(""));
    assert_eq!(
        (draft.action, draft.is_coordinating, draft.country_id),
        (None, true, 7)
    );
    let draft = read_xml(
        "<appGroupName>grp</appGroupName><asgName>  x  </asgName><actionType>DELETED</actionType><isCoordinatingDiscoveryServer>TRUE</isCoordinatingDiscoveryServer>",
    );
    assert_eq!(draft.app_group_name.as_deref(), Some("grp"));
    assert_eq!(draft.asg_name.as_deref(), Some("  x  "));
    assert_eq!(
        (draft.action, draft.is_coordinating),
        (Some(ActionType::Deleted), true)
    );
}

/// Row 6: an id that is absent comes from the host's name.
#[test]
fn an_absent_id_is_the_host_name() {
    for body in [
        json_body(r#""dataCenterInfo":{"name":"MyOwn"}"#),
        json_body(r#""instanceId":"","dataCenterInfo":{"name":"MyOwn"}"#),
    ] {
        let draft = decode_registration(body.as_bytes(), Format::Json).unwrap();
        let registration = draft
            .into_registration(
                &AppName::new("ORDERS"),
                RECEIVED,
                &DocumentLimits::default(),
            )
            .unwrap();
        assert_eq!(registration.document.id.as_str(), "h");
    }
}

/// Fargo's XML: no class, empty elements for what is not set (client.md GO6).
#[test]
fn fargo_is_understood() {
    let draft = read_xml(
        "<overriddenstatus></overriddenstatus><vipAddress></vipAddress><dataCenterInfo><name>MyOwn</name><metadata></metadata></dataCenterInfo><leaseInfo><renewalIntervalInSecs>0</renewalIntervalInSecs></leaseInfo>",
    );
    assert_eq!(draft.overridden_status, InstanceStatus::Unknown);
    assert_eq!(
        draft.data_center,
        Some(DataCenterDraft::Known(DataCenter::MyOwn))
    );
    assert_eq!(draft.lease.settings, LeaseSettings::default());
}

/// `golden/spring` 24-malformed/15, 19, 25, 40 to 42, 04-register-xml/19 to 22; DESIGN 2.10.
#[test]
fn what_surrounds_an_instance_matters_little() {
    for body in [
        format!("{} trailing", json_body("")),
        format!("{}{}", json_body(""), json_body("")),
        format!("\u{feff}{}", json_body("")),
        json_body(r#""zzz":[[1,{"a":[2]}]],"y":{"x":{"w":null}}"#),
        json_body(r#""app":"first","app":"orders""#),
    ] {
        let draft = decode_registration(body.as_bytes(), Format::Json).expect(&body);
        assert_eq!(draft, read_json(""), "{body}");
    }
    let inside = xml_body("");
    let inside = inside
        .trim_start_matches("<instance>")
        .trim_end_matches("</instance>");
    for body in [
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n",
            xml_body("")
        ),
        format!(
            "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{}",
            xml_body("")
        ),
        format!("\u{feff}<?pi x?><!-- c -->{}<!-- d --> ", xml_body("")),
        format!("<instance xmlns=\"urn:x\">\n  {inside}\n</instance>"),
        format!("<com.netflix.appinfo.InstanceInfo>{inside}</com.netflix.appinfo.InstanceInfo>"),
        xml_body("<zzz><y>1</y><x a=\"b\"/></zzz>"),
        xml_body("<ipAddr>9</ipAddr><ipAddr><![CDATA[1.2]]><!-- c -->.&#51;&#x2e;4</ipAddr>"),
    ] {
        let draft = decode_registration(body.as_bytes(), Format::Xml).expect(&body);
        assert_eq!(draft, read_xml(""), "{body}");
    }
}

#[test]
fn answers_of_servers_may_lack_the_wrapper() {
    let wrapped = json_body(r#""sid":"s""#);
    let bare = wrapped
        .trim_start_matches("{\"instance\":")
        .strip_suffix('}')
        .unwrap();
    assert_eq!(
        decode_instance(bare.as_bytes(), Format::Json).unwrap(),
        read_json(r#""sid":"s""#)
    );
}
