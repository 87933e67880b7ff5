//! What nodes may tell each other: anything, around any document that may be stored or come of an operator's edit.

use std::sync::Arc;
use std::time::Duration;

use heureka_model::{
    AgeOf, AppDigest, AppName, CancelledState, Changes, ChangesTaken, Compared, Comparison,
    DataCenter, DataCenterDraft, Digest, Document, DocumentLimits, DocumentState, InstanceDraft,
    InstanceId, InstanceKey, KeyState, KeyVersion, LeaseState, Metadata, NodeId, OverrideState,
    OverrideValue, PeerHeader, PeerMessage, PeerReply, PresentState, RenewedKey, Slice, Stamp,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::arbitrary::{draft, millis, status, text};
use crate::bodies::RECEIVED;

const EMPTY_MAP: &str = "java.util.Collections$EmptyMap";

pub(crate) fn header() -> BoxedStrategy<PeerHeader> {
    let parts = (
        node(),
        any::<String>(),
        any::<String>(),
        micros(),
        (stamp(), millis()),
        any::<bool>(),
        vec(node(), 0..3),
    );
    let header = parts.prop_map(
        |(node, name, version, uptime, (reading, wall), is_open, reaches)| PeerHeader {
            node,
            name,
            version,
            uptime,
            reading,
            wall,
            is_open,
            reaches,
        },
    );
    header.boxed()
}

pub(crate) fn message() -> BoxedStrategy<PeerMessage> {
    let changes = (vec(state(), 0..3), vec(renewed(), 0..6))
        .prop_map(|(states, renewed)| PeerMessage::Changes(Changes { states, renewed }));
    prop_oneof![
        Just(PeerMessage::Hello),
        Just(PeerMessage::Leave),
        changes,
        comparison().prop_map(PeerMessage::Compare),
        vec(key(), 0..6).prop_map(PeerMessage::Ages),
    ]
    .boxed()
}

pub(crate) fn reply() -> BoxedStrategy<PeerReply> {
    let taken = (vec(key(), 0..6), vec(state(), 0..3))
        .prop_map(|(wanted, newer)| PeerReply::Taken(ChangesTaken { wanted, newer }));
    let age = (key(), lease()).prop_map(|(key, lease)| AgeOf { key, lease });
    prop_oneof![
        Just(PeerReply::Noted),
        taken,
        compared().prop_map(PeerReply::Compared),
        vec(age, 0..6).prop_map(PeerReply::Ages),
    ]
    .boxed()
}

fn comparison() -> BoxedStrategy<Comparison> {
    let totals = (digest(), digest())
        .prop_map(|(present, cancelled)| Comparison::Totals { present, cancelled });
    let held = vec((slice(), vec(key_version(), 0..3)), 0..3);
    prop_oneof![
        totals,
        Just(Comparison::Everything),
        slice().prop_map(|divided| Comparison::Slices { divided }),
        (held, any::<bool>()).prop_map(|(held, with_kept)| Comparison::Keys { held, with_kept }),
    ]
    .boxed()
}

fn compared() -> BoxedStrategy<Compared> {
    let app =
        (app(), any::<u32>(), digest(), digest()).prop_map(|(app, keys, present, cancelled)| {
            AppDigest {
                app,
                keys,
                present,
                cancelled,
            }
        });
    let keys = (vec(state(), 0..3), vec(key(), 0..6))
        .prop_map(|(states, wanted)| Compared::Keys { states, wanted });
    prop_oneof![
        Just(Compared::Same),
        vec(app, 0..4).prop_map(Compared::Applications),
        vec(digest(), 0..4).prop_map(Compared::Slices),
        keys,
    ]
    .boxed()
}

pub(crate) fn state() -> BoxedStrategy<KeyState> {
    prop_oneof![
        3 => present().prop_map(|present| KeyState::Present(Box::new(present))),
        1 => cancelled().prop_map(KeyState::Cancelled),
    ]
    .boxed()
}

fn present() -> impl Strategy<Value = PresentState> {
    let document = (document(), any::<u32>(), stamp(), stamp()).prop_map(
        |(document, generation, stamp, reported)| DocumentState {
            generation,
            stamp,
            reported,
            document: Arc::new(document),
        },
    );
    let shown = (millis(), millis());
    (document, override_state(), stamp(), lease(), shown).prop_map(
        |(document, override_state, presence, lease, (registered, service_up))| PresentState {
            document,
            override_state,
            presence,
            lease,
            registered,
            service_up,
        },
    )
}

fn cancelled() -> impl Strategy<Value = CancelledState> {
    let version = of((any::<u32>(), millis()));
    (key(), stamp(), version, micros()).prop_map(|(key, stamp, version, left)| CancelledState {
        key,
        stamp,
        version,
        left,
    })
}

/// A document that was registered, and maybe edited by an operator since.
fn document() -> impl Strategy<Value = Document> {
    let edits = vec((select(vec!["@class", "instanceId", "a"]), text()), 0..3);
    let in_front = of(select(vec!["", "x", EMPTY_MAP]));
    (registered(), edits, in_front).prop_map(|(mut document, edits, in_front)| {
        if let Some(value) = in_front {
            document.metadata = with_class_in_front(&document.metadata, value);
        }
        for (key, value) in edits {
            document.metadata.set(key, &value);
        }
        document
    })
}

fn registered() -> impl Strategy<Value = Document> {
    let class_of_amazon = of(select(vec!["", "x", EMPTY_MAP]));
    (draft(), class_of_amazon).prop_map(|(mut draft, class)| {
        draft.host_name.get_or_insert_with(|| "host".into());
        draft.ip_addr = draft.ip_addr.filter(|ip| !ip.is_empty());
        draft.ip_addr.get_or_insert_with(|| "1.2.3.4".into());
        if draft.app.as_str().is_empty() {
            draft.app = AppName::new("a");
        }
        draft.data_center = match (draft.data_center, class) {
            (Some(DataCenterDraft::Known(DataCenter::Amazon(metadata))), Some(class)) => {
                let metadata = with_class_in_front(&metadata, class);
                Some(DataCenterDraft::Known(DataCenter::Amazon(metadata)))
            }
            (Some(known @ DataCenterDraft::Known(_)), _) => Some(known),
            (Some(DataCenterDraft::Nameless) | None, _) => {
                Some(DataCenterDraft::Known(DataCenter::MyOwn))
            }
        };
        register(draft)
    })
}

/// Metadata may have line breaks and an id may not, so an id that was taken from metadata may have to be replaced.
fn register(draft: InstanceDraft) -> Document {
    let app = draft.app.clone();
    let with_id = InstanceDraft {
        instance_id: Some("i".into()),
        ..draft.clone()
    };
    let limits = DocumentLimits::default();
    draft
        .into_registration(&app, RECEIVED, &limits)
        .or_else(|_| with_id.into_registration(&app, RECEIVED, &limits))
        .expect("it has what it must")
        .document
}

fn with_class_in_front(metadata: &Metadata, class: &str) -> Metadata {
    [("@class", class)]
        .into_iter()
        .chain(metadata.iter().filter(|(key, _)| *key != "@class"))
        .collect()
}

fn override_state() -> impl Strategy<Value = OverrideState> {
    let value = prop_oneof![
        Just(OverrideValue::Absent),
        status().prop_map(OverrideValue::Status),
        status().prop_map(OverrideValue::Removed),
    ];
    (value, stamp()).prop_map(|(value, stamp)| OverrideState { value, stamp })
}

fn renewed() -> impl Strategy<Value = RenewedKey> {
    (key(), any::<u64>(), lease()).prop_map(|(key, version, lease)| RenewedKey {
        key,
        version,
        lease,
    })
}

fn lease() -> impl Strategy<Value = LeaseState> {
    (micros(), any::<bool>(), of(node())).prop_map(|(age, ever_renewed, origin)| LeaseState {
        age,
        ever_renewed,
        origin,
    })
}

fn slice() -> impl Strategy<Value = Slice> {
    (app(), 0..=Slice::MAX_BITS, any::<u16>()).prop_map(|(app, bits, prefix)| Slice {
        app,
        bits,
        prefix,
    })
}

fn key_version() -> impl Strategy<Value = KeyVersion> {
    (key(), any::<u64>(), stamp()).prop_map(|(key, version, newest)| KeyVersion {
        id: key.id,
        version,
        newest,
    })
}

/// Keys of few applications, so that some stand together; requests name also what no document may be called.
fn key() -> impl Strategy<Value = InstanceKey> {
    let id = prop_oneof![text(), any::<String>().prop_map(String::into_boxed_str)];
    (app(), id).prop_map(|(app, id)| InstanceKey {
        app,
        id: InstanceId::new(&id),
    })
}

fn app() -> impl Strategy<Value = AppName> {
    let name = prop_oneof![
        4 => select(vec!["a", "b"]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    name.prop_map(|name| AppName::new(&name))
}

fn stamp() -> impl Strategy<Value = Stamp> {
    let any = (millis(), any::<u32>(), node()).prop_map(|(wall, count, node)| Stamp {
        wall_ms: wall.0,
        count,
        node,
    });
    prop_oneof![4 => any, 1 => Just(Stamp::NEVER)]
}

fn node() -> impl Strategy<Value = NodeId> {
    prop_oneof![any::<u64>(), select(vec![0, u64::MAX])].prop_map(NodeId)
}

fn digest() -> impl Strategy<Value = Digest> {
    prop_oneof![any::<u128>(), select(vec![0, u128::MAX])].prop_map(Digest)
}

/// Any time in whole microseconds.
fn micros() -> impl Strategy<Value = Duration> {
    prop_oneof![
        (0..100_000_000_u64).prop_map(Duration::from_micros),
        any::<u64>().prop_map(Duration::from_micros),
        (any::<u64>(), 0..1_000_000_u32)
            .prop_map(|(secs, micros)| Duration::new(secs, micros * 1000)),
    ]
}
