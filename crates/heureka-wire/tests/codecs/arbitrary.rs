//! Values for the properties: anything that may be stored, with a liking for what is odd.

use heureka_model::{
    ActionType, AppName, DataCenter, DataCenterDraft, InstanceDraft, InstanceId, InstanceInfo,
    InstanceStatus, LeaseDraft, LeaseSettings, LeaseTimes, Metadata, PortDraft, ReplicationAction,
    ReplicationItem, UnixMillis, Urls,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::bodies::RECEIVED;

type Text = Box<str>;

/// An instance as a registry shows it. Strategies as large as these are boxed: a test has a small stack.
pub(crate) fn instance() -> BoxedStrategy<InstanceInfo> {
    let named = draft().prop_map(|mut draft| {
        // Without a host's name nothing is registered, and an empty text is read as none.
        draft.host_name.get_or_insert_with(|| "host".into());
        draft.into_listed(RECEIVED).expect("it has a host's name")
    });
    named.boxed()
}

/// A draft as a codec reads it.
pub(crate) fn draft() -> BoxedStrategy<InstanceDraft> {
    let names = (
        text(),
        of(text()),
        of("[a-z.]{1,9}".prop_map(Text::from)),
        of(text()),
        of(text()),
    );
    let state = (
        status(),
        status(),
        any::<i32>(),
        of(data_center()),
        lease(),
        any::<bool>(),
    );
    let ports = (port(), port(), of(millis()), of(millis()), of(action()));
    let texts = (
        metadata("[^@]\\PC{0,8}"),
        of(text()),
        urls(),
        of(text()),
        of(text()),
        of(text()),
    );
    let parts = (names, state, ports, texts);
    let draft = parts.prop_map(|(names, state, ports, texts)| InstanceDraft {
        instance_id: names.1,
        host_name: names.2,
        ip_addr: names.3,
        sid: names.4,
        status: state.0,
        overridden_status: state.1,
        country_id: state.2,
        data_center: state.3,
        lease: state.4,
        is_coordinating: state.5,
        port: ports.0,
        secure_port: ports.1,
        last_updated: ports.2,
        last_dirty: ports.3,
        action: ports.4,
        metadata: texts.0,
        app_group_name: texts.1,
        urls: texts.2,
        vip_address: texts.3,
        secure_vip_address: texts.4,
        asg_name: texts.5,
        ..InstanceDraft::new(AppName::new(&names.0))
    });
    draft.boxed()
}

/// An item of a batch, with anything missing.
pub(crate) fn item() -> BoxedStrategy<ReplicationItem> {
    let action = of(select(vec![
        ReplicationAction::Heartbeat,
        ReplicationAction::Register,
        ReplicationAction::Cancel,
        ReplicationAction::StatusUpdate,
        ReplicationAction::DeleteStatusOverride,
    ]));
    let parts = (
        of(text()),
        of(text()),
        of(millis()),
        of(status()),
        of(status()),
        of(draft()),
        action,
    );
    let item = parts.prop_map(
        |(app, id, last_dirty, overridden_status, status, instance, action)| ReplicationItem {
            app: app.map(|name| AppName::new(&name)),
            id: id.map(|id| InstanceId::new(&id)),
            last_dirty,
            overridden_status,
            status,
            instance: instance.map(Box::new),
            action,
        },
    );
    item.boxed()
}

/// A text without control characters, as [`heureka_model::DocumentLimits`] allow.
pub(crate) fn text() -> impl Strategy<Value = Text> {
    let any_chars = vec(any::<char>().prop_filter("legal", |c| is_legal(*c)), 0..6);
    prop_oneof![
        "[ -~]{0,12}".prop_map(Text::from),
        "\\PC{0,6}".prop_map(Text::from),
        any_chars.prop_map(|chars| chars.into_iter().collect::<String>().into()),
        select(vec![
            "",
            " ",
            "null",
            "<a>&amp;</a>",
            "]]>",
            "\"'\\",
            "ß",
            "😀",
            "&#65;",
            "{}",
            "a,b"
        ])
        .prop_map(Text::from),
    ]
}

fn is_legal(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Metadata with keys like `key`, among odd ones, and values of several lines.
fn metadata(key: &'static str) -> impl Strategy<Value = Metadata> {
    let odd = select(vec![
        "",
        " ",
        "a b",
        "1digit",
        "_",
        "__",
        "_-",
        "$",
        "a$b",
        "my_key",
        "_.0041",
        "a:b",
        ":",
        "-",
        ".",
        "a/b",
        "<",
        "xml",
        "xmlns",
        "class",
        "grüße",
        "😀",
        "·",
        "a·",
        "\u{37e}",
        "\u{fffd}",
        "{\"",
        "instanceId",
    ]);
    let legal = key.prop_filter("legal", |key: &String| key.chars().all(is_legal));
    let key = prop_oneof![odd.prop_map(str::to_owned), legal];
    let value = (text(), select(vec!["", "\n", "\r\n", "\t", "\r"]), text());
    vec(
        (key, value.prop_map(|(a, b, c)| format!("{a}{b}{c}"))),
        0..5,
    )
    .prop_map(|entries| entries.into_iter().collect())
}

fn data_center() -> impl Strategy<Value = DataCenterDraft> {
    prop_oneof![
        Just(DataCenterDraft::Nameless),
        Just(DataCenterDraft::Known(DataCenter::MyOwn)),
        Just(DataCenterDraft::Known(DataCenter::Netflix)),
        metadata("instance-id|local-ipv4|public-ipv4|mac|[a-z]{1,3}")
            .prop_map(|metadata| DataCenterDraft::Known(DataCenter::Amazon(metadata))),
    ]
}

fn port() -> impl Strategy<Value = PortDraft> {
    (of(any::<i32>()), of(any::<bool>()))
        .prop_map(|(number, enabled)| PortDraft { number, enabled })
}

fn lease() -> impl Strategy<Value = LeaseDraft> {
    let settings = (1..i32::MAX, 1..i32::MAX).prop_map(|(a, b)| LeaseSettings::new(a, b));
    (settings, millis(), millis(), millis(), millis()).prop_map(
        |(settings, registration, last_renewal, eviction, service_up)| LeaseDraft {
            settings,
            times: LeaseTimes {
                registration,
                last_renewal,
                eviction,
                service_up,
            },
        },
    )
}

fn urls() -> impl Strategy<Value = Urls> {
    (of(text()), of(text()), of(text()), of(text())).prop_map(|urls| Urls {
        home_page: urls.0,
        status_page: urls.1,
        health_check: urls.2,
        secure_health_check: urls.3,
    })
}

pub(crate) fn millis() -> impl Strategy<Value = UnixMillis> {
    prop_oneof![any::<i64>(), select(vec![0, -1, i64::MIN, i64::MAX])].prop_map(UnixMillis)
}

pub(crate) fn status() -> impl Strategy<Value = InstanceStatus> {
    select(InstanceStatus::ALL.to_vec())
}

fn action() -> impl Strategy<Value = ActionType> {
    select(vec![
        ActionType::Added,
        ActionType::Modified,
        ActionType::Deleted,
    ])
}
