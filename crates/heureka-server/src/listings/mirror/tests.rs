//! Mirrors, beside what the registry shows when it looks at everything.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::BufMut as _;
use heureka_core::{
    FetchKind, Node, NodeConfig, Origin, RegionConfig, RegionsConfig, Scope, StatusChange,
};
use heureka_listing::Header;
use heureka_model::InstanceStatus::{OutOfService, Up};
use heureka_model::{
    ActionType, AppName, Application, Applications, DataCenter, DataCenterDraft, DocumentLimits,
    InstanceDraft, InstanceInfo, InstanceStatus, LeaseTimes, Now, RegionName, Registration,
    StatusCounts, UnixMillis,
};
use heureka_wire::{Detail, Form, Format, Version, encode_applications};

use serde_json::Value;

use super::*;

const JSON: Form = Form {
    format: Format::Json,
    detail: Detail::Full,
    version: Version::V2,
};

/// A registry of few keys, so that most changes are of a key that has changed before, and a region that has the same keys.
struct Registry {
    node: Node,
    now: Now,
    state: u64,
    region: BTreeMap<(String, String), InstanceInfo>,
}

impl Registry {
    fn new(seed: u64) -> Self {
        let now = Now {
            mono: Duration::ZERO,
            wall: UnixMillis(1_700_000_000_000),
        };
        let mut node = Node::new(NodeConfig::default(), seed, now);
        let mut regions = RegionsConfig::default();
        regions.regions.push(RegionConfig {
            name: RegionName::new("eu"),
            allowed_apps: None,
        });
        node.follow_regions(&regions, now);
        Self {
            node,
            now,
            state: seed,
            region: BTreeMap::new(),
        }
    }

    /// A number below `bound`.
    fn draw(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005);
        self.state = self.state.wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % bound
    }

    fn draw_key(&mut self) -> (String, String) {
        (format!("APP{}", self.draw(3)), self.draw(12).to_string())
    }

    fn change_something(&mut self) {
        let (app, id) = self.draw_key();
        match self.draw(8) {
            0..4 => self.register(&app, &id),
            4 => {
                self.node.cancel(self.now, &app, &id, Origin::Client);
            }
            choice => {
                let status = if choice == 5 { Up } else { OutOfService };
                let change = StatusChange::Override(status);
                let (now, node) = (self.now, &mut self.node);
                node.change_status(now, &app, &id, change, None, Origin::Client);
            }
        }
    }

    /// Changes something in the region, where it is time to fetch that.
    fn fetch_region(&mut self) {
        let Some(fetch) = self.node.poll_region_fetch(self.now.mono) else {
            return;
        };
        let mut changed = Vec::new();
        for _ in 0..self.draw(3) {
            let key = self.draw_key();
            let mut info = self.listed(&key.0, &key.1);
            if self.draw(3) > 0 {
                self.region.insert(key, info.clone());
            } else {
                self.region.remove(&key);
                info.action = Some(ActionType::Deleted);
            }
            changed.push(info);
        }
        if fetch.kind == FetchKind::Full {
            changed = self.region.values().cloned().collect();
        }
        let counts: StatusCounts = self.region.values().map(|info| info.status).collect();
        let brought = Applications {
            version: 1,
            hash: counts.hash(),
            applications: changed.into_iter().map(alone).collect(),
        };
        let (now, node) = (self.now, &mut self.node);
        node.handle_region_fetched(now, &fetch, Ok(brought));
    }

    fn listed(&mut self, app: &str, id: &str) -> InstanceInfo {
        let document = self.registration(app, id).document;
        let status = if self.draw(2) == 0 { Up } else { OutOfService };
        InstanceInfo {
            status,
            document: document.into(),
            overridden_status: InstanceStatus::Unknown,
            lease: LeaseTimes::default(),
            is_coordinating: false,
            last_updated: self.now.wall,
            action: Some(ActionType::Added),
        }
    }

    fn register(&mut self, app: &str, id: &str) {
        let registration = self.registration(app, id);
        let outcome = self.node.register(self.now, registration, Origin::Client);
        outcome.unwrap();
    }

    fn registration(&self, app: &str, id: &str) -> Registration {
        let app = AppName::new(app);
        let mut draft = InstanceDraft::new(app.clone());
        draft.instance_id = Some(id.into());
        draft.host_name = Some("host".into());
        draft.ip_addr = Some("10.0.0.1".into());
        draft.data_center = Some(DataCenterDraft::Known(DataCenter::MyOwn));
        draft.last_dirty = Some(self.now.wall);
        let limits = DocumentLimits::default();
        let registration = draft.into_registration(&app, self.now.wall, &limits);
        registration.unwrap()
    }

    fn pass(&mut self, time: Duration) {
        self.now.mono += time;
        self.now.wall = self.now.wall.after(time);
    }
}

fn alone(info: InstanceInfo) -> Application {
    Application {
        name: info.document.app.clone(),
        instances: vec![info],
    }
}

fn follow(mirror: &mut Mirror, registry: &mut Registry, scope: Scope<'_>) {
    let mono = registry.now.mono;
    let cursor = &mut mirror.cursor;
    let news = registry.node.news_in(mono, scope, cursor);
    mirror.take(news);
}

fn bytes(listing: &Listing, version: i64, mirror: &Mirror) -> Vec<u8> {
    let statuses = mirror.full.statuses();
    let body = listing.plain(JSON, &Header { version, statuses });
    let mut bytes = Vec::new();
    for piece in body.pieces {
        bytes.put(piece);
    }
    bytes
}

/// What clients act on: a heartbeat is no news.
fn acted_on(body: &[u8]) -> Value {
    let mut body: Value = serde_json::from_slice(body).unwrap();
    let applications = body.pointer_mut("/applications/application").unwrap();
    for application in applications.as_array_mut().unwrap() {
        for instance in application["instance"].as_array_mut().unwrap() {
            instance["leaseInfo"]["lastRenewalTimestamp"].take();
        }
    }
    body
}

fn in_order_of_keys(delta: &mut Applications) {
    let applications = &mut delta.applications;
    applications.sort_by(|one, other| one.name.cmp(&other.name));
    for application in applications {
        let id = |info: &InstanceInfo| info.document.id.clone();
        application.instances.sort_by_key(id);
    }
}

/// Each change leaves a delta in its time, whatever else happened to its key before and after it, here or in a region.
#[test]
fn a_delta_shows_what_the_registry_shows_when_it_looks_at_everything() {
    for seed in 0..6 {
        for scope in [Scope::Local, Scope::Usual] {
            check_deltas(seed, scope);
        }
    }
}

fn check_deltas(seed: u64, scope: Scope<'_>) {
    let (mut registry, mut mirror) = (Registry::new(seed), Mirror::default());
    for _ in 0..400 {
        registry.change_something();
        registry.fetch_region();
        let seconds = registry.draw(12);
        registry.pass(Duration::from_secs(seconds));
        if registry.draw(3) > 0 {
            continue;
        }
        follow(&mut mirror, &mut registry, scope);
        let delta = registry.node.delta_in(registry.now.mono, scope);
        let mut delta = delta.unwrap();
        in_order_of_keys(&mut delta);
        let shown = bytes(mirror.recent(), delta.version, &mirror);
        let expected = encode_applications(&delta, JSON);
        assert_eq!(
            acted_on(&shown),
            acted_on(&expected),
            "seed {seed} {scope:?}"
        );
    }
    registry.pass(Duration::from_secs(600));
    follow(&mut mirror, &mut registry, scope);
    assert!(mirror.recent().is_empty() && mirror.recent.superseded.is_empty());
}
