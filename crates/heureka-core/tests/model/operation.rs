//! What happens to a registry, drawn at random from a small world in which names meet.

use heureka_core::Origin;
use heureka_model::{
    AppName, DataCenter, DataCenterDraft, DocumentLimits, InstanceDraft, InstanceKey,
    InstanceStatus, LeaseSettings, Metadata, Registration, UnixMillis,
};
use proptest::prelude::*;
use proptest::sample::select;

/// The wall clock at the start.
pub(crate) const START: UnixMillis = UnixMillis(1_700_000_000_000);

pub(crate) const APPS: [&str; 3] = ["A", "B", "C"];
pub(crate) const IDS: [&str; 4] = ["1", "2", "3", "4"];
/// Lists of virtual addresses, and the names to look for.
const VIP_LISTS: [Option<&str>; 6] = [
    None,
    Some("v"),
    Some("w"),
    Some("v,w"),
    Some("v,v"),
    Some(""),
];
pub(crate) const VIPS: [&str; 4] = ["v", "w", "", "v,w"];

#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Register(Box<Registering>),
    Renew {
        key: InstanceKey,
        last_dirty: Option<UnixMillis>,
        overridden: Option<InstanceStatus>,
        origin: Origin,
    },
    Cancel(InstanceKey),
    Override {
        key: InstanceKey,
        status: InstanceStatus,
        last_dirty: Option<UnixMillis>,
    },
    RemoveOverride {
        key: InstanceKey,
        shown: InstanceStatus,
        last_dirty: Option<UnixMillis>,
    },
    SetMetadata {
        key: InstanceKey,
        entries: Metadata,
    },
    /// Time passes, and the node is called when it wants to be.
    Pass {
        ms: u64,
    },
    /// Time passes, and nobody calls the node.
    Stop {
        ms: u64,
    },
    WallClockJumps {
        ms: i64,
    },
    /// The client that follows by deltas asks for one.
    Fetch,
}

#[derive(Clone, Debug)]
pub(crate) struct Registering {
    key: InstanceKey,
    pub(crate) origin: Origin,
    last_dirty: Option<UnixMillis>,
    status: InstanceStatus,
    overridden: InstanceStatus,
    lease: LeaseSettings,
    vip: Option<&'static str>,
    secure_vip: Option<&'static str>,
}

impl Registering {
    pub(crate) fn registration(&self, received: UnixMillis) -> Registration {
        let mut draft = InstanceDraft::new(self.key.app.clone());
        draft.instance_id = Some(self.key.id.as_str().into());
        draft.host_name = Some("host".into());
        draft.ip_addr = Some("10.0.0.1".into());
        draft.data_center = Some(DataCenterDraft::Known(DataCenter::MyOwn));
        draft.last_dirty = self.last_dirty;
        draft.status = self.status;
        draft.overridden_status = self.overridden;
        draft.lease.settings = self.lease;
        draft.vip_address = self.vip.map(Into::into);
        draft.secure_vip_address = self.secure_vip.map(Into::into);
        let app: &AppName = &self.key.app;
        draft
            .into_registration(app, received, &DocumentLimits::default())
            .unwrap()
    }
}

pub(crate) fn operations() -> impl Strategy<Value = Vec<Operation>> {
    prop::collection::vec(operation(), 0..120)
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        5 => registering().prop_map(|registering| Operation::Register(Box::new(registering))),
        6 => renewing(),
        1 => key().prop_map(Operation::Cancel),
        2 => overriding(),
        1 => removing(),
        1 => editing(),
        5 => passing(),
        1 => stopping(),
        1 => jumping(),
        4 => Just(Operation::Fetch),
    ]
}

fn registering() -> impl Strategy<Value = Registering> {
    let names = (select(&VIP_LISTS[..]), select(&VIP_LISTS[..]));
    let overridden = prop_oneof![6 => Just(InstanceStatus::Unknown), 1 => status()];
    (
        key(),
        origin(),
        last_dirty(),
        status(),
        overridden,
        lease(),
        names,
    )
        .prop_map(
            |(key, origin, last_dirty, status, overridden, lease, (vip, secure_vip))| Registering {
                key,
                origin,
                last_dirty,
                status,
                overridden,
                lease,
                vip,
                secure_vip,
            },
        )
}

fn renewing() -> impl Strategy<Value = Operation> {
    (key(), last_dirty(), prop::option::of(status()), origin()).prop_map(
        |(key, last_dirty, overridden, origin)| Operation::Renew {
            key,
            last_dirty,
            overridden,
            origin,
        },
    )
}

fn overriding() -> impl Strategy<Value = Operation> {
    (key(), status(), last_dirty()).prop_map(|(key, status, last_dirty)| Operation::Override {
        key,
        status,
        last_dirty,
    })
}

fn removing() -> impl Strategy<Value = Operation> {
    (key(), status(), last_dirty()).prop_map(|(key, shown, last_dirty)| Operation::RemoveOverride {
        key,
        shown,
        last_dirty,
    })
}

fn editing() -> impl Strategy<Value = Operation> {
    let entry = (select(&["k", "l"][..]), select(&["1", "2", ""][..]));
    (key(), prop::collection::vec(entry, 0..3)).prop_map(|(key, entries)| Operation::SetMetadata {
        key,
        entries: entries.into_iter().collect(),
    })
}

/// Mostly whole seconds, so that moments meet.
fn passing() -> impl Strategy<Value = Operation> {
    prop_oneof![
        3 => (0_u64..=120).prop_map(|secs| Operation::Pass { ms: secs * 1000 }),
        1 => (0_u64..=5000).prop_map(|ms| Operation::Pass { ms }),
    ]
}

fn stopping() -> impl Strategy<Value = Operation> {
    prop_oneof![
        (0_u64..=3000).prop_map(|ms| Operation::Stop { ms }),
        (0_u64..=300).prop_map(|secs| Operation::Stop { ms: secs * 1000 }),
    ]
}

fn jumping() -> impl Strategy<Value = Operation> {
    const DAY_MS: i64 = 24 * 3600 * 1000;
    select(&[-DAY_MS, -1, 1, DAY_MS][..]).prop_map(|ms| Operation::WallClockJumps { ms })
}

fn key() -> impl Strategy<Value = InstanceKey> {
    (select(&APPS[..]), select(&IDS[..])).prop_map(|(app, id)| InstanceKey::new(app, id))
}

fn status() -> impl Strategy<Value = InstanceStatus> {
    select(&InstanceStatus::ALL[..])
}

fn origin() -> impl Strategy<Value = Origin> {
    prop_oneof![2 => Just(Origin::Client), 1 => Just(Origin::SOME_PEER)]
}

/// Few versions, so that they are often equal; some are far ahead of the wall clock.
fn last_dirty() -> impl Strategy<Value = Option<UnixMillis>> {
    let offset_ms = prop_oneof![8 => 0_i64..5, 1 => select(&[1_000_000_i64, 2_000_000][..])];
    prop::option::weighted(0.8, offset_ms.prop_map(|ms| UnixMillis(START.0 + ms)))
}

/// Intervals and durations.
const LEASES: [(i32, i32); 7] = [
    (30, 90),
    (30, 90),
    (1, 3),
    (10, 15),
    (300, 5),
    (5, 300),
    (0, 0),
];

fn lease() -> impl Strategy<Value = LeaseSettings> {
    select(&LEASES[..]).prop_map(|(interval, duration)| LeaseSettings::new(interval, duration))
}
