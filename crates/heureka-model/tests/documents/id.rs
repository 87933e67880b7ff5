//! Which text names an instance (wire.md 3.1), also where Spring takes it from metadata (server.md 10.6).

use heureka_model::{InvalidInstance, SentId};

use crate::builders::{amazon, draft_with, register};

/// Where an id may come from.
#[derive(Clone, Copy, Debug)]
struct Sources {
    instance_id: Option<&'static str>,
    in_metadata: Option<&'static str>,
    of_amazon: Option<&'static str>,
    host_name: &'static str,
}

const NONE: Sources = Sources {
    instance_id: None,
    in_metadata: None,
    of_amazon: None,
    host_name: "host",
};

#[track_caller]
fn check(sources: Sources, id: &str, sent_id: SentId) {
    let draft = draft_with(|draft| {
        draft.instance_id = sources.instance_id.map(Into::into);
        draft.host_name = Some(sources.host_name.into());
        draft.metadata = sources
            .in_metadata
            .map(|id| ("instanceId", id))
            .into_iter()
            .collect();
        if let Some(id) = sources.of_amazon {
            draft.data_center = amazon(&[("instance-id", id)]);
        }
    });
    let document = register(draft).unwrap().document;
    assert_eq!(
        (document.id.as_str(), document.sent_id),
        (id, sent_id),
        "{sources:?}"
    );
}

// wire.md 3.1
#[test]
fn the_id_is_the_first_text_that_is_not_empty() {
    let host_only = NONE;
    check(host_only, "host", SentId::Absent);
    let with_amazon = Sources {
        of_amazon: Some("i-1"),
        ..NONE
    };
    check(with_amazon, "i-1", SentId::Absent);
    check(
        Sources {
            of_amazon: Some(""),
            ..NONE
        },
        "host",
        SentId::Absent,
    );
    let with_id = Sources {
        instance_id: Some("id"),
        ..with_amazon
    };
    check(with_id, "id", SentId::AsInstanceId);
    let with_empty_id = Sources {
        instance_id: Some(""),
        ..with_amazon
    };
    check(with_empty_id, "i-1", SentId::Empty);
    check(
        Sources {
            instance_id: Some(""),
            ..NONE
        },
        "host",
        SentId::Empty,
    );
    check(
        Sources {
            instance_id: Some(" "),
            ..NONE
        },
        " ",
        SentId::AsInstanceId,
    );
}

fn in_metadata(id: &'static str) -> Sources {
    Sources {
        in_metadata: Some(id),
        ..NONE
    }
}

// server.md 10.6: with the host's name before it, unless it begins with that.
#[test]
fn an_absent_id_is_taken_from_metadata() {
    check(in_metadata("8080"), "host:8080", SentId::AsInstanceId);
    check(in_metadata("host:8080"), "host:8080", SentId::AsInstanceId);
    check(in_metadata("hostess"), "hostess", SentId::AsInstanceId);
    check(in_metadata("HOST"), "host:HOST", SentId::AsInstanceId);
    let with_amazon = Sources {
        of_amazon: Some("i-1"),
        ..in_metadata("8080")
    };
    check(with_amazon, "host:8080", SentId::AsInstanceId);
}

// server.md 10.6: only where it is null, and only where there is a text to see.
#[test]
fn metadata_do_not_name_an_instance_that_has_an_id() {
    check(
        Sources {
            instance_id: Some("id"),
            ..in_metadata("8080")
        },
        "id",
        SentId::AsInstanceId,
    );
    check(
        Sources {
            instance_id: Some(""),
            ..in_metadata("8080")
        },
        "host",
        SentId::Empty,
    );
    check(in_metadata(""), "host", SentId::Absent);
    check(in_metadata(" \t"), "host", SentId::Absent);
}

#[test]
fn an_id_keeps_its_case_and_its_odd_characters() {
    for id in ["Host:Orders:8080", "a/b", "ü ✓", "%2F", "<&>"] {
        check(
            Sources {
                instance_id: Some(id),
                ..NONE
            },
            id,
            SentId::AsInstanceId,
        );
    }
}

// server.md H2: an id alone does not do; and without an id, a host's name would have been one.
#[test]
fn an_id_does_not_stand_for_the_hosts_name() {
    let nameless = |instance_id: Option<&str>| {
        let draft = draft_with(|draft| {
            draft.instance_id = instance_id.map(Into::into);
            draft.host_name = None;
        });
        register(draft).unwrap_err()
    };
    assert_eq!(nameless(Some("id")), InvalidInstance::MissingHostName);
    assert_eq!(nameless(Some("")), InvalidInstance::MissingId);
    assert_eq!(nameless(None), InvalidInstance::MissingId);
}
