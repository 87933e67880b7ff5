//! Documents that are meant to hurt (faults-and-attacks.md S01 to S04).

use heureka_model::{DocumentLimits, InstanceDraft, InvalidInstance};
use heureka_wire::{
    Format, MAX_JSON_DEPTH, MAX_XML_ATTRIBUTES, MAX_XML_DEPTH, MAX_XML_ELEMENTS, ReadError,
    decode_applications, decode_batch, decode_registration,
};

use crate::bodies::{json_body, read_json, read_xml, xml_body};
use Format::{Json, Xml};

const MANY: usize = 100_000;

fn read(body: &str, format: Format) -> Result<InstanceDraft, ReadError> {
    decode_registration(body.as_bytes(), format)
}

/// S01: no name of a type is ever anything but a name.
#[test]
fn names_of_classes_do_nothing() {
    for body in [
        json_body(r#""dataCenterInfo":{"@class":"javax.naming.InitialContext","name":"MyOwn"}"#),
        json_body(r#""dataCenterInfo":{"@class":["com.netflix.appinfo.AmazonInfo",{}]}"#),
    ] {
        assert!(
            matches!(read(&body, Json), Err(ReadError::Unreadable(_))),
            "{body}"
        );
    }
    for body in [
        "<sorted-set/>",
        "<dynamic-proxy><interface>x</interface></dynamic-proxy>",
        "<java.util.PriorityQueue/>",
    ] {
        assert!(
            matches!(read(body, Xml), Err(ReadError::Unreadable(_))),
            "{body}"
        );
    }
    let draft = read_xml(
        "<metadata class=\"java.util.PriorityQueue\"><comparator><x>1</x></comparator></metadata>",
    );
    assert_eq!(
        draft.metadata.iter().collect::<Vec<_>>(),
        [("comparator", "")]
    );
}

/// S02: no entity is looked up.
#[test]
fn entities_are_refused() {
    let laughs: String = (1..10)
        .map(|n| {
            format!(
                "<!ENTITY lol{n} \"{}\">",
                format!("&lol{};", n - 1).repeat(10)
            )
        })
        .collect();
    for body in [
        format!(
            "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol0 \"lol\">{laughs}]><instance><app>&lol9;</app></instance>"
        ),
        format!(
            "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>{}",
            xml_body("<sid>&e;</sid>")
        ),
        format!("<!DOCTYPE instance>{}", xml_body("")),
        xml_body("<!DOCTYPE x>"),
        xml_body("<!ENTITY e \"x\">"),
        xml_body("<sid>&nbsp;</sid>"),
    ] {
        assert!(
            matches!(read(&body, Xml), Err(ReadError::Unreadable(_))),
            "{body}"
        );
    }
}

#[test]
fn the_refusal_of_a_document_type_says_so() {
    let refusal = read("<!DOCTYPE instance><instance/>", Xml).expect_err("has a document type");
    let reason = refusal.to_string();
    assert!(reason.contains("document type"), "{reason}");
}

/// S03, S04: depth.
#[test]
fn depth_is_bounded_wherever_it_is() {
    let too_deep = Err(ReadError::TooDeep {
        limit: MAX_JSON_DEPTH,
    });
    for body in [
        "[".repeat(MANY),
        "{\"a\":".repeat(MANY),
        format!("{{\"instance\":{}", "[".repeat(MANY)),
        json_body(&format!("\"zzz\":{}{}", "[".repeat(MANY), "]".repeat(MANY))),
        json_body(&format!(
            "\"port\":{{\"zzz\":{}1{}}}",
            "{\"a\":".repeat(MANY),
            "}".repeat(MANY)
        )),
    ] {
        assert_eq!(read(&body, Json), too_deep);
        assert!(decode_batch(body.as_bytes()).is_err());
        assert!(decode_applications(body.as_bytes(), Json).is_err());
    }
    for body in [
        "<a>".repeat(MANY),
        format!("<instance>{}", "<a>".repeat(MANY)),
        xml_body(&format!("{}{}", "<a>".repeat(MANY), "</a>".repeat(MANY))),
        xml_body(&format!(
            "<metadata>{}{}</metadata>",
            "<a>".repeat(MANY),
            "</a>".repeat(MANY)
        )),
    ] {
        assert!(read(&body, Xml).is_err());
        assert!(decode_applications(body.as_bytes(), Xml).is_err());
    }
    assert_eq!(
        read(&xml_body(&"<a>".repeat(MANY)), Xml),
        Err(ReadError::TooDeep {
            limit: MAX_XML_DEPTH
        })
    );
}

#[test]
fn the_limits_of_depth_are_exact() {
    let nested = |levels: usize| format!("\"zzz\":{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(read(&json_body(&nested(MAX_JSON_DEPTH - 2)), Json).is_ok());
    assert!(read(&json_body(&nested(MAX_JSON_DEPTH - 1)), Json).is_err());
    let nested = |levels: usize| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
    assert!(read(&xml_body(&nested(MAX_XML_DEPTH - 1)), Xml).is_ok());
    assert!(read(&xml_body(&nested(MAX_XML_DEPTH)), Xml).is_err());
}

/// Brackets in texts are texts, also behind escaped quotes.
#[test]
fn brackets_in_texts_are_not_depth() {
    let sid = "[".repeat(MAX_JSON_DEPTH + 1);
    let draft = read_json(&format!(r#""sid":"\\\"{sid}\\""#));
    assert_eq!(draft.sid.as_deref(), Some(&*format!("\\\"{sid}\\")));
}

/// S03: an element with a megabyte of attributes.
#[test]
fn attributes_are_bounded() {
    let attributes = |count: usize| {
        (0..count)
            .map(|n| format!(" a{n}=\"\""))
            .collect::<String>()
    };
    let body = |count| xml_body(&format!("<zzz{}/>", attributes(count)));
    assert!(read(&body(MAX_XML_ATTRIBUTES), Xml).is_ok());
    for count in [MAX_XML_ATTRIBUTES + 1, MANY] {
        let limit = MAX_XML_ATTRIBUTES;
        assert_eq!(
            read(&body(count), Xml),
            Err(ReadError::TooLarge {
                what: "attributes",
                limit
            })
        );
    }
}

/// S03: only a document about one instance; a listing is as long as its bytes.
#[test]
fn elements_are_bounded() {
    let body = xml_body(&"<a/>".repeat(MAX_XML_ELEMENTS));
    let limit = MAX_XML_ELEMENTS;
    assert_eq!(
        read(&body, Xml),
        Err(ReadError::TooLarge {
            what: "elements",
            limit
        })
    );
    let listing = format!(
        "<applications>{}</applications>",
        "<a/>".repeat(MAX_XML_ELEMENTS)
    );
    assert!(decode_applications(listing.as_bytes(), Xml).is_ok());
}

/// S04: whether so many keys may be stored is not for the reader to say, for a listing with one such instance is as good as
/// any. This many, compared with each other, would take minutes.
#[test]
fn a_map_of_many_keys_is_read_and_may_not_be_stored() {
    let json = |count| {
        let entries: Vec<_> = (0..count).map(|n| format!("\"{n}\":\"\"")).collect();
        json_body(&format!("\"metadata\":{{{}}}", entries.join(",")))
    };
    let xml = |count| {
        let entries: String = (0..count).map(|n| format!("<a{n}/>")).collect();
        xml_body(&format!("<metadata>{entries}</metadata>"))
    };
    let limits = DocumentLimits::default();
    for (count, read) in [
        (MANY, read(&json(MANY), Json)),
        (2_000, read(&xml(2_000), Xml)),
    ] {
        let metadata = read.unwrap().metadata;
        assert_eq!(metadata.len(), count);
        let refused = limits.check_metadata("metadata", &metadata);
        let is_of_keys = matches!(refused, Err(InvalidInstance::TooLarge { unit: "keys", .. }));
        assert!(is_of_keys, "{refused:?}");
    }
    let instances = [json(MANY), json(1)].map(|body| {
        let instance = body.strip_prefix("{\"instance\":").unwrap();
        instance.strip_suffix('}').unwrap().to_owned()
    });
    let listing = format!(
        "{{\"applications\":{{\"application\":{{\"name\":\"A\",\"instance\":[{}]}}}}}}",
        instances.join(",")
    );
    let listing = decode_applications(listing.as_bytes(), Json).unwrap();
    let keys = listing.applications[0]
        .instances
        .iter()
        .map(|read| read.metadata.len());
    assert_eq!(keys.collect::<Vec<_>>(), [MANY, 1]);
}

/// An item takes more memory than its bytes, and a null none.
#[test]
fn lists_of_nothing_take_little() {
    let batch = |items: usize| {
        let item = r#"{"action":"Heartbeat"}"#;
        let items = vec![item; items].join(",");
        format!(r#"{{"replicationList":[{items}]}}"#)
    };
    assert_eq!(
        decode_batch(batch(1 << 17).as_bytes()).map(|items| items.len()),
        Ok(1 << 17)
    );
    let too_many = decode_batch(batch((1 << 17) + 1).as_bytes());
    assert!(
        matches!(too_many, Err(ReadError::TooLarge { .. })),
        "{too_many:?}"
    );
    let nulls = vec!["null"; 1_000_000].join(",");
    let listing =
        format!(r#"{{"applications":{{"application":[{{"name":"A","instance":[{nulls}]}}]}}}}"#);
    let listing = decode_applications(listing.as_bytes(), Json).unwrap();
    assert_eq!(listing.applications[0].instances.capacity(), 0);
}
