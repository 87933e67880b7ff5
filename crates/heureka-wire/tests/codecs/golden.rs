//! Recorded bodies, read and written again: what comes out is what Java wrote.
//!
//! The files in `tests/data` are bodies of `golden/`, with the recorder's host names and ports filled in. Two differ, where
//! Java writes what no reader takes: `instance-odd-keys.xml` has a name for the empty key instead of `<>`, and
//! `status-info.json` the closing brace that Netflix's server loses.

use std::sync::Arc;

use heureka_model::{
    ActionType, AppName, Application, Applications, DataCenter, Document, InstanceId, InstanceInfo,
    InstanceStatus, LeaseSettings, LeaseTimes, Metadata, Port, ReplicationAnswer, SentId,
    StatusInfo, Texts, UnixMillis,
};
use heureka_wire::{
    Detail, Form, Format, ListedApplication, Listing, Version, decode_application,
    decode_applications, decode_batch, decode_batch_answer, decode_instance, encode_application,
    encode_applications, encode_batch, encode_batch_answer, encode_instance, encode_registration,
    encode_status_info, encode_status_overrides,
};

use crate::bodies::RECEIVED;
use Detail::{Compact, Full};
use Format::{Json, Xml};

macro_rules! data {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/", $name))
    };
}

#[track_caller]
fn assert_written(written: Vec<u8>, recorded: &str) {
    assert_eq!(String::from_utf8(written).unwrap(), recorded);
}

fn form(format: Format, detail: Detail) -> Form {
    Form {
        format,
        detail,
        version: Version::V2,
    }
}

#[test]
fn instances_are_written_as_they_were_recorded() {
    for (format, recorded) in [
        (Json, data!("instance.json")),
        (Xml, data!("instance.xml")),
        (Json, data!("instance-minimal.json")),
        (Xml, data!("instance-minimal.xml")),
        (Json, data!("instance-amazon.json")),
        (Xml, data!("instance-amazon.xml")),
        (Json, data!("instance-unicode.json")),
        (Xml, data!("instance-unicode.xml")),
        (Json, data!("instance-specials.json")),
        (Xml, data!("instance-specials.xml")),
        (Json, data!("instance-odd-keys.json")),
        (Xml, data!("instance-odd-keys.xml")),
        (Xml, data!("instance-hostile-keys.xml")),
    ] {
        let read = decode_instance(recorded.as_bytes(), format).unwrap();
        let instance = read.into_listed(RECEIVED).unwrap();
        assert_written(encode_instance(&instance, format, Version::V2), recorded);
    }
}

#[test]
fn drafts_are_written_as_clients_write_them() {
    let recorded = data!("instance.json");
    let draft = decode_instance(recorded.as_bytes(), Json).unwrap();
    assert_written(encode_registration(&draft), recorded);
}

#[test]
fn applications_are_written_as_they_were_recorded() {
    for (format, detail, recorded) in [
        (Json, Full, data!("application.json")),
        (Xml, Full, data!("application.xml")),
        (Json, Compact, data!("application-compact.json")),
        (Xml, Compact, data!("application-compact.xml")),
    ] {
        let application = listed(decode_application(recorded.as_bytes(), format).unwrap());
        assert_written(
            encode_application(&application, form(format, detail)),
            recorded,
        );
    }
}

#[test]
fn listings_are_written_as_they_were_recorded() {
    for (format, detail, recorded) in [
        (Json, Full, data!("applications.json")),
        (Xml, Full, data!("applications.xml")),
        (Json, Compact, data!("applications-compact.json")),
        (Xml, Compact, data!("applications-compact.xml")),
        (Json, Full, data!("applications-none.json")),
        (Xml, Full, data!("applications-none.xml")),
        (Json, Compact, data!("applications-none-compact.json")),
    ] {
        let Listing {
            version,
            hash,
            applications,
        } = decode_applications(recorded.as_bytes(), format).unwrap();
        let applications = applications.into_iter().map(listed).collect();
        let applications = Applications {
            version,
            hash,
            applications,
        };
        assert_written(
            encode_applications(&applications, form(format, detail)),
            recorded,
        );
    }
}

