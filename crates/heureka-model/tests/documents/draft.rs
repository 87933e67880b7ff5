//! What is checked and in which order, and what stands for what is absent (wire.md 1.4 and 2.3.2, server.md H2).

use heureka_model::{
    AppName, DataCenter, DataCenterDraft, DocumentLimits, InstanceDraft, InstanceStatus,
    InvalidInstance, LeaseSettings, Metadata, Port, PortDraft, SentId, Texts, UnixMillis,
};

use crate::builders::{RECEIVED, amazon, draft, draft_with, register};

/// What a draft may lack, in the order in which it is missed.
const PARTS: [fn(&mut InstanceDraft); 7] = [
    |draft| draft.instance_id = Some("id".into()),
    |draft| draft.host_name = Some("host".into()),
    |draft| draft.ip_addr = Some("10.0.0.1".into()),
    |draft| draft.app = AppName::new("other"),
    |draft| draft.app = AppName::new("orders"),
    |draft| draft.data_center = Some(DataCenterDraft::Nameless),
    |draft| draft.data_center = Some(DataCenterDraft::Known(DataCenter::Netflix)),
];

/// What is answered to a draft that has only so many of these parts.
const ANSWERS: [&str; 7] = [
    "Missing instanceId",
    "Missing hostname",
    "Missing ip address",
    "Missing appName",
    "Mismatched appName, expecting ORDERS but was OTHER",
    "Missing dataCenterInfo",
    "Missing dataCenterInfo Name",
];

fn send(draft: InstanceDraft) -> Result<(), InvalidInstance> {
    let limits = DocumentLimits::default();
    let path_app = AppName::new("Orders");
    draft
        .into_registration(&path_app, RECEIVED, &limits)
        .map(|_| ())
}

// server.md H2, golden/spring/12-register-missing-fields: the first that is missing is told.
#[test]
fn what_is_missing_is_told_in_java_s_order_and_words() {
    let mut draft = InstanceDraft::new(AppName::new(""));
    for (part, answer) in PARTS.into_iter().zip(ANSWERS) {
        assert_eq!(send(draft.clone()).unwrap_err().to_string(), answer);
        part(&mut draft);
    }
    assert_eq!(send(draft), Ok(()));
}

/// Only `change` is wrong with the draft.
#[track_caller]
fn check(change: impl FnOnce(&mut InstanceDraft), expected: Result<(), InvalidInstance>) {
    assert_eq!(send(draft_with(change)), expected);
}

// wire.md 1.4: blank is null or empty, without trimming.
#[test]
fn empty_is_missing_and_a_space_is_a_text() {
    check(
        |draft| draft.host_name = None,
        Err(InvalidInstance::MissingHostName),
    );
    check(
        |draft| draft.host_name = Some("".into()),
        Err(InvalidInstance::MissingHostName),
    );
    check(|draft| draft.host_name = Some(" ".into()), Ok(()));
    check(
        |draft| draft.ip_addr = None,
        Err(InvalidInstance::MissingIpAddr),
    );
    check(
        |draft| draft.ip_addr = Some("".into()),
        Err(InvalidInstance::MissingIpAddr),
    );
    check(|draft| draft.ip_addr = Some(" ".into()), Ok(()));
    check(
        |draft| draft.app = AppName::new(""),
        Err(InvalidInstance::MissingAppName),
    );
    check(
        |draft| draft.data_center = None,
        Err(InvalidInstance::MissingDataCenter),
    );
    let nameless = |draft: &mut InstanceDraft| draft.data_center = Some(DataCenterDraft::Nameless);
    check(nameless, Err(InvalidInstance::MissingDataCenterName));
}

// wire.md 3.2
#[test]
fn the_application_of_path_and_body_may_differ_in_case_only() {
    check(|draft| draft.app = AppName::new("oRDERs"), Ok(()));
    let mismatch = InvalidInstance::MismatchedAppName {
        expected: AppName::new("ORDERS"),
        found: AppName::new("ORDERS2"),
    };
    check(|draft| draft.app = AppName::new("orders2"), Err(mismatch));
}

// server.md H2: what is missing is told before what is too much.
#[test]
fn limits_are_looked_at_last() {
    let mut wrong = draft_with(|draft| draft.sid = Some("\u{0}".into()));
    wrong.data_center = None;
    assert_eq!(send(wrong.clone()), Err(InvalidInstance::MissingDataCenter));
    wrong.data_center = draft().data_center;
    assert_eq!(
        send(wrong),
        Err(InvalidInstance::ControlCharacter { field: "sid" })
    );
}

// wire.md 2.3.2
#[test]
fn what_is_absent_has_a_default() {
    let registration = register(draft()).unwrap();
    let document = registration.document;
    assert_eq!(registration.overridden_status, InstanceStatus::Unknown);
    assert_eq!(
        (document.status, document.country_id),
        (InstanceStatus::Up, 1)
    );
    assert_eq!(
        (document.port, document.secure_port),
        (Port::DEFAULT_PLAIN, Port::DEFAULT_SECURE)
    );
    assert_eq!(document.lease, LeaseSettings::new(30, 90));
    assert_eq!(document.last_dirty, RECEIVED);
    assert!(document.metadata.is_empty());
    let only_names = Texts {
        host_name: document.host_name(),
        ip_addr: document.ip_addr(),
        ..Texts::default()
    };
    assert_eq!(document.texts(), only_names);
}

