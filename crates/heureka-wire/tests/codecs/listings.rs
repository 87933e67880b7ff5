//! Listings: what servers of any kind write (wire.md 2.1, 2.2, 2.12), and what client.md 6.5 row 7 asks of ours.

use heureka_model::{AppName, Application, Applications, InstanceStatus};
use heureka_wire::{
    Detail, Form, Format, ListedApplication, Listing, ListingHeader, Pieces, Version, Within,
    decode_application, decode_applications, encode_application, encode_applications,
};
use serde_json::Value;

use crate::bodies::{RECEIVED, json_body, read_json};
use Format::{Json, Xml};

const INSTANCE: &str = r#"{"hostName":"h","app":"orders","ipAddr":"1.2.3.4"}"#;
const XML_INSTANCE: &str =
    "<instance><hostName>h</hostName><app>orders</app><ipAddr>1.2.3.4</ipAddr></instance>";

fn listing(version: i64, hash: &str, sizes: &[usize]) -> Listing {
    let application = |size: &usize| ListedApplication {
        name: AppName::new("ORDERS"),
        instances: vec![read_json(""); *size],
    };
    Listing {
        version,
        hash: hash.to_owned(),
        applications: sizes.iter().map(application).collect(),
    }
}

#[test]
fn listings_are_read_in_any_shape() {
    for (body, expected) in [
        (
            r#"{"versions__delta":"7","apps__hashcode":"UP_1_","application":[{"name":"orders","instance":[I]}]}"#,
            listing(7, "UP_1_", &[1]),
        ),
        (
            r#"{"versions__delta":7,"apps__hashcode":"UP_1_","application":{"name":"orders","instance":I}}"#,
            listing(7, "UP_1_", &[1]),
        ),
        (
            r#"{"application":[{"name":"orders","instance":[I,I]},{"instance":[],"name":"orders"}],"registeredApplicationsEmpty":false,"versions__delta":"-1","apps__hashcode":"UP_2_"}"#,
            listing(-1, "UP_2_", &[2, 0]),
        ),
        (
            r#"{"versions__delta":1,"apps__hashcode":""}"#,
            listing(1, "", &[]),
        ),
        (
            r#"{"versions_delta":"5","apps_hashcode":"UP_1_","application":null}"#,
            listing(5, "UP_1_", &[]),
        ),
        (
            r#"{"versions__delta":"abc","apps__hashcode":null,"zzz":{"a":[]},"application":[{"name":"orders"}]}"#,
            listing(-1, "", &[0]),
        ),
        (
            r#"{"application":[{"name":"orders","instance":null}]}"#,
            listing(-1, "", &[0]),
        ),
        ("{}", listing(-1, "", &[])),
    ] {
        let body = format!(r#"{{"applications":{}}}"#, body.replace('I', INSTANCE));
        assert_eq!(
            decode_applications(body.as_bytes(), Json).expect(&body),
            expected,
            "{body}"
        );
    }
}

#[test]
fn listings_in_xml_are_read_in_any_order() {
    for (body, expected) in [
        (
            "<versions__delta>7</versions__delta><apps__hashcode>UP_1_</apps__hashcode><application><name>orders</name>I</application>",
            listing(7, "UP_1_", &[1]),
        ),
        (
            "<application>I<name>orders</name>I</application><application><name>orders</name></application><registeredApplicationsEmpty>false</registeredApplicationsEmpty><versions__delta>-1</versions__delta><apps__hashcode></apps__hashcode>",
            listing(-1, "", &[2, 0]),
        ),
        (
            "<versions__delta>x</versions__delta><zzz><y/></zzz>",
            listing(-1, "", &[]),
        ),
        ("", listing(-1, "", &[])),
    ] {
        let body = format!(
            "<applications>{}</applications>",
            body.replace('I', XML_INSTANCE)
        );
        assert_eq!(
            decode_applications(body.as_bytes(), Xml).expect(&body),
            expected,
            "{body}"
        );
    }
}

#[test]
fn documents_that_are_no_listing_are_refused() {
    for body in [
        "",
        "null",
        "{}",
        "[]",
        r#"{"applications":null}"#,
        r#"{"applications":"x"}"#,
        r#"{"applications":{"application":"x"}}"#,
        r#"{"applications":{"application":[{"instance":[]}]}}"#,
        r#"{"applications":{"application":[{"name":"A","instance":[{}]}]}}"#,
        r#"{"applications":{"application":[{"name":"A","instance":[5]}]}}"#,
        &json_body(""),
    ] {
        assert!(
            decode_applications(body.as_bytes(), Json).is_err(),
            "{body}"
        );
        assert!(decode_application(body.as_bytes(), Json).is_err(), "{body}");
    }
    for body in [
        "",
        "<instance/>",
        "<applications>",
        "<applications><application/></applications>",
    ] {
        assert!(decode_applications(body.as_bytes(), Xml).is_err(), "{body}");
        assert!(decode_application(body.as_bytes(), Xml).is_err(), "{body}");
    }
}

fn orders(status: InstanceStatus) -> Application {
    let more =
        r#""instanceId":"i","metadata":{"n":5},"dataCenterInfo":{"name":"MyOwn"},"asgName":7"#;
    let mut instance = read_json(more).into_listed(RECEIVED).unwrap();
    instance.status = status;
    Application {
        name: AppName::new("ORDERS"),
        instances: vec![instance],
    }
}

fn form(format: Format, detail: Detail) -> Form {
    Form {
        format,
        detail,
        version: Version::V2,
    }
}

/// client.md 6.5 row 7: the types that satisfy every client.
#[test]
fn fields_have_the_types_that_clients_insist_on() {
    let applications = vec![orders(InstanceStatus::Up)];
    let listing = Applications {
        version: 7,
        hash: "UP_1_".to_owned(),
        applications,
    };
    let bytes = encode_applications(&listing, form(Json, Detail::Full));
    let document: Value = serde_json::from_slice(&bytes).unwrap();
    let at = |path: &str| document.pointer(path).unwrap_or_else(|| panic!("{path}"));
    let instance = "/applications/application/0/instance/0";
    for path in [
        "/applications/versions__delta",
        "/applications/apps__hashcode",
        &format!("{instance}/status"),
        &format!("{instance}/port/@enabled"),
        &format!("{instance}/securePort/@enabled"),
        &format!("{instance}/dataCenterInfo/@class"),
        &format!("{instance}/metadata/n"),
        &format!("{instance}/asgName"),
        &format!("{instance}/isCoordinatingDiscoveryServer"),
        &format!("{instance}/lastUpdatedTimestamp"),
        &format!("{instance}/lastDirtyTimestamp"),
    ] {
        assert!(at(path).is_string(), "{path}");
    }
    for path in [
        "port/$",
        "securePort/$",
        "countryId",
        "leaseInfo/durationInSecs",
        "leaseInfo/serviceUpTimestamp",
    ] {
        assert!(at(&format!("{instance}/{path}")).is_number(), "{path}");
    }
    assert!(
        at("/applications/application").is_array()
            && at("/applications/application/0/instance").is_array()
    );
    let compact = encode_applications(&listing, form(Json, Detail::Compact));
    let compact: Value = serde_json::from_slice(&compact).unwrap();
    assert!(
        compact
            .pointer(&format!("{instance}/lastUpdatedTimestamp"))
            .unwrap()
            .is_number()
    );
}

/// A listing is the same whether it is written at once or piece by piece.
#[test]
fn pieces_make_a_listing() {
    let applications = vec![orders(InstanceStatus::Up), orders(InstanceStatus::Down)];
    for (format, detail) in [
        (Json, Detail::Full),
        (Json, Detail::Compact),
        (Xml, Detail::Full),
        (Xml, Detail::Compact),
    ] {
        let pieces = Pieces(form(format, detail));
        let header = ListingHeader {
            version: 1,
            hash: "DOWN_1_UP_1_",
            is_empty: false,
        };
        let written: Vec<Vec<u8>> = applications
            .iter()
            .map(|application| {
                let instances: Vec<_> = application
                    .instances
                    .iter()
                    .map(|instance| pieces.instance(Vec::new(), instance, Within::Applications))
                    .collect();
                let head = pieces.application_head(&application.name, Within::Applications);
                let tail = pieces.application_tail(Within::Applications);
                [head, instances.join(pieces.separator()), tail].concat()
            })
            .collect();
        let joined = [
            pieces.head(&header),
            written.join(pieces.separator()),
            pieces.tail(&header),
        ]
        .concat();
        let hash = header.hash.to_owned();
        let whole = Applications {
            version: 1,
            hash,
            applications: applications.clone(),
        };
        let whole = encode_applications(&whole, pieces.0);
        assert_eq!(String::from_utf8(joined), String::from_utf8(whole));
    }
}

/// An application without an instance is never stored, but its form is fixed.
#[test]
fn an_application_may_be_empty() {
    let application = Application {
        name: AppName::new("A"),
        instances: vec![],
    };
    for (format, detail, expected) in [
        (
            Json,
            Detail::Full,
            r#"{"application":{"name":"A","instance":[]}}"#,
        ),
        (
            Xml,
            Detail::Full,
            "<application>\n  <name>A</name>\n</application>",
        ),
        (
            Xml,
            Detail::Compact,
            "<application><name>A</name></application>",
        ),
    ] {
        let written = encode_application(&application, form(format, detail));
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }
}