fn listed(application: ListedApplication) -> Application {
    let instances = application.instances.into_iter();
    let instances = instances
        .map(|draft| draft.into_listed(RECEIVED).unwrap())
        .collect();
    Application {
        name: application.name,
        instances,
    }
}

#[test]
fn batches_are_written_as_they_were_recorded() {
    let recorded = data!("batch.json");
    assert_written(
        encode_batch(&decode_batch(recorded.as_bytes()).unwrap()),
        recorded,
    );
    let recorded = data!("batch-answer.json");
    let answers: Vec<_> = decode_batch_answer(recorded.as_bytes())
        .unwrap()
        .into_iter()
        .map(|answer| ReplicationAnswer {
            status_code: answer.status_code,
            instance: answer
                .instance
                .map(|draft| draft.into_listed(RECEIVED).unwrap()),
        })
        .collect();
    assert_written(encode_batch_answer(&answers, Json), recorded);
}

/// The value itself, so that reader and writer cannot be wrong together.
fn orders() -> InstanceInfo {
    let now = UnixMillis(1_888_888_888_888);
    let texts = Texts {
        host_name: "host1",
        ip_addr: "10.0.0.1",
        vip_address: Some("orders"),
        secure_vip_address: Some("orders"),
        home_page_url: Some("http://host1:8080/"),
        status_page_url: Some("http://host1:8080/actuator/info"),
        health_check_url: Some("http://host1:8080/actuator/health"),
        ..Texts::default()
    };
    let document = Document {
        app: AppName::new("ORDERS"),
        id: InstanceId::new("host1:orders:8080"),
        sent_id: SentId::AsInstanceId,
        texts: texts.pack(),
        status: InstanceStatus::Up,
        port: Port {
            number: 8080,
            enabled: true,
        },
        secure_port: Port {
            number: 8443,
            enabled: false,
        },
        country_id: 1,
        data_center: DataCenter::MyOwn,
        lease: LeaseSettings::default(),
        metadata: [("zone", "zone1"), ("management.port", "8081")]
            .into_iter()
            .collect(),
        last_dirty: UnixMillis(1_700_000_000_000),
    };
    InstanceInfo {
        document: Arc::new(document),
        status: InstanceStatus::Up,
        overridden_status: InstanceStatus::Unknown,
        lease: LeaseTimes {
            registration: now,
            last_renewal: now,
            service_up: now,
            ..LeaseTimes::default()
        },
        is_coordinating: false,
        last_updated: now,
        action: Some(ActionType::Added),
    }
}

#[test]
fn the_recorded_instance_is_the_registered_one() {
    for (format, recorded) in [(Json, data!("instance.json")), (Xml, data!("instance.xml"))] {
        let read = decode_instance(recorded.as_bytes(), format).unwrap();
        assert_eq!(read.into_listed(RECEIVED), Ok(orders()));
        assert_written(encode_instance(&orders(), format, Version::V2), recorded);
    }
}

/// wire.md 2.9, DESIGN 2.15
#[test]
fn v1_knows_three_statuses_in_full_xml_only() {
    use InstanceStatus::{Down, OutOfService, Starting, Unknown, Up};
    let status_in = |bytes: Vec<u8>, format| {
        let read = decode_applications(&bytes, format).unwrap();
        read.applications[0].instances[0].status
    };
    for (status, in_v1) in [
        (Up, Up),
        (Down, Down),
        (Starting, Starting),
        (OutOfService, Down),
        (Unknown, Down),
    ] {
        let mut instance = orders();
        instance.status = status;
        let application = Application {
            name: AppName::new("A"),
            instances: vec![instance.clone()],
        };
        let listing = Applications {
            version: 1,
            hash: String::new(),
            applications: vec![application],
        };
        for (format, detail, version, expected) in [
            (Xml, Full, Version::V1, in_v1),
            (Xml, Full, Version::V2, status),
            (Xml, Compact, Version::V1, status),
            (Json, Full, Version::V1, status),
        ] {
            let bytes = encode_applications(
                &listing,
                Form {
                    format,
                    detail,
                    version,
                },
            );
            assert_eq!(
                status_in(bytes, format),
                expected,
                "{format:?} {detail:?} {version:?}"
            );
        }
        for (version, expected) in [(Version::V1, in_v1), (Version::V2, status)] {
            let read = decode_instance(&encode_instance(&instance, Xml, version), Xml).unwrap();
            assert_eq!((read.status, read.overridden_status), (expected, Unknown));
        }
    }
}

