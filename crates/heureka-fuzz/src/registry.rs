//! Calls of a registry, in any order and at any time.

use std::collections::BTreeMap;
use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use heureka_core::{Node, NodeConfig, Origin, Renewal, StatusChange};
use heureka_model::{
    ActionType, AppName, Applications, DataCenter, DataCenterDraft, DocumentLimits, InstanceDraft,
    InstanceKey, InstanceStatus, LeaseSettings, Metadata, Now, StatusCounts, UnixMillis,
};

/// How many calls one input may make.
const MAX_CALLS: usize = 64;

const WALL_AT_START: UnixMillis = UnixMillis(1_700_000_000_000);

/// A call; names are few, so that calls meet.
#[derive(Debug, Arbitrary)]
enum Call {
    Register {
        key: Key,
        last_dirty: i16,
        status: Status,
        overridden: Status,
        lease: (i16, i16),
        vip: u8,
        from_peer: bool,
    },
    Renew {
        key: Key,
        last_dirty: Option<i16>,
        overridden: Option<Status>,
        from_peer: bool,
    },
    Cancel {
        key: Key,
    },
    Override {
        key: Key,
        status: Status,
        last_dirty: Option<i16>,
    },
    RemoveOverride {
        key: Key,
        shown: Status,
    },
    Metadata {
        key: Key,
        name: u8,
        value: u8,
    },
    Pass {
        tenths: u8,
    },
    PassWithoutCalls {
        secs: u16,
    },
    WallClockJumps {
        ms: i32,
    },
    Fetch,
}

#[derive(Clone, Copy, Debug, Arbitrary)]
struct Key(u8);

impl Key {
    fn app(self) -> &'static str {
        ["A", "B", "C", "D"]
            .get(usize::from(self.0 % 4))
            .copied()
            .unwrap_or("A")
    }

    fn id(self) -> &'static str {
        ["1", "2", "3"]
            .get(usize::from(self.0 / 4 % 3))
            .copied()
            .unwrap_or("1")
    }
}

#[derive(Clone, Copy, Debug, Arbitrary)]
struct Status(u8);

impl Status {
    fn get(self) -> InstanceStatus {
        let index = usize::from(self.0) % InstanceStatus::ALL.len();
        InstanceStatus::ALL
            .get(index)
            .copied()
            .unwrap_or(InstanceStatus::Up)
    }
}

/// Makes the calls that `data` spells. In debug builds the registry checks itself after each; here a client follows it
/// by deltas, and must hold what the registry holds.
pub fn registry(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let Ok(seed) = u64::arbitrary(&mut input) else {
        return;
    };
    let now = Now {
        mono: Duration::ZERO,
        wall: WALL_AT_START,
    };
    let mut world = World {
        node: Node::new(NodeConfig::default(), seed, now),
        now,
        client: Client::default(),
    };
    world.client.fetch(&mut world.node, now);
    for _ in 0..MAX_CALLS {
        let Ok(call) = Call::arbitrary(&mut input) else {
            break;
        };
        world.make(call);
    }
    world.client.fetch(&mut world.node, world.now);
}

struct World {
    node: Node,
    now: Now,
    client: Client,
}