#[test]
fn what_is_there_is_kept_as_it_is() {
    let registration = register(draft_with(|draft| {
        draft.status = InstanceStatus::Starting;
        draft.overridden_status = InstanceStatus::Down;
        draft.country_id = -7;
        draft.last_dirty = Some(UnixMillis(-1));
        draft.lease.settings = LeaseSettings::new(5, 15);
        draft.vip_address = Some(" a,B,".into());
        draft.secure_vip_address = Some("".into());
        draft.metadata = [("a", "1")].into_iter().collect();
        draft.urls.home_page = Some("http://host/".into());
        draft.ip_addr = Some("not an address".into());
    }));
    let registration = registration.unwrap();
    let document = registration.document;
    assert_eq!(registration.overridden_status, InstanceStatus::Down);
    assert_eq!(
        (document.status, document.country_id),
        (InstanceStatus::Starting, -7)
    );
    assert_eq!(document.last_dirty, UnixMillis(-1));
    assert_eq!(document.lease, LeaseSettings::new(5, 15));
    assert_eq!(document.vips().collect::<Vec<_>>(), [" a", "B", ""]);
    assert_eq!(document.secure_vips().collect::<Vec<_>>(), [""]);
    assert_eq!(document.metadata.get("a"), Some("1"));
    assert_eq!(document.texts().home_page_url, Some("http://host/"));
    assert_eq!(document.ip_addr(), "not an address");
}

#[track_caller]
fn port(number: Option<i32>, enabled: Option<bool>, plain: (i32, bool), secure: (i32, bool)) {
    let part = PortDraft { number, enabled };
    let document = register(draft_with(|draft| {
        (draft.port, draft.secure_port) = (part, part)
    }));
    let document = document.unwrap().document;
    let shown = [document.port, document.secure_port].map(|port| (port.number, port.enabled));
    assert_eq!(shown, [plain, secure]);
}

// wire.md 2.3.2: each part has its own default.
#[test]
fn a_port_may_lack_either_part() {
    port(None, None, (7001, true), (7002, false));
    port(Some(80), None, (80, true), (80, false));
    port(None, Some(true), (7001, true), (7002, true));
    port(None, Some(false), (7001, false), (7002, false));
    port(Some(-1), Some(true), (-1, true), (-1, true));
}

// wire.md 3.3
#[test]
fn a_sid_that_says_nothing_is_none() {
    for (sent, kept) in [
        ("na", None),
        ("unknown", None),
        ("NA", Some("NA")),
        ("s", Some("s")),
    ] {
        let document = register(draft_with(|draft| draft.sid = Some(sent.into())));
        assert_eq!(document.unwrap().document.texts().sid, kept);
    }
}

#[track_caller]
fn amazon_keeps(sent: &[(&str, &str)], kept: &[(&str, &str)]) {
    let document = register(draft_with(|draft| draft.data_center = amazon(sent)));
    let kept: Metadata = kept.iter().copied().collect();
    assert_eq!(
        document.unwrap().document.data_center,
        DataCenter::Amazon(kept)
    );
}

// wire.md 1.4: inserted where there is no such key; an existing empty text is left alone.
#[test]
fn a_machine_of_amazon_without_an_id_gets_the_instances() {
    amazon_keeps(&[], &[("instance-id", "id")]);
    amazon_keeps(
        &[("ami-id", "ami")],
        &[("ami-id", "ami"), ("instance-id", "id")],
    );
    amazon_keeps(&[("instance-id", "i-1")], &[("instance-id", "i-1")]);
    amazon_keeps(&[("instance-id", "")], &[("instance-id", "")]);
}

// server.md L11
#[test]
fn a_lease_that_is_not_positive_is_the_usual_one() {
    for (sent, kept) in [
        ((0, 0), (30, 90)),
        ((-5, 7), (30, 7)),
        ((7, i32::MIN), (7, 90)),
        ((1, 1), (1, 1)),
    ] {
        let lease = LeaseSettings::new(sent.0, sent.1);
        assert_eq!((lease.renewal_interval_secs(), lease.duration_secs()), kept);
    }
}

// wire.md 3.1, golden/spring/12: an id may be any text.
#[test]
fn a_document_tells_how_its_id_was_sent() {
    for (instance_id, sent_id) in [
        (Some("id"), SentId::AsInstanceId),
        (Some(""), SentId::Empty),
        (None, SentId::Absent),
    ] {
        let document = register(draft_with(|draft| {
            draft.instance_id = instance_id.map(Into::into)
        }));
        assert_eq!(document.unwrap().document.sent_id, sent_id);
    }
}