#[test]
fn empty_metadata_are_marked() {
    let mut instance = orders();
    let mut document = (*instance.document).clone();
    document.metadata = Metadata::new();
    document.data_center = DataCenter::Amazon(Metadata::new());
    instance.document = Arc::new(document);
    for (format, expected) in [
        (Json, r#""name":"Amazon","metadata":{}}"#),
        (
            Json,
            r#","metadata":{"@class":"java.util.Collections$EmptyMap"},"#,
        ),
        (
            Xml,
            "</name>\n    <metadata class=\"java.util.Collections$EmptyMap\"/>\n  </dataCenterInfo>",
        ),
        (
            Xml,
            "\n  <metadata class=\"java.util.Collections$EmptyMap\"/>\n",
        ),
    ] {
        let written = String::from_utf8(encode_instance(&instance, format, Version::V2)).unwrap();
        assert!(written.contains(expected), "{written}");
    }
}

#[test]
fn servers_say_of_themselves_what_was_recorded() {
    let recorded = data!("status-info.xml");
    let instance = recorded
        .split("instanceInfo>")
        .nth(1)
        .unwrap()
        .trim_end_matches("</");
    let info = StatusInfo {
        general: vec![
            ("num-of-cpus", "2".to_owned()),
            ("total-avail-memory", "160mb".to_owned()),
            ("current-memory-usage", "136mb (85%)".to_owned()),
            ("server-uptime", "00:00".to_owned()),
        ],
        replicas: replicas(),
        instance: shown(&format!("<instance>{instance}</instance>"), Xml),
        is_healthy: None,
    };
    assert_written(encode_status_info(&info, Xml, Version::V2), recorded);

    let recorded = data!("status-info.json");
    let instance = recorded.split("\"instanceInfo\":").nth(1).unwrap();
    let info = StatusInfo {
        general: vec![
            ("environment", "test".to_owned()),
            ("num-of-cpus", "2".to_owned()),
            ("total-avail-memory", "96mb".to_owned()),
            ("current-memory-usage", "51mb (53%)".to_owned()),
            ("server-uptime", "00:00".to_owned()),
        ],
        replicas: replicas(),
        instance: shown(instance, Json),
        is_healthy: None,
    };
    assert_written(encode_status_info(&info, Json, Version::V2), recorded);
}

fn replicas() -> Vec<(&'static str, String)> {
    [
        "registered-replicas",
        "available-replicas",
        "unavailable-replicas",
    ]
    .map(|key| (key, String::new()))
    .into()
}

fn shown(body: &str, format: Format) -> InstanceInfo {
    decode_instance(body.as_bytes(), format)
        .unwrap()
        .into_listed(RECEIVED)
        .unwrap()
}

/// wire.md 2.10
#[test]
fn health_is_said_only_where_it_is_known() {
    let info = StatusInfo {
        general: vec![],
        replicas: vec![],
        instance: orders(),
        is_healthy: Some(true),
    };
    for (format, end) in [
        (Json, ",\"healthy\":true}"),
        (
            Xml,
            "\n  <isHeathly>true</isHeathly>\n</com.netflix.eureka.util.StatusInfo>",
        ),
    ] {
        let written = String::from_utf8(encode_status_info(&info, format, Version::V2)).unwrap();
        assert!(written.ends_with(end), "{written}");
    }
}

#[test]
fn overrides_are_a_map() {
    for (overrides, expected) in [
        (vec![], "{}"),
        (
            vec![("host1:orders:8080", InstanceStatus::OutOfService)],
            r#"{"host1:orders:8080":"OUT_OF_SERVICE"}"#,
        ),
        (
            vec![("a\"", InstanceStatus::Up), ("b", InstanceStatus::Down)],
            r#"{"a\"":"UP","b":"DOWN"}"#,
        ),
    ] {
        assert_written(encode_status_overrides(overrides), expected);
    }
}
