//! What a document may weigh (faults-and-attacks.md S04), limit by limit.

use heureka_model::{
    AppName, DocumentLimits, InstanceDraft, InstanceKey, InvalidInstance, Metadata,
};

use crate::builders::{amazon, draft_with, register, register_within};

const LIMITS: DocumentLimits = DocumentLimits {
    app_name_bytes: 7,
    instance_id_bytes: 6,
    text_bytes: 10,
    metadata_keys: 3,
    metadata_key_bytes: 11,
    metadata_bytes: 40,
};

fn of(bytes: usize) -> String {
    "x".repeat(bytes)
}

/// `change` is taken at the limit, and refused by its name one above.
#[track_caller]
fn check(
    field: &'static str,
    (limit, unit): (usize, &'static str),
    change: impl Fn(&mut InstanceDraft, usize),
) {
    let sent = |size| register_within(&LIMITS, draft_with(|draft| change(draft, size))).map(|_| ());
    assert_eq!(sent(limit), Ok(()), "{field}");
    let too_large = InvalidInstance::TooLarge { field, limit, unit };
    assert_eq!(sent(limit + 1), Err(too_large), "{field}");
}

#[test]
fn names_have_a_limit_each() {
    check("app", (7, "bytes"), |draft, bytes| {
        draft.app = AppName::new(&of(bytes))
    });
    check("instanceId", (6, "bytes"), |draft, bytes| {
        draft.instance_id = Some(of(bytes).into());
    });
}

type Text = fn(&mut InstanceDraft) -> &mut Option<Box<str>>;

/// All texts outside metadata.
const TEXTS: [(&str, Text); 11] = [
    ("hostName", |draft| &mut draft.host_name),
    ("ipAddr", |draft| &mut draft.ip_addr),
    ("sid", |draft| &mut draft.sid),
    ("appGroupName", |draft| &mut draft.app_group_name),
    ("homePageUrl", |draft| &mut draft.urls.home_page),
    ("statusPageUrl", |draft| &mut draft.urls.status_page),
    ("healthCheckUrl", |draft| &mut draft.urls.health_check),
    ("secureHealthCheckUrl", |draft| {
        &mut draft.urls.secure_health_check
    }),
    ("vipAddress", |draft| &mut draft.vip_address),
    ("secureVipAddress", |draft| &mut draft.secure_vip_address),
    ("asgName", |draft| &mut draft.asg_name),
];

#[test]
fn every_other_text_has_the_same_limit() {
    for (field, text) in TEXTS {
        check(field, (10, "bytes"), |draft, bytes| {
            *text(draft) = Some(of(bytes).into())
        });
    }
}

// The id that nobody sent counts as well: here it is the host's name.
#[test]
fn an_id_that_comes_from_elsewhere_has_the_limit_of_ids() {
    check("instanceId", (6, "bytes"), |draft, bytes| {
        draft.instance_id = None;
        draft.host_name = Some(of(bytes).into());
    });
}

#[test]
fn metadata_have_a_limit_of_keys_of_a_key_and_of_all_bytes() {
    check("metadata", (3, "keys"), |draft, keys| {
        draft.metadata = keys_of(keys)
    });
    check("metadata", (11, "bytes in a key"), |draft, bytes| {
        draft.metadata = [(of(bytes), "")].into_iter().collect();
    });
    check("metadata", (40, "bytes in all"), |draft, bytes| {
        draft.metadata = [("12345", of(15)), ("67890", of(bytes - 25))]
            .into_iter()
            .collect();
    });
}

fn keys_of(count: usize) -> Metadata {
    (0..count).map(|n| (n.to_string(), "")).collect()
}

#[test]
fn the_metadata_of_a_machine_have_the_same_limits() {
    let field = "dataCenterInfo.metadata";
    check(field, (3, "keys"), |draft, keys| {
        let names: Vec<_> = (1..keys).map(|n| n.to_string()).collect();
        let mut entries = vec![("instance-id", "")];
        entries.extend(names.iter().map(|name| (name.as_str(), "")));
        draft.data_center = amazon(&entries);
    });
    check(field, (11, "bytes in a key"), |draft, bytes| {
        draft.data_center = amazon(&[("instance-id", ""), (&of(bytes), "")]);
    });
    check(field, (40, "bytes in all"), |draft, bytes| {
        draft.data_center = amazon(&[("instance-id", &of(bytes - 11))]);
    });
}

/// Sizes are those of UTF-8, which is what is stored and sent.
#[test]
fn bytes_are_counted_and_not_characters() {
    let sent = |id: &str| {
        let draft = draft_with(|draft| draft.instance_id = Some(id.into()));
        register_within(&LIMITS, draft).is_ok()
    };
    assert!(sent("äöü"));
    assert!(!sent("äöüx"));
}

#[test]
fn the_defaults_let_every_known_client_through() {
    let usual = DocumentLimits::default();
    let draft = draft_with(|draft| {
        draft.app = AppName::new(&of(usual.app_name_bytes));
        draft.instance_id = Some(of(usual.instance_id_bytes).into());
        draft.vip_address = Some(of(usual.text_bytes).into());
        draft.metadata = keys_of(usual.metadata_keys);
    });
    assert!(register(draft).is_ok());
}

/// What texts must not hold: C0 and C1 controls, and what XML 1.0 has no form for.
const CONTROLS: [char; 9] = [
    '\u{0}', '\t', '\n', '\r', '\u{1f}', '\u{7f}', '\u{85}', '\u{fffe}', '\u{ffff}',
];

#[track_caller]
fn refused(field: &'static str, change: impl FnOnce(&mut InstanceDraft)) {
    let refused = Err(InvalidInstance::ControlCharacter { field });
    assert_eq!(register(draft_with(change)).map(|_| ()), refused);
}

#[test]
fn no_text_may_hold_a_control_character() {
    for control in CONTROLS {
        let text = format!("a{control}b");
        refused("app", |draft| draft.app = AppName::new(&text));
        refused("instanceId", |draft| {
            draft.instance_id = Some(text.as_str().into())
        });
        for (field, place) in TEXTS {
            refused(field, |draft| *place(draft) = Some(text.as_str().into()));
        }
        refused("metadata", |draft| {
            draft.metadata = [(&text, "")].into_iter().collect();
        });
        refused("dataCenterInfo.metadata", |draft| {
            draft.data_center = amazon(&[(&text, "")]);
        });
    }
}

// golden: `macs` of Amazon has several lines, and so may any value.
#[test]
fn a_value_of_metadata_may_have_several_lines_but_no_other_control_character() {
    for control in CONTROLS {
        let text = format!("a{control}b");
        let is_layout = matches!(control, '\t' | '\n' | '\r');
        let sent = register(draft_with(|draft| {
            draft.metadata = [("k", &text)].into_iter().collect();
        }));
        assert_eq!(sent.is_ok(), is_layout, "{control:?}");
        let sent = register(draft_with(|draft| {
            draft.data_center = amazon(&[("macs", &text)])
        }));
        assert_eq!(sent.is_ok(), is_layout, "{control:?}");
    }
}

#[test]
fn other_odd_characters_are_texts_like_any() {
    for text in [
        "ä",
        "✓",
        "😀",
        "\u{2028}",
        "\u{fffd}",
        "\u{1fffe}",
        "<&>",
        "\"",
        " ",
    ] {
        let draft = draft_with(|draft| draft.vip_address = Some(text.into()));
        assert!(register(draft).is_ok(), "{text:?}");
    }
}

#[track_caller]
fn allows(app_bytes: usize, id_bytes: usize, expected: bool) {
    let key = InstanceKey::new(&of(app_bytes), &of(id_bytes));
    assert_eq!(LIMITS.allow_names(&key), expected);
}

#[test]
fn names_that_no_document_may_have_are_told() {
    allows(7, 6, true);
    allows(8, 6, false);
    allows(7, 7, false);
    allows(0, 0, true);
}

// The text is the answer's body, so it names the field and the limit.
#[test]
fn a_refusal_says_what_would_do() {
    let error = InvalidInstance::TooLarge {
        field: "metadata",
        limit: 3,
        unit: "keys",
    };
    assert_eq!(error.to_string(), "metadata is too large: at most 3 keys");
    let error = InvalidInstance::ControlCharacter { field: "sid" };
    assert_eq!(error.to_string(), "sid must not contain control characters");
}