impl World {
    fn make(&mut self, call: Call) {
        let (now, node) = (self.now, &mut self.node);
        match call {
            Call::Register {
                key,
                last_dirty,
                status,
                overridden,
                lease,
                vip,
                from_peer,
            } => {
                let mut draft = draft(key, status, lease, vip);
                draft.overridden_status = overridden.get();
                draft.last_dirty = Some(UnixMillis(WALL_AT_START.0 + i64::from(last_dirty)));
                let registration = draft
                    .into_registration(
                        &AppName::new(key.app()),
                        now.wall,
                        &DocumentLimits::default(),
                    )
                    .expect("the draft is complete");
                node.register(now, registration, origin(from_peer))
                    .expect("there is no limit");
            }
            Call::Renew {
                key,
                last_dirty,
                overridden,
                from_peer,
            } => {
                let renewal = Renewal {
                    last_dirty: last_dirty.map(dirty),
                    overridden_status: overridden.map(Status::get),
                };
                node.renew(now, key.app(), key.id(), renewal, origin(from_peer));
            }
            Call::Cancel { key } => {
                node.cancel(now, key.app(), key.id(), Origin::Client);
            }
            Call::Override {
                key,
                status,
                last_dirty,
            } => {
                let change = StatusChange::Override(status.get());
                let sent = last_dirty.map(dirty);
                node.change_status(now, key.app(), key.id(), change, sent, Origin::Client);
            }
            Call::RemoveOverride { key, shown } => {
                let change = StatusChange::RemoveOverride { shown: shown.get() };
                node.change_status(now, key.app(), key.id(), change, None, Origin::Client);
            }
            Call::Metadata { key, name, value } => {
                let entries: Metadata = [(name.to_string(), value.to_string())]
                    .into_iter()
                    .collect();
                node.update_metadata(now, key.app(), key.id(), &entries);
            }
            Call::Pass { tenths } => self.pass(Duration::from_millis(100) * tenths.into()),
            Call::PassWithoutCalls { secs } => {
                self.skip(Duration::from_secs(secs.into()));
                self.node.handle_timeout(self.now);
            }
            Call::WallClockJumps { ms } => self.now.wall.0 += i64::from(ms),
            Call::Fetch => self.client.fetch(node, now),
        }
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now.mono.saturating_add(time);
        while self.node.poll_timeout().0 <= end {
            let wait = self.node.poll_timeout().0.saturating_sub(self.now.mono);
            self.skip(wait);
            self.node.handle_timeout(self.now);
            while self.node.poll_event().is_some() {}
        }
        self.skip(end.saturating_sub(self.now.mono));
    }

    fn skip(&mut self, time: Duration) {
        self.now.mono = self.now.mono.saturating_add(time);
        self.now.wall = self.now.wall.after(time);
    }
}

/// A client that fetches everything once and then only deltas, as long as it comes often enough.
#[derive(Default)]
struct Client {
    copy: BTreeMap<InstanceKey, InstanceStatus>,
    fetched_at: Option<Duration>,
}

impl Client {
    /// Longer than this the window does not reach back.
    const STALE: Duration = Duration::from_secs(180);

    fn fetch(&mut self, node: &mut Node, now: Now) {
        let full = statuses(&node.applications());
        let delta = node
            .delta(now.mono)
            .expect("deltas are on and nothing overflows");
        let is_stale = self
            .fetched_at
            .is_none_or(|at| now.mono.saturating_sub(at) > Self::STALE);
        if is_stale {
            self.copy = full.clone();
        } else {
            self.apply(&delta);
        }
        self.fetched_at = Some(now.mono);
        assert_eq!(self.copy, full, "the client's copy follows by deltas");
        let counts: StatusCounts = full.values().copied().collect();
        assert_eq!(delta.hash, counts.hash());
    }

    fn apply(&mut self, delta: &Applications) {
        for info in delta
            .applications
            .iter()
            .flat_map(|application| &application.instances)
        {
            let key = info.document.key();
            match info.action {
                Some(ActionType::Added | ActionType::Modified) => {
                    self.copy.insert(key, info.status);
                }
                Some(ActionType::Deleted) => {
                    self.copy.remove(&key);
                }
                None => panic!("a change without its kind"),
            }
        }
    }
}

fn statuses(listing: &Applications) -> BTreeMap<InstanceKey, InstanceStatus> {
    let instances = listing
        .applications
        .iter()
        .flat_map(|application| &application.instances);
    instances
        .map(|info| (info.document.key(), info.status))
        .collect()
}

fn draft(key: Key, status: Status, lease: (i16, i16), vip: u8) -> InstanceDraft {
    let mut draft = InstanceDraft::new(AppName::new(key.app()));
    draft.instance_id = Some(key.id().into());
    draft.host_name = Some("host".into());
    draft.ip_addr = Some("127.0.0.1".into());
    draft.data_center = Some(DataCenterDraft::Known(DataCenter::MyOwn));
    draft.status = status.get();
    draft.lease.settings = LeaseSettings::new(lease.0.into(), lease.1.into());
    draft.vip_address = Some(format!("v{},w", vip % 3).into());
    draft
}

fn dirty(offset: i16) -> UnixMillis {
    UnixMillis(WALL_AT_START.0 + i64::from(offset))
}

fn origin(from_peer: bool) -> Origin {
    if from_peer {
        Origin::SOME_PEER
    } else {
        Origin::Client
    }
}
