//! What holds for every value, and for every sequence of bytes.

use heureka_model::{
    Application, Applications, DataCenter, DocumentLimits, InstanceDraft, InstanceInfo,
    ReplicationAnswer,
};
use heureka_wire::{
    Detail, Form, Format, ListedApplication, Version, decode_application, decode_applications,
    decode_batch, decode_batch_answer, decode_instance, decode_registration, encode_applications,
    encode_batch, encode_batch_answer, encode_instance, encode_registration, gunzip,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::arbitrary::{draft, instance, item};
use crate::bodies::{RECEIVED, json_body, xml_body};
use Format::{Json, Xml};

fn shown(draft: InstanceDraft) -> InstanceInfo {
    draft
        .into_listed(RECEIVED)
        .expect("what was written has an id")
}

fn listing(instances: Vec<InstanceInfo>) -> Applications {
    let applications = instances
        .into_iter()
        .map(|instance| Application {
            name: instance.document.app.clone(),
            instances: vec![instance],
        })
        .collect();
    Applications {
        version: 7,
        hash: "UP_1_".to_owned(),
        applications,
    }
}

fn listed(application: ListedApplication) -> Application {
    let instances = application.instances.into_iter().map(shown).collect();
    Application {
        name: application.name,
        instances,
    }
}

/// Reads a listing that was just written.
fn read_again(listing: &Applications, format: Format, detail: Detail) -> Applications {
    let bytes = encode_applications(
        listing,
        Form {
            format,
            detail,
            version: Version::V2,
        },
    );
    let read = decode_applications(&bytes, format).unwrap();
    let applications = read.applications.into_iter().map(listed).collect();
    Applications {
        version: read.version,
        hash: read.hash,
        applications,
    }
}

/// What a compact form says of an instance.
fn compact(instance: &InstanceInfo) -> impl PartialEq + std::fmt::Debug {
    let document = &instance.document;
    let keys = [
        "instance-id",
        "public-ipv4",
        "public-hostname",
        "local-ipv4",
        "availability-zone",
    ];
    let data_center = match &document.data_center {
        DataCenter::Amazon(metadata) => DataCenter::Amazon(
            metadata
                .iter()
                .filter(|(key, _)| keys.contains(key))
                .collect(),
        ),
        other @ (DataCenter::MyOwn | DataCenter::Netflix) => other.clone(),
    };
    (
        (
            document.app.clone(),
            document.host_name().to_owned(),
            document.ip_addr().to_owned(),
        ),
        (
            document.vip_address().map(str::to_owned),
            document.secure_vip_address().map(str::to_owned),
            document.texts().asg_name.map(str::to_owned),
        ),
        (document.port, document.secure_port, data_center),
        (instance.status, instance.last_updated, instance.action),
    )
}

/// Names that are found in documents, and what may stand between them.
fn scraps() -> impl Strategy<Value = String> {
    let scrap = prop_oneof![
        "\"(instance|applications|application|name|app|port|metadata|leaseInfo|dataCenterInfo|@class|\\$|replicationList|instanceInfo|responseList)\"",
        "[{}\\[\\]:,\"]",
        "</?(instance|applications|application|name|app|port|metadata|a)/?>",
        "&(amp|lt|#1|#x41|e);|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<\\?|\\?>|<!DOCTYPE",
        "null|true|-?[0-9]{1,25}|1e999|\"[a-z]{0,3}\"|\\PC{0,3}",
    ];
    vec(scrap, 0..40).prop_map(|scraps| scraps.concat())
}

/// A body that was right before something happened to it.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let whole = prop_oneof![
        draft().prop_map(|draft| encode_registration(&draft)),
        instance().prop_map(|instance| encode_instance(&instance, Xml, Version::V2)),
        vec(item(), 0..2).prop_map(|items| encode_batch(&items)),
        Just(json_body(r#""metadata":{"a":1},"dataCenterInfo":{"name":"MyOwn"}"#).into_bytes()),
        Just(
            xml_body(
                "<metadata><a>1</a></metadata><dataCenterInfo><name>Amazon</name></dataCenterInfo>"
            )
            .into_bytes()
        ),
    ];
    let harm = vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    (whole, harm, any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(mut bytes, harm, end, cut)| {
            for (at, byte) in harm {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if cut {
                bytes.truncate(end.index(bytes.len()));
            }
            bytes
        },
    )
}

/// Reads `bytes` in every way. What can be read is written and read again, as the same.
fn read_in_every_way(bytes: &[u8]) {
    for format in [Json, Xml] {
        if let Ok(draft) = decode_registration(bytes, format) {
            assert_eq!(
                decode_instance(&encode_registration(&draft), Json).as_ref(),
                Ok(&draft)
            );
            survives(draft);
        }
        let _ = decode_instance(bytes, format);
        let _ = decode_application(bytes, format);
        let _ = decode_applications(bytes, format);
    }
    if let Ok(items) = decode_batch(bytes) {
        assert_eq!(decode_batch(&encode_batch(&items)), Ok(items));
    }
    let _ = decode_batch_answer(bytes);
    let _ = gunzip(bytes, 1 << 20);
}

/// What may be stored can be shown in both formats, whichever it came in.
fn survives(draft: InstanceDraft) {
    let app = draft.app.clone();
    if draft
        .clone()
        .into_registration(&app, RECEIVED, &DocumentLimits::default())
        .is_err()
    {
        return;
    }
    let instance = shown(draft);
    for format in [Json, Xml] {
        let bytes = encode_instance(&instance, format, Version::V2);
        assert_eq!(shown(decode_instance(&bytes, format).unwrap()), instance);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn instances_survive_both_formats(instance in instance()) {
        for format in [Json, Xml] {
            let bytes = encode_instance(&instance, format, Version::V2);
            prop_assert_eq!(&shown(decode_instance(&bytes, format).unwrap()), &instance);
        }
    }

    #[test]
    fn listings_survive_both_formats(instances in vec(instance(), 0..3)) {
        let listing = listing(instances);
        for format in [Json, Xml] {
            prop_assert_eq!(&read_again(&listing, format, Detail::Full), &listing);
        }
    }

    #[test]
    fn compact_listings_survive_in_what_they_say(instance in instance()) {
        for format in [Json, Xml] {
            let read = read_again(&listing(vec![instance.clone()]), format, Detail::Compact);
            prop_assert_eq!(compact(&read.applications[0].instances[0]), compact(&instance));
        }
    }

    #[test]
    fn drafts_survive(draft in draft()) {
        let read = decode_instance(&encode_registration(&draft), Json);
        prop_assert_eq!(read, Ok(draft));
    }

    #[test]
    fn batches_survive(items in vec(item(), 0..4)) {
        prop_assert_eq!(decode_batch(&encode_batch(&items)), Ok(items));
    }

    #[test]
    fn answers_to_batches_survive(status_code: u16, instance in proptest::option::of(instance())) {
        let answers = [ReplicationAnswer { status_code, instance }];
        let read = decode_batch_answer(&encode_batch_answer(&answers, Json)).unwrap().remove(0);
        prop_assert_eq!(read.status_code, status_code);
        prop_assert_eq!(&read.instance.map(|draft| shown(*draft)), &answers[0].instance);
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in vec(any::<u8>(), 0..64)) {
        read_in_every_way(&bytes);
    }

    #[test]
    fn no_scraps_make_a_reader_panic(text in scraps()) {
        read_in_every_way(text.as_bytes());
        read_in_every_way(json_body(&text).as_bytes());
        read_in_every_way(xml_body(&text).as_bytes());
    }

    #[test]
    fn no_damage_makes_a_reader_panic(bytes in damaged()) {
        read_in_every_way(&bytes);
    }
}
